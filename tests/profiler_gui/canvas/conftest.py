import pytest
from PySide6.QtGui import QFont

from backends.model.model import OperatorId
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.canvas.picture import build_picture
from profiler_gui.canvas.text import TextMetrics
from tests.support.graph_builders import a_graph_model, a_residual_model


@pytest.fixture
def metrics(qapp):
    return TextMetrics(QFont())


@pytest.fixture
def residual(metrics):
    """Input, CONV_2D, LOGISTIC, ADD (which reads both), output."""
    return build_picture(a_residual_model(), 0, metrics)


@pytest.fixture
def long_chain(metrics):
    operators = [("RELU", (i,), (i + 1,)) for i in range(200)]
    return build_picture(a_graph_model(operators), 0, metrics)


@pytest.fixture
def canvas(qtbot, residual):
    canvas = GraphCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(800, 600)
    canvas.set_graph(residual)
    canvas.show()
    return canvas


CONV, LOGISTIC, ADD = (OperatorId(0, index) for index in range(3))

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from profiler_gui.canvas.coat import dress
from profiler_gui.canvas.hover_card import HoverCard, describe
from profiler_gui.canvas.palette import LIGHT
from profiler_gui.canvas.picture import build_picture
from tests.support.graph_builders import a_graph_model


def test_names_are_never_taken_for_rich_text(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    card = HoverCard(parent)
    card.show_text("<b>bold</b><img src='x'>", QPoint(1, 1))

    assert card.textFormat() is Qt.TextFormat.PlainText


def test_a_node_is_told_in_lines_of_harmless_text(metrics):
    model = a_graph_model([("CUSTOM\u202e\x1b[31m" + "x" * 500, (0,), (1,))])
    picture = build_picture(model, 0, metrics)
    lines = describe(picture, 1, dress(picture, LIGHT, None)).split("\n")

    assert all(line.isprintable() and len(line) <= 161 for line in lines)
    assert lines[1] == "tensor1"

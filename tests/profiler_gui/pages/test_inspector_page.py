import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from backends.model.model import OperatorId
from profiler_gui.widgets.channel_strip import ChannelStrip
from profiler_gui.widgets.constant_view import ConstantView, ValueMap
from profiler_gui.widgets.model_view import ModelView
from profiler_gui.widgets.operator_view import OperatorView
from profiler_gui.widgets.section import shown_texts
from profiler_gui.widgets.selection_view import SelectionView
from profiler_gui.widgets.verdict_list import VerdictLine
from tests.support.builders import a_run

_CONV, _RELU, _LOGISTIC = (OperatorId(0, index) for index in range(3))


@pytest.fixture
def shown(window, open_file, model_file, qtbot):
    """The open model, and a function that waits for a kind of view and gives it."""
    record = open_file(model_file)
    inspector = window.docks.page("inspector")

    def wait_for(kind):
        qtbot.waitUntil(lambda: isinstance(inspector.view, kind))
        return inspector.view

    return record, wait_for


def test_without_a_selection_it_tells_about_the_model(shown):
    _, wait_for = shown
    texts = shown_texts(wait_for(ModelView)).split("\n")

    assert texts[0] == "small.tflite"
    assert "made for a test" in texts
    assert {"Operators", "Parameters", "MACs", "Inputs (1)", "Outputs (1)", "block/input", "SHA-256"} <= set(texts)
    assert any(text.startswith("1x8x8x4  ·  int8") for text in texts)


def test_a_type_in_the_summary_selects_all_of_it(shown, qtbot):
    record, wait_for = shown
    button = next(b for b in wait_for(ModelView).findChildren(QPushButton) if b.text() == "RELU")

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert record.selection == {_RELU}


def test_an_operator_shows_attributes_tensors_and_quantisation(shown, qtbot):
    record, wait_for = shown
    record.select([_CONV])
    view = wait_for(OperatorView)
    qtbot.waitUntil(lambda: len(view.findChildren(ConstantView)) == 2)
    texts = shown_texts(view).split("\n")

    assert texts[0] == "CONV_2D"
    assert {"padding", "SAME", "stride w", "Inputs (3)", "block/weights", "Outputs (1)"} <= set(texts)
    assert "scale 0.5, zero point -3" in texts
    assert "4 channels along dimension 0: scale 0.1 … 0.4, zero point 0" in texts
    assert "-8 … 7" in texts
    assert "1, 2, 3, 4" in texts
    assert len(view.findChildren(ChannelStrip)) == 1
    assert len(view.findChildren(ValueMap)) == 2


def test_the_strip_tells_the_numbers_of_a_channel(shown, qtbot):
    record, wait_for = shown
    record.select([_CONV])
    strip = wait_for(OperatorView).findChildren(ChannelStrip)[0]

    assert strip.text_at(strip.rect().bottomRight()) == "channel 3: scale 0.4, zero point 0"


def test_every_target_answers_and_the_reasons_of_the_chosen_one_are_open(shown, services):
    record, wait_for = shown
    record.select([_CONV])
    view = wait_for(OperatorView)
    lines = view.findChildren(VerdictLine)
    finding = record.verdicts["nnapi-1.0"].verdicts[_CONV].findings[0]

    assert len(lines) == len(services.session.targets)
    assert finding.message in shown_texts(lines[0])
    assert finding.remedy in shown_texts(lines[0])


def test_a_link_leads_to_the_operator_that_reads_the_tensor(shown, qtbot):
    record, wait_for = shown
    record.select([_CONV])
    button = next(b for b in wait_for(OperatorView).findChildren(QPushButton) if b.text() == "1 RELU")

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert record.selection == {_RELU}


def test_several_operators_are_summed_up(shown):
    record, wait_for = shown
    record.add_run(a_run(record.model, [1e6, 2e6, 3e6]))
    record.select([_CONV, _LOGISTIC])
    texts = shown_texts(wait_for(SelectionView)).split("\n")

    assert texts[0] == "2 operators"
    assert any(text.startswith("4.00 ms") for text in texts)
    assert {"CONV_2D", "LOGISTIC"} <= set(texts)


def test_a_run_adds_the_time_of_the_operator(shown, qtbot):
    record, wait_for = shown
    record.select([_RELU])
    wait_for(OperatorView)
    record.add_run(a_run(record.model, [1e6, 2e6, 3e6]))

    qtbot.waitUntil(lambda: "2.00 ms" in shown_texts(wait_for(OperatorView)))


def test_a_fused_operator_leads_to_the_one_that_did_its_work(shown, qtbot):
    record, wait_for = shown
    record.add_run(a_run(record.model, [1e6, None, 3e6], fused={1: 0}))
    record.select([_RELU])
    view = wait_for(OperatorView)
    button = next(b for b in view.findChildren(QPushButton) if b.text().startswith("Done as part of"))

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert record.selection == {_CONV}

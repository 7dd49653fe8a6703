import pytest
from PySide6.QtCore import Qt

from backends.model.model import OperatorId
from profiler_gui.pages.plots_page import PlotsPage
from profiler_gui.session import Session
from profiler_gui.widgets.picture import write_picture
from tests.support.builders import a_run
from tests.support.sessions import a_session


@pytest.fixture
def opened(qtbot):
    session, record = a_session()
    page = PlotsPage(session)
    qtbot.addWidget(page)
    page.resize(1280, 300)
    page.show()
    return page, record


def labels(bars):
    return [bar.label for bar in bars.bars]


def test_before_a_run_it_says_what_to_do_and_ranks_by_work(opened):
    page, _ = opened

    assert "Ctrl+R" in page._wait.text
    assert {bar.text.split()[0] for bar in page.ranking.operators.bars} == {"1.00"}
    assert len(page.ranking.operators.bars) == 4
    assert page.plots == ()


def test_a_run_is_plotted_over_time_as_histogram_and_as_ecdf(opened, qtbot):
    page, record = opened
    record.add_run(a_run(record.model))
    qtbot.waitUntil(lambda: page._latency.currentWidget() is page._splitter)

    assert [plot.title for plot in page.plots] == [
        "Latency of each run",
        "How latencies spread",
        "Part of runs within a latency",
    ]
    assert page.plots[0].item.getAxis("left").labelText == "Latency (ms)"


def test_the_most_expensive_operators_come_first(opened, qtbot):
    page, record = opened
    record.add_run(a_run(record.model, [1e6, None, 3e6, 2e6], fused={1: 0}))
    qtbot.waitUntil(lambda: labels(page.ranking.operators) == ["2  CONV_2D", "3  SOFTMAX", "0  CONV_2D"])

    assert labels(page.ranking.kinds) == ["CONV_2D (2)", "SOFTMAX (1)"]
    assert page.ranking.operators.bars[0].text.startswith("3.00 ms")


def test_clicking_a_bar_selects_its_operator(opened, qtbot):
    page, record = opened
    page.show_operators()
    qtbot.waitUntil(lambda: len(page.ranking.operators.bars) == 4)
    bars = page.ranking.operators
    place = bars.visualRect(bars.model().index(2, 0)).center()
    qtbot.mouseClick(bars.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert record.selection == {bars.bars[2].key}


def test_clicking_a_type_selects_its_operators(opened, qtbot):
    page, record = opened
    page.show_operators()
    qtbot.waitUntil(lambda: len(page.ranking.kinds.bars) == 3)
    page.ranking.kinds.setCurrentIndex(page.ranking.kinds.model().index(0, 0))

    assert record.selection == {OperatorId(0, 0), OperatorId(0, 2)}


def test_operators_selected_elsewhere_are_marked(opened, qtbot):
    page, record = opened
    record.select([OperatorId(0, 3)])
    bars = page.ranking.operators

    assert [bars.bars[index.row()].key for index in bars.selectedIndexes()] == [OperatorId(0, 3)]


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_every_plot_can_be_written_as_a_picture(opened, qtbot, tmp_path, suffix):
    page, record = opened
    record.add_run(a_run(record.model))
    qtbot.waitUntil(lambda: page._latency.currentWidget() is page._splitter)
    pictures = page.pictures()
    for title, widget in pictures.items():
        qtbot.addWidget(widget)
        write_picture(widget, tmp_path / (title + suffix), title)

    assert len(pictures) == 5
    assert all((tmp_path / (title + suffix)).stat().st_size > 500 for title in pictures)


def test_without_a_model_it_says_what_to_do(qtbot):
    page = PlotsPage(Session())
    qtbot.addWidget(page)
    page.show()

    assert "Open a model" in page._wait.text

"""Power in the window: live curves, figures, marks, and the curve with budget and rate."""

import re

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage

from backends.power.recorder import Channel, LiveBoard, Recorder
from backends.power.traces import Quantity
from profiler_gui.jobs import JobRunner
from profiler_gui.pages.power_page import PowerPage
from tests.support.builders import a_run
from tests.support.powered_runs import a_powered_run
from tests.support.sessions import a_session


@pytest.fixture
def board():
    return LiveBoard()


@pytest.fixture
def opened(qtbot, board):
    session, record = a_session()
    jobs = JobRunner()
    page = PowerPage(session, jobs, None, board)
    qtbot.addWidget(page)
    page.resize(1100, 420)
    page.show()
    qtbot.waitExposed(page)
    yield page, record
    page.hide()
    jobs.close()


def ink(widget) -> int:
    """Count the colours of what is painted: an empty plot has few."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return len({image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)})


def test_before_a_run_it_says_what_to_do(opened):
    page, _ = opened

    assert "Choose a meter in Profile" in page.traces.empty_text
    assert "Choose a meter in Profile" in page.curve.plot.empty_text
    assert not page.curve.budget.isEnabled()


def test_a_run_shows_lanes_figures_and_where_it_throttled(opened, qtbot):
    page, record = opened
    record.add_run(a_powered_run(record.model))
    qtbot.waitUntil(lambda: bool(page.traces.curves))

    shown = page.tiles.texts()
    assert page.traces.lanes() == (Quantity.POWER, Quantity.LATENCY, Quantity.TEMPERATURE)
    assert len(page.traces.throttles) == 1
    assert page.traces.throttles[0].start_s == pytest.approx(58, abs=3)
    assert shown["Above idle"] in ("19.9 mJ", "20.0 mJ", "20.1 mJ")
    assert shown["To throttle"].endswith(" s")
    assert shown["W at 30 FPS"].startswith(("59", "60"))
    assert "The latency rose by 25%" in page._words.plain_text
    assert ink(page.traces) > 20


def test_a_run_without_power_says_so(opened, qtbot):
    page, record = opened
    record.add_run(a_run(record.model))
    qtbot.waitUntil(lambda: "chosen run" in page.traces.empty_text)

    assert page.traces.curves == ()
    assert page.tiles.texts() == {}


def test_zooming_and_moving_stay_within_the_recording(opened, qtbot):
    page, record = opened
    record.add_run(a_powered_run(record.model))
    qtbot.waitUntil(lambda: bool(page.traces.curves))
    whole = page.traces.span

    page.traces._set_span(50.0, 60.0)
    assert page.traces.span == (50.0, 60.0)
    page.traces._set_span(-20.0, -10.0)
    assert page.traces.span[0] == pytest.approx(whole[0])
    qtbot.mouseDClick(page.traces, Qt.MouseButton.LeftButton)
    assert page.traces.span == whole


def test_live_curves_come_and_go(opened, board, qtbot):
    page, record = opened
    with Recorder() as recorder:
        recorder.declare(Channel(id="power", title="Battery", quantity=Quantity.POWER))
        recorder.add("power", 0.0, 900.0)
        board.show("adb:1", recorder)
        qtbot.waitUntil(lambda: page.is_live and bool(page.traces.curves))
        recorder.add("power", 1.0, 1234.0)
        qtbot.waitUntil(lambda: page.traces.curves[0].values[-1] == 1234.0)
        assert page._title.plain_text == "Measuring"
        board.hide("adb:1")
    qtbot.waitUntil(lambda: not page.is_live)

    record.add_run(a_powered_run(record.model))
    qtbot.waitUntil(lambda: "Above idle" in page.tiles.texts())


def test_the_curve_answers_for_budget_and_rate(opened, qtbot):
    page, record = opened
    for threads, ms, mw in ((1, 20.0, 1500.0), (2, 12.0, 2500.0)):
        record.add_run(a_powered_run(record.model, id_=f"r{threads}", threads=threads, ms=ms, mw=mw))
    page.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(page.curve.plot.points) == 2)

    page.curve.budget.setValue(1000.0)
    page.curve.rate.setValue(30.0)

    said = page.curve.answer.plain_text
    assert "1.00 W sustain 50 a second by 1 thread" in said
    assert re.search(r"30 a second need (59\d|60\d) mW by 1 thread", said)
    page.curve.rate_slider.setValue(page.curve.rate_slider.maximum())
    assert "no point is fast enough" in page.curve.answer.plain_text
    assert page.curve.rate.value() == page.curve.rate.maximum()
    assert "min(1/t, B/e)" in page.curve.help_button.toolTip()
    assert ink(page.curve.plot) > 20


def test_a_click_on_a_point_chooses_its_run(opened, qtbot):
    page, record = opened
    for threads, ms, mw in ((1, 20.0, 1500.0), (2, 12.0, 2500.0)):
        record.add_run(a_powered_run(record.model, id_=f"r{threads}", threads=threads, ms=ms, mw=mw))
    page.tabs.setCurrentIndex(1)
    plot = page.curve.plot
    qtbot.waitUntil(lambda: len(plot.points) == 2)
    place = plot._place(plot._area(), plot.points[0].power_mw, plot.points[0].rate_hz)

    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=place.toPoint())

    assert record.run.id == "r1"
    assert plot.point_at(QPointF(1, 1)) is None


def test_a_meters_file_goes_into_the_chosen_run(opened, qtbot, tmp_path):
    page, record = opened
    record.add_run(a_powered_run(record.model, seconds=30.0))
    old = record.run
    loop = old.windows[2]
    rows = "".join(
        f"{i / 20 + 500},{2.5 if 4 <= i / 20 < 7.5 or loop.start_s <= i / 20 < loop.end_s else 0.5}\n"
        for i in range(900)
    )
    (tmp_path / "meter.csv").write_text(f"Time (s),Power (W)\n{rows}")

    page.add_file(tmp_path / "meter.csv")
    qtbot.waitUntil(lambda: record.run is not old, timeout=5000)

    assert record.run.energy.meter == "file"
    assert record.run.energy.mean_mw == pytest.approx(2500, rel=0.02)
    assert len(record.runs) == 1

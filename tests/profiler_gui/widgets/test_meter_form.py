"""The meter's part of the profile form."""

import pytest

from backends.runs.matrix import Cell, CellState, Matrix
from backends.runs.plan import Plan
from profiler_gui.widgets.meter_form import MeterForm, PowerMode


@pytest.fixture
def form(qtbot):
    form = MeterForm()
    qtbot.addWidget(form)
    form.show()
    return form


def choose(form, meter, argument="", mode=PowerMode.POINT):
    form.meter.setCurrentIndex(form.meter.findData(meter))
    form.argument.setText(argument)
    form.mode.setCurrentIndex(form.mode.findData(mode.value))


def test_switched_off_it_changes_nothing_and_asks_nothing(form):
    matrix = Matrix(cells=(Cell(plan=Plan(), delegate="xnnpack"),))

    assert form.apply(matrix) is matrix
    assert form.problem == ""
    assert not form.mode.isVisible()


def test_a_meter_is_in_every_plan(form):
    choose(form, "constant", "1500")
    form.loop.setValue(20)
    form.idle.setValue(1)
    skipped = Cell(plan=Plan(), delegate="cpu", state=CellState.SKIPPED)

    cells = form.apply(Matrix(cells=(Cell(plan=Plan(), delegate="xnnpack"), skipped))).cells

    assert [(cell.plan.meter, cell.plan.loop_seconds, cell.plan.idle_seconds) for cell in cells] == [
        ("constant=1500", 20.0, 1.0)
    ] * 2
    assert form.loop.isVisible()
    assert not form.minutes.isVisible()


def test_a_sweep_has_a_cell_for_each_point(form):
    choose(form, "battery", mode=PowerMode.SWEEP)
    form.threads.setText("1, 2,4")
    form.rates.setText("0; 30")

    cells = form.apply(Matrix(cells=(Cell(plan=Plan(), delegate="xnnpack"),))).cells

    assert [(cell.plan.threads, cell.plan.rate_hz) for cell in cells] == [
        (1, 0), (1, 30), (2, 0), (2, 30), (4, 0), (4, 30)
    ]  # fmt: skip


def test_a_sustained_run_takes_minutes(form):
    choose(form, "none", mode=PowerMode.SUSTAINED)
    form.minutes.setValue(3)

    cells = form.apply(Matrix(cells=(Cell(plan=Plan(), delegate="xnnpack"),))).cells

    assert cells[0].plan.loop_seconds == 180
    assert cells[0].plan.meter == "none"


@pytest.mark.parametrize(
    ("meter", "argument", "threads", "said"),
    [
        ("constant", "", "1", "needs milliwatts"),
        ("constant", "much", "1", "is no power"),
        ("file", "", "1", "needs path"),
        ("battery", "", "one", "write numbers"),
        ("battery", "", "0", "must be from 1"),
        ("battery", "", ",".join(map(str, range(1, 90))), "more than 64"),
    ],
)
def test_what_is_wrong_is_said_and_told(form, qtbot, meter, argument, threads, said):
    form.threads.setText(threads)
    with qtbot.waitSignal(form.changed):
        choose(form, meter, argument, PowerMode.SWEEP)

    assert said in form.problem
    assert form._problem.isVisible()

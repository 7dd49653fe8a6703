import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from backends.errors import RunError
from backends.runs import execution
from backends.runs.plan import InputKind, Kernels
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.profile_page import ProfilePage
from profiler_gui.session import Session
from tests.support.builders import a_chain, a_run
from tests.support.sessions import a_session, open_model


class FakeComputer:
    """Stands for the measurement; waits to be let go when ``is_holding``."""

    def __init__(self):
        self.plans = []
        self.error = None
        self.is_holding = False
        self.sha256 = None
        self.go_on = threading.Event()

    def measure(self, path, model, plan, progress):
        self.plans.append(plan)
        progress.step("Measuring", done=1, total=4)
        progress.sample("warmup", 2_000_000)
        progress.sample("run", 1_000_000)
        while self.is_holding and not (self.go_on.wait(0.005) or progress.is_stopping):
            progress.check()
        if self.error is not None:
            raise self.error
        run = a_run(model, plan=plan, id_=f"run-{len(self.plans)}")
        run = replace(run, is_complete=not progress.is_stopping, notes=("The computer was quiet.",))
        return replace(run, model_sha256=self.sha256) if self.sha256 else run


@pytest.fixture
def computer(monkeypatch):
    computer = FakeComputer()
    monkeypatch.setattr(execution, "measure", computer.measure)
    return computer


@pytest.fixture
def opened(qtbot, computer):
    session, record = a_session()
    jobs, notices = JobRunner(), NoticeBoard()
    page = ProfilePage(session, jobs, notices)
    qtbot.addWidget(page)
    page.resize(1280, 400)
    page.show()
    yield page, record
    assert jobs.close()


def finish(qtbot, page):
    qtbot.waitUntil(lambda: not page.is_running)


def test_a_run_is_measured_as_the_form_says_and_shown(opened, computer, qtbot):
    page, record = opened
    page.form.runs.setValue(7)
    page.form.warmup.setValue(0)
    page.form.kernels.setCurrentIndex(2)
    qtbot.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    finish(qtbot, page)

    (plan,) = computer.plans
    assert (plan.runs, plan.warmup, plan.kernels) == (7, 0, Kernels.BUILTIN)
    assert record.run is not None
    assert page.tiles.texts()["p50"] == "1.07 ms"
    assert page.tiles.texts()["Peak memory"] == "30.0 MiB"
    assert "CPU: Example CPU" in page.details.environment.plain_text
    assert "The computer was quiet." in page.details.notes.plain_text


def test_while_it_runs_the_phase_the_progress_and_the_samples_show(opened, computer, qtbot):
    page, _ = opened
    computer.is_holding = True
    page.start_run()
    qtbot.waitUntil(lambda: len(page.lanes.views[0].live.samples) == 2)

    assert page.lanes.views[0].phase.plain_text == "Measuring"
    assert (page.lanes.views[0].bar.value(), page.lanes.views[0].bar.maximum()) == (1, 4)
    assert not page.run_button.isEnabled()
    assert page.stop_button.isEnabled()
    assert "Measuring" in page.details.log.toPlainText()
    computer.go_on.set()
    finish(qtbot, page)


def test_stop_keeps_what_was_measured(opened, computer, qtbot):
    page, record = opened
    computer.is_holding = True
    page.start_run()
    qtbot.waitUntil(lambda: bool(page.lanes.views[0].live.samples))
    qtbot.mouseClick(page.stop_button, Qt.MouseButton.LeftButton)
    finish(qtbot, page)

    assert record.run is not None
    assert not record.run.is_complete
    assert "stopped early" in page._result_title.plain_text


def test_cancel_discards(opened, computer, qtbot):
    page, record = opened
    computer.is_holding = True
    page.start_run()
    qtbot.waitUntil(lambda: bool(page.lanes.views[0].live.samples))
    qtbot.mouseClick(page.cancel_button, Qt.MouseButton.LeftButton)
    finish(qtbot, page)

    assert record.runs == ()
    assert page.notices.notices == ()
    assert page.run_button.isEnabled()


def test_a_failure_is_told_and_the_page_goes_on(opened, computer, qtbot):
    page, record = opened
    computer.error = RunError("the runtime crashed (SIGSEGV)", hint="try other kernels", detail="log")
    page.start_run()
    finish(qtbot, page)
    log = page.details.log.toPlainText()
    computer.error = None
    page.start_run()
    finish(qtbot, page)

    assert [notice.message for notice in page.notices.notices] == ["The runtime crashed (SIGSEGV)."]
    assert "The runtime crashed (SIGSEGV).\ntry other kernels\nlog" in log
    assert len(record.runs) == 1


def test_a_run_of_a_file_that_changed_meanwhile_is_dropped_with_a_word(opened, computer, qtbot):
    page, record = opened
    computer.sha256 = "cd" * 32
    page.start_run()
    finish(qtbot, page)

    assert record.runs == ()
    assert "changed" in page.notices.notices[0].message


def test_a_run_goes_to_the_model_it_was_started_for(opened, computer, qtbot):
    page, record = opened
    computer.is_holding = True
    page.start_run()
    other = open_model(page.session, a_chain(["MUL"], name="other.tflite"))
    computer.go_on.set()
    finish(qtbot, page)

    assert len(record.runs) == 1
    assert other.runs == ()


def test_a_model_closed_meanwhile_gets_nothing(opened, computer, qtbot):
    page, record = opened
    computer.is_holding = True
    page.start_run()
    page.session.close(record)
    computer.go_on.set()
    finish(qtbot, page)

    assert page.notices.notices == ()
    assert not page.run_button.isEnabled()


def test_runs_can_be_chosen_and_forgotten(opened, computer, qtbot):
    page, record = opened
    for _ in range(2):
        page.start_run()
        finish(qtbot, page)
    first, second = record.runs
    qtbot.waitUntil(lambda: page.details.runs.view.table.rowCount() == 2)
    page.details.runs.view.selectRow(0)
    chosen = record.run
    qtbot.waitUntil(lambda: page.details.runs._chosen is first)
    page.details.runs.remove_chosen()

    assert chosen is first
    assert record.runs == (second,)
    assert record.run is second


def test_a_shape_that_does_not_fit_keeps_it_from_starting(qtbot, computer):
    session, _ = a_session(dynamic=True)
    page = ProfilePage(session, JobRunner(), NoticeBoard())
    qtbot.addWidget(page)
    page.show()
    (line,) = page.form.shapes
    line.setText("2x9x8x4")
    refused = page.run_button.isEnabled()
    line.setText("2 8 8 4")

    assert not refused
    assert page.run_button.isEnabled()
    assert page.form.plan().input_shapes == {"x": (2, 8, 8, 4)}


def test_files_are_asked_for_each_input(opened):
    page, _ = opened
    page.form.inputs.setCurrentIndex(2)
    (line,) = page.form.files
    line.line.setText("/data/cat.png")
    plan = page.form.plan()

    assert plan.input_kind is InputKind.FILE
    assert plan.input_files == {"x": "/data/cat.png"}


def test_without_a_model_nothing_can_be_started(qtbot, computer):
    page = ProfilePage(Session(), JobRunner(), NoticeBoard())
    qtbot.addWidget(page)
    page.show()
    page.start_run()

    assert computer.plans == []
    assert not page.run_button.isEnabled()
    assert "Open a model" in page._placeholder.text


def test_a_hidden_page_measures_the_model_in_front(opened, computer, qtbot):
    page, _ = opened
    page.hide()
    other = open_model(page.session, a_chain(["MUL"], name="other.tflite", dynamic=True))
    page.start_run()
    finish(qtbot, page)

    assert len(other.runs) == 1
    assert page.form.model is other.model

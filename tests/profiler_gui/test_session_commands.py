import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QFileDialog

from backends.runs.plan import Plan
from backends.sessions import schema
from backends.sessions.folder import list_unsaved
from backends.sessions.session_file import SessionFile
from backends.sessions.values import Draft, KeptModel, KeptRun
from profiler_gui.app import make_services, make_window
from profiler_gui.session import Overlay
from profiler_gui.session_commands import SessionCommands
from tests.profiler_gui.conftest import a_small_model
from tests.support.builders import a_run


def commands_of(window) -> SessionCommands:
    return window.findChild(SessionCommands)


def saved(window, qtbot, count: int) -> SessionFile:
    """Wait until the window's session has so many runs on disk."""
    saver = commands_of(window).saver
    qtbot.waitUntil(lambda: saver.path is not None)
    file = SessionFile(saver.path)

    def is_there() -> bool:
        # The file is empty for the moment between its making and the end of the first transaction.
        return saver.path.is_file() and saver.path.stat().st_size > 0 and len(file.read().runs) == count

    qtbot.waitUntil(is_there)
    return file


def measured(record, id_="run-1", **fields):
    return replace(a_run(record.model, id_=id_), **fields)


@pytest.fixture
def session_path(tmp_path):
    return tmp_path / "work.tfsession"


def test_nothing_is_written_before_there_is_a_run(window, open_file, model_file):
    open_file(model_file)

    assert list_unsaved() == ()


def test_every_run_is_saved_by_itself(window, open_file, model_file, qtbot, services):
    record = open_file(model_file)
    record.add_run(measured(record))
    file = saved(window, qtbot, 1)
    services.runs.set_note("run-1", "warm")
    services.runs.choose_baseline("run-1")
    qtbot.waitUntil(lambda: file.read().properties.get("baseline") == "run-1")

    content = file.read()
    assert list_unsaved() == (file.path,)
    assert content.runs[0].note == "warm"
    assert content.models[0].path == str(model_file)
    assert content.properties.get("closed") is None

    services.runs.delete(["run-1"])
    saved(window, qtbot, 0)


def test_closing_the_window_writes_what_waits(window, open_file, model_file, qtbot):
    record = open_file(model_file)
    for number in range(20):
        record.add_run(measured(record, f"run-{number}"))
    path = commands_of(window).saver.path
    window.close()

    content = SessionFile(path).read()
    assert len(content.runs) == 20
    assert content.properties["closed"] == "yes"
    assert json.loads(content.properties["window"])["current"] == record.model.sha256


def test_a_session_is_saved_under_a_name_and_opened_again(
    window, services, open_file, model_file, other_file, qtbot, session_path, monkeypatch
):
    other = open_file(other_file)
    other.add_run(measured(other, "x"))
    record = open_file(model_file)
    record.add_run(measured(record, "run-1"))
    record.add_run(measured(record, "run-2"))
    services.runs.choose_baseline("run-1")
    record.choose_run(record.runs[0])
    saved(window, qtbot, 3)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(session_path.with_suffix("")), ""))
    window.actions_table["save_session"].trigger()
    qtbot.waitUntil(lambda: commands_of(window).saver.path == session_path)

    assert list_unsaved() == ()
    assert services.settings.recent_sessions == (str(session_path),)

    record.add_run(measured(record, "run-3"))
    saved(window, qtbot, 4)
    record.choose_run(record.runs[0])
    qtbot.waitUntil(lambda: "run-1" in SessionFile(session_path).read().properties.get("window", ""), timeout=5000)
    window.close()
    with a_window(services.settings, qtbot) as (fresh, others):
        others.opener.open_paths([session_path])
        qtbot.waitUntil(lambda: len(others.session.models) == 2)

        again = others.session.current
        assert again.path == model_file
        assert [run.id for run in again.runs] == ["run-1", "run-2", "run-3"]
        assert again.run.id == "run-1"
        assert again.overlay.overlay is Overlay.TIME
        assert others.session.baseline is again.runs[0]
        assert commands_of(fresh).saver.path == session_path
        assert fresh.docks["runs"].windowTitle() == "Runs (4)"
        assert others.notices.notices == ()


class a_window:  # noqa: N801 - reads as what it is
    """A second window, as after the next start."""

    def __init__(self, settings, qtbot):
        self._settings, self._qtbot = settings, qtbot

    def __enter__(self):
        from PySide6.QtWidgets import QApplication

        self.services = make_services(QApplication.instance(), self._settings)
        self.window = make_window(self.services)
        self.window.show()
        return self.window, self.services

    def __exit__(self, *_):
        self.window.close()
        assert self.services.jobs.close()
        for part in (
            self.window,
            self.services.session,
            self.services.jobs,
            self.services.notices,
            self.services.theme,
        ):
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def leave_behind(model_file, *, drafts=(), closed=False):
    """A session as a killed window leaves it."""
    from backends.model.reader import read_model
    from backends.sessions.folder import new_unsaved_path

    model = read_model(model_file)
    kept = KeptModel(sha256=model.sha256, name=model.name, path=str(model_file), size_bytes=model.size_bytes)
    file = SessionFile(new_unsaved_path())
    file.add_run(KeptRun(run=a_run(model, id_="left")), kept)
    for draft in drafts:
        file.set_draft(replace(draft, model_sha256=model.sha256))
    if closed:
        file.set_properties({"closed": "yes"})
    return file


def test_after_a_crash_the_session_is_offered_and_restored(qapp, settings, qtbot, model_file):
    draft = Draft(
        model_sha256="", model_name="small.tflite", plan=Plan(runs=50, device="adb:x"),
        started_at="2026-03-01T12:00:00+00:00", latencies_ns=(5_000_000, 6_000_000),
    )  # fmt: skip
    file = leave_behind(model_file, drafts=[draft])
    with a_window(settings, qtbot) as (window, services):
        qtbot.waitUntil(lambda: bool(services.notices.notices))
        notice = services.notices.notices[0]

        assert notice.message.startswith("The program ended without saving 2 runs of small.tflite")

        notice.actions[0].run()
        qtbot.waitUntil(lambda: services.session.current is not None)
        runs = services.session.current.runs

        assert {run.id for run in runs} >= {"left"}
        assert len(runs) == 2
        recovered = next(run for run in runs if run.id != "left")
        assert not recovered.is_complete
        assert recovered.latencies_ns == (5_000_000, 6_000_000)
        assert "2 of 50 inferences" in recovered.warnings[0]
        assert commands_of(window).saver.path == file.path
        qtbot.waitUntil(lambda: file.read().drafts == () and len(file.read().runs) == 2)


def test_an_unsaved_session_of_an_orderly_end_is_offered_in_the_menu_only(qapp, settings, qtbot, model_file):
    leave_behind(model_file, closed=True)
    with a_window(settings, qtbot) as (window, services):
        menu = commands_of(window)._recent
        qtbot.waitUntil(lambda: menu.isEnabled())

        assert services.notices.notices == ()
        assert any("1 run of small.tflite" in action.text() for action in menu.actions())


def test_a_session_in_use_by_a_window_is_not_offered_or_opened_by_another(
    window, services, open_file, model_file, qtbot
):
    record = open_file(model_file)
    record.add_run(measured(record))
    file = saved(window, qtbot, 1)
    with a_window(services.settings, qtbot) as (second, others):
        qtbot.wait(200)

        assert others.notices.notices == ()

        commands_of(second).open_session(file.path)
        qtbot.waitUntil(lambda: bool(others.notices.notices))

        assert "is open in another window" in others.notices.notices[0].message
        assert others.session.models == ()


def test_models_are_kept_in_the_session_when_wanted(window, services, open_file, model_file, qtbot, session_path):
    window.actions_table["embed_models"].trigger()
    record = open_file(model_file)
    record.add_run(measured(record, "before"))
    saved(window, qtbot, 1)
    model_file.write_bytes(a_small_model(("RELU",)))
    window.actions_table["reload"].trigger()
    qtbot.waitUntil(lambda: len(record.model.subgraphs[0].operators) == 1)
    record.add_run(measured(record, "after"))
    saved(window, qtbot, 2)
    commands_of(window).save_as(session_path)
    qtbot.waitUntil(lambda: commands_of(window).saver.path == session_path)
    window.close()
    model_file.unlink()
    with a_window(services.settings, qtbot) as (_, others):
        others.opener.open_paths([session_path])
        qtbot.waitUntil(lambda: bool(others.session.models))

        assert len(others.session.current.model.subgraphs[0].operators) == 1
        sides = [others.runs.side_of(kept) for kept in others.runs.runs]
        assert [len(side.model.subgraphs[0].operators) for side in sides] == [3, 1]
        assert others.notices.notices == ()


def test_without_its_model_a_session_still_lists_its_runs(window, services, open_file, model_file, qtbot, session_path):
    record = open_file(model_file)
    record.add_run(measured(record))
    saved(window, qtbot, 1)
    commands_of(window).save_as(session_path)
    qtbot.waitUntil(lambda: commands_of(window).saver.path == session_path)
    window.close()
    model_file.unlink()
    with a_window(services.settings, qtbot) as (fresh, others):
        others.opener.open_paths([session_path])
        qtbot.waitUntil(lambda: len(others.runs.runs) == 1)

        assert "small.tflite" in others.notices.notices[0].message
        assert fresh.docks["runs"].isVisible()
        assert fresh.docks.page("runs").table.rowCount() == 1


def test_a_newer_session_is_only_read_and_its_runs_are_kept_elsewhere(qapp, settings, qtbot, model_file, session_path):
    file = leave_behind(model_file, closed=True)
    file.path.rename(session_path)
    with closing(sqlite3.connect(session_path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version={schema.VERSION + 1}")
    before = session_path.read_bytes()
    with a_window(settings, qtbot) as (window, services):
        services.opener.open_paths([session_path])
        qtbot.waitUntil(lambda: services.session.current is not None)

        assert "newer version" in services.notices.notices[0].message
        record = services.session.current
        record.add_run(measured(record, "fresh"))
        rescue = saved(window, qtbot, 2)
        assert rescue.path != session_path
    assert session_path.read_bytes() == before


def test_a_full_disk_is_told_the_run_stays_and_is_saved_later(
    window, services, open_file, model_file, qtbot, monkeypatch
):
    from backends.sessions.database import FullDiskError

    record = open_file(model_file)
    is_full = True
    whole = SessionFile.add_run

    def add_run(self, *args):
        if is_full:
            raise FullDiskError("x cannot be saved: the disk is full", hint="Free some space; saving is tried again.")
        whole(self, *args)

    monkeypatch.setattr(SessionFile, "add_run", add_run)
    record.add_run(measured(record, "one"))
    record.add_run(measured(record, "two"))
    qtbot.waitUntil(lambda: bool(services.notices.notices))
    notice = services.notices.notices[0]

    assert "the disk is full" in notice.message
    assert "still in this window" in notice.hint
    assert [run.id for run in record.runs] == ["one", "two"]

    is_full = False
    notice.actions[0].run()

    assert [kept.run.id for kept in saved(window, qtbot, 2).read().runs] == ["one", "two"]
    qtbot.waitUntil(lambda: services.notices.notices == ())


def test_opening_another_session_keeps_the_one_that_was_there(
    window, services, open_file, model_file, other_file, qtbot, session_path
):
    leave_behind(other_file, closed=True).path.rename(session_path)
    record = open_file(model_file)
    record.add_run(measured(record, "mine"))
    mine = saved(window, qtbot, 1)
    services.opener.open_paths([session_path])
    qtbot.waitUntil(lambda: [kept.run.id for kept in services.runs.runs] == ["left"])

    assert [item.path for item in services.session.models] == [other_file]
    assert [kept.run.id for kept in mine.read().runs] == ["mine"]
    assert any("1 run of small.tflite" in action.text() for action in commands_of(window)._recent.actions())


def test_undo_in_the_edit_menu_brings_deleted_runs_back(window, services, open_file, model_file, qtbot):
    record = open_file(model_file)
    record.add_run(measured(record))
    services.runs.delete(["run-1"])

    assert window.actions_table["undo"].text().startswith("Undo delete small.tflite")

    window.actions_table["undo"].trigger()

    assert len(record.runs) == 1
    saved(window, qtbot, 1)


def test_what_is_measured_is_on_disk_before_the_run_is_finished(
    window, services, open_file, model_file, qtbot, monkeypatch
):
    import backends.runs.matrix as matrix
    from profiler_gui.draft_keeping import DraftKeeper

    def execute(path, model, plan, progress=None, **_others):
        for number in range(5):
            progress.sample("run", 1_000_000 + number)
        while not progress.is_stopping:
            progress.sleep(0.01)
        return a_run(model, id_="whole", plan=plan)

    monkeypatch.setattr(matrix, "execute_plan", execute)
    record = open_file(model_file)
    window.actions_table["profile"].trigger()
    saver = commands_of(window).saver
    keeper = window.findChild(DraftKeeper)
    qtbot.waitUntil(lambda: bool(keeper._running))
    keeper.save()
    qtbot.waitUntil(lambda: saver.path is not None and saver.path.is_file() and saver.path.stat().st_size > 0)
    file = SessionFile(saver.path)
    qtbot.waitUntil(lambda: len(file.read().drafts) == 1)

    assert file.read().drafts[0].latencies_ns == tuple(1_000_000 + number for number in range(5))
    assert file.read().drafts[0].model_sha256 == record.model.sha256

    window.actions_table["stop"].trigger()
    qtbot.waitUntil(lambda: [kept.run.id for kept in file.read().runs] == ["whole"])
    qtbot.waitUntil(lambda: file.read().drafts == ())


def test_a_cancelled_measurement_leaves_no_draft(window, services, open_file, model_file, qtbot, monkeypatch):
    import backends.runs.matrix as matrix
    from profiler_gui.draft_keeping import DraftKeeper

    def execute(path, model, plan, progress=None, **_others):
        progress.sample("run", 1_000_000)
        while True:
            progress.sleep(0.01)

    monkeypatch.setattr(matrix, "execute_plan", execute)
    open_file(model_file)
    window.actions_table["profile"].trigger()
    keeper = window.findChild(DraftKeeper)
    qtbot.waitUntil(lambda: bool(keeper._running))
    keeper.save()
    saver = commands_of(window).saver
    qtbot.waitUntil(lambda: saver.path is not None and saver.path.is_file() and saver.path.stat().st_size > 0)
    file = SessionFile(saver.path)
    qtbot.waitUntil(lambda: len(file.read().drafts) == 1)
    window.actions_table["cancel"].trigger()
    qtbot.waitUntil(lambda: file.read().drafts == ())

    assert file.read().runs == ()


def test_a_session_that_cannot_be_saved_there_stays_where_it_was(
    window, services, open_file, model_file, qtbot, tmp_path
):
    record = open_file(model_file)
    record.add_run(measured(record))
    file = saved(window, qtbot, 1)
    commands_of(window).save_as(tmp_path / "nowhere" / "x.tfsession")
    qtbot.waitUntil(lambda: bool(services.notices.notices))

    assert "x.tfsession" in services.notices.notices[0].message
    assert commands_of(window).saver.path == file.path

    record.add_run(measured(record, "later"))
    saved(window, qtbot, 2)


def test_runs_that_come_while_the_session_is_saved_elsewhere_are_in_the_new_file(
    window, services, open_file, model_file, qtbot, session_path
):
    record = open_file(model_file)
    record.add_run(measured(record, "before"))
    commands_of(window).save_as(session_path)
    record.add_run(measured(record, "meanwhile"))
    qtbot.waitUntil(lambda: commands_of(window).saver.path == session_path)

    assert [kept.run.id for kept in saved(window, qtbot, 2).read().runs] == ["before", "meanwhile"]


def test_targets_that_answer_otherwise_than_when_it_was_saved_are_named(qapp):
    from profiler_gui.session_state import changed_verdicts, kept_verdicts
    from tests.support.sessions import a_session, give_verdicts

    _, record = a_session()
    give_verdicts(record)
    kept = kept_verdicts("ab", record.verdicts)

    assert changed_verdicts(kept, record.verdicts) == {}

    before = replace(kept[0], placements=dict.fromkeys(kept[0].placements, "accelerated"))

    assert changed_verdicts((before,), record.verdicts) == {"Old NPU": 2}


def test_a_damaged_session_is_offered_and_what_can_be_read_goes_on_in_another_file(qapp, settings, qtbot, model_file):
    file = leave_behind(model_file)
    data = file.path.read_bytes()
    file.path.write_bytes(b"\x00" * 100 + data[100:])
    with a_window(settings, qtbot) as (window, services):
        qtbot.waitUntil(lambda: bool(services.notices.notices))
        services.notices.notices[0].actions[0].run()
        qtbot.waitUntil(lambda: services.session.current is not None)

        assert [run.id for run in services.session.current.runs] == ["left"]
        assert any("is damaged: 1 runs were read" in notice.message for notice in services.notices.notices)
        assert saved(window, qtbot, 1).path != file.path
    assert file.path.read_bytes()[:100] == b"\x00" * 100

from dataclasses import replace
from pathlib import Path

import pytest

from backends.sessions.values import KeptModel, KeptRun
from profiler_gui.run_book import BookContent, RunBook
from profiler_gui.session import OpenedFile, Session
from tests.support.builders import a_chain, a_run

FIRST, SECOND = "aa" * 32, "bb" * 32


def opened(sha256=FIRST, path="/models/a.tflite") -> OpenedFile:
    model = replace(a_chain(("CONV_2D", "RELU")), sha256=sha256)
    return OpenedFile(model=model, path=Path(path), costs={}, summary=None)


def measured(opened: OpenedFile, id_: str, hour: int = 12):
    return replace(a_run(opened.model, id_=id_), started_at=f"2026-03-01T{hour:02}:00:00+00:00")


@pytest.fixture
def session(qapp):
    session = Session()
    yield session
    session.deleteLater()


@pytest.fixture
def book(session):
    return RunBook(session)


def ids(book) -> list[str]:
    return [kept.run.id for kept in book.runs]


def test_runs_of_an_open_model_are_kept_when_it_is_closed_and_shown_when_it_is_opened_again(session, book):
    record = session.add(opened())
    record.add_run(measured(opened(), "one"))
    session.close(record)

    assert ids(book) == ["one"]

    again = session.add(opened())

    assert [run.id for run in again.runs] == ["one"]
    assert again.run.id == "one"


def test_runs_of_earlier_contents_stay_and_come_back_with_their_content(session, book):
    """Try again after each change: the file is built anew, read again, and measured again."""
    record = session.add(opened())
    record.add_run(measured(opened(), "before"))
    record.replace_file(opened(SECOND))

    assert record.runs == ()
    assert record.run is None
    assert ids(book) == ["before"]

    record.add_run(measured(opened(SECOND), "after"))

    assert [run.id for run in record.runs] == ["after"]
    assert ids(book) == ["before", "after"]
    assert [book.side_of(kept).model.sha256 for kept in book.runs] == [FIRST, SECOND]
    assert book.versions_of(book.models[0]) == (FIRST, SECOND)

    record.replace_file(opened(FIRST))

    assert [run.id for run in record.runs] == ["before"]
    assert record.run.id == "before"


def test_deleting_can_be_undone_and_redone(session, book):
    record = session.add(opened())
    for number, id_ in enumerate(("one", "two", "three")):
        record.add_run(measured(opened(), id_, number))
    book.choose_baseline("two")

    book.delete(["two", "three"])

    assert ids(book) == ["one"]
    assert [run.id for run in record.runs] == ["one"]
    assert record.run.id == "one"
    assert session.baseline is None
    assert book.undo_stack.undoText() == "delete 2 runs"

    book.undo_stack.undo()

    assert [run.id for run in record.runs] == ["one", "two", "three"]
    assert session.baseline.id == "two"

    book.undo_stack.redo()

    assert ids(book) == ["one"]


def test_a_run_deleted_in_the_profile_panel_is_deleted_here_and_comes_back_there(session, book):
    record = session.add(opened())
    record.add_run(measured(opened(), "one"))

    record.remove_run(record.runs[0])

    assert book.runs == ()

    book.undo_stack.undo()

    assert [run.id for run in record.runs] == ["one"]


def test_names_tags_notes_and_the_baseline_can_be_undone(session, book):
    record = session.add(opened())
    record.add_run(measured(opened(), "one"))
    book.rename("one", "  first try ")
    book.set_tags("one", ["fast", "", "fast", " small "])
    book.set_note("one", "with a fan")
    book.choose_baseline("one")

    assert book.find("one").title == "first try"
    assert book.find("one").tags == ("fast", "small")
    assert book.find("one").note == "with a fan"
    assert session.baseline is record.runs[0]

    for _ in range(4):
        book.undo_stack.undo()

    assert book.find("one") == KeptRun(run=record.runs[0], added_at=book.find("one").added_at)
    assert session.baseline is None


def test_a_run_whose_tab_was_closed_meanwhile_is_kept(session, book, qtbot):
    run = measured(opened(), "late")

    with qtbot.waitSignal(book.run_added):
        session.run_measured.emit(run)
    session.run_measured.emit(run)

    assert ids(book) == ["late"]
    assert book.side_of(book.runs[0]) is None


def test_another_session_takes_the_place_of_all(session, book, qtbot):
    record = session.add(opened())
    record.add_run(measured(opened(), "one"))
    told = []
    book.run_added.connect(told.append)

    book.load(
        BookContent(
            runs=(KeptRun(run=measured(opened(), "saved"), title="x"),),
            models=(KeptModel(sha256=FIRST, name="a", path="/models/a.tflite"),),
            opened=(opened(),),
            baseline="saved",
        )
    )

    assert ids(book) == ["saved"]
    assert [run.id for run in record.runs] == ["saved"]
    assert session.baseline.id == "saved"
    assert told == []
    assert not book.undo_stack.canUndo()


def test_models_without_runs_are_let_go_when_they_are_closed(session, book):
    """They may take gigabytes."""
    with_run, without = session.add(opened()), session.add(opened(SECOND, "/models/b.tflite"))
    with_run.add_run(measured(opened(), "one"))
    session.close(without)
    session.close(with_run)

    assert book.opened(SECOND) is None
    assert [model.sha256 for model in book.models] == [FIRST]
    assert book.opened(FIRST) is not None

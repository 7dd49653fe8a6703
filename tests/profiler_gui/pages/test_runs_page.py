import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QLineEdit

from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.drag_out import file_name
from profiler_gui.pages.runs_page import RunsPage
from profiler_gui.run_book import RunBook
from profiler_gui.run_mime import RUNS_MIME, run_ids
from profiler_gui.session import OpenedFile, Session
from tests.profiler_gui.conftest import activate
from tests.support.builders import a_chain, a_run

KINDS = ("CONV_2D", "RELU")


def measured(model, id_, *, ms=1.0, hour=12, **plan):
    run = a_run(model, id_=id_, latencies_ns=(round(ms * 1e6),) * 4)
    return replace(run, started_at=f"2026-03-01T{hour:02}:00:00+00:00", plan=replace(run.plan, **plan))


def opened(name="a.tflite", sha256="aa" * 32) -> OpenedFile:
    return OpenedFile(
        model=replace(a_chain(KINDS, name=name), sha256=sha256), path=Path(f"/models/{name}"), costs={}, summary=None
    )


@pytest.fixture
def session(qapp):
    session = Session()
    yield session
    session.deleteLater()


@pytest.fixture
def book(session):
    return RunBook(session)


@pytest.fixture
def page(session, book, settings, qtbot):
    """Three runs of one model and one of another, which is slower."""
    first = session.add(opened())
    for number, (id_, ms) in enumerate((("one", 1.0), ("two", 0.9), ("three", 1.2))):
        first.add_run(measured(first.model, id_, ms=ms, hour=number, threads=number + 1))
    other = session.add(opened("b.tflite", "bb" * 32))
    other.add_run(measured(other.model, "other", ms=2.0, hour=9, device="adb:serial", delegate="gpu"))
    page = RunsPage(session, book, NoticeBoard(), settings)
    qtbot.addWidget(page)
    page.resize(1000, 400)
    page.show()
    activate(page, qtbot)
    page.view.setFocus()
    return page


def shown(page) -> list[str]:
    return [row.run.id for row in page.table.visible_rows]


def texts(page, column: str) -> list[str]:
    place = [c.id for c in page.table.columns].index(column)
    return [page.table.index(row, place).data() for row in range(page.table.rowCount())]


def select(page, *ids: str) -> None:
    page.view.select_rows(lambda row: row.run.id in ids)
    page._show_state()


def test_all_runs_are_listed_newest_first_whichever_model_is_in_front(page):
    assert shown(page) == ["other", "three", "two", "one"]
    assert texts(page, "model") == ["b.tflite", "a.tflite", "a.tflite", "a.tflite"]
    assert texts(page, "device")[0] == "adb:serial"


def test_an_empty_list_says_what_to_do(session, book, qtbot):
    page = RunsPage(session, book, NoticeBoard())
    qtbot.addWidget(page)
    page.show()

    assert "Profile a model" in page._empty.text
    assert page._pages.currentWidget() is page._empty


def test_searching_and_filtering_narrow_the_list(page, book):
    book.set_tags("two", ["fan"])
    page.refresh()
    page.search.setText("fan")

    assert shown(page) == ["two"]
    assert page._count.plain_text == "1 of 4 runs"

    page.search.setText("")
    box = page.filters["model"]
    box.setCurrentIndex(box.findData("b.tflite"))
    box.activated.emit(box.currentIndex())

    assert shown(page) == ["other"]


def test_the_list_is_sorted_by_numbers(page):
    place = [c.id for c in page.table.columns].index("mean_ns")
    page.view.sortByColumn(place, Qt.SortOrder.AscendingOrder)

    assert shown(page) == ["two", "one", "three", "other"]


def test_a_pinned_baseline_shows_how_much_slower_the_others_are(page, session, qtbot):
    select(page, "one")
    qtbot.mouseClick(page.baseline_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "−10.0 %" in texts(page, "change"))

    assert texts(page, "change") == ["+100 %", "+20.0 %", "−10.0 %", "–"]
    assert session.baseline.id == "one"
    assert page.baseline_button.text() == "Unpin baseline"

    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_B)

    assert session.baseline is None


def test_runs_are_deleted_by_key_and_come_back(page, book, session, qtbot):
    select(page, "one", "three")
    qtbot.keyClick(page.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: shown(page) == ["other", "two"])
    notice = page.notices.notices[0]

    assert notice.message == "2 runs were deleted."

    notice.actions[0].run()
    qtbot.waitUntil(lambda: len(shown(page)) == 4)

    assert len(session.models[0].runs) == 3


def test_f2_renames_in_place(page, book, qtbot):
    select(page, "two")
    qtbot.keyClick(page.view, Qt.Key.Key_F2)
    editor = page.view.findChild(QLineEdit)
    editor.setText("with a fan")
    qtbot.keyClick(editor, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: book.find("two").title == "with a fan")
    page.refresh()

    assert [row.run.id for row in page.selected()] == ["two"]

    book.undo_stack.undo()

    assert book.find("two").title == ""


def test_tags_and_notes_are_typed_into_their_cells(page, book):
    for column, text in (("tags", "slow; warm, slow"), ("note", "x")):
        place = [c.id for c in page.table.columns].index(column)
        page.table.setData(page.table.index(shown(page).index("one"), place), text)
        page.refresh()

    assert book.find("one").tags == ("slow", "warm")
    assert book.find("one").note == "x"


def test_several_selected_runs_are_compared_the_baseline_first(page, session, book, qtbot):
    book.choose_baseline("three")
    page.refresh()
    select(page, "one", "three", "other")
    with qtbot.waitSignal(session.compare_wanted) as caught:
        qtbot.mouseClick(page.compare_button, Qt.MouseButton.LeftButton)

    sides = caught.args[0]
    assert [side.run.id for side in sides] == ["three", "other", "one"]
    assert {side.model.name for side in sides} == {"a.tflite", "b.tflite"}


def test_one_run_is_compared_with_the_baseline(page, session, book, qtbot):
    book.choose_baseline("one")
    page.refresh()
    select(page, "two")

    assert page.compare_button.text() == "Compare with baseline"
    with qtbot.waitSignal(session.compare_wanted) as caught:
        page.compare_selected()
    assert [side.run.id for side in caught.args[0]] == ["one", "two"]


def test_a_run_dropped_on_another_is_compared_with_it(page, session, qtbot):
    """As the view does it: rows become what is dragged, and that is dropped on a row."""
    row = shown(page).index("two")
    data = page.table.mimeData([page.table.index(row, 0)])
    onto = page.table.index(shown(page).index("one"), 0)
    with qtbot.waitSignal(session.compare_wanted) as caught:
        assert page.table.dropMimeData(data, Qt.DropAction.CopyAction, -1, -1, onto)

    assert [side.run.id for side in caught.args[0]] == ["one", "two"]
    assert not page.table.canDropMimeData(data, Qt.DropAction.CopyAction, -1, -1, page.table.index(row, 0))


def test_dragged_runs_are_files_for_other_programs(page, book):
    book.rename("one", "../../my <run>")
    page.refresh()
    rows = [page.table.index(shown(page).index(id_), 0) for id_ in ("one", "two")]
    data = page.table.mimeData(rows)
    paths = [Path(url.toLocalFile()) for url in data.urls()]

    assert set(run_ids(data)) == {"one", "two"}
    assert {json.loads(path.read_text())["id"] for path in paths} == {"one", "two"}
    assert len({path.parent for path in paths}) == 1
    assert {path.name for path in paths} == {"my-run.json", "a.tflite-01-00.json"}


def test_what_is_dragged_from_elsewhere_is_no_run():
    data = QMimeData()
    data.setText("one")

    assert run_ids(data) == ()

    data.setData(RUNS_MIME, b"a\n\xff\n\na")

    assert run_ids(data) == ("a", "\ufffd")


@pytest.mark.parametrize(
    ("title", "name"), [("../x", "x"), ("a/b\\c", "a-b-c"), ("...", "run"), ("", "run"), ("ü 1.5", "ü-1.5")]
)
def test_titles_become_harmless_file_names(title, name):
    assert file_name(title) == name


def test_runs_whose_model_is_not_at_hand_say_so(page, session, book, qtbot):
    stranger = measured(opened("c.tflite", "cc" * 32).model, "stranger")
    session.run_measured.emit(stranger)
    page.refresh()
    select(page, "one", "stranger")
    page.compare_selected()

    assert "not at hand" in page.notices.notices[0].message


def test_contents_of_one_file_are_numbered(page, session):
    record = session.models[0]
    record.replace_file(opened(sha256="dd" * 32))
    record.add_run(measured(record.model, "later", hour=10))
    page.refresh()

    assert dict(zip(shown(page), texts(page, "version"), strict=True)) == {
        "later": "2 of 2", "other": "", "three": "1 of 2", "two": "1 of 2", "one": "1 of 2"
    }  # fmt: skip

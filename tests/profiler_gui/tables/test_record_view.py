import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication

from profiler_gui.tables.footer import FooterView
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from tests.profiler_gui.tables.test_record_table import COLUMNS, FRUITS, Fruit


@pytest.fixture
def view(qtbot):
    view = RecordView(RecordTable(COLUMNS))
    qtbot.addWidget(view)
    view.table.set_rows(FRUITS)
    view.resize(400, 200)
    return view


def select(view, *positions):
    for position in positions:
        view.selectionModel().select(
            view.table.index(position, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )


def test_copying_gives_tab_separated_rows_under_their_titles(view, qtbot):
    select(view, 2, 0)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    view.copy_rows()

    assert QGuiApplication.clipboard().text() == "Name\tGrams\tShare\npear\t120 g\t0.5\napple\t150 g\t–\n"


def test_hidden_columns_are_not_copied(view):
    view.show_columns(["name", "grams"])
    select(view, 3)
    view.copy_rows()

    assert QGuiApplication.clipboard().text() == "Name\tGrams\nApricot\t30 g\n"


def test_one_cell_can_be_copied(view):
    view.setCurrentIndex(view.table.index(0, 1))
    view.copy_cell()

    assert QGuiApplication.clipboard().text() == "120 g"


def test_selecting_by_hand_tells_the_rows(view, qtbot):
    with qtbot.waitSignal(view.rows_selected) as told:
        select(view, 1)

    assert told.args == [(FRUITS[1],)]


def test_selecting_by_program_tells_nobody(view, qtbot):
    with qtbot.assertNotEmitted(view.rows_selected):
        view.select_rows(lambda fruit: fruit.name.startswith(("a", "p")))

    assert [fruit.name for fruit in view.selected_rows()] == ["pear", "apple"]


def test_the_selection_follows_its_rows_when_sorting_and_filtering(view, qtbot):
    select(view, 2)
    with qtbot.assertNotEmitted(view.rows_selected):
        view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
        view.table.set_filter("ap")

    assert view.selected_rows() == (FRUITS[2],)


def test_a_column_is_hidden_from_the_menu_and_told(view, qtbot):
    menu = view.column_menu()
    with qtbot.waitSignal(view.columns_changed) as told:
        menu.actions()[1].trigger()

    assert told.args == [("name", "share")]
    assert not menu.actions()[0].isEnabled()


def test_columns_without_any_value_can_be_left_out(view):
    view.table.set_rows([Fruit("pear", 1.0)])
    view.hide_empty_columns()

    assert view.visible_column_ids() == ("name", "grams")


def test_totals_stand_under_their_columns_even_when_scrolled_or_resized(view, qtbot):
    footer = FooterView(view)
    qtbot.addWidget(footer)
    footer.set_rows([Fruit("all", 300)])
    view.setColumnWidth(1, 333)
    view.show_columns(["name", "grams"])
    view.horizontalHeader().moveSection(1, 0)
    footer.resize(200, 30)
    view.resize(200, 200)
    view.show()
    footer.show()
    view.horizontalScrollBar().setValue(40)

    assert footer.columnWidth(1) == 333
    assert footer.isColumnHidden(2)
    assert footer.model().index(0, 1).data() == "300 g"
    assert [footer.columnViewportPosition(i) for i in (0, 1)] == [view.columnViewportPosition(i) for i in (0, 1)]


def a_view_with_a_long_name(qtbot):
    view = RecordView(RecordTable(COLUMNS))
    qtbot.addWidget(view)
    view.table.set_rows([Fruit("pear " * 100, 120, 0.5)])
    view.resize(500, 200)
    view.show()
    view.fit_columns()
    return view


def test_shortened_texts_get_the_room_that_is_left(qtbot):
    view = a_view_with_a_long_name(qtbot)

    assert view.horizontalHeader().length() == view.viewport().width()


def test_shortened_texts_follow_the_width_of_the_view(qtbot):
    view = a_view_with_a_long_name(qtbot)
    view.resize(600, 200)

    assert view.horizontalHeader().length() == view.viewport().width()

    view.resize(200, 200)

    assert view.columnWidth(0) == 220


def test_a_column_that_was_made_another_width_stays_as_it_is(qtbot):
    view = a_view_with_a_long_name(qtbot)
    view.setColumnWidth(0, 123)
    view.resize(900, 200)

    assert view.columnWidth(0) == 123

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt

from backends.reports.columns import Align, Column
from profiler_gui.tables.look import Look
from profiler_gui.tables.record_table import SHARE_ROLE, RecordTable
from tests.support.table_text import table_text


@dataclass(frozen=True)
class Fruit:
    name: str
    grams: float | None = None
    share: float | None = None


COLUMNS = (
    Column(id="name", title="Name", value=lambda row: row.name),
    Column(id="grams", title="Grams", value=lambda row: row.grams, format="{:.0f} g".format, align=Align.RIGHT),
    Column(id="share", title="Share", value=lambda row: row.share, align=Align.RIGHT, is_share=True),
)
FRUITS = (Fruit("pear", 120, 0.5), Fruit("fig", None), Fruit("apple", 150), Fruit("Apricot", 30))


@pytest.fixture
def table(qapp):
    table = RecordTable(COLUMNS)
    table.set_rows(FRUITS)
    return table


def test_it_keeps_to_the_rules_of_item_models(table, qtmodeltester):
    qtmodeltester.check(table)


def test_rows_show_in_the_order_given(table):
    assert table_text(table, (0, 1)) == ["pear | 120 g", "fig | –", "apple | 150 g", "Apricot | 30 g"]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (Qt.SortOrder.AscendingOrder, ["Apricot", "pear", "apple", "fig"]),
        (Qt.SortOrder.DescendingOrder, ["apple", "pear", "Apricot", "fig"]),
    ],
)
def test_missing_values_sort_last_in_both_directions(table, order, names):
    table.sort(1, order)

    assert table_text(table, (0,)) == names


def test_sorting_by_no_column_restores_the_order(table):
    table.sort(1, Qt.SortOrder.AscendingOrder)
    table.sort(-1, Qt.SortOrder.AscendingOrder)

    assert table_text(table, (0,)) == ["pear", "fig", "apple", "Apricot"]


def test_all_words_of_a_filter_must_be_found_whatever_their_case(table):
    table.set_filter("AP 30")

    assert table_text(table, (0,)) == ["Apricot"]


def test_a_filter_combines_words_and_a_condition(table):
    table.set_filter("ap", lambda fruit: fruit.name.islower())

    assert table_text(table, (0,)) == ["apple"]


def test_filter_and_sorting_stay_when_rows_are_replaced(table):
    table.sort(1, Qt.SortOrder.DescendingOrder)
    table.set_filter("a")
    table.set_rows([Fruit("plum", 20), Fruit("kiwi", 70), Fruit("banana", 100)])

    assert table_text(table, (0,)) == ["banana"]


def test_numbers_stand_right_and_only_shares_have_bars(table):
    right = table.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole)

    assert right & Qt.AlignmentFlag.AlignRight
    assert table.index(0, 2).data(SHARE_ROLE) == 0.5
    assert table.index(0, 1).data(SHARE_ROLE) is None


def test_names_from_files_are_never_markup_or_control_characters(table):
    table.set_rows([Fruit("<b>bold</b>\x1b[31m\nline")])
    index = table.index(0, 0)

    assert index.data() == "<b>bold</b>\\x1b[31m\\x0aline"
    assert "&lt;b&gt;bold" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_a_look_decorates_a_cell(qapp):
    table = RecordTable(COLUMNS, look=lambda row, column: Look(tooltip=f"{column} of {row.name}", is_bold=True))
    table.set_rows(FRUITS)
    index = table.index(0, 1)

    assert "grams of pear" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert index.data(Qt.ItemDataRole.FontRole).bold()

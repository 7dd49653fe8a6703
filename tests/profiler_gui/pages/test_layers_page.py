from io import StringIO

import pytest
from PySide6.QtCore import QItemSelectionModel, QSettings, Qt

from backends.model.model import OperatorId
from backends.reports.report import find_report
from backends.runs.operator_column import OperatorColumn
from profiler_gui.pages.layers_page import LayersPage
from profiler_gui.session import Session
from profiler_gui.settings import Settings
from tests.support.builders import a_chain, a_run
from tests.support.sessions import a_session, give_verdicts, open_model
from tests.support.table_text import table_text


@pytest.fixture
def opened(qtbot):
    session, record = a_session()
    page = LayersPage(session)
    qtbot.addWidget(page)
    page.resize(1200, 300)
    page.show()
    return page, record


def shown(view, *ids):
    columns = tuple(i for id_ in ids for i, column in enumerate(view.table.columns) if column.id == id_)
    return table_text(view.table, columns)


def click(qtbot, view, row, modifier=Qt.KeyboardModifier.NoModifier):
    place = view.visualRect(view.table.index(row, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_operators_are_listed_in_execution_order(opened):
    page, _ = opened

    assert shown(page.operator_view, "index", "kind", "shape") == [
        "0 | CONV_2D | 1x8x8x4",
        "1 | RELU | 1x8x8x4",
        "2 | CONV_2D | 1x8x8x4",
        "3 | SOFTMAX | 1x8x8x4",
    ]


def test_columns_without_a_run_stay_hidden_and_come_with_one(opened, qtbot):
    page, record = opened
    before = page.operator_view.visible_column_ids()
    record.add_run(a_run(record.model, [2e6, None, 1e6, 1e6], fused={1: 0}, overhead_ns=1e6))
    qtbot.waitUntil(lambda: "time_ns" in page.operator_view.visible_column_ids())

    assert "time_ns" not in before
    assert shown(page.operator_view, "kind", "time_ns", "share", "fused_into") == [
        "CONV_2D | 2.00 ms | 40.0 % |",
        "RELU | – | – | 0",
        "CONV_2D | 1.00 ms | 20.0 % |",
        "SOFTMAX | 1.00 ms | 20.0 % |",
    ]


def test_overhead_and_total_stand_below(opened, qtbot):
    page, record = opened
    record.add_run(a_run(record.model, [2e6, None, 1e6, 1e6], overhead_ns=1e6))
    qtbot.waitUntil(lambda: page._operator_footer.model().rowCount() == 2)
    columns = [i for i, c in enumerate(page.operator_view.table.columns) if c.id in {"kind", "time_ns", "share"}]

    assert table_text(page._operator_footer.model(), tuple(columns)) == [
        "Runtime overhead | 1.00 ms | 20.0 %",
        "Total | 5.00 ms | 100.0 %",
    ]


def test_selecting_rows_selects_operators(opened, qtbot):
    page, record = opened
    click(qtbot, page.operator_view, 0)
    click(qtbot, page.operator_view, 2, Qt.KeyboardModifier.ControlModifier)

    assert record.selection == {OperatorId(0, 0), OperatorId(0, 2)}


def test_operators_selected_elsewhere_are_selected_here(opened):
    page, record = opened
    record.select([OperatorId(0, 1), OperatorId(0, 3)])

    assert [row.kind for row in page.operator_view.selected_rows()] == ["RELU", "SOFTMAX"]


def test_a_double_click_brings_the_operator_into_sight(opened, qtbot):
    page, record = opened
    view = page.operator_view
    click(qtbot, view, 1)
    with qtbot.waitSignal(record.revealed) as revealed:
        place = view.visualRect(view.table.index(1, 0)).center()
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert revealed.args == [OperatorId(0, 1)]


def test_words_and_types_narrow_the_table_and_its_totals(opened, qtbot):
    page, _ = opened
    page._filter.set_text("conv tensor_3")
    qtbot.waitUntil(lambda: page.operator_view.table.rowCount() == 1)
    page._filter.set_text("")
    page._filter.choose_kinds(["RELU", "SOFTMAX"])

    assert shown(page.operator_view, "kind") == ["RELU", "SOFTMAX"]
    assert page._count.text() == "2 of 4 operators"


def test_types_are_grouped_and_select_all_their_operators(opened, qtbot):
    page, record = opened
    page.show_kinds(True)
    click(qtbot, page.kind_view, 0)

    assert shown(page.kind_view, "kind", "count") == ["CONV_2D | 2", "RELU | 1", "SOFTMAX | 1"]
    assert record.selection == {OperatorId(0, 0), OperatorId(0, 2)}


def test_the_chosen_targets_answer_has_a_word_an_icon_and_the_reason(opened, qtbot):
    page, record = opened
    give_verdicts(record)
    qtbot.waitUntil(lambda: "verdict" in page.operator_view.visible_column_ids())
    place = [column.id for column in page.operator_view.table.columns].index("verdict")
    cell = page.operator_view.table.index(1, place)

    assert cell.data() == "fallback"
    assert not cell.data(Qt.ItemDataRole.DecorationRole).isNull()
    assert "int32" in cell.data(Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize("name", ["csv", "json", "markdown"])
def test_what_is_shown_can_be_exported(opened, name):
    page, _ = opened
    page._filter.choose_kinds(["SOFTMAX"])
    stream = StringIO()
    find_report(name).write(stream, page.content())

    assert "SOFTMAX" in stream.getvalue()
    assert "RELU" not in stream.getvalue()


def test_chosen_columns_are_remembered(qtbot, tmp_path):
    settings = Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    session, _ = a_session()
    first = LayersPage(session, settings=settings)
    qtbot.addWidget(first)
    first.show()
    menu = first.operator_view.column_menu()
    next(action for action in menu.actions() if action.text() == "Name").trigger()
    second = LayersPage(session, settings=settings)
    qtbot.addWidget(second)
    second.show()

    assert "name" not in second.operator_view.visible_column_ids()
    assert second.operator_view.visible_column_ids() == first.operator_view.visible_column_ids()


def test_another_model_in_front_takes_the_page(opened, qtbot):
    page, record = opened
    other = open_model(page.session, a_chain(["MUL"], name="other.tflite"))
    qtbot.waitUntil(lambda: shown(page.operator_view, "kind") == ["MUL"])
    record.select([OperatorId(0, 2)])
    page.operator_view.selectionModel().select(
        page.operator_view.table.index(0, 0),
        QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
    )

    assert other.selection == {OperatorId(0, 0)}
    assert record.selection == {OperatorId(0, 2)}


def test_a_hidden_page_waits_until_it_is_seen(opened, qtbot):
    page, record = opened
    page.hide()
    record.add_run(a_run(record.model))
    qtbot.wait(20)
    hidden = page.operator_view.visible_column_ids()
    page.show()

    assert "time_ns" not in hidden
    assert "time_ns" in page.operator_view.visible_column_ids()


def test_without_a_model_it_says_what_to_do(qtbot):
    page = LayersPage(Session())
    qtbot.addWidget(page)
    page.show()

    assert page._pages.currentWidget().text == "Open a model to see its operators here."


def test_the_filter_takes_queries_and_words(opened, qtbot):
    page, record = opened
    record.add_run(a_run(record.model, [2e6, None, 1e6, 5e5], fused={1: 0}))
    qtbot.waitUntil(lambda: "time_ns" in page.operator_view.visible_column_ids())

    page.filter_by("type:conv time>1.5ms")
    qtbot.waitUntil(lambda: shown(page.operator_view, "index") == ["0"])

    page.filter_by("xnnpack softmax")  # words are looked for in all columns
    qtbot.waitUntil(lambda: shown(page.operator_view, "index") == ["3"])

    page.filter_by("tpye:conv")
    qtbot.waitUntil(lambda: shown(page.operator_view, "index") == [])

    assert "There is no field" in page._filter._line.toolTip()
    assert page._filter._line.property("state") == "bad"

    page.filter_by("type:softmax")
    qtbot.waitUntil(lambda: shown(page.operator_view, "index") == ["3"])
    page.filter_by("type:softmax time>")  # typing goes on
    qtbot.waitUntil(lambda: "needs a value" in page._filter._line.toolTip())

    assert shown(page.operator_view, "index") == ["3"]

    page.filter_by("")
    qtbot.waitUntil(lambda: len(shown(page.operator_view, "index")) == 4)


def test_further_numbers_come_as_columns_and_keep_the_sorting(opened, qtbot):
    page, record = opened
    page.operator_view.table.sort(1, Qt.SortOrder.DescendingOrder)
    values = {OperatorId(0, 0): -2e6, OperatorId(0, 2): 1e6}
    record.add_column(OperatorColumn(id="diff_ns", title="Difference", unit="ns", values=values, is_diverging=True))
    qtbot.waitUntil(lambda: "diff_ns" in page.operator_view.visible_column_ids())

    assert shown(page.operator_view, "kind", "diff_ns") == [
        "SOFTMAX | –",
        "RELU | –",
        "CONV_2D | -2.00 ms",
        "CONV_2D | +1.00 ms",
    ]

    menu = page.operator_view.column_menu()
    next(action for action in menu.actions() if action.text() == "Difference").setChecked(False)
    record.add_column(OperatorColumn(id="other", title="Other", values={OperatorId(0, 1): 7.0}))
    qtbot.waitUntil(lambda: "other" in page.operator_view.visible_column_ids())

    assert "diff_ns" not in page.operator_view.visible_column_ids()


def test_metrics_can_be_chosen_as_columns(opened):
    page, _ = opened

    assert {"intensity", "bandwidth", "weights"} <= {column.id for column in page.operator_view.table.columns}
    assert not {"intensity", "bandwidth", "weights"} & set(page.operator_view.visible_column_ids())

from dataclasses import replace
from io import StringIO

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt

from backends.model.model import OperatorId
from backends.reports.report import find_report
from backends.targets.verdict import Placement
from profiler_gui.pages.targets_page import TargetsPage
from profiler_gui.session import Session
from tests.support.builders import a_finding
from tests.support.sessions import a_session, give_verdicts
from tests.support.table_text import table_text


@pytest.fixture
def opened(qtbot):
    session, record = a_session()
    give_verdicts(record)
    page = TargetsPage(session)
    qtbot.addWidget(page)
    page.resize(1280, 400)
    page.show()
    return page, record


def test_each_target_has_a_line_in_display_order(opened):
    page, _ = opened

    assert table_text(page.summary_view.table, (0, 1, 2, 3)) == ["Old NPU | 2 | 2 | 0", "New NPU | 3 | 0 | 1"]


def test_the_matrix_groups_by_type_with_the_worst_first(opened):
    page, _ = opened

    assert table_text(page.matrix.tree.model()) == [
        "SOFTMAX (1) | 0/1 | 0/1",
        "  3  tensor_4 |  |",
        "RELU (1) | 0/1 | 1/1",
        "  1  tensor_2 |  |",
        "CONV_2D (2) | 2/2 | 2/2",
        "  0  tensor_1 |  |",
        "  2  tensor_3 |  |",
    ]


def test_cells_tell_the_placement_by_an_icon_and_a_sentence(opened):
    page, _ = opened
    model = page.matrix.tree.model()
    softmax = next(model.index(row, 0) for row in range(3) if "SOFTMAX" in model.index(row, 0).data())
    cell = model.index(0, 2, softmax)

    assert not cell.data(Qt.ItemDataRole.DecorationRole).isNull()
    assert "3 SOFTMAX on New NPU: unknown" in cell.data(Qt.ItemDataRole.ToolTipRole)


def test_choosing_a_line_chooses_the_target(opened):
    page, record = opened
    page.summary_view.selectRow(1)

    assert record.target_id == "new"


def test_choosing_a_cell_selects_the_operator_and_the_target(opened):
    page, record = opened
    model = page.matrix.tree.model()
    relu = next(model.index(row, 0) for row in range(3) if "RELU" in model.index(row, 0).data())
    page.matrix.tree.setCurrentIndex(model.index(0, 2, relu))

    assert record.selection == {OperatorId(0, 1)}
    assert record.target_id == "new"


def test_choosing_a_type_selects_all_its_operators(opened):
    page, record = opened
    model = page.matrix.tree.model()
    conv = next(model.index(row, 0) for row in range(3) if "CONV" in model.index(row, 0).data())
    page.matrix.tree.setCurrentIndex(conv)

    assert record.selection == {OperatorId(0, 0), OperatorId(0, 2)}
    assert record.target_id == "old"


def test_reasons_are_said_in_words_for_the_selected_operator(opened):
    page, record = opened
    record.select([OperatorId(0, 1)])
    text = page.reasons.text()

    assert "1 RELU on Old NPU: fallback to CPU" in text
    assert "input is int32; allowed: float32, int8" in text
    assert "cast it" in text
    assert "delegate.cc" in text


def test_without_a_selection_reasons_are_joined_over_the_model(opened, qtbot):
    page, record = opened
    with qtbot.waitSignal(record.selection_changed):
        page.reasons.operators_wanted.emit((OperatorId(0, 1), OperatorId(0, 3)))
    record.select([])

    assert "All operators on Old NPU" in page.reasons.text()
    assert "RELU: UnsupportedInputType" in page.reasons.text()


def test_an_accelerated_operator_has_nothing_against_it(opened):
    page, record = opened
    record.select([OperatorId(0, 0)])

    assert "Nothing speaks against it." in page.reasons.text()


def test_text_from_files_is_never_markup(opened):
    page, record = opened
    verdict = record.verdicts["old"]
    hostile = replace(verdict.verdicts[OperatorId(0, 1)], findings=(a_finding("<b>big</b>\x1b[0m"),))
    record.set_verdicts({"old": replace(verdict, verdicts={**verdict.verdicts, OperatorId(0, 1): hostile})})
    record.select([OperatorId(0, 1)])
    page.refresh()

    assert "<b>big</b>\\x1b[0m" in page.reasons.text()


def test_partitions_of_the_chosen_target_select_their_operators(opened):
    page, record = opened
    page.partition_view.selectionModel().select(
        page.partition_view.table.index(1, 0),
        QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
    )

    assert table_text(page.partition_view.table, (0, 1, 2)) == [
        "partition 1 | 1 | 25.0 %",
        "CPU island 1 | 1 | 25.0 %",
        "partition 2 | 1 | 25.0 %",
        "CPU island 2 | 1 | 25.0 %",
    ]
    assert record.selection == {OperatorId(0, 1)}


def test_refused_operators_alone_can_be_shown(opened):
    page, _ = opened
    page._refused.setChecked(True)

    assert page.matrix.flat.table.rowCount() == 2


def test_reasons_can_be_searched(opened, qtbot):
    page, _ = opened
    page._filter.set_text("int32 softmax")
    qtbot.waitUntil(lambda: page.matrix.flat.table.rowCount() == 1)

    assert page.matrix.flat.table.row(0).kind == "SOFTMAX"


def test_the_flat_matrix_reads_in_words(opened):
    page, _ = opened
    page._flat.setChecked(True)

    assert table_text(page.matrix.flat.table, (1, 4, 5))[3] == "SOFTMAX | fallback | unknown"


@pytest.mark.parametrize("name", ["csv", "json", "markdown"])
def test_matrix_and_findings_can_be_exported(opened, name):
    page, _ = opened
    for content in (page.matrix_content(), page.findings_content()):
        stream = StringIO()
        find_report(name).write(stream, content)

        assert Placement.FALLBACK in stream.getvalue()


def test_without_a_model_it_says_what_to_do(qtbot):
    page = TargetsPage(Session())
    qtbot.addWidget(page)
    page.show()

    assert "Open a model" in page._empty.text


def test_before_the_targets_have_answered_it_says_so(qtbot):
    session, _ = a_session()
    page = TargetsPage(session)
    qtbot.addWidget(page)
    page.show()

    assert page._empty.text == "The targets are being asked…"

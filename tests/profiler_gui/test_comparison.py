"""Comparisons as a user makes them: from the menu to the tab, its graphs, tables and corrections."""

import json

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QMenu

from backends.compare.alignment import Correction
from backends.model.model import OperatorId
from backends.targets.verdict import Placement
from profiler_gui.comparison_commands import DIFFERENCE_COLUMN, side_of
from profiler_gui.dialogs.compare_dialog import CompareDialog
from profiler_gui.pages.comparison_page import ComparisonPage
from profiler_gui.session_state import state_text
from profiler_gui.side import CorrectionBook, Side
from tests.profiler_gui.conftest import a_small_model
from tests.support.builders import a_run


def latencies(factor=1.0, count=60, seed=1):
    return tuple(int(x) for x in factor * 1e6 * np.exp(np.random.default_rng(seed).normal(0, 0.02, count)))


def a_side(record, run=None, title=""):
    return Side(model=record.model, costs=record.costs, run=run, title=title or record.title)


def in_front(window, qtbot) -> ComparisonPage:
    """The comparison in front, once it is there with its drawings."""
    page = window.tabs.currentWidget()
    assert isinstance(page, ComparisonPage)
    qtbot.waitUntil(
        lambda: page.comparison is not None and page.graphs.canvases[1].picture is not None and not page._waiting,
        timeout=10_000,
    )
    return page


@pytest.fixture
def pair(window, services, open_file, model_file, tmp_path, qtbot):
    """A model, and one with a RELU less and a TANH more, beside each other."""
    other = tmp_path / "changed.tflite"
    other.write_bytes(a_small_model(("CONV_2D", "LOGISTIC", "TANH")))
    records = [open_file(model_file), open_file(other)]
    services.session.compare([a_side(record) for record in records])
    return in_front(window, qtbot)


@pytest.fixture
def two_runs(window, services, open_file, model_file, qtbot):
    """Two runs of one model; the second is a fifth slower."""
    record = open_file(model_file)
    for number, factor in enumerate((1.0, 1.2)):
        times = [factor * 5e5, factor * 3e5, 1e5]
        record.add_run(a_run(record.model, times, id_=f"run-{number}", latencies_ns=latencies(factor, seed=number)))
    services.session.compare([side_of(record, run) for run in record.runs])
    return in_front(window, qtbot)


def test_two_models_stand_beside_each_other(pair):
    assert pair.headline.plain_text == "Operators: 2 the same, 1 only in B, 1 only in A."
    assert [len(canvas.picture.nodes) for canvas in pair.graphs.canvases] == [5, 5]
    assert [row.status.value for row in pair.layers.view.table.all_rows] == ["same", "removed", "same", "added"]


def test_a_selection_shows_on_both_sides_and_in_the_table(pair):
    canvas_a, canvas_b = pair.graphs.canvases
    canvas_a._select(frozenset({canvas_a.picture.node_of[OperatorId(0, 2)]}))

    assert canvas_b.selection == {OperatorId(0, 1)}
    assert [row.a for row in pair.layers.view.selected_rows()] == [(OperatorId(0, 2),)]

    pair.layers.view.selectRow(0)

    assert canvas_a.selection == {OperatorId(0, 0)}
    assert canvas_b.selection == {OperatorId(0, 0)}


def test_graphs_move_together_until_they_are_unlinked(pair):
    canvas_a, canvas_b = pair.graphs.canvases
    canvas_a.show_all(animate=False)
    canvas_a.zoom_by(1.5)

    assert canvas_b.view.zoom == pytest.approx(canvas_a.view.zoom)

    pair.graphs.link.click()
    canvas_a.zoom_by(0.5)

    assert canvas_b.view.zoom == pytest.approx(2 * canvas_a.view.zoom)


def test_the_counterpart_of_what_is_in_the_middle_is_in_the_middle(pair):
    canvas_a, canvas_b = pair.graphs.canvases
    canvas_a.show_operator(OperatorId(0, 2), animate=False)

    node = canvas_b.picture.node_of[OperatorId(0, 1)]
    layout = canvas_b.picture.layout
    x, y = canvas_b.view.centre
    assert x == pytest.approx(layout.left[node] + layout.width[node] / 2, abs=2)
    assert y == pytest.approx(layout.top[node] + layout.height[node] / 2, abs=2)


def choose(menu_of, text):
    menu = menu_of.findChildren(QMenu)[-1]
    action = next(action for action in menu.actions() if action.text().startswith(text))
    assert action.isEnabled(), text
    action.trigger()
    menu.close()


def test_an_alignment_is_corrected_by_hand_and_taken_back(pair, services, qtbot):
    canvas_a = pair.graphs.canvases[0]
    canvas_a._select(frozenset({canvas_a.picture.node_of[OperatorId(0, 1)]}))
    with qtbot.waitSignal(pair.compared):
        pair.graphs.canvases[1].context_menu_requested.emit(OperatorId(0, 2), QPoint())
        choose(pair.graphs, "Match with the selected 1 of A")

    match = pair.comparison.alignment.match_of_a(OperatorId(0, 1))
    assert (match.b, match.confidence) == ((OperatorId(0, 2),), 1.0)
    assert services.session.corrections.of(*(side.model.sha256 for side in pair.sides)) == pair.corrections

    with qtbot.waitSignal(pair.compared):
        pair.graphs.canvases[0].context_menu_requested.emit(OperatorId(0, 1), QPoint())
        choose(pair.graphs, "Take back")

    assert pair.comparison.alignment.match_of_a(OperatorId(0, 1)) is None
    with qtbot.waitSignal(pair.compared):
        pair.graphs.canvases[0].context_menu_requested.emit(OperatorId(0, 0), QPoint())
        choose(pair.graphs, "Unmatch")

    assert OperatorId(0, 0) in pair.comparison.alignment.a_only


def test_corrections_are_remembered_for_the_same_models(pair, window, services, qtbot):
    with qtbot.waitSignal(pair.compared):
        pair.graphs.canvases[0].context_menu_requested.emit(OperatorId(0, 0), QPoint())
        choose(pair.graphs, "Unmatch")
    services.session.compare(pair.sides)
    again = in_front(window, qtbot)

    assert again is not pair
    qtbot.waitUntil(lambda: OperatorId(0, 0) in again.comparison.alignment.a_only)


def test_swapping_makes_b_the_reference(pair, qtbot):
    with qtbot.waitSignal(pair.compared):
        pair.swap()

    assert sorted(row.status.value for row in pair.layers.view.table.all_rows) == ["added", "removed", "same", "same"]
    assert pair.comparison.a.title == "changed.tflite"


def test_targets_that_take_less_are_told(pair, qtbot):
    qtbot.waitUntil(lambda: bool(pair.targets.view.table.all_rows), timeout=10_000)

    rows = {row.target_id: row for row in pair.targets.view.table.all_rows}
    assert "nnapi-1.0" in rows
    assert all(change.after is not Placement.ACCELERATED for row in rows.values() for change in row.lost)


def test_two_runs_are_judged_in_words(two_runs, services):
    assert two_runs.headline.plain_text.startswith("B is 2")
    assert "slower (95 %" in two_runs.headline.plain_text
    rows = two_runs.layers.view.table.all_rows
    assert [row.difference_ns for row in rows] == pytest.approx([1e5, 6e4, 0.0])
    titles = [row.title for row in two_runs.metrics.table.all_rows]
    assert titles[0] == "p50"
    assert titles[-1] == "Peak memory"
    (column,) = [c for c in services.session.current.columns if c.id == DIFFERENCE_COLUMN]
    assert column.values[OperatorId(0, 0)] == pytest.approx(1e5)
    assert column.is_diverging


def test_only_differences_are_listed_when_asked_for(two_runs):
    two_runs.layers._only_different.click()

    assert [row.a[0].index for row in two_runs.layers.view.table.visible_rows] == [0, 1]


def test_plots_show_both_sides(two_runs, qtbot):
    two_runs._tabs.setCurrentIndex(1)

    qtbot.waitUntil(lambda: len(two_runs.plots.plots) == 2)
    latency, power = two_runs.plots.plots
    qtbot.waitUntil(lambda: len(latency.item.listDataItems()) == 2)
    assert [(bar.label, bar.a_ns) for bar in two_runs.plots.bars.bars] == [
        ("0 CONV_2D", 5e5), ("1 RELU", 3e5), ("2 LOGISTIC", 1e5),
    ]  # fmt: skip
    assert not power.isVisible()


def test_more_than_two_get_a_table_and_small_plots(window, services, open_file, model_file, qtbot):
    record = open_file(model_file)
    for number, factor in enumerate((1.0, 1.2, 0.8)):
        record.add_run(a_run(record.model, id_=f"run-{number}", latencies_ns=latencies(factor, seed=number)))
    services.session.compare([side_of(record, run) for run in record.runs])
    page = in_front(window, qtbot)
    qtbot.waitUntil(lambda: len(page.overview.view.table.all_rows) == 3)

    assert [row.letter for row in page.overview.view.table.all_rows] == ["A", "B", "C"]
    assert page.overview.view.table.all_rows[2].judgement.outcome.value == "faster"
    with qtbot.waitSignal(page.compared):
        page.overview.view.row_opened.emit(page.overview.view.table.all_rows[2])

    assert page.comparison.b.run.id == "run-2"


def test_the_menu_offers_what_is_open(window, services, open_file, model_file, other_file, qtbot):
    open_file(model_file)
    open_file(other_file)
    window.actions_table["compare"].trigger()
    dialog = window.findChild(CompareDialog)

    assert len(dialog.chosen()) == 2
    dialog.list.topLevelItem(0).setCheckState(0, Qt.CheckState.Unchecked)
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()

    dialog.list.topLevelItem(0).setCheckState(0, Qt.CheckState.Checked)
    dialog.accept()

    page = in_front(window, qtbot)
    assert [side.title for side in page.sides] == ["small.tflite", "other.tflite"]


def test_panels_step_aside_and_come_back(pair, window):
    assert not window.docks["layers"].isVisible()

    window.tabs.setCurrentIndex(0)

    assert window.docks["layers"].isVisible() or window.docks["inspector"].isVisible()


def test_ctrl_w_closes_the_comparison_and_not_a_model(pair, window, services):
    window.actions_table["close"].trigger()

    assert window.tabs.views == ()
    assert len(services.session.models) == 2


@pytest.mark.parametrize(
    ("suffix", "start"), [(".html", b"<!doctype html>"), (".pdf", b"%PDF"), (".tex", b"%"), (".md", b"#")]
)
def test_the_comparison_is_exported_in_every_format(pair, tmp_path, monkeypatch, qtbot, suffix, start):
    path = tmp_path / f"out{suffix}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    menu = pair.findChildren(QMenu)
    action = next(a for m in menu for a in m.actions() if a.data() == suffix)
    action.trigger()
    qtbot.waitUntil(path.exists, timeout=20_000)

    assert path.read_bytes().startswith(start)


def test_the_comparison_is_exported(pair, tmp_path, monkeypatch, qtbot):
    path = tmp_path / "out.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    pair._export("JSON", ".json")
    qtbot.waitUntil(path.exists, timeout=20_000)

    tree = json.loads(path.read_text(encoding="utf-8"))
    assert tree["schema"] == "tflite-profiler/compare/1"
    assert tree["model"]["counts"]["added"] == 1


def test_corrections_are_saved_with_the_session_and_read_back(services):
    book = services.session.corrections
    book.keep("aa", "bb", [Correction(a=(OperatorId(0, 1),), b=(OperatorId(0, 2),)), Correction(b=(OperatorId(0, 3),))])

    saved = json.loads(state_text(services.session, QByteArray()))["corrections"]
    again = CorrectionBook()
    again.take_json([*saved, {"a": 1}, "nonsense", {"a": "x", "b": "y", "corrections": [{"a": [["no"]]}]}])

    assert again.of("aa", "bb") == book.of("aa", "bb")
    assert again.of("bb", "aa")[1] == Correction(a=(OperatorId(0, 3),))
    assert again.of("x", "y") == ()


def test_runs_of_the_same_kind_can_be_taken_together(window, services, open_file, model_file, qtbot):
    record = open_file(model_file)
    for number in range(4):
        record.add_run(a_run(record.model, id_=f"run-{number}", latencies_ns=latencies(seed=number)))
    services.session.compare([side_of(record, run) for run in record.runs[:2]])
    page = in_front(window, qtbot)

    texts = [page._choices[1].itemText(place) for place in range(page._choices[1].count())]
    together = next(place for place, text in enumerate(texts) if "4 runs together" in text)
    with qtbot.waitSignal(page.compared):
        page.show_pair(0, together)

    assert page.comparison.judgement.b.is_processes
    assert len(page.comparison.judgement.b.values_ns) == 4

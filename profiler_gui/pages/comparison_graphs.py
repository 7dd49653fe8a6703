"""Two graphs beside each other that move and select together."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backends.compare.alignment import Alignment, Correction
from backends.compare.comparison import Comparison
from backends.compare.layer_difference import difference_values
from backends.compare.model_difference import Status
from backends.model.model import Model, OperatorId
from backends.reports.columns import format_operator
from backends.reports.comparison_columns import STATUS_MARKS
from backends.runs.operator_column import OperatorColumn
from backends.targets.verdict import Placement
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.canvas.overlay import Group, GroupOverlay, Overlay
from profiler_gui.canvas.palette import palette_for
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.viewport import Viewport
from profiler_gui.value_colours import value_overlay
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.waiting import Waiting

LETTERS = ("A", "B")
_BY_STATUS, _BY_TIME = 0, 1
_GROUPS = {
    Status.SAME: Group(name="same", colour=Placement.UNKNOWN),
    Status.CHANGED: Group(name="≠ changed", colour=1, texture="dotted"),
    Status.ADDED: Group(name="+ only in B", colour=2),
    Status.REMOVED: Group(name="− only in A", colour=Placement.FALLBACK, texture="hatched"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Anchors:
    """Middles of matched nodes, one row for each match: x and y in A's picture, then in B's."""

    points: np.ndarray


class ComparisonGraphs(QWidget):
    """Shows A left and B right; a pair of operators is at the same height while views are linked.

    Signals:
        selected: the selected operators of A and of B, as two frozensets.
        correction_wanted: a ``Correction`` of the alignment.
        undo_wanted: the last correction shall be taken back.
    """

    selected = Signal(object, object)
    correction_wanted = Signal(object)
    undo_wanted = Signal()
    subgraphs_wanted = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self._anchors: _Anchors | None = None
        self._is_following = False
        self._is_colour_chosen = False
        self._pairs: tuple[tuple[int, int], ...] = ()
        self.can_undo: Callable[[], bool] = lambda: False
        self.canvases = (GraphCanvas(), GraphCanvas())
        self._waits = (Waiting(), Waiting())
        self._stacks = (QStackedWidget(), QStackedWidget())
        self._titles = (plain_label("", role="section"), plain_label("", role="section"))
        self._colours = QComboBox()
        self._colours.addItems(["Colour: what changed", "Colour: time, B − A"])
        self.link = QToolButton()
        self.link.setText("Move together")
        self.link.setCheckable(True)
        self.link.setChecked(True)
        self.link.setProperty("role", "toggle")
        self.link.setToolTip("Pan, zoom and select both graphs together")
        self._subgraphs = QComboBox()
        self._arrange()
        self._connect()
        self._follow_theme()

    # What is shown ----------------------------------------------------------------------------------------------------

    def begin(self, text: str) -> None:
        """Wait for pictures."""
        for stack, wait in zip(self._stacks, self._waits, strict=True):
            wait.begin(text)
            stack.setCurrentWidget(wait)

    def fail(self, text: str) -> None:
        """Say why there are no pictures."""
        for wait in self._waits:
            wait.end(text)

    def show_subgraphs(self, pairs: tuple[tuple[int, int], ...], models: tuple[Model, Model]) -> None:
        """Offer pairs of subgraphs to look at; hidden where there is one only."""
        self._pairs = pairs
        self._subgraphs.clear()
        for i, j in pairs:
            names = [model.subgraphs[k].name or f"subgraph {k}" for model, k in zip(models, (i, j), strict=True)]
            self._subgraphs.addItem(
                " / ".join(dict.fromkeys(f"{k} {name}" for k, name in zip((i, j), names, strict=True)))
            )
        self._subgraphs.setVisible(len(pairs) > 1)

    def show_comparison(self, comparison: Comparison) -> None:
        """Take what differs; pictures come on their own."""
        self._comparison = comparison
        for letter, label, side in zip(LETTERS, self._titles, (comparison.a, comparison.b), strict=True):
            label.set_text(f"{letter}   {side.title}")
        has_times = any(row.difference_ns is not None for row in comparison.layers)
        self._colours.setItemData(_BY_TIME, None if has_times else 0, Qt.ItemDataRole.UserRole - 1)
        is_same = all(row.status is Status.SAME for row in comparison.layers)
        if not has_times:
            self._colours.setCurrentIndex(_BY_STATUS)
        elif is_same and not self._is_colour_chosen:
            self._colours.setCurrentIndex(_BY_TIME)
        self._show_overlays()
        self._find_anchors()

    def show_pictures(self, pictures: tuple[GraphPicture, GraphPicture]) -> None:
        """Take the drawings of both subgraphs."""
        for canvas, stack, picture in zip(self.canvases, self._stacks, pictures, strict=True):
            self._is_following = True
            canvas.set_graph(picture)
            self._is_following = False
            stack.setCurrentWidget(canvas)
        self._find_anchors()
        self._follow(0)

    def select(self, a: frozenset[OperatorId], b: frozenset[OperatorId], *, shows: bool = True) -> None:
        """Select on both sides, and bring the first operator of each into sight."""
        for side, ids in enumerate((a, b)):
            self.canvases[side].set_selection(ids)
        if not shows:
            return
        shown = [side for side, ids in enumerate((a, b)) if ids]
        if shown and self.link.isChecked() and self._anchors is not None:
            self.canvases[shown[0]].show_operator(min((a, b)[shown[0]]))
        else:
            for side in shown:
                self.canvases[side].show_operator(min((a, b)[side]))

    def show_all(self) -> None:
        """Fit A's graph; B follows."""
        self.canvases[0].show_all()

    # Parts ------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        fit = QToolButton()
        fit.setText("Fit")
        fit.setToolTip("Show both graphs as a whole")
        fit.clicked.connect(self.show_all)
        for widget in (self._colours, self.link, fit, self._subgraphs):
            bar.addWidget(widget)
        bar.addStretch(1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        for side in (0, 1):
            self._stacks[side].addWidget(self._waits[side])
            self._stacks[side].addWidget(self.canvases[side])
            half = QWidget()
            column = QVBoxLayout(half)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            self._titles[side].setContentsMargins(8, 2, 8, 4)
            column.addWidget(self._titles[side])
            column.addWidget(self._stacks[side], 1)
            splitter.addWidget(half)
        splitter.setSizes([1000, 1000])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(splitter, 1)
        self._subgraphs.hide()

    def _connect(self) -> None:
        for side, canvas in enumerate(self.canvases):
            canvas.setAccessibleName(f"Operator graph of {LETTERS[side]}")
            canvas.view_changed.connect(partial(self._on_view_changed, side))
            canvas.selection_changed.connect(partial(self._on_selection_changed, side))
            canvas.context_menu_requested.connect(partial(self._show_menu, side))
        self._colours.activated.connect(self._on_colour_chosen)
        for keys, act in (("Space", self.show_all), ("F", self._frame_selection)):
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(act)
            self.addAction(action)
        self.link.toggled.connect(self._on_linked)
        self._subgraphs.activated.connect(self._on_subgraph_chosen)

    @Slot()
    def _show_overlays(self) -> None:
        comparison = self._comparison
        if comparison is None:
            return
        overlays = _status_overlays(comparison)
        if self._colours.currentIndex() == _BY_TIME:
            values = difference_values(comparison.layers)
            overlays = tuple(_time_overlay(side_values) for side_values in values)  # type: ignore[assignment]
        for canvas, overlay in zip(self.canvases, overlays, strict=True):
            canvas.set_overlay(overlay)

    @Slot()
    def _on_colour_chosen(self) -> None:
        self._is_colour_chosen = True
        self._show_overlays()

    @Slot()
    def _frame_selection(self) -> None:
        side = 0 if self.canvases[0].selection else 1
        self.canvases[side].frame_selection()

    # Moving together --------------------------------------------------------------------------------------------------

    def _find_anchors(self) -> None:
        """Find where matched operators are in both pictures."""
        first, second = (canvas.picture for canvas in self.canvases)
        self._anchors = None
        if self._comparison is None or first is None or second is None:
            return
        rows = []
        for match in self._comparison.alignment.matches:
            i, j = first.node_of.get(match.a[0]), second.node_of.get(match.b[0])
            if i is not None and j is not None:
                rows.append((*_middle(first, i), *_middle(second, j)))
        self._anchors = _Anchors(points=np.asarray(rows, float)) if rows else None

    def _on_view_changed(self, side: int, _zoom: float) -> None:
        if not self._is_following:
            self._follow(side)

    @Slot(bool)
    def _on_linked(self, is_linked: bool) -> None:
        if is_linked:
            self._follow(0)

    def _follow(self, leader: int) -> None:
        """Move the other graph so that the operator in the middle and its counterpart are at the same place."""
        other = self.canvases[1 - leader]
        if not self.link.isChecked() or self._anchors is None or other.picture is None:
            return
        view = self.canvases[leader].view
        x, y = view.centre
        points = self._anchors.points
        own, others = points[:, 2 * leader : 2 * leader + 2], points[:, 2 - 2 * leader : 4 - 2 * leader]
        nearest = int(np.argmin((own[:, 0] - x) ** 2 + (own[:, 1] - y) ** 2))
        x, y = others[nearest] + np.asarray((x, y)) - own[nearest]
        self._is_following = True
        follower = Viewport(zoom=view.zoom, width=max(other.width(), 1), height=max(other.height(), 1))
        other.show_view(follower.centred_on(float(x), float(y)))
        self._is_following = False

    def _on_selection_changed(self, side: int, ids: frozenset[OperatorId]) -> None:
        if self._comparison is None:
            return
        alignment = self._comparison.alignment
        a, b = (ids, alignment.to_b(ids)) if side == 0 else (alignment.to_a(ids), ids)
        self.canvases[1 - side].set_selection((a, b)[1 - side])
        self.selected.emit(a, b)

    # Corrections ------------------------------------------------------------------------------------------------------

    def _show_menu(self, side: int, operator: OperatorId | None, point: QPoint) -> None:
        if self._comparison is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if operator is not None:
            self._fill_menu(menu, side, operator, self._comparison.alignment)
            menu.addSeparator()
        menu.addAction("Take back the last correction", self.undo_wanted.emit).setEnabled(self.can_undo())
        menu.popup(point)

    def _fill_menu(self, menu: QMenu, side: int, operator: OperatorId, alignment: Alignment) -> None:
        match = alignment.match_of_a(operator) if side == 0 else alignment.match_of_b(operator)
        chosen = self.canvases[1 - side].selection
        partners = frozenset() if match is None else frozenset(match.b if side == 0 else match.a)
        letter = LETTERS[1 - side]
        names = ", ".join(format_operator(id_) for id_ in sorted(chosen)[:3])
        action = menu.addAction(
            f"Match with the selected {names} of {letter}" if chosen else f"Match with what is selected in {letter}",
            partial(self._match, side, (operator,), tuple(sorted(chosen))),
        )
        action.setEnabled(bool(chosen) and not chosen <= partners)
        menu.addAction("Unmatch", partial(self._unmatch, side, operator)).setEnabled(match is not None)
        go = menu.addAction(f"Show the counterpart in {letter}", partial(self._go, side, partners))
        go.setEnabled(bool(partners))
        if match is not None:
            note = menu.addAction(f"Matched: {match.reason}, {match.confidence * 100:.0f} % sure")
            note.setEnabled(False)

    def _match(self, side: int, own: tuple[OperatorId, ...], others: tuple[OperatorId, ...]) -> None:
        a, b = (own, others) if side == 0 else (others, own)
        self.correction_wanted.emit(Correction(a=a, b=b))

    def _unmatch(self, side: int, operator: OperatorId) -> None:
        self.correction_wanted.emit(Correction(a=(operator,)) if side == 0 else Correction(b=(operator,)))

    def _go(self, side: int, partners: frozenset[OperatorId]) -> None:
        self.canvases[1 - side].show_operator(min(partners))

    @Slot(int)
    def _on_subgraph_chosen(self, place: int) -> None:
        self.subgraphs_wanted.emit(*self._pairs[place])

    # Theme ------------------------------------------------------------------------------------------------------------

    def _follow_theme(self) -> None:
        for canvas in self.canvases:
            canvas.set_palette(palette_for(self.palette()))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._follow_theme()


def _middle(picture: GraphPicture, node: int) -> tuple[float, float]:
    layout = picture.layout
    x, y = layout.left[node] + layout.width[node] / 2, layout.top[node] + layout.height[node] / 2
    return float(x), float(y)


def _status_overlays(comparison: Comparison) -> tuple[Overlay, Overlay]:
    """Colour by what changed; a mark on each node says the same as its colour and texture."""
    members: tuple[dict[OperatorId, Status], dict[OperatorId, Status]] = ({}, {})
    for row in comparison.layers:
        for side, ids in enumerate((row.a, row.b)):
            for id_ in ids:
                members[side][id_] = row.status
    overlays = []
    for side, statuses in enumerate(members):
        known = [s for s in Status if s is not (Status.ADDED if side == 0 else Status.REMOVED)]
        overlays.append(
            GroupOverlay(
                title="What changed",
                groups=tuple(_GROUPS[status] for status in known),
                members={id_: known.index(status) for id_, status in statuses.items()},
                labels={id_: STATUS_MARKS[s] for id_, s in statuses.items() if s is not Status.SAME},
            )
        )
    return overlays[0], overlays[1]


def _time_overlay(values: dict[OperatorId, float]) -> Overlay | None:
    column = OperatorColumn(id="difference_ns", title="B − A", values=values, unit="ns", is_diverging=True)
    return value_overlay("Time, B − A", column, is_logarithmic=False)

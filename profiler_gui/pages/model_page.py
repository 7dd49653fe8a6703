"""The central page of a model: its graph, the find bar, and the subgraphs."""

from functools import partial

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from backends.model.model import OperatorId
from backends.progress import Progress
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.canvas.palette import DARK, LIGHT
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.text import TextMetrics
from profiler_gui.colouring import overlay_of
from profiler_gui.finding import find_operators
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.graph_bar import GraphBar
from profiler_gui.pages.shown_graph import ShownGraph
from profiler_gui.pages.what_if_strip import WhatIfStrip
from profiler_gui.session import OpenModel
from profiler_gui.theme import is_dark
from profiler_gui.widgets.find_bar import FindBar
from profiler_gui.widgets.waiting import Waiting

_ALIKE_ZOOM = 1e-9


class ModelPage(QWidget):
    """Shows one open model; there is a page for each tab.

    Signals:
        painted: the graph was painted for the first time.
        zoom_changed: the zoom after any move.
    """

    painted = Signal()
    zoom_changed = Signal(float)

    def __init__(self, record: OpenModel, jobs: JobRunner, notices: NoticeBoard) -> None:
        super().__init__()
        self.record = record
        self._jobs = jobs
        self._notices = notices
        self._matches: tuple[OperatorId, ...] = ()
        self._is_finding = False
        self._wanted_step = 0
        """Step asked for while the search still ran; taken when its matches arrive."""
        self._match = -1
        self.find_bar = FindBar()
        self.what_if_strip = WhatIfStrip(record)
        self.canvas = GraphCanvas()
        self.graph = ShownGraph(record, jobs, TextMetrics(self.canvas.font()), self)
        self.graph_bar = GraphBar(record, self.graph, self.canvas)
        self._to_show: OperatorId | None = None
        """An operator to bring into sight once the picture that shows it is made."""
        self._waiting = Waiting()
        self._stack = QStackedWidget()
        self._arrange()
        self._connect()
        self._follow_theme()
        self._show_subgraph()

    def open_find(self) -> None:
        """Show the find bar with the cursor in it."""
        self.find_bar.open_bar()

    def go_to_match(self, step: int) -> None:
        """Select the next (1) or the previous (-1) match and bring it into view."""
        if self._is_finding:
            self._wanted_step = step
            return
        if not self._matches:
            return
        if self._match < 0:
            self._match = 0 if step > 0 else len(self._matches) - 1
        else:
            self._match = (self._match + step) % len(self._matches)
        self.find_bar.show_result(self._match + 1, len(self._matches))
        self.record.reveal(self._matches[self._match])

    def _arrange(self) -> None:
        self.find_bar.hide()
        self._stack.addWidget(self._waiting)
        self._stack.addWidget(self.canvas)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.what_if_strip)
        column.addWidget(self.find_bar)
        column.addWidget(self._stack, 1)
        self.setFocusProxy(self.canvas)

    def _connect(self) -> None:
        record = self.record
        record.model_changed.connect(self._on_model_changed)
        record.selection_changed.connect(self._on_selection_changed)
        record.revealed.connect(self._show_operator)
        record.subgraph_changed.connect(self._show_subgraph)
        for changed in (
            record.overlay_changed, record.target_changed, record.verdicts_changed, record.run_changed,
            record.columns_changed, record.tints_changed,
        ):  # fmt: skip
            changed.connect(self._show_overlay)
        self.canvas.selection_changed.connect(record.select)
        self.canvas.subgraph_activated.connect(record.show_subgraph)
        self.canvas.group_activated.connect(self.graph.expand)
        self.canvas.group_folded.connect(self.graph.collapse)
        self.graph.picture_made.connect(self._on_picture_made)
        self.graph.stepped.connect(self._waiting.show_step)
        self.graph.failed.connect(self._on_layout_failed)
        self.canvas.view_changed.connect(self.zoom_changed)
        self.find_bar.query_changed.connect(self._find)
        self.find_bar.next_wanted.connect(partial(self.go_to_match, 1))
        self.find_bar.previous_wanted.connect(partial(self.go_to_match, -1))
        self.find_bar.closed.connect(self._on_find_closed)

    # The graph --------------------------------------------------------------------------------------------------------

    @Slot()
    def _show_subgraph(self) -> None:
        if not self.graph.show():
            self._waiting.begin("Laying out the graph")
            self._stack.setCurrentWidget(self._waiting)

    @Slot(object, object)
    def _on_picture_made(self, picture: GraphPicture, anchor: OperatorId | None) -> None:
        self._show_picture(picture, anchor)
        self.painted.emit()

    @Slot(object)
    def _on_layout_failed(self, error: Exception) -> None:
        self._waiting.end("The graph could not be laid out.")
        self._notices.report(error)

    def _show_picture(self, picture: GraphPicture, anchor: OperatorId | None) -> None:
        old, view = self.canvas.picture, self.canvas.view
        self.canvas.set_overlay(overlay_of(self.record))
        self.canvas.set_graph(picture)
        self._stack.setCurrentWidget(self.canvas)
        is_same = old is not None and old.subgraph == picture.subgraph
        if old is not None and is_same and not self.canvas.keep_place(old, view, anchor) and _is_alike(old, picture):
            self.canvas.show_view(view)
        self.canvas.set_matches(self._matches)
        self.canvas.set_selection(self.record.selection)
        if self._to_show is not None:
            self.canvas.show_operator(self._to_show)
            self._to_show = None
        elif self.record.selection and old is not None and not is_same:
            self._show_first_selected()

    @Slot(object)
    def _show_operator(self, operator: OperatorId) -> None:
        """Bring an operator into sight, out of a collapsed group if need be."""
        if self.graph.reveal([operator]):
            self.canvas.show_operator(operator)
        else:
            self._to_show = operator

    @Slot()
    def _show_overlay(self) -> None:
        self.canvas.set_overlay(overlay_of(self.record))

    # What others change -----------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_model_changed(self) -> None:
        self.graph.forget()
        self._show_subgraph()
        if self.find_bar.isVisible():
            self._find(self.find_bar.query)

    @Slot(object)
    def _on_selection_changed(self, selection: frozenset[OperatorId]) -> None:
        if selection != self.canvas.selection:
            self.canvas.set_selection(selection)
            if len(selection) == 1:  # many operators are only marked: there is no one place to go to
                self._show_first_selected()

    def _show_first_selected(self) -> None:
        shown = [id_ for id_ in self.record.selection if id_.subgraph == self.record.subgraph]
        if shown:
            self._show_operator(min(shown))

    # Finding ----------------------------------------------------------------------------------------------------------

    @Slot(str)
    def _find(self, query: str) -> None:
        model, verdict = self.record.model, self.record.verdict

        def work(progress: Progress) -> tuple[OperatorId, ...]:
            return find_operators(model, query, progress, verdict)

        self._is_finding, self._wanted_step = True, 0
        self._jobs.start(
            work,
            title="Finding operators",
            replaces=f"find:{self.record.key}",
            on_success=self._on_found,
            on_failure=self._on_find_failed,
        )

    @Slot(object)
    def _on_found(self, matches: tuple[OperatorId, ...]) -> None:
        self._is_finding = False
        self._matches, self._match = matches, -1
        self.find_bar.show_result(0, len(matches))
        self.canvas.set_matches(matches)
        if self._wanted_step:
            self.go_to_match(self._wanted_step)

    @Slot(object)
    def _on_find_failed(self, error: Exception) -> None:
        self._is_finding = False
        self._notices.report(error)

    @Slot()
    def _on_find_closed(self) -> None:
        self._matches, self._match = (), -1
        self.canvas.set_matches(())
        self.canvas.setFocus()

    # Theme ------------------------------------------------------------------------------------------------------------

    def _follow_theme(self) -> None:
        self.canvas.set_palette(DARK if is_dark(self.palette()) else LIGHT)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._follow_theme()


def _is_alike(old: GraphPicture, new: GraphPicture) -> bool:
    """Whether the same place in both drawings means about the same: then zoom and place stay on a reload."""
    if old.sight is not None and new.sight is not None and old.sight.is_sideways != new.sight.is_sideways:
        return False
    return abs(len(old.nodes) - len(new.nodes)) <= max(2, len(old.nodes) // 10)

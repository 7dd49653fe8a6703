"""The central page of a model: its graph, the find bar, and the subgraphs."""

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from backends.model.model import OperatorId
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.canvas.palette import palette_for
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.text import TextMetrics
from profiler_gui.colouring import overlay_of
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.find_pane import FindPane
from profiler_gui.pages.graph_bar import GraphBar
from profiler_gui.pages.shown_graph import ShownGraph
from profiler_gui.pages.what_if_strip import WhatIfStrip
from profiler_gui.session import OpenModel
from profiler_gui.widgets.find_bar import FindBar
from profiler_gui.widgets.waiting import Waiting

_ALIKE_ZOOM = 1e-9


class ModelPage(QWidget):
    """Shows one open model; there is a page for each tab.

    Signals:
        painted: the graph was painted for the first time.
        zoom_changed: the zoom after any move.
        table_wanted: a query whose matches the table of layers shall show.
        rule_wanted: a query to make a colour rule of.
    """

    painted = Signal()
    zoom_changed = Signal(float)
    table_wanted = Signal(str)
    rule_wanted = Signal(str)

    def __init__(self, record: OpenModel, jobs: JobRunner, notices: NoticeBoard) -> None:
        super().__init__()
        self.record = record
        self._jobs = jobs
        self._notices = notices
        self.find_pane = FindPane(record, jobs, notices)
        self.what_if_strip = WhatIfStrip(record)
        self.canvas = GraphCanvas()
        self.graph = ShownGraph(record, jobs, TextMetrics(self.canvas.font()), self)
        self.graph_bar = GraphBar(record, self.graph, self.canvas)
        self._to_show: OperatorId | None = None
        """An operator to bring into sight once the picture that shows it is made."""
        self._waiting = Waiting()
        self._stack = QStackedWidget()
        self._ways = QStackedWidget()
        self._netron: QWidget | None = None
        self._arrange()
        self._connect()
        self._follow_theme()
        self._show_subgraph()

    def open_find(self) -> None:
        """Show the find bar with the cursor in it."""
        self.find_pane.open_bar()

    def go_to_match(self, step: int) -> None:
        """Select the next (1) or the previous (-1) match and bring it into view."""
        self.find_pane.go_to_match(step)

    @property
    def find_bar(self) -> FindBar:
        """The line to find operators with."""
        return self.find_pane.bar

    @property
    def netron(self) -> QWidget | None:
        """Netron's view, or a sentence why there is none; ``None`` before it was first asked for."""
        return self._netron

    @property
    def shows_netron(self) -> bool:
        """Whether Netron is shown instead of our own graph."""
        return self._ways.currentIndex() > 0

    def show_netron(self, is_wanted: bool) -> None:
        """Show Netron's view of the model, or our own graph; the view is made when it is first wanted."""
        if is_wanted and self._netron is None:
            from profiler_gui.netron.opening import make_netron_view

            self._netron = make_netron_view(self.record)
            self._ways.addWidget(self._netron)
        self._ways.setCurrentIndex(1 if is_wanted else 0)

    def finish(self) -> None:
        """End what Netron's view has running."""
        finish = getattr(self._netron, "finish", None)
        if callable(finish):
            finish()

    def _arrange(self) -> None:
        self.find_bar.hide()
        self._stack.addWidget(self._waiting)
        self._stack.addWidget(self.canvas)
        own = QWidget()
        column = QVBoxLayout(own)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.what_if_strip)
        column.addWidget(self.find_pane)
        column.addWidget(self._stack, 1)
        self._ways.addWidget(own)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._ways)
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
        self.find_pane.matches_changed.connect(self.canvas.set_matches)
        self.find_pane.closed.connect(self.canvas.setFocus)
        self.find_pane.table_wanted.connect(self.table_wanted)
        self.find_pane.rule_wanted.connect(self.rule_wanted)

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
        self.canvas.set_matches(self.find_pane.matches)
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

    # Theme ------------------------------------------------------------------------------------------------------------

    def _follow_theme(self) -> None:
        self.canvas.set_palette(palette_for(self.palette()))

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

"""The view of a graph: paints a picture, keeps its place, and marks what others select; without any input."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from backends.graph.boxes import Layout
from backends.model.model import OperatorId
from profiler_gui.canvas import export
from profiler_gui.canvas.coat import dress
from profiler_gui.canvas.flight import Flight
from profiler_gui.canvas.graph_painter import GraphPainter
from profiler_gui.canvas.highlight import Highlight
from profiler_gui.canvas.hover_card import describe
from profiler_gui.canvas.legend import paint_legend
from profiler_gui.canvas.minimap import Minimap
from profiler_gui.canvas.overlay import Overlay, ValueOverlay
from profiler_gui.canvas.palette import LIGHT, Palette
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.rollup import rolled_up
from profiler_gui.canvas.sheet import Sheet, snapped
from profiler_gui.canvas.tracing import Trace
from profiler_gui.canvas.viewport import Box, Viewport

READABLE_ZOOM = 1.0
LEAST_READABLE_ZOOM = 0.58
_CORNER = 12
_ENTER_MARGIN = 24.0
_SHARP_AFTER_MS = 80
"""A graph that is slow to paint is stretched while the user zooms, and painted when that pauses."""


class GraphView(QWidget):
    """Shows one ``GraphPicture``.

    Signals:
        view_changed(float): the zoom after any move.
    """

    view_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Operator graph")
        self._palette = LIGHT
        self._overlay: Overlay | None = None
        self._seen_overlay: Overlay | None = None
        """The overlay with what it says about collapsed groups."""
        self._graph: GraphPainter | None = None
        self._highlight: Highlight | None = None
        self._selected: frozenset[int] = frozenset()
        self._matches: frozenset[OperatorId] = frozenset()
        self._trace: Trace | None = None
        self._hovered: int | None = None
        self._view = Viewport()
        self._start: Viewport | None = None
        """The view that ``show_start`` chose; while it is the view, nobody has moved yet."""
        self._sheet = Sheet()
        self._zooming = QTimer(self)
        self._zooming.setSingleShot(True)
        self._zooming.setInterval(_SHARP_AFTER_MS)
        self._zooming.timeout.connect(self.update)
        self._flight = Flight(self, self._show_view)
        self._minimap = Minimap(self)
        self._minimap.place_chosen.connect(self._on_place_chosen)

    # What is shown ----------------------------------------------------------------------------------------------------

    def set_graph(self, picture: GraphPicture | None) -> None:
        """Show another graph, from its top at a readable size."""
        self._flight.stop()
        self._hovered, self._selected = None, frozenset()
        self._graph = self._painter_of(picture) if picture is not None else None
        self._rebuild()
        self.show_start()
        self._describe()

    @property
    def picture(self) -> GraphPicture | None:
        """What is shown."""
        return self._graph.picture if self._graph else None

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._palette = palette
        self._repaint_graph()

    def set_overlay(self, overlay: Overlay | None) -> None:
        """Paint values or placements onto the nodes; ``None`` colours them by category."""
        self._overlay = overlay
        self._repaint_graph()

    def set_matches(self, operators: Collection[OperatorId]) -> None:
        """Mark what a search found."""
        self._matches = frozenset(operators)
        if self._graph and self._highlight:
            self._highlight.match(self._nodes_of(self._matches))
        self.update()

    def set_trace(self, trace: Trace | None) -> None:
        """Mark a tensor that is followed or a path; ``None`` for none."""
        self._trace = trace
        self._mark_trace(self._highlight)
        self.update()

    @property
    def trace(self) -> Trace | None:
        """What is marked by ``set_trace``."""
        return self._trace

    @property
    def selected_groups(self) -> tuple[int, ...]:
        """The collapsed groups that are selected."""
        nodes = [self._graph.picture.nodes[node] for node in sorted(self._selected)] if self._graph else []
        return tuple(node.group for node in nodes if node.members)

    @property
    def central_operator(self) -> OperatorId | None:
        """The operator nearest to the middle of the view, or the first of the group that is."""
        if self._graph is None:
            return None
        layout, (x, y) = self._graph.picture.layout, self._view.centre
        away = np.hypot(layout.left + layout.width / 2 - x, layout.top + layout.height / 2 - y)
        near = np.argsort(away)[:8].tolist()
        return next((key for key in (self._graph.picture.nodes[node].key for node in near) if key is not None), None)

    def show_trace(self) -> None:
        """Bring all that is marked by ``set_trace`` into sight."""
        nodes = self._trace.nodes_in(self._graph.picture) if self._trace and self._graph else []
        if nodes:
            self._go(self._view.fitted(self._box_of(nodes)))

    # Selection --------------------------------------------------------------------------------------------------------

    def set_selection(self, operators: Collection[OperatorId]) -> None:
        """Select operators; those of other subgraphs are left out. Emits nothing."""
        self._mark_selected(frozenset(self._nodes_of(operators)))

    @property
    def selection(self) -> frozenset[OperatorId]:
        """The selected operators."""
        if self._graph is None:
            return frozenset()
        nodes = [self._graph.picture.nodes[node] for node in self._selected]
        return frozenset(id_ for node in nodes for id_ in (*node.members, node.operator) if id_ is not None)

    def show_operator(self, operator: OperatorId, *, animate: bool = True) -> None:
        """Bring an operator to the middle at a readable size."""
        for node in self._nodes_of((operator,)):
            self._show_node(node, animate=animate)

    # The view ---------------------------------------------------------------------------------------------------------

    @property
    def view(self) -> Viewport:
        """Where the canvas looks."""
        return self._view

    def show_view(self, view: Viewport) -> None:
        """Look where ``view`` looked before, at the present size of the widget."""
        self._flight.stop()
        self._show_view(view.resized(self.width(), self.height()))

    def keep_place(self, old: GraphPicture | None, view: Viewport, anchor: OperatorId | None) -> bool:
        """Show an operator where it was in an older picture looked at with ``view``; give whether it was in both."""
        if old is None or anchor is None or self._graph is None:
            return False
        before, now = old.node_of.get(anchor), self._graph.picture.node_of.get(anchor)
        if before is None or now is None:
            return False
        x, y = view.to_widget(
            float(old.layout.left[before] + old.layout.width[before] / 2), float(old.layout.top[before])
        )
        layout = self._graph.picture.layout
        moved = replace(
            view,
            x=float(layout.left[now] + layout.width[now] / 2) - x / view.zoom,
            y=float(layout.top[now]) - y / view.zoom,
        )
        self._show_view(moved.resized(self.width(), self.height()))
        return True

    def show_all(self, *, animate: bool = True) -> None:
        """Fit the whole graph into the widget."""
        if self._graph:
            self._go(self._view.fitted(self._graph.picture.layout.bounds), animate=animate)

    def show_start(self) -> None:
        """Show everything if that is readable, otherwise the top of the graph."""
        if self._graph is None or self._graph.picture.is_empty:
            self._show_view(self._view)
            self._start = self._view
            return
        layout = self._graph.picture.layout
        left, top, right, _ = bounds = layout.bounds
        view = self._view.fitted(bounds, READABLE_ZOOM)
        if view.zoom < LEAST_READABLE_ZOOM and layout.is_sideways:
            view = self._left_end(layout)
        elif view.zoom < LEAST_READABLE_ZOOM:
            zoom = min(READABLE_ZOOM, max(LEAST_READABLE_ZOOM, self._view.width / (right - left + 2 * _ENTER_MARGIN)))
            middle = self._entry(zoom)
            view = Viewport(zoom=zoom, width=self._view.width, height=self._view.height)
            view = view.centred_on(middle, top + view.height / zoom / 2 - _ENTER_MARGIN / zoom)
        self._show_view(view)
        self._start = self._view

    def frame_selection(self) -> None:
        """Show the selected nodes as large as is readable; without any, the whole graph."""
        if self._graph is None or not self._selected:
            self.show_all()
            return
        self._go(self._view.fitted(self._box_of(self._selected)))

    def zoom_by(self, factor: float) -> None:
        """Zoom at the middle of the widget."""
        self._show_view(self._view.zoomed(factor, self.width() / 2, self.height() / 2))

    def reset_zoom(self) -> None:
        """Show everything at its natural size."""
        self.zoom_by(1.0 / self._view.zoom)

    # Pictures ---------------------------------------------------------------------------------------------------------

    def render_png(self, path: Path, scale: float = 1.0, *, whole: bool = True) -> str:
        """Write a PNG of the whole graph or of the view; give a sentence if it had to be made smaller, else nothing.

        Raises:
            StoreError: the file cannot be written, or nothing is shown.
        """
        return export.write_png(path, self.export_content(whole=whole), scale)

    def render_svg(self, path: Path, *, whole: bool = True) -> str:
        """Write an SVG of the whole graph or of the view; give a sentence if details were left out, else nothing.

        Raises:
            StoreError: the file cannot be written, or nothing is shown.
        """
        return export.write_svg(path, self.export_content(whole=whole))

    def export_content(
        self, *, whole: bool, palette: Palette | None = None, has_legend: bool = True, has_marks: bool = False
    ) -> export.Content:
        """Give what to paint elsewhere, even outside the main thread.

        Args:
            whole: the whole graph, or what is in view.
            palette: other colours than those on the screen.
            has_legend: with the legend of the overlay, where there is one.
            has_marks: with selection, matches and the followed tensor.
        """
        graph, marks = self._graph, None
        if graph is not None:
            coat = graph.coat if palette is None else dress(graph.picture, palette, self._seen_overlay)
            graph = GraphPainter(graph.picture, palette or self._palette, coat, self.font())
            marks = Highlight(graph) if has_marks else None
        if marks is not None:
            self._mark(marks)
        return export.Content(
            graph=graph,
            overlay=self._told_overlay if has_legend else None,
            font=self.font(),
            view=None if whole else self._view,
            marks=marks,
        )

    # Events -----------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle in the middle; a graph that nobody has moved yet starts anew."""
        self._minimap_to_corner()
        view = self._view.resized(self.width(), self.height())
        if self._view is self._start:
            self._view = view
            self.show_start()
        else:
            self._show_view(view)

    def changeEvent(self, event: QEvent) -> None:
        """Measure and paint anew in another font."""
        if event.type() == QEvent.Type.FontChange:
            self._repaint_graph()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the graph, then what stands out, then the legend."""
        painter = QPainter(self)
        if self._graph is None or self._highlight is None:
            painter.fillRect(self.rect(), QColor(self._palette.background))
            return
        if self._zooming.isActive() and self._sheet.is_slow_near(self._view):
            painter.fillRect(self.rect(), QColor(self._palette.background))
            self._sheet.stretch(painter, self._view)
        else:
            painter.drawPixmap(0, 0, self._sheet.show(self._graph, self._view, self.devicePixelRatioF()))
        self._highlight.paint(painter, self._view, self._hovered)
        if self._told_overlay is not None:
            corner = QPointF(_CORNER, self.height() - _CORNER)
            paint_legend(painter, self._told_overlay, self._palette, self.font(), corner)

    # Private ----------------------------------------------------------------------------------------------------------

    def _entry(self, zoom: float) -> float:
        """Give the middle of the part of the top, as wide as the widget, that holds the most nodes."""
        assert self._graph is not None
        layout = self._graph.picture.layout
        seen = layout.top <= float(layout.top.min()) + self._view.height / zoom
        lefts, rights = np.sort(layout.left[seen]), np.sort((layout.left + layout.width)[seen])
        ends = np.searchsorted(rights, lefts + self._view.width / zoom - 2 * _ENTER_MARGIN, side="right")
        first = int(np.argmax(ends - np.arange(len(lefts))))
        return float(lefts[first] + rights[max(int(ends[first]) - 1, first)]) / 2

    def _left_end(self, layout: Layout) -> Viewport:
        """Look at where a graph that runs from left to right begins, at a readable size."""
        left, top, _, bottom = layout.bounds
        width, height = self._view.width, self._view.height
        zoom = min(READABLE_ZOOM, max(LEAST_READABLE_ZOOM, height / (bottom - top + 2 * _ENTER_MARGIN)))
        seen = layout.left <= float(layout.left.min()) + width / zoom
        middle = float(np.median(layout.top[seen] + layout.height[seen] / 2))
        x = left + width / zoom / 2 - _ENTER_MARGIN / zoom
        return Viewport(zoom=zoom, width=width, height=height).centred_on(x, middle)

    def _painter_of(self, picture: GraphPicture) -> GraphPainter:
        self._seen_overlay = rolled_up(self._overlay, picture.nodes)
        return GraphPainter(picture, self._palette, dress(picture, self._palette, self._seen_overlay), self.font())

    def _repaint_graph(self) -> None:
        if self._graph:
            self._graph = self._painter_of(self._graph.picture)
        self._rebuild()

    def _rebuild(self) -> None:
        """After any change of what is drawn, other than the view."""
        self._sheet.forget()
        self._zooming.stop()
        self._highlight = Highlight(self._graph) if self._graph else None
        if self._graph and self._highlight:
            self._mark(self._highlight)
        self._minimap.set_graph(self.picture, self._palette, self._graph.coat if self._graph else None)
        self._minimap.set_view(self._view)
        self._minimap_to_corner()
        self._describe()
        self.update()

    @property
    def _told_overlay(self) -> Overlay | None:
        """What the legend tells: scales fit what is shown, while operators are counted one by one."""
        return self._seen_overlay if isinstance(self._overlay, ValueOverlay) else self._overlay

    def _mark(self, marks: Highlight) -> None:
        marks.select(self._selected)
        marks.match(self._nodes_of(self._matches))
        self._mark_trace(marks)

    def _mark_trace(self, marks: Highlight | None) -> None:
        if self._graph and marks:
            picture = self._graph.picture
            nodes, edges = ([], np.zeros(0, np.int64)) if self._trace is None else self._trace.seen_in(picture)
            marks.trace(nodes, edges)

    def _describe(self) -> None:
        """Tell screen readers what is shown and selected."""
        if self._graph is None:
            self.setAccessibleDescription("")
            return
        text = f"{len(self._graph.picture.nodes)} nodes. Arrow keys follow the edges, Space shows everything."
        if len(self._selected) == 1:
            text = describe(self._graph.picture, min(self._selected), self._graph.coat).replace("\n", ", ")
        elif self._selected:
            text = f"{len(self._selected)} nodes are selected."
        if text == self.accessibleDescription():
            return
        self.setAccessibleDescription(text)
        if self.hasFocus() and self._selected:
            # Readers tell a new description only when asked; the user who walks from node to node hears each.
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _minimap_to_corner(self) -> None:
        self._minimap.fit_into(self.height() - 2 * _CORNER)
        size = self._minimap.size()
        self._minimap.move(self.width() - size.width() - _CORNER, self.height() - size.height() - _CORNER)

    def _nodes_of(self, operators: Iterable[OperatorId]) -> list[int]:
        known = self._graph.picture.node_of if self._graph else {}
        return [known[id_] for id_ in operators if id_ in known]

    def _box_of(self, nodes: Iterable[int]) -> Box:
        assert self._graph is not None
        layout, chosen = self._graph.picture.layout, list(nodes)
        left, top = layout.left[chosen], layout.top[chosen]
        right, bottom = left + layout.width[chosen], top + layout.height[chosen]
        return float(left.min()), float(top.min()), float(right.max()), float(bottom.max())

    def _show_view(self, view: Viewport) -> None:
        if (view.width, view.height) != (self.width(), self.height()):  # resized during a flight
            view = view.resized(self.width(), self.height())
        if self._graph and not self._graph.picture.is_empty:
            view = view.kept_near(self._graph.picture.layout.bounds)
        view = snapped(view, self.devicePixelRatioF())
        if view.zoom != self._view.zoom and self._sheet.is_slow_near(view):
            self._zooming.start()
        self._view = view
        self._minimap.set_view(self._view)
        self.view_changed.emit(self._view.zoom)
        self.update()

    def _go(self, view: Viewport, *, animate: bool = True) -> None:
        if animate and self.isVisible():
            self._flight.fly(self._view, view)
        else:
            self._flight.stop()
            self._show_view(view)

    def _pan(self, dx: float, dy: float) -> None:
        self._show_view(self._view.moved(dx, dy))

    def _show_node(self, node: int, *, animate: bool = True) -> None:
        left, top, right, bottom = self._box_of((node,))
        zoom = self._view.zoom if self._view.zoom >= LEAST_READABLE_ZOOM else READABLE_ZOOM
        view = Viewport(zoom=zoom, width=self._view.width, height=self._view.height)
        self._go(view.centred_on((left + right) / 2, (top + bottom) / 2), animate=animate)

    def _mark_selected(self, nodes: frozenset[int]) -> None:
        self._selected = nodes
        self._describe()
        if self._highlight:
            self._highlight.select(nodes)
        self.update()

    @Slot(float, float)
    def _on_place_chosen(self, x: float, y: float) -> None:
        self._flight.stop()
        self._show_view(self._view.centred_on(x, y))

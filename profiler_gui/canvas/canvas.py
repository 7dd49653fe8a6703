"""The canvas: shows a graph and lets the user move in it and select."""

from collections.abc import Collection, Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from backends.model.model import OperatorId
from profiler_gui.canvas import export, keys
from profiler_gui.canvas.coat import dress
from profiler_gui.canvas.flight import Flight
from profiler_gui.canvas.graph_painter import GraphPainter
from profiler_gui.canvas.highlight import Highlight
from profiler_gui.canvas.hover_card import HoverCard, describe
from profiler_gui.canvas.legend import paint_legend
from profiler_gui.canvas.minimap import Minimap
from profiler_gui.canvas.overlay import Overlay
from profiler_gui.canvas.palette import LIGHT, Palette
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.pointer import Drag, Pointer, wheel_pan, wheel_zoom
from profiler_gui.canvas.sheet import Sheet, snapped
from profiler_gui.canvas.tabs import Tab
from profiler_gui.canvas.viewport import Box, Viewport
from profiler_gui.canvas.walk import Step, walk

_CORNER = 12
_READABLE_ZOOM = 1.0
_LEAST_READABLE_ZOOM = 0.58
_ENTER_MARGIN = 24.0
_MOST_JUMPS = 30


class GraphCanvas(QWidget):
    """Shows one ``GraphPicture``.

    Signals:
        selection_changed(frozenset of OperatorId): the user selected; not emitted by ``set_selection``.
        tensor_selected(int): the user selected a graph input or output, given by its tensor.
        operator_activated(OperatorId): double click or Enter on an operator.
        subgraph_activated(int): the activated operator calls this subgraph.
        context_menu_requested(OperatorId or None, QPoint): a menu is wanted at a global point.
        view_changed(float): the zoom after any move.
    """

    selection_changed = Signal(object)
    tensor_selected = Signal(int)
    operator_activated = Signal(object)
    subgraph_activated = Signal(int)
    context_menu_requested = Signal(object, QPoint)
    view_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Operator graph")
        self._palette = LIGHT
        self._overlay: Overlay | None = None
        self._graph: GraphPainter | None = None
        self._highlight: Highlight | None = None
        self._selected: frozenset[int] = frozenset()
        self._matches: frozenset[OperatorId] = frozenset()
        self._hovered: int | None = None
        self._view = Viewport()
        self._is_placed = False
        self._sheet = Sheet()
        self._pointer = Pointer(self._pan)
        self._flight = Flight(self, self._show_view)
        self._minimap = Minimap(self)
        self._minimap.place_chosen.connect(self._on_place_chosen)
        self._card = HoverCard(self)
        self._card.set_palette(self._palette)

    # What is shown ----------------------------------------------------------------------------------------------------

    def set_graph(self, picture: GraphPicture | None) -> None:
        """Show another graph, from its top at a readable size."""
        self._flight.stop()
        self._card.hide()
        self._hovered, self._selected = None, frozenset()
        self._graph = self._painter_of(picture) if picture is not None else None
        self._is_placed = False
        self._rebuild()
        self.show_start()
        count = len(picture.nodes) if picture is not None else 0
        self.setAccessibleDescription(f"{count} nodes. Arrow keys follow the edges, Space shows everything.")

    @property
    def picture(self) -> GraphPicture | None:
        """What is shown."""
        return self._graph.picture if self._graph else None

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._palette = palette
        self._card.set_palette(palette)
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

    # Selection --------------------------------------------------------------------------------------------------------

    def set_selection(self, operators: Collection[OperatorId]) -> None:
        """Select operators; those of other subgraphs are left out. Emits nothing."""
        self._select(frozenset(self._nodes_of(operators)), announce=False)

    @property
    def selection(self) -> frozenset[OperatorId]:
        """The selected operators."""
        if self._graph is None:
            return frozenset()
        nodes = self._graph.picture.nodes
        return frozenset(id_ for id_ in (nodes[node].operator for node in self._selected) if id_ is not None)

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

    def show_all(self, *, animate: bool = True) -> None:
        """Fit the whole graph into the widget."""
        if self._graph:
            self._go(self._view.fitted(self._graph.picture.layout.bounds), animate=animate)

    def show_start(self) -> None:
        """Show everything if that is readable, otherwise the top of the graph."""
        if self._graph is None or self._graph.picture.is_empty:
            self._show_view(self._view)
            return
        left, top, right, _ = bounds = self._graph.picture.layout.bounds
        view = self._view.fitted(bounds, _READABLE_ZOOM)
        if view.zoom < _LEAST_READABLE_ZOOM:
            layout = self._graph.picture.layout
            zoom = min(_READABLE_ZOOM, max(_LEAST_READABLE_ZOOM, self._view.width / (right - left + 2 * _ENTER_MARGIN)))
            first = int(layout.top.argmin())
            middle = float(layout.left[first] + layout.width[first] / 2)
            view = Viewport(zoom=zoom, width=self._view.width, height=self._view.height)
            view = view.centred_on(middle, top + view.height / zoom / 2 - _ENTER_MARGIN / zoom)
        self._show_view(view)

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
        return export.write_png(path, self._export_content(whole), scale)

    def render_svg(self, path: Path, *, whole: bool = True) -> str:
        """Write an SVG of the whole graph or of the view; give a sentence if details were left out, else nothing.

        Raises:
            StoreError: the file cannot be written, or nothing is shown.
        """
        return export.write_svg(path, self._export_content(whole))

    def _export_content(self, whole: bool) -> export.Content:
        return export.Content(
            graph=self._graph, overlay=self._overlay, font=self.font(), view=None if whole else self._view
        )

    # Keys -------------------------------------------------------------------------------------------------------------

    def clear_selection(self) -> None:
        """Select nothing."""
        self._select(frozenset())

    def walk(self, step: Step) -> None:
        """Move the selection along an edge or to a neighbour; from nothing, to the first node."""
        if self._graph is None or self._graph.picture.is_empty:
            return
        node = walk(self._graph.picture, min(self._selected), step) if self._selected else 0
        if node is not None:
            self._select(frozenset((node,)))
            if not self._view.shows(self._box_of((node,))):
                self._show_node(node)

    def activate_selection(self) -> None:
        """Do what a double click on the selected node does."""
        if len(self._selected) == 1:
            self._activate(min(self._selected))

    # Events -----------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key means here; see ``keys``."""
        if not keys.press(self, event):
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with a wheel, pan with a touch pad."""
        self._flight.stop()
        pan = wheel_pan(event)
        if pan is not None:
            self._pan(pan.x(), pan.y())
        else:
            at = event.position()
            self._show_view(self._view.zoomed(wheel_zoom(event), at.x(), at.y()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom with two fingers."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            at = event.position()
            self._show_view(self._view.zoomed(1.0 + event.value(), at.x(), at.y()))
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a pan or a rubber band."""
        self._flight.stop()
        self._card.hide()
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a drag, or tell about what is under the pointer."""
        drag = self._pointer.move(event) if event.buttons() else Drag.NONE
        if drag is Drag.PAN:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif drag is Drag.BAND:
            self.update()
        elif drag is Drag.NONE:
            self._hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or select."""
        drag, band = self._pointer.release()
        adds = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        self.unsetCursor()
        if drag is Drag.PRESSED and event.button() is Qt.MouseButton.LeftButton:
            self._click(event.position(), adds=adds)
        elif drag is Drag.BAND:
            self._select_band(band, adds=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Activate the node under the pointer."""
        node = self._node_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and node is not None:
            self._activate(node)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask the owner for a menu."""
        node = self._node_at(QPointF(event.pos()))
        operator = self._graph.picture.nodes[node].operator if self._graph and node is not None else None
        self.context_menu_requested.emit(operator, event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        """Stop telling about a node."""
        self._card.hide()
        self._hovered = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle in the middle; the first size decides where the graph starts."""
        self._minimap_to_corner()
        view = self._view.resized(self.width(), self.height())
        if not self._is_placed:
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
        painter.drawPixmap(0, 0, self._sheet.show(self._graph, self._view, self.devicePixelRatioF()))
        self._highlight.paint(painter, self._view, self._hovered)
        if self._pointer.drag is Drag.BAND:
            colour = QColor(self._palette.selection)
            painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
            colour.setAlpha(28)
            painter.setBrush(colour)
            painter.drawRect(self._pointer.band)
        if self._overlay is not None:
            corner = QPointF(_CORNER, self.height() - _CORNER)
            paint_legend(painter, self._overlay, self._palette, self.font(), corner)

    # Private ----------------------------------------------------------------------------------------------------------

    def _painter_of(self, picture: GraphPicture) -> GraphPainter:
        return GraphPainter(picture, self._palette, dress(picture, self._palette, self._overlay), self.font())

    def _repaint_graph(self) -> None:
        if self._graph:
            self._graph = self._painter_of(self._graph.picture)
        self._rebuild()

    def _rebuild(self) -> None:
        """After any change of what is drawn, other than the view."""
        self._sheet.forget()
        self._highlight = Highlight(self._graph) if self._graph else None
        if self._graph and self._highlight:
            self._highlight.select(self._selected)
            self._highlight.match(self._nodes_of(self._matches))
        self._minimap.set_graph(self.picture, self._palette, self._graph.coat if self._graph else None)
        self._minimap.set_view(self._view)
        self._minimap_to_corner()
        self.update()

    def _minimap_to_corner(self) -> None:
        size = self._minimap.size()
        self._minimap.move(self.width() - size.width() - _CORNER, self.height() - size.height() - _CORNER)

    def _nodes_of(self, operators: Iterable[OperatorId]) -> list[int]:
        known = self._graph.picture.node_of if self._graph else {}
        return [known[id_] for id_ in operators if id_ in known]

    def _node_at(self, position: QPointF) -> int | None:
        if self._graph is None:
            return None
        return self._graph.culling.node_at(*self._view.to_picture(position.x(), position.y()))

    def _tab_at(self, position: QPointF) -> Tab | None:
        if self._graph is None or self._view.zoom < _LEAST_READABLE_ZOOM:
            return None
        x, y = self._view.to_picture(position.x(), position.y())
        near = self._graph.culling.nodes((x, y, x, y), _ENTER_MARGIN).tolist()
        return self._graph.tabs.at(x, y, near)

    def _box_of(self, nodes: Iterable[int]) -> Box:
        assert self._graph is not None
        layout, chosen = self._graph.picture.layout, list(nodes)
        left, top = layout.left[chosen], layout.top[chosen]
        right, bottom = left + layout.width[chosen], top + layout.height[chosen]
        return float(left.min()), float(top.min()), float(right.max()), float(bottom.max())

    def _show_view(self, view: Viewport) -> None:
        if self._graph and not self._graph.picture.is_empty:
            view = view.kept_near(self._graph.picture.layout.bounds)
        self._view = snapped(view, self.devicePixelRatioF())
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
        zoom = self._view.zoom if self._view.zoom >= _LEAST_READABLE_ZOOM else _READABLE_ZOOM
        view = Viewport(zoom=zoom, width=self._view.width, height=self._view.height)
        self._go(view.centred_on((left + right) / 2, (top + bottom) / 2), animate=animate)

    def _hover(self, position: QPointF) -> None:
        node = self._node_at(position)
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._tab_at(position) else Qt.CursorShape.ArrowCursor)
        if node is None:
            self._card.hide()
        elif self._graph:
            self._card.show_text(describe(self._graph.picture, node, self._graph.coat), position.toPoint())
        if node != self._hovered:
            self._hovered = node
            self.update()

    def _click(self, position: QPointF, *, adds: bool) -> None:
        tab = self._tab_at(position)
        if tab is not None:
            self._follow(tab, position)
            return
        node = self._node_at(position)
        if node is None:
            self._select(self._selected if adds else frozenset())
        else:
            self._select(self._selected ^ {node} if adds else frozenset((node,)))

    def _follow(self, tab: Tab, position: QPointF) -> None:
        """Jump to the other end of an edge that is not drawn; ask which if there are several."""
        assert self._graph is not None
        chosen = tab.others[0]
        if len(tab.others) > 1:
            menu = QMenu(self)
            texts = self._graph.picture.texts
            for other in tab.others[:_MOST_JUMPS]:
                operator = self._graph.picture.nodes[other].operator
                number = f"  {operator.index}" if operator else ""
                menu.addAction(texts[other].title.replace("&", "&&") + number).setData(other)
            action = menu.exec(self.mapToGlobal(position.toPoint()))
            menu.deleteLater()
            if action is None:
                return
            chosen = int(action.data())
        self._select(frozenset((chosen,)))
        self._show_node(chosen)

    def _select_band(self, band: QRectF, *, adds: bool) -> None:
        if self._graph is None:
            return
        left, top = self._view.to_picture(band.left(), band.top())
        right, bottom = self._view.to_picture(band.right(), band.bottom())
        inside = frozenset(self._graph.culling.nodes((left, top, right, bottom)).tolist())
        self._select(self._selected | inside if adds else inside)

    def _select(self, nodes: frozenset[int], *, announce: bool = True) -> None:
        if nodes == self._selected:
            return
        self._selected = nodes
        if self._highlight and self._graph:
            self._highlight.select(nodes)
            if announce:
                self.selection_changed.emit(self.selection)
                only = self._graph.picture.nodes[min(nodes)] if len(nodes) == 1 else None
                if only is not None and only.operator is None:
                    self.tensor_selected.emit(only.tensor)
        self.update()

    def _activate(self, node: int) -> None:
        assert self._graph is not None
        told = self._graph.picture.nodes[node]
        if told.operator is not None:
            self.operator_activated.emit(told.operator)
        if told.callees:
            self.subgraph_activated.emit(told.callees[0])

    @Slot(float, float)
    def _on_place_chosen(self, x: float, y: float) -> None:
        self._flight.stop()
        self._show_view(self._view.centred_on(x, y))

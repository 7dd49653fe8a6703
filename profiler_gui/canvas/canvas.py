"""The canvas: a graph in which the user moves and selects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from backends.graph.nodes import GraphNode
from profiler_gui.canvas import keys
from profiler_gui.canvas.detail import TITLES_FROM
from profiler_gui.canvas.graph_view import LEAST_READABLE_ZOOM, GraphView
from profiler_gui.canvas.hover_card import HoverCard, describe
from profiler_gui.canvas.palette import Palette
from profiler_gui.canvas.picture import GraphPicture
from profiler_gui.canvas.pointer import Drag, Pointer, wheel_pan, wheel_zoom
from profiler_gui.canvas.tabs import TAB_HEIGHT, Tab
from profiler_gui.canvas.walk import Step, walk

_MOST_JUMPS = 30
_NEAR_EDGE = 5.0
"""Pixels from an edge within which a click means it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What lies at a point of the canvas."""

    node: GraphNode | None = None
    frame: int | None = None
    """The innermost group that is framed there."""
    tensor: int | None = None
    """The tensor of the edge there."""


class GraphCanvas(GraphView):
    """Shows one ``GraphPicture`` and follows mouse, touch pad and keys.

    Signals:
        selection_changed(frozenset of OperatorId): the user selected; not emitted by ``set_selection``.
        tensor_selected(int): the user selected a graph input or output, given by its tensor.
        operator_activated(OperatorId): double click or Enter on an operator.
        subgraph_activated(int): the activated operator calls this subgraph.
        group_activated(int): the user wants to see what is in a group.
        group_folded(int): the user wants a group to be one node again.
        tensor_followed(int): the user clicked on an edge, which carries this tensor.
        context_menu_requested(Spot, QPoint): a menu is wanted at a global point.
    """

    selection_changed = Signal(object)
    tensor_selected = Signal(int)
    operator_activated = Signal(object)
    subgraph_activated = Signal(int)
    group_activated = Signal(int)
    group_folded = Signal(int)
    tensor_followed = Signal(int)
    context_menu_requested = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._pointer = Pointer(self._pan)
        self._card = HoverCard(self)
        self._card.set_palette(self._palette)

    def set_graph(self, picture: GraphPicture | None) -> None:
        """Show another graph, from its top at a readable size."""
        self._card.dismiss()
        super().set_graph(picture)

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._card.set_palette(palette)
        super().set_palette(palette)

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
        self._card.dismiss()
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
        position = QPointF(event.pos())
        if event.reason() is QContextMenuEvent.Reason.Keyboard and self._selected and self._graph is not None:
            left, top, right, bottom = self._box_of(self._selected)
            position = QPointF(*self._view.to_widget((left + right) / 2, (top + bottom) / 2))
        node = self._node_at(position)
        if node is not None and node not in self._selected:
            self._select(frozenset((node,)))
        spot = Spot() if self._graph is None else self._spot_at(position, node)
        at = (
            event.globalPos()
            if event.reason() is QContextMenuEvent.Reason.Mouse
            else self.mapToGlobal(position.toPoint())
        )
        self.context_menu_requested.emit(spot, at)

    def leaveEvent(self, event: QEvent) -> None:
        """Stop telling about a node."""
        self._card.dismiss()
        self._hovered = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rubber band over the graph."""
        super().paintEvent(event)
        if self._pointer.drag is Drag.BAND:
            painter = QPainter(self)
            colour = QColor(self._palette.selection)
            painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
            colour.setAlpha(28)
            painter.setBrush(colour)
            painter.drawRect(self._pointer.band)

    # Private ----------------------------------------------------------------------------------------------------------

    def _node_at(self, position: QPointF) -> int | None:
        if self._graph is None:
            return None
        return self._graph.culling.node_at(*self._view.to_picture(position.x(), position.y()))

    def _spot_at(self, position: QPointF, node: int | None) -> Spot:
        assert self._graph is not None
        x, y = self._view.to_picture(position.x(), position.y())
        return Spot(
            node=self._graph.picture.nodes[node] if node is not None else None,
            frame=self._graph.frames.group_at(x, y),
            tensor=self._tensor_at(position) if node is None else None,
        )

    def _tensor_at(self, position: QPointF) -> int | None:
        """Give the tensor of the edge under a point of the widget."""
        if self._graph is None or self._view.zoom < TITLES_FROM:
            return None
        x, y = self._view.to_picture(position.x(), position.y())
        return self._graph.edges.tensor_at(x, y, _NEAR_EDGE / self._view.zoom, self._graph.culling)

    def _header_at(self, position: QPointF) -> int | None:
        if self._graph is None or self._view.zoom < LEAST_READABLE_ZOOM:
            return None
        return self._graph.frames.header_at(*self._view.to_picture(position.x(), position.y()))

    def _tab_at(self, position: QPointF) -> Tab | None:
        if self._graph is None or self._view.zoom < LEAST_READABLE_ZOOM:
            return None
        x, y = self._view.to_picture(position.x(), position.y())
        near = self._graph.culling.nodes((x, y, x, y), TAB_HEIGHT).tolist()
        return self._graph.tabs.at(x, y, near)

    def _hover(self, position: QPointF) -> None:
        node = self._node_at(position)
        acts = node is None and (self._tab_at(position) is not None or self._header_at(position) is not None)
        self.setCursor(Qt.CursorShape.PointingHandCursor if acts else Qt.CursorShape.ArrowCursor)
        if node is None:
            self._card.dismiss()
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
            self._click_ground(position, adds=adds)
        else:
            self._select(self._selected ^ {node} if adds else frozenset((node,)))

    def _click_ground(self, position: QPointF, *, adds: bool) -> None:
        """Collapse the group whose header was clicked, follow the tensor of an edge, or select nothing."""
        group, tensor = self._header_at(position), self._tensor_at(position)
        if group is not None:
            self.group_folded.emit(group)
        elif tensor is not None:
            self.tensor_followed.emit(tensor)
        else:
            self._select(self._selected if adds else frozenset())

    def _follow(self, tab: Tab, position: QPointF) -> None:
        """Jump to the other end of an edge that is not drawn; ask which if there are several."""
        assert self._graph is not None
        picture = self._graph.picture
        choices = []
        for other in tab.others[:_MOST_JUMPS]:
            operator = picture.nodes[other].operator
            number = f"  {operator.index}" if operator else ""
            choices.append((picture.texts[other].title + number, partial(self._jump, other)))
        self._ask(choices, position)

    def _jump(self, node: int) -> None:
        self._select(frozenset((node,)))
        self._show_node(node)

    def _ask(self, choices: Sequence[tuple[str, Callable[[], object]]], position: QPointF) -> None:
        """Do the only thing there is to do, or offer a menu."""
        if len(choices) == 1:
            choices[0][1]()
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, act in choices:
            menu.addAction(text.replace("&", "&&")).triggered.connect(partial(_ignoring, act))
        menu.popup(self.mapToGlobal(position.toPoint()))

    def _select_band(self, band: QRectF, *, adds: bool) -> None:
        if self._graph is None:
            return
        left, top = self._view.to_picture(band.left(), band.top())
        right, bottom = self._view.to_picture(band.right(), band.bottom())
        inside = frozenset(self._graph.culling.nodes((left, top, right, bottom)).tolist())
        self._select(self._selected | inside if adds else inside)

    def _activate(self, node: int) -> None:
        assert self._graph is not None
        told, layout = self._graph.picture.nodes[node], self._graph.picture.layout
        if told.members:
            self.group_activated.emit(told.group)
        if told.operator is not None:
            self.operator_activated.emit(told.operator)
        if told.callees:
            below = self._view.to_widget(float(layout.left[node]), float(layout.top[node] + layout.height[node]))
            choices = [
                (f"Open {role} (subgraph {index})", partial(self.subgraph_activated.emit, index))
                for role, index in told.callees
            ]
            self._ask(choices, QPointF(*below))

    def _select(self, nodes: frozenset[int]) -> None:
        """Select on behalf of the user, and say so."""
        if nodes == self._selected or self._graph is None:
            return
        self._mark_selected(nodes)
        self.selection_changed.emit(self.selection)
        only = self._graph.picture.nodes[min(nodes)] if len(nodes) == 1 else None
        if only is not None and only.key is None:
            self.tensor_selected.emit(only.tensor)


def _ignoring(act: Callable[[], object], *_: object) -> None:
    """Act without the state of the menu's entry."""
    act()

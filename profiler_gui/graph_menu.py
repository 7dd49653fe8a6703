"""The menu of the graph's right button."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from backends.graph.nodes import GraphNode
from backends.model.model import NO_TENSOR, OperatorId
from backends.reports.plain_text import plain
from backends.units import format_shape
from profiler_gui.actions import Actions
from profiler_gui.canvas.canvas import Spot
from profiler_gui.pages.model_page import ModelPage
from profiler_gui.widgets.label import escape_mnemonic

LONGEST_NAME = 60
_MOST_TENSORS = 30
_ON_NODE = ("only_near", "only_ways", "only_partition", "only_selection", "hide_selection", "show_everything")
_ON_GROUND = (
    "show_everything", "expand_all", "collapse_all", "show_frames", "critical_path", "turn_sideways", "fit",
)  # fmt: skip

Follow = Callable[[int], object]
"""Marks a tensor of the subgraph that is shown."""


def make_graph_menu(page: ModelPage, spot: Spot, actions: Actions, follow: Follow) -> QMenu:
    """Make the menu for what lies at a point of the graph."""
    menu = QMenu(page)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if spot.node is not None:
        _add_node(menu, page, spot.node, follow)
    if spot.tensor is not None:
        menu.addAction("Follow this tensor", partial(follow, spot.tensor))
    _add_fold(menu, page, spot)
    menu.addSeparator()
    for id_ in _ON_NODE if spot.node is not None else _ON_GROUND:
        menu.addAction(actions[id_])
    if spot.node is not None:
        menu.addSeparator()
        menu.addAction(actions["zoom_selection"])
    return menu


def add_tensors(menu: QMenu, page: ModelPage, id_: OperatorId, follow: Follow) -> None:
    """Offer to follow each tensor that an operator gives or reads."""
    model = page.record.model
    operator, tensors = model.operator(id_), model.subgraphs[id_.subgraph].tensors
    for word, indexes in (("gives", operator.outputs), ("reads", operator.inputs)):
        for index in list(dict.fromkeys(indexes))[:_MOST_TENSORS]:
            if index != NO_TENSOR and not tensors[index].is_constant:
                tensor = tensors[index]
                text = f"{word} {plain(tensor.name[:LONGEST_NAME])}  {format_shape(tensor.display_shape)}"
                menu.addAction(escape_mnemonic(text), partial(follow, index))


def _add_node(menu: QMenu, page: ModelPage, node: GraphNode, follow: Follow) -> None:
    if node.members:
        menu.addAction("Expand group", partial(page.graph.expand, node.group))
    for role, index in node.callees:
        menu.addAction(f"Open {role} (subgraph {index})", partial(page.record.show_subgraph, index))
    menu.addAction("Copy name", partial(QGuiApplication.clipboard().setText, node.name or node.title))
    if node.operator is not None:
        add_tensors(menu.addMenu("Follow a tensor"), page, node.operator, follow)


def _add_fold(menu: QMenu, page: ModelPage, spot: Spot) -> None:
    whole, group = page.graph.whole, spot.frame
    if group is None and spot.node is not None and spot.node.operator is not None:
        group = page.graph.group_around([spot.node.operator])
    if whole is not None and group is not None:
        title = plain(whole.tree.groups[group].title)
        menu.addAction(escape_mnemonic(f"Collapse {title}"), partial(page.graph.collapse, group))

"""What the actions of the menu Graph do."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu

from backends.model.model import OperatorId
from backends.reports.plain_text import plain
from backends.units import format_shape
from profiler_gui.canvas.canvas import Spot
from profiler_gui.canvas.tracing import PathTrace, TensorTrace, Trace
from profiler_gui.graph_actions import BOOKMARKS
from profiler_gui.graph_menu import LONGEST_NAME, add_tensors, make_graph_menu
from profiler_gui.main_window import MainWindow
from profiler_gui.pages.model_page import ModelPage
from profiler_gui.services import Services
from profiler_gui.session import OpenModel
from profiler_gui.widgets.label import escape_mnemonic


class GraphCommands(QObject):
    """Connects the actions to the graph of the model in front."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window, self._notices = window, services.notices
        self._hops: dict[ModelPage, tuple[frozenset[OperatorId], int]] = {}
        self._bookmarks: dict[OpenModel, dict[int, OperatorId]] = {}
        actions = window.actions_table
        for id_, command in self._commands():
            actions[id_].triggered.connect(partial(self._on_page, command))
        for number in BOOKMARKS:
            actions[f"set_bookmark_{number}"].triggered.connect(
                partial(self._on_page, partial(self._set_bookmark, number))
            )
            actions[f"go_to_bookmark_{number}"].triggered.connect(
                partial(self._on_page, partial(self._go_to_bookmark, number))
            )
        services.session.model_opened.connect(self._on_model_opened)
        services.session.model_closed.connect(self._on_model_closed)
        services.session.current_changed.connect(self._show_state)

    def _commands(self) -> tuple[tuple[str, Callable[[ModelPage], object]], ...]:
        return (
            ("expand_group", _expand_group),
            ("collapse_group", self._collapse_group),
            ("expand_all", lambda page: page.graph.expand_all()),
            ("collapse_all", lambda page: page.graph.collapse_all()),
            ("show_frames", lambda page: page.graph.show_frames(self._is_checked("show_frames"))),
            ("turn_sideways", lambda page: page.graph.turn(self._is_checked("turn_sideways"))),
            ("follow_tensor", self._choose_tensor),
            ("critical_path", self._mark_critical_path),
            ("show_trace", lambda page: page.canvas.show_trace()),
            ("only_near", partial(self._show_near, step=1)),
            ("only_nearer", partial(self._show_near, step=-1)),
            ("only_ways", self._show_ways),
            ("only_partition", self._show_partition),
            ("only_selection", self._isolate),
            ("hide_selection", self._hide),
            ("show_everything", lambda page: page.graph.show_everything()),
        )

    def _on_page(self, command: Callable[[ModelPage], object], *_: object) -> None:
        page = self._window.page
        if page is not None:
            command(page)
            self._show_state()

    def _is_checked(self, id_: str) -> bool:
        return self._window.actions_table[id_].isChecked()

    # Models -----------------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        page = self._window.tabs.page_of(record)
        page.graph.picture_made.connect(self._show_state)
        page.canvas.tensor_followed.connect(partial(self._follow, page))
        page.canvas.context_menu_requested.connect(partial(self._show_menu, page))
        page.graph_bar.trace_ended.connect(partial(self._trace, page, None, ""))
        record.run_changed.connect(partial(self._refresh_critical_path, page))
        record.subgraph_changed.connect(partial(self._on_subgraph_changed, page))

    @Slot(object)
    def _on_model_closed(self, record: OpenModel) -> None:
        self._bookmarks.pop(record, None)
        self._hops = {page: hops for page, hops in self._hops.items() if page.record is not record}

    def _on_subgraph_changed(self, page: ModelPage, *_: object) -> None:
        self._trace(page, None, "")

    @Slot()
    def _show_state(self) -> None:
        """Check what is switched on in the graph in front."""
        page = self._window.page
        sight = page.graph.sight if page is not None else None
        actions = self._window.actions_table
        actions["show_frames"].setChecked(sight is not None and sight.has_frames)
        actions["turn_sideways"].setChecked(sight is not None and sight.is_sideways)
        actions["critical_path"].setChecked(page is not None and isinstance(page.canvas.trace, PathTrace))
        actions["show_everything"].setEnabled(sight is not None and sight.only is not None)

    # Groups -----------------------------------------------------------------------------------------------------------

    def _collapse_group(self, page: ModelPage) -> None:
        group = page.graph.group_around(_selected(page))
        if group is None:
            self._notices.inform("Select an operator inside a group to collapse that group.")
        else:
            page.graph.collapse(group)

    # Traces -----------------------------------------------------------------------------------------------------------

    def _trace(self, page: ModelPage, trace: Trace | None, text: str, *_: object) -> None:
        page.canvas.set_trace(trace)
        page.graph_bar.show_trace(trace, text)
        self._show_state()

    def _choose_tensor(self, page: ModelPage) -> None:
        """Follow the only tensor of the selected operator, or offer all of them."""
        selected = _selected(page)
        if len(selected) != 1:
            self._notices.inform("Select one operator to follow one of its tensors.")
            return
        menu = QMenu(page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_tensors(menu, page, selected[0], partial(self._follow, page))
        if len(menu.actions()) == 1:
            menu.actions()[0].trigger()
        elif menu.actions():
            menu.popup(page.canvas.mapToGlobal(page.canvas.rect().center()))

    def _follow(self, page: ModelPage, index: int, *_: object) -> None:
        record = page.record
        subgraph = record.model.subgraphs[record.subgraph]
        if index >= len(subgraph.tensors):
            self._trace(page, TensorTrace(tensor=index), "Several tensors of a group")
            return
        tensor = subgraph.tensors[index]
        readers = sum(index in operator.inputs for operator in subgraph.operators)
        ends = f"{readers} reader{'s' if readers != 1 else ''}"
        name = plain(tensor.name[:LONGEST_NAME]) or f"tensor {index}"
        self._trace(page, TensorTrace(tensor=index), f"{name} {format_shape(tensor.display_shape)}, {ends}")

    def _mark_critical_path(self, page: ModelPage) -> None:
        if isinstance(page.canvas.trace, PathTrace):
            self._trace(page, None, "")
            return
        nodes = page.graph.critical_path()
        if nodes:
            by = "measured time" if page.record.run is not None else "MACs"
            self._trace(page, PathTrace(nodes=nodes), f"Critical path by {by}: {len(nodes)} nodes")

    def _refresh_critical_path(self, page: ModelPage, *_: object) -> None:
        if isinstance(page.canvas.trace, PathTrace):
            self._trace(page, None, "")
            self._mark_critical_path(page)

    # Parts ------------------------------------------------------------------------------------------------------------

    def _need_selection(self, page: ModelPage) -> list[OperatorId]:
        selected = _selected(page)
        if not selected:
            self._notices.inform("Select operators in the graph first.")
        return selected

    def _show_near(self, page: ModelPage, *, step: int) -> None:
        """Show what is one hop further away than last time, around what was selected then."""
        around, hops = self._hops.get(page, (frozenset(), 0))
        selected = frozenset(_selected(page))
        is_same = page.graph.is_restricted and selected in (around, frozenset())
        if not is_same:
            around, hops = frozenset(self._need_selection(page)), 0
        if around:
            hops = max(1, hops + step)
            self._hops[page] = (around, hops)
            page.graph.show_near(around, hops, f"{hops} hop{'s' if hops > 1 else ''} around {_named(page, around)}")

    def _show_ways(self, page: ModelPage) -> None:
        selected = self._need_selection(page)
        if selected:
            page.graph.show_ways(selected, f"What leads to {_named(page, selected)} and follows")

    def _show_partition(self, page: ModelPage) -> None:
        selected, verdict = self._need_selection(page), page.record.verdict
        if selected and verdict is None:
            self._notices.inform("Choose a target first: its partitions are shown then.")
        elif selected and verdict is not None:
            at = min(selected)
            part = next(
                (part for part in verdict.partitions if part.subgraph == at.subgraph and at.index in part.operators),
                None,
            )
            if part is not None:
                inside = [OperatorId(part.subgraph, index) for index in part.operators]
                where = "on the accelerator" if part.is_accelerated else "on the CPU"
                page.graph.isolate(inside, f"Partition {where} of {verdict.target_name}")

    def _isolate(self, page: ModelPage) -> None:
        selected = self._need_selection(page)
        if selected:
            page.graph.isolate(selected, _named(page, selected))

    def _hide(self, page: ModelPage) -> None:
        selected = self._need_selection(page)
        if selected:
            page.graph.hide(selected, "Without what was hidden")
            page.record.select(())

    # Bookmarks --------------------------------------------------------------------------------------------------------

    def _set_bookmark(self, number: int, page: ModelPage) -> None:
        place = min(_selected(page), default=None) or page.canvas.central_operator
        if place is None:
            return
        self._bookmarks.setdefault(page.record, {})[number] = place
        action = self._window.actions_table[f"go_to_bookmark_{number}"]
        label = f"{page.record.model.operator(place).label} {place.index}"
        action.setText(f"Go to bookmark {number}: {escape_mnemonic(label)}")
        self._notices.inform(f"Bookmark {number} is at {label}. Key {number} goes there.")

    def _go_to_bookmark(self, number: int, page: ModelPage) -> None:
        place = self._bookmarks.get(page.record, {}).get(number)
        if place is None:
            self._notices.inform(f"There is no bookmark {number} yet. Ctrl+{number} sets it.")
        else:
            page.record.reveal(place)

    def _show_menu(self, page: ModelPage, spot: Spot, at: QPoint) -> None:
        make_graph_menu(page, spot, self._window.actions_table, partial(self._follow, page)).popup(at)


def _selected(page: ModelPage) -> list[OperatorId]:
    return sorted(id_ for id_ in page.record.selection if id_.subgraph == page.record.subgraph)


def _named(page: ModelPage, operators: Iterable[OperatorId]) -> str:
    chosen = sorted(operators)
    if len(chosen) == 1:
        return f"{page.record.model.operator(chosen[0]).label} {chosen[0].index}"
    return f"{len(chosen)} operators"


def _expand_group(page: ModelPage) -> None:
    for group in page.canvas.selected_groups:
        page.graph.expand(group)

"""The bar above the graph: where the selection lies, what is left out, and what is collapsed."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from backends.graph.groups import NodeGroup
from backends.graph.shown import title_of
from backends.model.model import OperatorId
from backends.model.topology import subgraph_callers
from profiler_gui.canvas.graph_view import GraphView
from profiler_gui.canvas.tracing import Trace
from profiler_gui.pages.shown_graph import ShownGraph
from profiler_gui.session import OpenModel
from profiler_gui.widgets.label import escape_mnemonic, plain_label

_LONGEST = 42
"""Letters of a crumb or chip; the tool tip shows all."""
_MOST_CRUMBS = 7
_CORNER = 10
"""Distance from the edges of the canvas."""


class GraphBar(QObject):
    """Breadcrumbs from the model to the selection, and a chip for each thing that changes what the graph shows.

    Both lie over the upper corners of the canvas, so that it keeps its size when they come and go.

    Signals:
        trace_ended: the user wants nothing traced any more.
    """

    trace_ended = Signal()

    def __init__(self, record: OpenModel, graph: ShownGraph, canvas: GraphView) -> None:
        super().__init__(canvas)
        self._record, self._graph, self._canvas = record, graph, canvas
        self._trace_text = ""
        self.crumb_strip, self.chip_strip = _strip(canvas), _strip(canvas)
        self._crumbs, self._chips = _row(self.crumb_strip), _row(self.chip_strip)
        canvas.installEventFilter(self)
        record.selection_changed.connect(self._show)
        record.subgraph_changed.connect(self._show)
        graph.picture_made.connect(self._show)
        self._show()

    @property
    def crumbs(self) -> tuple[str, ...]:
        """The texts of the breadcrumbs."""
        return tuple(button.text().replace("&&", "&") for button in self._buttons(self._crumbs))

    @property
    def chips(self) -> tuple[QToolButton, ...]:
        """The chips; a click takes away what each tells."""
        return tuple(self._buttons(self._chips))

    def show_trace(self, trace: Trace | None, text: str) -> None:
        """Tell what is traced."""
        self._trace_text = text if trace is not None else ""
        self._show()

    @Slot()
    def _show(self) -> None:
        self._show_crumbs()
        self._show_chips()
        self.crumb_strip.setVisible(self._crumbs.count() > 1)
        self.chip_strip.setVisible(self._chips.count() > 0)
        for strip in (self.crumb_strip, self.chip_strip):
            layout = strip.layout()
            assert layout is not None
            layout.activate()
        self._place()

    def _place(self) -> None:
        """Put the strips into the upper corners; the crumbs give way to the chips."""
        width = self._canvas.width() - 2 * _CORNER
        chips = min(self.chip_strip.sizeHint().width(), width)
        self.chip_strip.setGeometry(_CORNER + width - chips, _CORNER, chips, self.chip_strip.sizeHint().height())
        crumbs = self.crumb_strip.sizeHint()
        below = chips * self.chip_strip.isVisibleTo(self._canvas) + crumbs.width() + _CORNER > width
        top = _CORNER + (self.chip_strip.height() + 4 if below else 0)
        self.crumb_strip.setGeometry(_CORNER, top, min(crumbs.width(), width), crumbs.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the canvas."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _show_crumbs(self) -> None:
        _clear(self._crumbs)
        steps = self._subgraph_steps()
        whole = self._graph.whole
        selection = [id_ for id_ in self._record.selection if id_.subgraph == self._record.subgraph]
        if whole is not None and selection and len(selection) <= len(whole.scene.nodes):
            numbers = self._shared_chain(selection)
            steps += [
                (title_of(group), partial(self._select_group, number, group))
                for number, group in ((number, whole.tree.groups[number]) for number in numbers)
            ]
        if len(selection) == 1:
            operator = self._record.model.operator(selection[0])
            steps.append((f"{operator.label} {selection[0].index}", partial(self._record.reveal, selection[0])))
        if len(steps) > _MOST_CRUMBS:
            steps = [steps[0], ("…", lambda: None), *steps[-_MOST_CRUMBS + 2 :]]
        for number, (text, act) in enumerate(steps):
            if number:
                self._add(self._crumbs, plain_label("›", role="dim", is_selectable=False))
            self._add(self._crumbs, _button(text, act))

    def _subgraph_steps(self) -> list[tuple[str, Callable[[], object]]]:
        """Give the way from the main subgraph to the one that is shown."""
        model, index = self._record.model, self._record.subgraph
        callers = subgraph_callers(model) if len(model.subgraphs) > 1 else {}
        way: list[tuple[str, Callable[[], object]]] = [
            (self._subgraph_name(index), partial(self._record.show_subgraph, index))
        ]
        known = {index}
        while callers.get(index):
            caller, role = callers[index][0]
            way[0] = (f"{role}: {way[0][0]}", way[0][1])
            index = caller.subgraph
            if index in known:
                break
            known.add(index)
            operator = model.operator(caller)
            way.insert(0, (f"{operator.label} {caller.index}", partial(self._record.reveal, caller)))
            way.insert(0, (self._subgraph_name(index), partial(self._record.show_subgraph, index)))
        return way

    def _subgraph_name(self, index: int) -> str:
        subgraphs = self._record.model.subgraphs
        name = subgraphs[index].name if index < len(subgraphs) else ""
        return name or ("main" if index == 0 else f"subgraph {index}")

    def _shared_chain(self, selection: list[OperatorId]) -> list[int]:
        """Give the groups around all that is selected, outermost first; few operators stand for many."""
        whole = self._graph.whole
        assert whole is not None
        ends = {min(selection), max(selection)}
        chains = [whole.tree.chain(node) for node in self._graph.nodes_of(ends)]
        shared = set(chains[0]).intersection(*chains[1:]) if chains else set()
        return sorted(shared)

    def _select_group(self, number: int, group: NodeGroup) -> None:
        self._record.select(self._graph.members_of(number))
        self._canvas.frame_selection()

    def _show_chips(self) -> None:
        _clear(self._chips)
        sight, whole = self._graph.sight, self._graph.whole
        if sight is None or whole is None:
            return
        if sight.only is not None:
            total = len(whole.scene.nodes)
            text = f"{sight.reason}: {len(sight.only)} of {total} nodes"
            self._add_chip(text, "Show everything", self._graph.show_everything)
        if self._trace_text:
            self._add_chip(self._trace_text, "Mark nothing", self.trace_ended.emit)
        hidden = len(whole.all_groups - sight.expanded)
        if hidden and sight.only is None:
            self._add_chip(f"{len(whole.scene.nodes)} nodes, partly collapsed", "Expand all", self._graph.expand_all)

    def _add_chip(self, text: str, what: str, act: Callable[[], object]) -> None:
        chip = _button(
            f"{_shortened(text)}   {what} ✕" if what != "Expand all" else f"{_shortened(text)}   {what}", act
        )
        chip.setToolTip(escape_mnemonic(f"{text}. Click: {what[0].lower()}{what[1:]}"))
        self._add(self._chips, chip)

    @staticmethod
    def _add(row: QHBoxLayout, widget: QWidget) -> None:
        row.addWidget(widget)
        widget.show()  # at once: the strip is placed by its size

    @staticmethod
    def _buttons(row: QHBoxLayout) -> list[QToolButton]:
        items = [row.itemAt(index) for index in range(row.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget for widget in widgets if isinstance(widget, QToolButton)]


def _strip(canvas: QWidget) -> QFrame:
    strip = QFrame(canvas)
    strip.setProperty("role", "overlay")
    strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return strip


def _row(strip: QFrame) -> QHBoxLayout:
    row = QHBoxLayout(strip)
    row.setContentsMargins(4, 2, 4, 2)
    row.setSpacing(2)
    return row


def _button(text: str, act: Callable[[], object]) -> QToolButton:
    button = QToolButton()
    button.setText(escape_mnemonic(_shortened(text) if "   " not in text else text))
    button.setToolTip(escape_mnemonic(text))
    button.setAutoRaise(True)
    button.clicked.connect(lambda: act())
    return button


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"


def _clear(row: QHBoxLayout) -> None:
    while (item := row.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()

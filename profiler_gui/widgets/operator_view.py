"""Everything about one operator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from backends.model.cost import OperatorCost
from backends.model.model import Model, Operator, OperatorId, OptionValue, Tensor
from backends.model.operators import kind_of
from backends.model.topology import NO_OPERATOR, Topology, called_subgraphs
from backends.reports.plain_text import plain
from backends.runs.run import OperatorTime
from backends.targets.verdict import Verdict
from backends.units import format_bytes, format_count, format_latency, format_share
from profiler_gui.constants import ConstantPreview
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.section import FactGrid, LinkButton, Section
from profiler_gui.widgets.tensor_card import TensorCard, TensorLink
from profiler_gui.widgets.verdict_list import VerdictList

_SHOWN_TENSORS = 24
_TENSOR_GAP = 6
_SHOWN_BYTES = 64
_SHOWN_VALUES = 64


_LinksOf = Callable[[Tensor], tuple[TensorLink, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorFacts:
    """What is known about an operator beyond the file."""

    cost: OperatorCost | None = None
    verdicts: Sequence[tuple[str, str, Verdict]] = ()
    """(target id, target name, verdict)."""
    chosen_target: str = ""
    time: OperatorTime | None = None


class OperatorView(QWidget):
    """Shows one operator with its tensors.

    Signals:
        operator_chosen: the ``OperatorId`` of a link.
        subgraph_chosen: index of a subgraph that the operator calls.
        values_wanted: index of the constant tensor whose values shall be read.
        all_values_wanted: index of the constant tensor whose values shall be browsed.
    """

    operator_chosen = Signal(object)
    subgraph_chosen = Signal(int)
    values_wanted = Signal(int)
    all_values_wanted = Signal(int)

    def __init__(self, model: Model, operator: Operator, topology: Topology, facts: OperatorFacts) -> None:
        super().__init__()
        self._model = model
        self._operator = operator
        self._topology = topology
        self._cards: dict[int, list[TensorCard]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 8)
        self._column.setSpacing(0)
        self._add_head()
        self._add_work(facts)
        self._add_verdicts(facts)
        self._add_attributes()
        inputs, outputs = model.operator_tensors(operator)
        self._add_tensors("Inputs", "input", inputs, self._producer_links, "from")
        self._add_tensors("Outputs", "output", outputs, self._consumer_links, "to")
        self._column.addStretch(1)

    def show_values(self, preview: ConstantPreview) -> None:
        """Show what was read of a constant."""
        for card in self._cards.get(preview.tensor, ()):
            card.show_values(preview)

    @property
    def constants(self) -> tuple[Tensor, ...]:
        """The constant tensors on the page."""
        return tuple(cards[0].tensor for cards in self._cards.values() if cards[0].tensor.is_constant)

    # Parts ------------------------------------------------------------------------------------------------------------

    def _add_head(self) -> None:
        operator = self._operator
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(16, 4, 16, 8)
        column.setSpacing(3)
        column.addWidget(plain_label(plain(operator.label), role="title"))
        place = f"operator {operator.id.index}"
        if len(self._model.subgraphs) > 1:
            place += f" of subgraph {operator.id.subgraph}"
        column.addWidget(plain_label(f"{place}  ·  version {operator.version}", role="dim"))
        summary = kind_of(operator).summary
        if summary:
            column.addWidget(plain_label(summary, role="dim"))
        for role, index in called_subgraphs(operator):
            if index < len(self._model.subgraphs):
                name = plain(self._model.subgraphs[index].name)
                button = LinkButton(f"{role}: subgraph {index} {name}".rstrip())
                button.clicked.connect(partial(self.subgraph_chosen.emit, index))
                column.addWidget(button)
        self._column.addWidget(head)

    def _add_work(self, facts: OperatorFacts) -> None:
        rows = [*time_facts(facts.time), *cost_facts(facts.cost)]
        if not rows and facts.time is None:
            return
        section = Section("Work")
        section.add(FactGrid(rows))
        fused = facts.time.fused_into if facts.time is not None else None
        if fused is not None:
            button = LinkButton(f"Done as part of operator {fused.index} {self._model.operator(fused).label}")
            button.clicked.connect(partial(self.operator_chosen.emit, fused))
            section.add(button)
        self._column.addWidget(section)

    def _add_verdicts(self, facts: OperatorFacts) -> None:
        if facts.verdicts:
            section = Section("Targets")
            section.add(VerdictList(facts.verdicts, facts.chosen_target))
            self._column.addWidget(section)

    def _add_attributes(self) -> None:
        rows = [(key.replace("_", " "), option_text(value)) for key, value in self._operator.options.items()]
        if self._operator.custom_options:
            rows.append(("custom options", _bytes_text(self._operator.custom_options)))
        if rows:
            section = Section("Attributes")
            section.add(FactGrid(rows))
            self._column.addWidget(section)

    def _add_tensors(self, title: str, role: str, tensors: Sequence[Tensor | None], links: _LinksOf, verb: str) -> None:
        section = Section(f"{title} ({len(tensors)})")
        for place, tensor in enumerate(tensors[:_SHOWN_TENSORS]):
            if tensor is None:
                section.add(plain_label(f"{role} {place}: absent", role="dim"))
                continue
            card = TensorCard(f"{role} {place}", tensor, links(tensor), verb=verb)
            card.operator_chosen.connect(self.operator_chosen)
            card.values_wanted.connect(self.values_wanted)
            card.all_values_wanted.connect(self.all_values_wanted)
            self._cards.setdefault(tensor.index, []).append(card)
            section.add(card, space_above=_TENSOR_GAP)
        if len(tensors) > _SHOWN_TENSORS:
            section.add(plain_label(f"and {len(tensors) - _SHOWN_TENSORS} more", role="dim"))
        self._column.addWidget(section)

    def _producer_links(self, tensor: Tensor) -> tuple[TensorLink, ...]:
        producer = int(self._topology.producer[tensor.index])
        return () if producer == NO_OPERATOR else (self._link(producer),)

    def _consumer_links(self, tensor: Tensor) -> tuple[TensorLink, ...]:
        return tuple(self._link(reader) for reader in self._topology.consumers[tensor.index])

    def _link(self, index: int) -> TensorLink:
        id_ = OperatorId(self._operator.id.subgraph, index)
        return TensorLink(operator=id_, text=f"{index} {plain(self._model.operator(id_).label)}")


def cost_facts(cost: OperatorCost | None) -> list[tuple[str, str]]:
    """Give the estimates as rows."""
    if cost is None:
        return []
    rows = []
    if cost.macs is not None:
        rows.append(("MACs", format_count(cost.macs)))
    if cost.parameter_count:
        rows.append(("Parameters", f"{format_count(cost.parameter_count)} ({format_bytes(cost.weight_bytes)})"))
    if cost.bytes_moved is not None:
        rows.append(("Bytes moved", format_bytes(cost.bytes_moved)))
    return rows


def time_facts(time: OperatorTime | None) -> list[tuple[str, str]]:
    """Give the measurement as rows."""
    if time is None:
        return []
    rows = []
    if time.time_ns is not None:
        share = f"  ({format_share(time.share)})" if time.share is not None else ""
        rows.append(("Time", format_latency(time.time_ns) + share))
    elif time.fused_into is None:
        rows.append(("Time", "not measured"))
    rows.append(("Ran on", plain(time.placement)))
    if time.kernel:
        rows.append(("Kernel", plain(time.kernel)))
    if time.calls != 1:
        rows.append(("Calls", f"{time.calls:g} per inference"))
    return rows


def option_text(value: OptionValue) -> str:
    """Give the value of an attribute as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.8g}"
    if isinstance(value, bytes):
        return _bytes_text(value)
    if isinstance(value, tuple):
        shown = ", ".join(f"{item:.8g}" if isinstance(item, float) else str(item) for item in value[:_SHOWN_VALUES])
        return f"[{shown}{', …' if len(value) > _SHOWN_VALUES else ''}]"
    return plain(str(value))


def _bytes_text(data: bytes) -> str:
    more = f" … ({len(data)} bytes)" if len(data) > _SHOWN_BYTES else ""
    return data[:_SHOWN_BYTES].hex(" ") + more

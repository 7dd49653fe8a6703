"""What the benchmark tool says about operators, in one form for all its outputs."""

import re
from dataclasses import dataclass
from enum import StrEnum

_OPERATOR_NAME = re.compile(r"\[(?P<outputs>.*)\]:(?P<index>\d{1,9})\Z", re.DOTALL)
_KERNEL_NAME = re.compile(r"Delegate/(?P<tag>.*):(?P<index>\d{1,9})\Z", re.DOTALL)


class RowKind(StrEnum):
    """What a row of the profile stands for."""

    NODE = "node"
    """A node of the interpreter's graph: an operator of the file, or a delegate that replaced several."""
    KERNEL = "kernel"
    """A delegate's own operator, counted beside the nodes (the delegate has no row of its own then)."""
    INTERNAL = "internal"
    """A delegate's own operator whose time is also in the delegate's row: never to be added."""
    RUNTIME = "runtime"
    """Work of the interpreter, such as allocating tensors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRow:
    """One row; times are per inference in µs, over all calls."""

    kind: RowKind
    node_type: str
    name: str
    index: int
    """Index of the node in its subgraph, or of the kernel in its delegate; -1 where there is none."""
    time_us: float
    first_us: float
    calls: float
    """Calls per inference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTable:
    """The rows of one subgraph in the order they ran."""

    subgraph: int
    name: str
    rows: tuple[ProfileRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpProfile:
    """A whole profile: of the initialisation, of the runs, and what delegates report about their insides."""

    init: tuple[ProfileTable, ...] = ()
    runs: tuple[ProfileTable, ...] = ()
    internal: tuple[ProfileRow, ...] = ()
    total_us: float | None = None
    """Time of all rows of the primary graph per inference, where the tool states it."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing about runs."""
        return not any(table.rows for table in self.runs)


def classify(name: str, *, is_internal: bool = False) -> tuple[RowKind, int]:
    """Tell from its name what a row stands for, and its index."""
    if match := _KERNEL_NAME.match(name):
        return RowKind.INTERNAL if is_internal else RowKind.KERNEL, int(match["index"])
    if match := _OPERATOR_NAME.match(name):
        return RowKind.NODE, int(match["index"])
    return RowKind.RUNTIME, -1

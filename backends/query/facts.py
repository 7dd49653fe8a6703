"""What a query is answered from: a model, listed operator by operator, and what is known about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from backends.model.cost import OperatorCost
from backends.model.model import NO_TENSOR, Model, Operator, OperatorId, Tensor
from backends.progress import Progress
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import OperatorTime, Run
from backends.targets.verdict import ModelVerdict
from backends.units import format_shape

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
_MOST_TEXT = 2000
"""Characters of a name that are looked at; longer ones come from broken or hostile files only."""
_PROGRESS_STEP = 2000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TensorUses:
    """Which operators use which tensors: row i says that ``operator[i]`` uses ``tensor[i]``."""

    operator: Places
    tensor: Places
    is_output: Mask

    def operators_with(self, tensors: Mask, side: bool | None, count: int) -> Mask:
        """Tell which operators use one of the tensors.

        Args:
            tensors: which are meant.
            side: ``True`` for outputs only, ``False`` for inputs only, ``None`` for both.
            count: number of operators.
        """
        is_used = tensors[self.tensor]
        if side is not None:
            is_used &= self.is_output == side
        found = np.zeros(count, bool)
        found[self.operator[is_used]] = True
        return found


class OperatorIndex:
    """The operators of all subgraphs in execution order, with their tensors; made once for a model.

    Args:
        model: the model.
        progress: to cancel with.

    Raises:
        Cancelled: the user cancelled.
    """

    def __init__(self, model: Model, progress: Progress | None = None) -> None:
        progress = progress or Progress()
        self.model = model
        self.operators: tuple[Operator, ...] = tuple(op for graph in model.subgraphs for op in graph.operators)
        self.ids: tuple[OperatorId, ...] = tuple(operator.id for operator in self.operators)
        self.place: Mapping[OperatorId, int] = {id_: place for place, id_ in enumerate(self.ids)}
        self.tensors: tuple[Tensor, ...] = tuple(tensor for graph in model.subgraphs for tensor in graph.tensors)
        self.uses = self._list_uses(progress)
        self.names = tuple(tensor.name[:_MOST_TEXT] for tensor in self.tensors)
        self.shapes = tuple(format_shape(t.display_shape) if t.has_rank else "?" for t in self.tensors)
        self.dtypes = tuple(tensor.dtype for tensor in self.tensors)

    @property
    def count(self) -> int:
        """Number of operators."""
        return len(self.operators)

    def first_output(self, operator: Operator) -> Tensor | None:
        """Give the first tensor that an operator writes."""
        index = next((index for index in operator.outputs if index != NO_TENSOR), None)
        return None if index is None else self.model.subgraphs[operator.id.subgraph].tensors[index]

    def mask_of(self, operators: Iterable[OperatorId]) -> Mask:
        """Mark some of the operators."""
        mask = np.zeros(self.count, bool)
        mask[[self.place[id_] for id_ in operators if id_ in self.place]] = True
        return mask

    @cached_property
    def ranks(self) -> NDArray[np.float64]:
        """Give for each operator the largest rank of its tensors; NaN where none is known."""
        of_tensor = np.asarray([len(t.display_shape) if t.has_rank else -1 for t in self.tensors], float)
        result = np.full(self.count, -1.0)
        np.maximum.at(result, self.uses.operator, of_tensor[self.uses.tensor])
        return np.where(result < 0, np.nan, result)

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """Give for each operator the paths that its first output's name lies in, as ``/a/b/`` joined by ``;``."""
        return tuple(_scopes_of(self.first_output(operator)) for operator in self.operators)

    def _list_uses(self, progress: Progress) -> TensorUses:
        starts = np.cumsum([0, *(len(graph.tensors) for graph in self.model.subgraphs)]).tolist()
        operator: list[int] = []
        tensor: list[int] = []
        is_output: list[bool] = []
        for place, op in enumerate(self.operators):
            if place % _PROGRESS_STEP == 0:
                progress.check()
            start = starts[op.id.subgraph]
            inputs = [start + index for index in op.inputs if index != NO_TENSOR]
            outputs = [start + index for index in op.outputs if index != NO_TENSOR]
            tensor += inputs
            tensor += outputs
            operator += [place] * (len(inputs) + len(outputs))
            is_output += [False] * len(inputs) + [True] * len(outputs)
        return TensorUses(
            operator=np.asarray(operator, np.int64),
            tensor=np.asarray(tensor, np.int64),
            is_output=np.asarray(is_output, bool),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryFacts:
    """A model and everything that may be asked about it; what is not known is left out."""

    index: OperatorIndex
    costs: Mapping[OperatorId, OperatorCost] = field(default_factory=dict)
    run: Run | None = None
    verdicts: Mapping[str, ModelVerdict] = field(default_factory=dict)
    """Answers by target id."""
    target_ids: tuple[str, ...] = ()
    """All targets there are, checked yet or not."""
    target_id: str = ""
    """The chosen target."""
    columns: tuple[OperatorColumn, ...] = ()

    def column(self, id_: str) -> OperatorColumn | None:
        """Give the column with an id."""
        return next((column for column in self.columns if column.id == id_), None)

    def times(self) -> Mapping[OperatorId, OperatorTime]:
        """Give what the chosen run says of each operator."""
        return {time.operator: time for time in self.run.operators} if self.run else {}

    def texts(self, text_of: Callable[[OperatorTime], str]) -> tuple[str, ...]:
        """Give a text of the chosen run for each operator, empty where it says nothing."""
        times = self.times()
        return tuple(text_of(times[id_]) if id_ in times else "" for id_ in self.index.ids)


def _scopes_of(tensor: Tensor | None) -> str:
    """Converters join the names of what they merged with semicolons."""
    if tensor is None:
        return ""
    paths = (name.rpartition("/")[0] for name in tensor.name[:_MOST_TEXT].split(";"))
    return ";".join(f"/{path}/" for path in dict.fromkeys(paths) if path)

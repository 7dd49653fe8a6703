"""What an operator looks like to somebody who looks for its counterpart, as numbers that compare fast.

Nothing here depends on data types: a quantised model shall look like the float model that it was made from.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from backends.model.constant import small_integers
from backends.model.model import NO_TENSOR, Model, Operator, Subgraph
from backends.model.operators import kind_of
from backends.model.topology import NO_OPERATOR, Indices, Topology

TRANSPARENT = frozenset({"QUANTIZE", "DEQUANTIZE"})
"""Operators that only change the data type: what stands before them is what the next operator really reads."""
_IGNORED_OPTIONS = frozenset(
    {
        "quantized_bias_type", "pot_scale_int16", "asymmetric_quantize_inputs", "weights_format", "out_type",
        "in_data_type", "out_data_type", "fused_activation_function", "padding",
    }
)  # fmt: skip
"""Options that follow from quantisation, or that a converter may move to an operator of its own."""
_LEAST_WEIGHTS = 8
_NUMBERED_SHARE = 0.3
_LEAST_NUMBERED = 4


class Interner:
    """Gives equal things of both models the same number."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def number(self, thing: Hashable) -> int:
        """Give the number of a thing; new things get the next one."""
        return self._numbers.setdefault(thing, len(self._numbers))


def kind_name(operator: Operator) -> str:
    """Give the kind of work: TensorFlow's operators (``FlexAddV2``) are named like TFLite's own (``ADD``)."""
    code = operator.custom_code
    if not code.startswith("Flex"):
        return operator.label
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"V\d$", "", code.removeprefix("Flex")))
    return words.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    label: Indices
    shape: Indices
    weight_shape: Indices
    attributes: Indices


class GraphFeatures:
    """The operators of one subgraph, by their place in it."""

    def __init__(self, model: Model, index: int, interner: Interner) -> None:
        self.model = model
        self.subgraph: Subgraph = model.subgraphs[index]
        self.operators: tuple[Operator, ...] = self.subgraph.operators
        self.topology = Topology(self.subgraph)
        self._interner = interner
        columns = self._columns()
        self.label, self.shape = columns.label, columns.shape
        self.weight_shape, self.attributes = columns.weight_shape, columns.attributes
        self.labels = tuple(operator.label for operator in self.operators)
        self.names = tuple(self._name(operator) for operator in self.operators)
        self.name = np.asarray([interner.number(("name", name)) for name in self.names], np.int64)

    def __len__(self) -> int:
        return len(self.operators)

    @cached_property
    def producers(self) -> tuple[tuple[int, ...], ...]:
        """For each operator who writes its inputs, in their order, looking through ``TRANSPARENT`` ones."""
        through: list[int] = list(range(len(self)))
        result = []
        for place, operator in enumerate(self.operators):
            sources = []
            for tensor in operator.inputs:
                source = int(self.topology.producer[tensor]) if tensor != NO_TENSOR else NO_OPERATOR
                # A source that comes later is a cycle of a damaged file.
                sources.append(through[source] if NO_OPERATOR < source < place else NO_OPERATOR)
            result.append(tuple(sources))
            if operator.kind in TRANSPARENT and sources:
                through[place] = sources[0]
        return tuple(result)

    @cached_property
    def consumers(self) -> tuple[tuple[int, ...], ...]:
        """For each operator who reads what it writes, looking through ``TRANSPARENT`` ones; ascending."""
        lists: list[list[int]] = [[] for _ in self.operators]
        for place, sources in enumerate(self.producers):
            if self.operators[place].kind in TRANSPARENT:
                continue
            for source in dict.fromkeys(sources):
                if source != NO_OPERATOR:
                    lists[source].append(place)
        return tuple(map(tuple, lists))

    @cached_property
    def weights(self) -> tuple[bytes, ...]:
        """For each operator a hash of all its learned constants; empty where they are too small to tell it apart."""
        return tuple(self._weight_hash(operator) for operator in self.operators)

    @cached_property
    def is_numbered(self) -> np.ndarray:
        """For each operator whether its name is one of many that differ by a number only: such names shift."""
        stems = [name.rstrip("0123456789:_ ") for name in self.names]
        counts = Counter(stems)
        limit = max(_LEAST_NUMBERED, _NUMBERED_SHARE * len(stems))
        return np.asarray(
            [not name or counts[stem] >= limit for name, stem in zip(self.names, stems, strict=True)], bool
        )

    @cached_property
    def before(self) -> Indices:
        """A number for what stands directly before each operator."""
        return self._neighbourhood(self.producers)

    @cached_property
    def after(self) -> Indices:
        """A number for what stands directly behind each operator."""
        return self._neighbourhood(self.consumers)

    @cached_property
    def depth(self) -> np.ndarray:
        """Place of each operator in its subgraph, 0..1."""
        return np.linspace(0.0, 1.0, max(len(self), 1))[: len(self)]

    def tokens(self, *, strict: bool) -> Indices:
        """Give a number for the looks of each operator alone: with shapes and attributes, or the kind of work only."""
        columns = (
            (self.label, self.weight_shape, self.attributes, self.shape) if strict else (self.label, self.attributes)
        )
        rows = np.stack(columns, axis=1).tolist()
        return np.asarray([self._interner.number(("token", strict, *row)) for row in rows], np.int64)

    def upstream(self, tokens: Indices) -> Indices:
        """Give a number for each operator together with everything that leads to it."""
        numbers: list[int] = []
        for token, sources in zip(tokens.tolist(), self.producers, strict=True):
            known = tuple(
                numbers[source] if source != NO_OPERATOR else -1 for source in sources if source != NO_OPERATOR
            )
            numbers.append(self._interner.number(("up", token, known)))
        return np.asarray(numbers, np.int64)

    def downstream(self, tokens: Indices) -> Indices:
        """Give a number for each operator together with everything that it leads to."""
        numbers = [0] * len(self)
        for place in range(len(self) - 1, -1, -1):
            known = tuple(sorted(numbers[reader] for reader in self.consumers[place]))
            numbers[place] = self._interner.number(("down", int(tokens[place]), known))
        return np.asarray(numbers, np.int64)

    def _neighbourhood(self, neighbours: tuple[tuple[int, ...], ...]) -> Indices:
        label = self.label.tolist()
        numbers = [
            self._interner.number(("near", *sorted(label[other] for other in others if other != NO_OPERATOR)))
            for others in neighbours
        ]
        return np.asarray(numbers, np.int64)

    def _columns(self) -> _Columns:
        number, tensors = self._interner.number, self.subgraph.tensors
        rows = []
        for operator in self.operators:
            shapes = tuple(tensors[i].display_shape for i in operator.outputs if i != NO_TENSOR)
            weights = tuple(tensors[i].shape for i in operator.inputs if i != NO_TENSOR and tensors[i].is_constant)
            rows.append(
                (
                    number(("label", kind_name(operator))),
                    number(("shape", shapes)),
                    number(("weights", weights[:1])),
                    number(("attributes", self._attributes(operator))),
                )
            )
        table = np.asarray(rows, np.int64).reshape(-1, 4)
        return _Columns(label=table[:, 0], shape=table[:, 1], weight_shape=table[:, 2], attributes=table[:, 3])

    def _attributes(self, operator: Operator) -> Hashable:
        options = tuple(sorted((key, value) for key, value in operator.options.items() if key not in _IGNORED_OPTIONS))
        category = kind_of(operator).category
        operands: tuple[tuple[int, ...], ...] = ()
        if category in ("data", "reduction", "resize"):
            operands = tuple(small_integers(self.model, self.subgraph.index, tensor) for tensor in operator.inputs[1:])
        return options, operands, operator.custom_options[:64]

    def _name(self, operator: Operator) -> str:
        outputs = [index for index in operator.outputs if index != NO_TENSOR]
        return self.subgraph.tensors[outputs[0]].name if outputs else ""

    def _weight_hash(self, operator: Operator) -> bytes:
        """Hash of the learned constants of one operator (not of sizes and axes)."""
        tensors, buffers, data = self.subgraph.tensors, self.model.buffers, self.model.data
        digest, seen = hashlib.blake2b(digest_size=12), 0
        for index in operator.inputs:
            tensor = tensors[index] if index != NO_TENSOR else None
            if tensor is None or not tensor.is_constant or not 0 < tensor.buffer < len(buffers):
                continue
            start, size = buffers[tensor.buffer]
            count = prod(tensor.shape)
            if count >= _LEAST_WEIGHTS and size:
                digest.update(f"{tensor.dtype}{tensor.shape}".encode())
                digest.update(data[start : start + size])
                seen += count
        return digest.digest() if seen >= 2 * _LEAST_WEIGHTS else b""

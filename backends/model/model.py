"""The values of an opened model. All are immutable; nothing here reads files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

NO_TENSOR = -1
"""Index that stands for an optional input that is absent."""

OptionValue = bool | int | float | str | bytes | tuple[int, ...] | tuple[float, ...]
"""What a builtin option of an operator may hold; enumerations are their upper-case name, ``bytes`` FlexBuffers data."""


class OperatorId(NamedTuple):
    """Identifies an operator in a model; sorts in execution order within a subgraph."""

    subgraph: int
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs here


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantization:
    """Affine quantisation: ``real = scale * (stored - zero_point)``.

    One scale and zero point per tensor, or one for each slice along ``dimension`` (per-channel). ``block_size`` is 0
    unless the scales are per block; block scales lie in another tensor, ``scale_tensor``.
    """

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    dimension: int = 0
    minimum: tuple[float, ...] = ()
    maximum: tuple[float, ...] = ()
    block_size: int = 0
    scale_tensor: int = NO_TENSOR
    zero_point_tensor: int = NO_TENSOR

    @property
    def is_per_channel(self) -> bool:
        """Whether there is more than one scale."""
        return len(self.scale) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """A tensor of a subgraph.

    ``shape`` is what the file states for allocation; ``shape_signature`` has -1 for sizes that may vary and is empty
    when the file has none. ``dtype`` is lower case: ``float32 int8 int4 bfloat16 string resource ...``.
    """

    index: int
    name: str
    dtype: str
    shape: tuple[int, ...]
    shape_signature: tuple[int, ...] = ()
    has_rank: bool = True
    buffer: int = 0
    is_constant: bool = False
    is_variable: bool = False
    is_sparse: bool = False
    quantization: Quantization | None = None

    @property
    def display_shape(self) -> tuple[int, ...]:
        """The shape with -1 where the size may vary."""
        return self.shape_signature or self.shape


_NO_OPTIONS: Mapping[str, OptionValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator (a node of the graph).

    ``kind`` is the builtin operator's name in upper case (``CONV_2D``), ``CUSTOM``, or ``UNKNOWN_<code>`` for a code
    newer than the schema. ``inputs`` may hold ``NO_TENSOR``.
    """

    id: OperatorId
    kind: str
    custom_code: str = ""
    version: int = 1
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    intermediates: tuple[int, ...] = ()
    options: Mapping[str, OptionValue] = field(default_factory=lambda: _NO_OPTIONS)
    custom_options: bytes = b""

    @property
    def label(self) -> str:
        """Name to show: the builtin's, or the custom code."""
        return self.custom_code or self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgraph:
    """A subgraph: operators in execution order over its own tensors."""

    index: int
    name: str
    tensors: tuple[Tensor, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operators: tuple[Operator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A named entry point; maps its own argument names to tensors of ``subgraph``."""

    key: str
    subgraph: int
    inputs: tuple[tuple[str, int], ...]
    outputs: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """A file (labels, vocabulary) in the zip archive appended to a model."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataEntry:
    """A named metadata buffer of the model; ``buffer`` is its index in ``Model.buffers``."""

    name: str
    size_bytes: int
    buffer: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A whole file.

    ``data`` is the file's bytes and ``buffers`` holds (offset, size) in it for each buffer; use
    ``backends.model.constant`` to read values. ``warnings`` says what the reader found odd but could live with.
    """

    name: str
    path: str
    sha256: str
    size_bytes: int
    schema_version: int
    description: str
    subgraphs: tuple[Subgraph, ...]
    signatures: tuple[Signature, ...] = ()
    metadata: tuple[MetadataEntry, ...] = ()
    packed_files: tuple[PackedFile, ...] = ()
    buffers: tuple[tuple[int, int], ...] = ()
    data: memoryview = field(default_factory=lambda: memoryview(b""), repr=False, compare=False)
    warnings: tuple[str, ...] = ()

    def operator(self, id_: OperatorId) -> Operator:
        """Give the operator with this identity.

        Raises:
            IndexError: there is none.
        """
        return self.subgraphs[id_.subgraph].operators[id_.index]

    def operator_tensors(self, operator: Operator) -> tuple[tuple[Tensor | None, ...], tuple[Tensor, ...]]:
        """Give the input tensors (``None`` where an optional one is absent) and the output tensors."""
        tensors = self.subgraphs[operator.id.subgraph].tensors
        inputs = tuple(None if i == NO_TENSOR else tensors[i] for i in operator.inputs)
        return inputs, tuple(tensors[i] for i in operator.outputs if i != NO_TENSOR)

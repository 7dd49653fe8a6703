"""Small valid ``.tflite`` files, described by what matters: operators, their tensors, their options.

    x, y = a_stored_tensor(shape=(1, 8, 8, 3)), a_stored_tensor(shape=(1, 4, 4, 3))
    data = a_model(operators=[an_operator(kind="MAX_POOL_2D", inputs=[x], outputs=[y], options={"stride_w": 2})])

Operators are connected by sharing a tensor object. Graph inputs are what nothing writes, graph outputs what nothing
reads, unless they are given.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backends.model.schema.tables import ENUMS, UNIONS
from tests.support.flatbuffer_writer import write_flatbuffer

Data = np.ndarray | bytes | Sequence[str] | Sequence[int] | Sequence[float] | int | float

_OPTION_TABLES = {
    "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "L2_POOL_2D": "Pool2DOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "MEAN": "ReducerOptions",
    "SUM": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "REDUCE_MIN": "ReducerOptions",
    "REDUCE_PROD": "ReducerOptions",
    "REDUCE_ANY": "ReducerOptions",
    "REDUCE_ALL": "ReducerOptions",
    "UNIDIRECTIONAL_SEQUENCE_RNN": "SequenceRNNOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "CONV_3D_TRANSPOSE": "Conv3DOptions",
    "RANDOM_STANDARD_NORMAL": "RandomOptions",
    "RANDOM_UNIFORM": "RandomOptions",
    "MULTINOMIAL": "RandomOptions",
}
"""Options tables whose name does not follow from the operator's."""


@dataclass(eq=False, kw_only=True)
class StoredTensor:
    """A tensor to be written; the same object at two operators is the same tensor."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    name: str = ""
    data: Data | None = None
    scale: tuple[float, ...] = ()
    zero_point: tuple[int, ...] = ()
    dimension: int = 0
    signature: tuple[int, ...] = ()
    is_variable: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the schema's Tensor, overriding the above."""


@dataclass(eq=False, kw_only=True)
class StoredOperator:
    """An operator to be written."""

    kind: str
    inputs: Sequence[StoredTensor | None]
    outputs: Sequence[StoredTensor]
    options: Mapping[str, Any]
    version: int
    custom_code: str
    custom_options: bytes
    intermediates: Sequence[StoredTensor]


@dataclass(eq=False, kw_only=True)
class StoredSubgraph:
    """A subgraph to be written; ``None`` for inputs or outputs means: find them."""

    operators: Sequence[StoredOperator]
    inputs: Sequence[StoredTensor] | None = None
    outputs: Sequence[StoredTensor] | None = None
    name: str = "main"


Arguments = Mapping[str, StoredTensor]


def a_stored_tensor(
    shape: tuple[int, ...] = (1, 8, 8, 4),
    dtype: str = "float32",
    *,
    data: Data | None = None,
    scale: float | tuple[float, ...] = (),
    zero_point: int | tuple[int, ...] = 0,
    **more: Any,
) -> StoredTensor:
    """Describe a tensor; ``data`` makes it a constant, one ``scale`` quantises it per tensor, several per channel."""
    scales = scale if isinstance(scale, tuple) else (scale,)
    zeros = zero_point if isinstance(zero_point, tuple) else (zero_point,) * len(scales)
    return StoredTensor(shape=shape, dtype=dtype, data=data, scale=scales, zero_point=zeros, **more)


def an_operator(
    kind: str,
    inputs: Sequence[StoredTensor | None] | None = None,
    outputs: Sequence[StoredTensor] | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    version: int = 1,
    custom_code: str = "",
    custom_options: bytes = b"",
    intermediates: Sequence[StoredTensor] = (),
) -> StoredOperator:
    """Describe an operator; without tensors it has one float input and one output of the same shape."""
    inputs = [a_stored_tensor()] if inputs is None else inputs
    if outputs is None:
        first = next(tensor for tensor in inputs if tensor is not None)
        outputs = [a_stored_tensor(first.shape, first.dtype, scale=first.scale, zero_point=first.zero_point)]
    return StoredOperator(
        kind=kind,
        inputs=inputs,
        outputs=outputs,
        options=options or {},
        version=version,
        custom_code=custom_code,
        custom_options=custom_options,
        intermediates=intermediates,
    )


def a_model(
    operators: Sequence[StoredOperator] = (),
    *,
    more_subgraphs: Sequence[StoredSubgraph] = (),
    inputs: Sequence[StoredTensor] | None = None,
    outputs: Sequence[StoredTensor] | None = None,
    metadata: Mapping[str, bytes] | None = None,
    signatures: Mapping[str, tuple[Arguments, Arguments]] | None = None,
    **fields: Any,
) -> bytes:
    """Give the bytes of a model.

    Args:
        operators: of the primary subgraph.
        more_subgraphs: which operators call by index, the first has index 1.
        inputs: of the primary subgraph, in order.
        outputs: of the primary subgraph, in order.
        metadata: named metadata buffers.
        signatures: key to argument names of inputs and outputs, of the primary subgraph.
        fields: further fields of the schema's Model, overriding the above.
    """
    main = StoredSubgraph(operators=operators, inputs=inputs, outputs=outputs)
    graphs = [main, *more_subgraphs]
    buffers: list[dict[str, Any]] = [{}]
    codes: dict[tuple[str, str, int], int] = {}
    subgraphs = [_subgraph_fields(graph, buffers, codes) for graph in graphs]
    index = {key: place for place, key in enumerate(_tensors_of(main))}
    entries = []
    for name, content in (metadata or {}).items():
        entries.append({"name": name, "buffer": len(buffers)})
        buffers.append({"data": content})
    root = {
        "version": 3,
        "operator_codes": [_code_fields(*code) for code in codes],
        "subgraphs": subgraphs,
        "description": "made for a test",
        "buffers": buffers,
        "metadata": entries or None,
        "signature_defs": [
            {
                "signature_key": key,
                "inputs": [{"name": name, "tensor_index": index[id(tensor)]} for name, tensor in ins.items()],
                "outputs": [{"name": name, "tensor_index": index[id(tensor)]} for name, tensor in outs.items()],
            }
            for key, (ins, outs) in (signatures or {}).items()
        ]
        or None,
        **fields,
    }
    return write_flatbuffer(root)


def pack_bits(values: np.ndarray, bits: int) -> bytes:
    """Pack integers of 2 or 4 bits, the first in the lowest bits of a byte."""
    per_byte = 8 // bits
    flat = np.asarray(values).reshape(-1).astype(np.int64) & ((1 << bits) - 1)
    flat = np.concatenate([flat, np.zeros(-len(flat) % per_byte, np.int64)]).reshape(-1, per_byte)
    return (flat << (np.arange(per_byte) * bits)).sum(axis=1).astype(np.uint8).tobytes()


def pack_strings(texts: Sequence[str]) -> bytes:
    """Give the value of a string tensor: count, offsets, characters."""
    contents = [text.encode() for text in texts]
    offsets = np.cumsum([4 * (len(texts) + 2), *map(len, contents)])
    return struct.pack(f"<{len(texts) + 2}i", len(texts), *offsets) + b"".join(contents)


def _subgraph_fields(
    graph: StoredSubgraph, buffers: list[dict[str, Any]], codes: dict[tuple[str, str, int], int]
) -> dict[str, Any]:
    """The fields of a subgraph; adds its constants to ``buffers`` and its operator types to ``codes``."""
    tensors = _tensors_of(graph)
    index = {key: place for place, key in enumerate(tensors)}
    written = {id(tensor) for op in graph.operators for tensor in op.outputs}
    read = {id(tensor) for op in graph.operators for tensor in op.inputs}
    free = [t for k, t in tensors.items() if k not in written and k in read and t.data is None and not t.is_variable]
    ends = [t for k, t in tensors.items() if k in written and k not in read]
    return {
        "tensors": [_tensor_fields(tensor, place, buffers) for place, tensor in enumerate(tensors.values())],
        "inputs": [index[id(tensor)] for tensor in (free if graph.inputs is None else graph.inputs)],
        "outputs": [index[id(tensor)] for tensor in (ends if graph.outputs is None else graph.outputs)],
        "operators": [_operator_fields(op, index, codes) for op in graph.operators],
        "name": graph.name,
    }


def _tensors_of(graph: StoredSubgraph) -> dict[int, StoredTensor]:
    """All tensors of a subgraph by identity, in the order of their indices."""
    tensors = {id(tensor): tensor for tensor in graph.inputs or ()}
    for op in graph.operators:
        for tensor in (*op.inputs, *op.outputs, *op.intermediates):
            if tensor is not None:
                tensors.setdefault(id(tensor), tensor)
    return tensors | {id(tensor): tensor for tensor in graph.outputs or () if id(tensor) not in tensors}


def _tensor_fields(tensor: StoredTensor, place: int, buffers: list[dict[str, Any]]) -> dict[str, Any]:
    """The fields of a tensor; adds its constant value to ``buffers``."""
    buffer = 0
    if tensor.data is not None:
        buffer = len(buffers)
        buffers.append({"data": _stored_bytes(tensor)})
    quantization = None
    if tensor.scale:
        quantization = {
            "scale": tensor.scale,
            "zero_point": tensor.zero_point,
            "quantized_dimension": tensor.dimension,
        }
    return {
        "shape": tensor.shape,
        "type": tensor.dtype.upper(),
        "buffer": buffer,
        "name": tensor.name or f"tensor_{place}",
        "quantization": quantization,
        "is_variable": tensor.is_variable,
        "shape_signature": tensor.signature or None,
        "has_rank": True,
        **tensor.fields,
    }


def _stored_bytes(tensor: StoredTensor) -> bytes:
    """The bytes of a constant."""
    data = tensor.data
    if isinstance(data, bytes):
        return data
    if tensor.dtype == "string":
        return pack_strings(data)  # type: ignore[arg-type]  # a string tensor is given as texts
    values = np.broadcast_to(np.asarray(data), tensor.shape) if np.ndim(data) == 0 else np.asarray(data)
    if tensor.dtype in ("int4", "uint4", "int2"):
        return pack_bits(values, int(tensor.dtype[-1]))
    if tensor.dtype == "bfloat16":
        return (values.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
    return values.astype(np.dtype(tensor.dtype).newbyteorder("<")).tobytes()


def _operator_fields(
    op: StoredOperator, index: Mapping[int, int], codes: dict[tuple[str, str, int], int]
) -> dict[str, Any]:
    """The fields of an operator; adds its type to ``codes``."""
    fields: dict[str, Any] = {
        "opcode_index": codes.setdefault((op.kind, op.custom_code, op.version), len(codes)),
        "inputs": [-1 if tensor is None else index[id(tensor)] for tensor in op.inputs],
        "outputs": [index[id(tensor)] for tensor in op.outputs],
        "intermediates": [index[id(tensor)] for tensor in op.intermediates] or None,
        "custom_options": op.custom_options or None,
    }
    table = options_table(op.kind)
    if table:
        union = "builtin_options" if table in UNIONS["BuiltinOptions"] else "builtin_options_2"
        fields[union] = (table, op.options)
    return fields


def options_table(kind: str) -> str:
    """Give the name of the options table of an operator, or an empty string where it has none."""
    plain = kind.replace("_", "").lower() + "options"
    members = (*UNIONS["BuiltinOptions"], *UNIONS["BuiltinOptions2"])
    return _OPTION_TABLES.get(kind) or next((member for member in members if member.lower() == plain), "")


def _code_fields(kind: str, custom_code: str, version: int) -> dict[str, Any]:
    """The fields of an operator type, in the old and the new form."""
    number = next(number for number, name in ENUMS["BuiltinOperator"].items() if name == kind)
    return {
        "deprecated_builtin_code": min(number, 127),
        "builtin_code": number,
        "custom_code": custom_code or None,
        "version": version,
    }

"""Which entry point is run, with which shapes and values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backends.errors import RunError
from backends.model.model import Model, Subgraph, Tensor
from backends.runs import input_files, input_values
from backends.runs.input_limits import limits_of
from backends.runs.input_sizes import stated_values
from backends.runs.plan import InputKind, Plan
from backends.units import format_shape

MAX_INPUT_BYTES = 2 << 30

_ELEMENTS = {
    "float32": 1, "int32": 2, "uint8": 3, "int64": 4, "string": 5, "bool": 6, "int16": 7, "complex64": 8, "int8": 9,
    "float16": 10, "float64": 11, "complex128": 12, "uint64": 13, "resource": 14, "variant": 15, "uint32": 16,
    "uint16": 17, "int4": 18, "bfloat16": 19, "int2": 20, "uint4": 21,
}  # fmt: skip
"""LiteRT's element types (``litert/c/litert_model_types.h``)."""

_MAX_RANK = 8
_SIZE_TYPES = ("int32", "int64")
_OPAQUE = ("string", "resource", "variant")
"""Types of outputs that cannot be handed out."""
_IMAGE_SIDE = 256
"""Height and width for image inputs of free size whose file states 1: large enough for networks that halve it often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputTensor:
    """One input as it will be run; ``data`` is what lies in memory."""

    name: str
    dtype: str
    element: int
    shape: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedInputs:
    """Everything a run needs to know about its entry point."""

    signature_index: int
    subgraph: int
    inputs: tuple[InputTensor, ...]
    output_elements: tuple[int, ...]
    shapes_outputs: bool = False
    """Whether the outputs are replaced by their shapes, because LiteRT cannot hand them out."""
    notes: tuple[str, ...] = ()


def prepare_inputs(model: Model, plan: Plan) -> PreparedInputs:
    """Choose entry point, shapes and values.

    Raises:
        RunError: there is no such signature or input, a shape does not fit, or a type of input is not supported.
    """
    signature_index, subgraph = _entry(model, plan)
    names = input_names(model, signature_index, subgraph)
    _check_names(plan, names)
    notes: list[str] = []
    inputs = []
    for index, names_of_input in zip(subgraph.inputs, names, strict=True):
        tensor = subgraph.tensors[index]
        shape = _shape(tensor, names_of_input, plan.input_shapes, notes)
        data = _data(subgraph, tensor, shape, plan, names_of_input, notes)
        inputs.append(
            InputTensor(name=names_of_input[0], dtype=tensor.dtype, element=_element(tensor), shape=shape, data=data)
        )
    outputs = tuple(_element(subgraph.tensors[index]) for index in subgraph.outputs)
    return PreparedInputs(
        signature_index=signature_index,
        subgraph=subgraph.index,
        inputs=tuple(inputs),
        output_elements=outputs,
        shapes_outputs=any(subgraph.tensors[index].dtype in _OPAQUE for index in subgraph.outputs),
        notes=tuple(notes),
    )


def input_names(model: Model, signature_index: int, subgraph: Subgraph) -> tuple[tuple[str, ...], ...]:
    """Give the names each input answers to: the signature's argument first, then the tensor's own name."""
    arguments: dict[int, str] = {}
    if signature_index < len(model.signatures):
        arguments = {tensor: name for name, tensor in model.signatures[signature_index].inputs}
    names = ((arguments.get(index, ""), subgraph.tensors[index].name) for index in subgraph.inputs)
    return tuple(tuple(filter(None, pair)) or (f"input {i}",) for i, pair in enumerate(names))


def _entry(model: Model, plan: Plan) -> tuple[int, Subgraph]:
    """Give the index of the signature and its subgraph; without signatures the runtime makes one for the first."""
    if not model.subgraphs:
        raise RunError(f"{model.name} has no subgraph to run", hint="The file holds no graph at all.")
    keys = [signature.key for signature in model.signatures]
    if plan.signature and plan.signature not in keys:
        raise RunError(
            f"{model.name} has no signature {plan.signature!r}",
            hint=f"Choose one of: {', '.join(keys)}." if keys else "This model has no signatures: leave it empty.",
        )
    if not keys:
        return 0, model.subgraphs[0]
    index = keys.index(plan.signature) if plan.signature else 0
    return index, model.subgraphs[model.signatures[index].subgraph]


def _check_names(plan: Plan, names: tuple[tuple[str, ...], ...]) -> None:
    known = {name for group in names for name in group}
    for name in (*plan.input_shapes, *plan.input_files):
        if name not in known:
            inputs = ", ".join(group[0] for group in names)
            raise RunError(f"the model has no input {name!r}", hint=f"Its inputs are: {inputs}.")


def _shape(
    tensor: Tensor, names: tuple[str, ...], wanted: Mapping[str, tuple[int, ...]], notes: list[str]
) -> tuple[int, ...]:
    given = next((tuple(wanted[name]) for name in names if name in wanted), None)
    stated = tensor.display_shape
    if given is not None:
        fits = len(given) == len(stated) or not tensor.has_rank or not stated
        if not fits or any(size < 1 for size in given):
            raise RunError(
                f"the shape {format_shape(given)} does not fit input {names[0]!r}, which is {format_shape(stated)}",
                hint="Give every dimension a size of at least 1.",
            )
        return given
    if len(stated) > _MAX_RANK:
        raise RunError(
            f"input {names[0]!r} has {len(stated)} dimensions, LiteRT's interface takes at most {_MAX_RANK}",
            hint="Reshape inside the model.",
        )
    shape = _default_shape(tensor)
    if shape != stated:
        notes.append(
            f"Input {names[0]!r} is {format_shape(stated)}: it was run as {format_shape(shape)}; set its shape to "
            "measure another one."
        )
    return shape


def _default_shape(tensor: Tensor) -> tuple[int, ...]:
    """Fill free sizes: what the file allocates, or an image's side where that is 1."""
    stated = tensor.display_shape
    shape = [max(1, allocated) for allocated in (tensor.shape if len(tensor.shape) == len(stated) else stated)]
    free = [i for i, size in enumerate(stated) if size < 0]
    if len(stated) == 4 and all(shape[i] == 1 for i in free):
        for pair in ((1, 2), (2, 3)):
            if set(pair) <= set(free):
                for i in pair:
                    shape[i] = _IMAGE_SIDE
                break
    return tuple(shape)


def _data(
    subgraph: Subgraph,
    tensor: Tensor,
    shape: tuple[int, ...],
    plan: Plan,
    names: tuple[str, ...],
    notes: list[str],
) -> bytes:
    if tensor.dtype not in input_values.NUMPY_TYPES:
        raise RunError(
            f"input {names[0]!r} is of type {tensor.dtype}, which cannot be filled here",
            hint="Profile the part of the model after its text processing." if tensor.dtype == "string" else "",
        )
    count = int(np.prod(shape, dtype=np.float64))
    if count * 16 > MAX_INPUT_BYTES * 4:
        raise RunError(
            f"input {names[0]!r} of shape {format_shape(shape)} is too large", hint="Choose a smaller shape."
        )
    path = next((plan.input_files[name] for name in names if name in plan.input_files), None)
    if plan.input_kind is InputKind.FILE and path is not None:
        array, note = input_files.read_input(Path(path), tensor, shape)
        notes.extend([note] if note else [])
        return input_values.to_bytes(array, tensor.dtype)
    stated = stated_values(subgraph, tensor.index, count) if tensor.dtype in _SIZE_TYPES else ()
    if stated:
        notes.append(f"Input {names[0]!r} sets a shape or a position: it was filled with {list(stated)}.")
        return input_values.to_bytes(np.array(stated), tensor.dtype)
    if plan.input_kind is InputKind.ZEROS:
        return bytes(input_values.size_bytes(tensor.dtype, count))
    if plan.input_kind is InputKind.FILE:
        notes.append(f"No file was given for input {names[0]!r}: it was filled with random values.")
    seed = np.random.default_rng([plan.seed, tensor.index])
    zero_points = tensor.quantization.zero_point if tensor.quantization else ()
    limits = limits_of(subgraph, tensor.index)
    return input_values.random_bytes(tensor.dtype, count, seed, limits, zero_points[0] if zero_points else 0)


def _element(tensor: Tensor) -> int:
    return _ELEMENTS.get(tensor.dtype, 0)

"""Either side of the constraints that the GPU, Core ML, XNNPACK and VS680 targets add; for ``rule_cases``."""

from collections.abc import Callable, Mapping
from struct import pack
from typing import TYPE_CHECKING

from tests.support.model_builder import StoredTensor, a_stored_tensor

if TYPE_CHECKING:
    from tests.support.rule_cases import Draft

Side = Callable[..., None]


def _shape(tensor: StoredTensor, shape: tuple[int, ...]) -> None:
    tensor.shape = shape
    tensor.data = None if tensor.data is None else 0


def _values(tensor: StoredTensor, values: list[int]) -> None:
    tensor.dtype, tensor.shape, tensor.data = "int32", (len(values),), values


def _scale(tensor: StoredTensor, *scales: float) -> None:
    tensor.scale, tensor.zero_point = scales, (0,) * len(scales)


def _computed(draft: "Draft") -> list[StoredTensor]:
    return [tensor for tensor in draft.inputs if tensor is not None and tensor.data is None]


def _run_inputs(draft: "Draft", holds: bool, *, counts: tuple[int, ...]) -> None:
    wanted = counts[-1] if holds else max(counts) + 1
    for tensor in _computed(draft)[wanted:]:
        tensor.data = 0
    constants = [tensor for tensor in draft.inputs[1:] if tensor is not None and tensor.data is not None]
    while len(_computed(draft)) < wanted:
        if constants:
            constants.pop(0).data = None
        else:
            draft.inputs.append(a_stored_tensor())


def _constant_inputs(draft: "Draft", holds: bool, *, counts: tuple[int, ...]) -> None:
    wanted = counts[0] if holds else max(counts) + 1
    constants = [tensor for tensor in draft.inputs if tensor is not None and tensor.data is not None]
    for tensor in constants[wanted:]:
        tensor.data = None
    for _ in range(wanted - len(constants)):
        draft.inputs.append(a_stored_tensor(data=0))


def _operand_mix(draft: "Draft", holds: bool) -> None:
    draft.inputs = draft.inputs[:2] + [a_stored_tensor() for _ in range(2 - len(draft.inputs))]
    for place, tensor in enumerate(draft.inputs):
        if tensor is not None:
            tensor.data = None if holds and place == 0 else 0


def _output_count(draft: "Draft", holds: bool, *, counts: tuple[int, ...]) -> None:
    wanted = counts[0] if holds else max(counts) + 1
    del draft.outputs[wanted:]
    draft.outputs += [a_stored_tensor() for _ in range(wanted - len(draft.outputs))]


def _run_dtype(draft: "Draft", holds: bool, *, tensor: str, dtypes: tuple[str, ...]) -> None:
    for found in draft.many(tensor):
        found.dtype = next(name for name in (*dtypes, "int64") if holds or name not in dtypes)
        if not holds:
            found.data = None


def _quantised(draft: "Draft", holds: bool, *, tensor: str) -> None:
    for found in draft.many(tensor):
        found.dtype = "int8"
        _scale(found, *((0.5,) if holds else ()))


def _constant_or_dtype(draft: "Draft", holds: bool, *, tensor: str, dtypes: tuple[str, ...], constant: str) -> None:
    found = draft.one(tensor)
    found.dtype, found.data = (dtypes[0] if holds else constant), None


def _same_rank(draft: "Draft", holds: bool, *, first: str, second: str) -> None:
    _shape(draft.one(first), (1, 8, 8, 4))
    _shape(draft.one(second), (1, 8, 8, 4) if holds else (8, 8, 4))


def _length_is_rank(draft: "Draft", holds: bool, *, tensor: str, of: str) -> None:
    rank = len(draft.one(of).shape)
    found = draft.one(tensor)
    _shape(found, (rank if holds else rank + 1,))


def _inner_sizes(draft: "Draft", holds: bool, *, tensor: str, limit: int) -> None:
    for found in draft.many(tensor):
        _shape(found, (limit + 1, limit if holds else limit + 1))


def _no_open_dimension(draft: "Draft", holds: bool, *, tensor: str) -> None:
    draft.one(tensor).signature = () if holds else (-1, *draft.one(tensor).shape[1:])


def _dilated_size(draft: "Draft", holds: bool, *, weights: str, dimension: int, option: str, limit: int) -> None:
    shape = [4, 3, 3, 4]
    shape[dimension] = limit - 2 if holds else limit - 1
    _shape(draft.one(weights), tuple(shape))
    draft.options[option] = 2


def _sizes_start_with(draft: "Draft", holds: bool, *, tensor: str, sizes: tuple[int, ...]) -> None:
    found = draft.one(tensor)
    found.shape = sizes if holds else (sizes[0] + 1, *sizes[1:])
    if found.data is not None:
        found.dtype, found.data = "int32", 0


def _product(draft: "Draft", holds: bool, *, tensor: str, by: str, dimension: int, option: str) -> None:
    shape = list(draft.one(by).shape)
    shape[dimension] *= 2
    draft.options[option] = 2 if holds else 1
    _shape(draft.one(tensor), tuple(shape))


def _elements(draft: "Draft", holds: bool, *, tensor: str, by: str, dimension: int) -> None:
    size = draft.one(by).shape[dimension]
    found = draft.one(tensor)
    found.shape = (size if holds else size + 1,)


def _broadcast_to_four(draft: "Draft", holds: bool, *, first: str, second: str) -> None:
    _shape(draft.one(first), (1 if holds else 2, 8, 8, 4))
    _shape(draft.one(second), (8, 8, 4))


def _broadcast_as_images(draft: "Draft", holds: bool, *, first: str, second: str) -> None:
    _shape(draft.one(first), (1, 8, 8, 4))
    _shape(draft.one(second), (1, 1, 1, 4) if holds else (1, 1, 8, 4))


def _spread_to_output(draft: "Draft", holds: bool, *, tensor: str) -> None:
    shape = draft.outputs[0].shape
    _shape(draft.one(tensor), shape if holds else (*shape[:-1], shape[-1] + 1))


def _like_output(draft: "Draft", holds: bool, *, tensor: str) -> None:
    _shape(draft.one(tensor), draft.outputs[0].shape if holds else (1, 1, 1, 7))


def _one_element(draft: "Draft", holds: bool, *, tensor: str) -> None:
    _shape(draft.one(tensor), (1,) if holds else (2,))


def _only_ends(draft: "Draft", holds: bool, *, tensor: str) -> None:
    _shape(draft.one(tensor), (1, 1, 4) if holds else (1, 2, 4))


def _multiple(draft: "Draft", holds: bool, *, tensor: str, dimension: int, factor: int) -> None:
    found = draft.one(tensor)
    shape = list(found.shape)
    shape[dimension] = 2 * factor if holds else 2 * factor + 1
    _shape(found, tuple(shape))


def _single_row(draft: "Draft", holds: bool, *, tensor: str) -> None:
    _shape(draft.one(tensor), (1, 4) if holds else (2, 4))


def _option_is(draft: "Draft", holds: bool, *, option: str, value: float) -> None:
    draft.options[option] = value if holds else value + 1


def _option_length(draft: "Draft", holds: bool, *, option: str, lengths: tuple[int, ...]) -> None:
    draft.options[option] = [1] * (lengths[0] if holds else max(lengths) + 1)


def _option_is_end(draft: "Draft", holds: bool, *, option: str, tensor: str) -> None:
    draft.options[option] = -1 if holds else draft.one(tensor).shape[-1] + 1


def _option_at_least(draft: "Draft", holds: bool, *, option: str, limit: int) -> None:
    draft.options[option] = limit if holds else limit - 1


def _zero_at(draft: "Draft", holds: bool, *, tensor: str, positions: tuple[int, ...]) -> None:
    found = draft.one(tensor)
    found.dtype, found.shape = "int32", (4, 2)
    found.data = [0] * 8 if holds else [1 if place in positions else 0 for place in range(8)]


def _values_in(draft: "Draft", holds: bool, *, tensor: str, values: tuple[int, ...]) -> None:
    found = draft.one(tensor)
    _values(found, [values[0]] * 4 if holds else [values[0]] * 3 + [max(values) + 1])


def _same_quantization_of(draft: "Draft", holds: bool, *, first: str, second: str) -> None:
    draft.one(first).dtype = draft.one(second).dtype
    _scale(draft.one(first), 0.5)
    _scale(draft.one(second), 0.5 if holds else 0.25)


def _per_tensor(draft: "Draft", holds: bool, *, tensor: str) -> None:
    for found in draft.many(tensor):
        if holds:
            _scale(found, 0.5)
        else:
            found.dtype = "int8"
            _shape(found, (4, 8, 8, 4))
            _scale(found, 0.5, 0.25, 0.5, 0.25)


def _channels_along(draft: "Draft", holds: bool, *, tensor: str, dimension: int) -> None:
    found = draft.one(tensor)
    found.dtype = "int8"
    _shape(found, (4,) * max(len(found.shape), 2))
    _scale(found, 0.5, 0.25, 0.5, 0.25)
    right = dimension % len(found.shape)
    found.dimension = right if holds else (right + 1) % len(found.shape)


def _sizes_positive(draft: "Draft", holds: bool, *, tensor: str) -> None:
    for found in draft.many(tensor):
        _shape(found, tuple(max(size, 1) for size in found.shape) if holds else (0, *found.shape[1:]))


def _pooling(draft: "Draft", holds: bool) -> None:
    draft.options.update(filter_height=2, filter_width=2, stride_h=2, stride_w=2 if holds else 3)


def _block_divides(draft: "Draft", holds: bool, *, tensor: str, option: str) -> None:
    draft.options[option] = 2
    _shape(draft.one(tensor), (1, 8, 8 if holds else 9, 4))


def _deconvolution(draft: "Draft", holds: bool) -> None:
    draft.options.update(stride_h=2, stride_w=2, padding="SAME")
    _values(draft.one("input 0"), [1, 16, 16 if holds else 18, 4])
    _shape(draft.one("input 1"), (4, 3, 3, 4))
    _shape(draft.one("input 2"), (1, 8, 8, 4))


def _paddings_fit(draft: "Draft", holds: bool, *, tensor: str, paddings: str) -> None:
    rank = len(draft.one(tensor).shape)
    found = draft.one(paddings)
    found.shape = (rank if holds else rank + 1, 2)
    found.data = None if found.data is None else 0


def _elements_at_least(draft: "Draft", holds: bool, *, tensor: str, count: int) -> None:
    draft.one(tensor).shape = (count if holds else count - 1,)


def _values_at_least(draft: "Draft", holds: bool, *, tensor: str, limit: int) -> None:
    found = draft.one(tensor)
    shape = found.shape if len(found.shape) == 2 else (4,)
    count = shape[0] * (shape[1] if len(shape) == 2 else 1)
    found.dtype, found.shape = "int32", shape
    found.data = [limit] * (count - 1) + [limit if holds else limit - 1]


def _lone_value(draft: "Draft", holds: bool, *, tensor: str, values: tuple[int, ...]) -> None:
    _values(draft.one(tensor), [256] if holds else [values[0]])


def _scale_ratio(draft: "Draft", holds: bool, *, first: str, second: str, low: float, high: float) -> None:
    for name in (first, second):
        draft.one(name).dtype = "int8"
    _scale(draft.one(first), low if holds else high * 1.5)
    _scale(draft.one(second), 1.0)


def _scale_product_ratio(draft: "Draft", holds: bool, *, low: float, high: float) -> None:
    for name, scale in (("input 0", low if holds else low / 2), ("input 1", 1.0), ("output 0", 1.0)):
        draft.one(name).dtype = "int8"
        _scale(draft.one(name), scale)


def _slope(draft: "Draft", holds: bool, *, option: str) -> None:
    draft.options[option] = 0.25 if holds else 0.0


def _known_before_run(draft: "Draft", holds: bool, *, tensor: str) -> None:
    draft.one(tensor).data = 0 if holds else None


def _unpacks(draft: "Draft", holds: bool) -> None:
    source = draft.one("input 0")
    source.dtype, source.data = "float16", (0 if holds else None)
    if draft.kind == "DENSIFY":
        sparsity = {"traversal_order": [0, 1, 2, 3], "dim_metadata": [{"dense_size": size} for size in source.shape]}
        source.fields = {"sparsity": sparsity}
        draft.outputs[0].dtype = "float16"


def _same_bias_type(draft: "Draft", holds: bool, *, weights: str, bias: str) -> None:
    draft.one(weights).dtype = "float32"
    draft.one(bias).dtype = "float32" if holds else "int32"


def _custom_integers(draft: "Draft", holds: bool, *, positions: tuple[int, ...]) -> None:
    count = max(positions) + 1
    draft.custom_options = pack(f"<{count}i", *[1] * (count - 1), 1 if holds else 0)


def _needs_neighbours(_draft: "Draft", _holds: bool, **_limits: object) -> None:
    """Change nothing: one operator alone has no neighbours."""


DELEGATE_SIDES: Mapping[str, Side] = {
    "run_input_count_in": _run_inputs,
    "constant_input_count_in": _constant_inputs,
    "operand_mix": _operand_mix,
    "output_count_in": _output_count,
    "run_dtype_in": _run_dtype,
    "quantised_if_8_bit": _quantised,
    "quantised_if_integer": _quantised,
    "constant_or_dtype_in": _constant_or_dtype,
    "same_rank": _same_rank,
    "length_is_rank": _length_is_rank,
    "inner_sizes_at_most": _inner_sizes,
    "no_open_dimension": _no_open_dimension,
    "dilated_size_at_most": _dilated_size,
    "sizes_start_with": _sizes_start_with,
    "no_product_mismatch": _product,
    "elements_match_size": _elements,
    "broadcast_to_four": _broadcast_to_four,
    "broadcast_as_images": _broadcast_as_images,
    "spread_to_output": _spread_to_output,
    "scalar_or_like_output": _like_output,
    "one_element_at_most": _one_element,
    "only_batch_and_channels": _only_ends,
    "size_multiple_of": _multiple,
    "single_row": _single_row,
    "option_is": _option_is,
    "option_length_in": _option_length,
    "option_is_end": _option_is_end,
    "option_at_least": _option_at_least,
    "zero_at": _zero_at,
    "values_in": _values_in,
    "same_quantization_of": _same_quantization_of,
    "per_tensor_if_8_bit": _per_tensor,
    "channels_along": _channels_along,
    "sizes_positive": _sizes_positive,
    "pooling_window_covers_stride": _pooling,
    "block_divides": _block_divides,
    "deconvolution_fits": _deconvolution,
    "paddings_fit": _paddings_fit,
    "elements_at_least": _elements_at_least,
    "values_at_least": _values_at_least,
    "not_a_lone_value": _lone_value,
    "scale_ratio_within": _scale_ratio,
    "scale_product_ratio_within": _scale_product_ratio,
    "slope_usable": _slope,
    "known_before_run": _known_before_run,
    "unpacks_constant": _unpacks,
    "same_bias_type": _same_bias_type,
    "custom_integers_positive": _custom_integers,
    "writer_count_is": _needs_neighbours,
    "reader_count_is": _needs_neighbours,
    "read_here": _needs_neighbours,
    "first_reader_in": _needs_neighbours,
    "every_reader_in": _needs_neighbours,
    "written_by": _needs_neighbours,
}
"""For each constraint: changes a draft so that it holds (or not)."""

"""One short line about an operator: what a reader of the graph wants to know besides its kind and shapes."""

from collections.abc import Sequence

from backends.model.constant import small_integers
from backends.model.flexbuffer import custom_attributes
from backends.model.model import Model, Operator, OptionValue

_TRIVIAL: dict[str, tuple[OptionValue, ...]] = {
    "fused_activation_function": ("NONE",),
    "dilation_w_factor": (0, 1),
    "dilation_h_factor": (0, 1),
    "dilation_d_factor": (0, 1),
    "weights_format": ("DEFAULT",),
    "quantized_bias_type": ("FLOAT32",),
    "pot_scale_int16": (True, False),
    "depth_multiplier": (0, 1),
    "batch_dims": (0,),
    "values_count": (),
    "num": (),
    "num_splits": (),
    "beta": (1.0,),
    "out_type": ("FLOAT32", "INT32"),
    "in_data_type": (),
    "out_data_type": (),
    "begin_mask": (),
    "end_mask": (),
    "kernel_type": ("FULL",),
}
"""Values that say nothing (none listed: no value of it does). Whatever is false, zero or empty says nothing either,
unless ``_TELLING`` lists it."""
_TELLING = frozenset({"axis", "seq_dim", "iota_dimension", "dimension"})
_WINDOWED = frozenset({"padding", "stride_d", "stride_h", "stride_w", "filter_height", "filter_width"})
_MOST_PARTS = 4
_MOST_VALUES = 6
_MOST_CHARACTERS = 60

_CONSTANT_OPERANDS: dict[str, tuple[tuple[int, str], ...]] = {
    "TRANSPOSE": ((1, "perm"),),
    "STABLEHLO_TRANSPOSE": ((1, "perm"),),
    "PAD": ((1, "pad"),),
    "PADV2": ((1, "pad"),),
    "MIRROR_PAD": ((1, "pad"),),
    "MEAN": ((1, "axis"),),
    "SUM": ((1, "axis"),),
    "REDUCE_MAX": ((1, "axis"),),
    "REDUCE_MIN": ((1, "axis"),),
    "REDUCE_PROD": ((1, "axis"),),
    "REDUCE_ANY": ((1, "axis"),),
    "REDUCE_ALL": ((1, "axis"),),
    "ARG_MAX": ((1, "axis"),),
    "ARG_MIN": ((1, "axis"),),
    "CUMSUM": ((1, "axis"),),
    "EXPAND_DIMS": ((1, "axis"),),
    "REVERSE_V2": ((1, "axis"),),
    "SPLIT": ((0, "axis"),),
    "SPLIT_V": ((1, "sizes"), (2, "axis")),
    "RESIZE_BILINEAR": ((1, "size"),),
    "RESIZE_NEAREST_NEIGHBOR": ((1, "size"),),
    "TILE": ((1, "times"),),
    "SLICE": ((1, "begin"), (2, "size")),
    "STRIDED_SLICE": ((1, "begin"), (2, "end"), (3, "step")),
    "TOPK_V2": ((1, "k"),),
    "SPACE_TO_BATCH_ND": ((1, "block"),),
    "BATCH_TO_SPACE_ND": ((1, "block"),),
    "BROADCAST_TO": ((1, "shape"),),
    "RFFT2D": ((1, "length"),),
    "ONE_HOT": ((1, "depth"),),
}
"""Position and name of constant operands that act as attributes."""


def attribute_line(operator: Operator, model: Model | None = None) -> str:
    """Give a line such as ``3x3 s2 SAME RELU6``, ``axis=-1`` or ``perm 0,3,1,2``; empty where there is nothing to say.

    Args:
        operator: the operator.
        model: its model; without it constant operands (permutations, paddings) and kernel sizes are left out.
    """
    parts = _window_parts(operator, model)
    if operator.kind == "VAR_HANDLE":
        parts.append(str(operator.options.get("shared_name", "")))
    elif operator.kind in ("STABLEHLO_COMPOSITE", "STABLEHLO_CUSTOM_CALL"):
        parts.append(str(operator.options.get("name") or operator.options.get("call_target_name") or ""))
    else:
        parts += _operand_parts(operator, model) + _option_parts(operator)
    parts += [
        f"{name}={_value_text(value)}"
        for name, value in custom_attributes(operator).items()
        if isinstance(value, int | float) and not name.startswith("_")
    ]
    activation = operator.options.get("fused_activation_function", "NONE")
    if activation != "NONE":
        parts.append(str(activation))
    line = " ".join(part for part in parts[: _MOST_PARTS + 1] if part)
    return line if len(line) <= _MOST_CHARACTERS else line[: _MOST_CHARACTERS - 1] + "…"


def attribute_operands(operator: Operator, model: Model) -> frozenset[int]:
    """Give the positions of the inputs whose values ``attribute_line`` tells, as far as it has room for them."""
    return frozenset(
        position
        for position, _ in _CONSTANT_OPERANDS.get(operator.kind, ())
        if position < len(operator.inputs)
        and 0 < len(small_integers(model, operator.id.subgraph, operator.inputs[position])) <= _MOST_VALUES
    )


def _window_parts(operator: Operator, model: Model | None) -> list[str]:
    """Kernel, stride, dilation and padding of a convolution or pooling."""
    options = operator.options
    if "stride_w" not in options:
        return []
    axes = ("d", "h", "w") if "stride_d" in options else ("h", "w")
    parts = []
    if "filter_height" in options:
        parts.append(f"{options['filter_height']!s}x{options['filter_width']!s}")
    elif model is not None:
        parts.append(_kernel_text(operator, model, len(axes)))
    stride = [options.get(f"stride_{axis}", 1) for axis in axes]
    if any(step != 1 for step in stride):
        parts.append("s" + _sizes_text(stride))
    dilation = [options.get(f"dilation_{axis}_factor", 1) for axis in axes]
    if any(step not in (0, 1) for step in dilation):
        parts.append("d" + _sizes_text(dilation))
    parts.append(str(options.get("padding", "")))
    return parts


def _kernel_text(operator: Operator, model: Model, rank: int) -> str:
    """Height and width (and depth) of the filter: axes 1, 2 of a 4-D one, the first three of a 5-D one."""
    if len(operator.inputs) < 2 or operator.inputs[1] < 0:
        return ""
    shape = model.subgraphs[operator.id.subgraph].tensors[operator.inputs[1]].shape
    if len(shape) != rank + 2:
        return ""
    return "x".join(str(size) for size in (shape[:3] if rank == 3 else shape[1:3]))


def _option_parts(operator: Operator) -> list[str]:
    """The options that say something, besides those of windows and the activation."""
    is_windowed = "stride_w" in operator.options
    parts = []
    for name, value in operator.options.items():
        if name in _TRIVIAL and (value in _TRIVIAL[name] or not _TRIVIAL[name]):
            continue
        skipped = name == "fused_activation_function" or (is_windowed and (name in _WINDOWED or "dilation" in name))
        if skipped or isinstance(value, bytes):
            continue
        if value is True:
            parts.append(name)
        elif value or "subgraph" in name or (name in _TELLING and value is not False):
            parts.append(f"{name.removesuffix('_subgraph_index')}={_value_text(value)}")
    return parts


def _operand_parts(operator: Operator, model: Model | None) -> list[str]:
    """Small constant operands that act as attributes; the target type of a cast."""
    parts: list[str] = []
    if model is None:
        return parts
    if operator.kind == "CAST" and operator.outputs and operator.outputs[0] >= 0:
        parts.append(f"to {model.subgraphs[operator.id.subgraph].tensors[operator.outputs[0]].dtype}")
    for position, name in _CONSTANT_OPERANDS.get(operator.kind, ()):
        if position < len(operator.inputs):
            values = small_integers(model, operator.id.subgraph, operator.inputs[position])
            if values:
                parts.append(f"{name} {_value_text(values)}")
    return parts


def _sizes_text(sizes: Sequence[OptionValue]) -> str:
    """One number if all are equal: ``2``, else ``2x1``."""
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(str(size) for size in sizes)


def _value_text(value: OptionValue) -> str:
    """A value in a few characters."""
    if isinstance(value, tuple):
        shown = ",".join(_value_text(item) for item in value[:_MOST_VALUES])
        return shown + (",…" if len(value) > _MOST_VALUES else "")
    return f"{value:.4g}" if isinstance(value, float) else str(value)

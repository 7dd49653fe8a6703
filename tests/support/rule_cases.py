"""Single-operator models on either side of a rule's limit, made from the rule itself.

``SIDES`` knows for each constraint how to make an operator that it holds for, and one that it does not.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from backends.model.model import Model
from backends.model.reader import read_model_bytes
from backends.targets.constraints.binding import bind
from backends.targets.constraints.constraint import Tensors
from backends.targets.facts import ModelFacts, OperatorFacts
from backends.targets.target import Condition, Rule, Target, WeightsPolicy
from tests.support.delegate_sides import DELEGATE_SIDES
from tests.support.model_builder import StoredTensor, a_model, a_stored_tensor, an_operator

Side = Callable[..., None]
_TYPES = ("float32", "int8", "uint8", "int32", "int64", "int16", "float64", "bool")
_OTHER_NAMES = {
    "fused_activation_function": "SIGN_BIT",
    "output_type": "INT64",
    "weights_format": "SHUFFLED4x16INT8",
    "kernel_type": "BASIC",
    "name": "another.composite",
    "type": "DENSE",
    "mode": 7,
    "padding": 7,
}


@dataclass(kw_only=True)
class Draft:
    """An operator in the making; operands appear as they are touched."""

    kind: str
    version: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    custom_options: bytes = b""
    inputs: list[StoredTensor | None] = field(default_factory=lambda: [a_stored_tensor()])
    outputs: list[StoredTensor] = field(default_factory=lambda: [a_stored_tensor()])

    def one(self, name: str) -> StoredTensor:
        """Give the operand a limit names, making it and those before it."""
        return self.many(name)[0]

    def many(self, name: str) -> list[StoredTensor]:
        """Give all operands a limit names."""
        tensors = Tensors.parse(name)
        operands = self.outputs if tensors.side.startswith("output") else self.inputs
        while len(operands) <= max(tensors.position, 0):
            operands.append(a_stored_tensor())
        for place, found in enumerate(operands):
            if found is None and tensors.position in (-1, place):
                operands[place] = a_stored_tensor()
        return list(operands) if tensors.position < 0 else [operands[tensors.position]]

    def model(self) -> Model:
        """Give a model that starts with this operator, through the bytes of a file.

        Another one follows whose size is open: sizes and types then stay as the file states them, so that a draft may
        break a rule that the runtime sees kept.
        """
        custom = self.kind.removeprefix("CUSTOM:") if self.kind.startswith("CUSTOM:") else ""
        operator = an_operator(
            kind="CUSTOM" if custom else self.kind,
            inputs=self.inputs,
            outputs=self.outputs,
            options=self.options,
            version=self.version,
            custom_code=custom,
            custom_options=self.custom_options,
        )
        open_size = an_operator(
            "FILL", [a_stored_tensor((2,), "int32"), a_stored_tensor(())], [a_stored_tensor((1, 1))]
        )
        return read_model_bytes(a_model([operator, open_size]))

    def facts(self) -> OperatorFacts:
        """Give what rules look at."""
        return ModelFacts(self.model()).view(WeightsPolicy.ASK)[0].operators[0]


def a_fitting_draft(target: Target, kind: str) -> Draft:
    """Make an operator for which as many rules of the target hold as can."""
    return deepcopy(_fitting_draft(target, kind))


@cache
def _fitting_draft(target: Target, kind: str) -> Draft:
    draft = Draft(kind=kind)
    rules = [rule for rule in rules_about(target, kind) if rule.condition.constraint != "never"]
    for _ in range(4):
        op = draft.facts()
        failing = [rule for rule in rules if _fails(rule, op)]
        if not failing:
            break
        for rule in failing:
            take_side(draft, rule.condition, holds=True)
    return draft


def rules_about(target: Target, kind: str) -> list[Rule]:
    """Give the rules that name a kind."""
    return [rule for rule in target.rules if kind in rule.kinds or "*" in rule.kinds]


def put_in_scope(draft: Draft, rule: Rule) -> None:
    """Change an operator so that the rule applies to it."""
    for _ in range(2):
        for condition in rule.when:
            take_side(draft, condition, holds=True)
        if rule.unless and all(condition_holds(condition, draft.facts()) for condition in rule.unless):
            take_side(draft, rule.unless[0], holds=False)


def take_side(draft: Draft, condition: Condition, *, holds: bool) -> None:
    """Change an operator so that a condition holds, or does not."""
    if condition_holds(condition, draft.facts()) is not holds:
        SIDES[condition.constraint](draft, holds is not condition.negated, **condition.limits)


def condition_holds(condition: Condition, op: OperatorFacts) -> bool:
    """Whether a condition holds."""
    return (bind(condition)(op) is None) is not condition.negated


def _fails(rule: Rule, op: OperatorFacts) -> bool:
    if not all(condition_holds(condition, op) for condition in rule.when):
        return False
    if rule.unless and all(condition_holds(condition, op) for condition in rule.unless):
        return False
    return not condition_holds(rule.condition, op)


def _set_type(tensor: StoredTensor, dtype: str) -> None:
    tensor.dtype = dtype
    if tensor.data is not None and not isinstance(tensor.data, bytes):
        tensor.data = 0


def _set_shape(tensor: StoredTensor, shape: tuple[int, ...]) -> None:
    tensor.shape = shape
    tensor.data = None if tensor.data is None else 0


def _set_scale(tensor: StoredTensor, scale: float | tuple[float, ...], zero_point: int = 0) -> None:
    tensor.scale = scale if isinstance(scale, tuple) else (scale,)
    tensor.zero_point = (zero_point,) * len(tensor.scale)


def _set_values(tensor: StoredTensor, values: list[int]) -> None:
    tensor.shape = (len(values),)
    tensor.data = values


def _version(draft: Draft, holds: bool, *, version: int) -> None:
    draft.version = version if holds else version + 1


def _version_in(draft: Draft, holds: bool, *, versions: tuple[int, ...]) -> None:
    draft.version = versions[0] if holds else max(versions) + 1


def _constant(draft: Draft, holds: bool, *, tensor: str) -> None:
    for found in draft.many(tensor):
        found.data = 0 if holds else None


def _present(draft: Draft, holds: bool, *, tensor: str) -> None:
    position = Tensors.parse(tensor).position
    draft.many(tensor)
    if not holds:
        draft.inputs[position] = None


def _set_input_count(draft: Draft, count: int) -> None:
    del draft.inputs[count:]
    draft.inputs += [a_stored_tensor() for _ in range(count - len(draft.inputs))]


def _input_count_in(draft: Draft, holds: bool, *, counts: tuple[int, ...]) -> None:
    _set_input_count(draft, counts[0] if holds else max(counts) + 1)


def _input_count_at_least(draft: Draft, holds: bool, *, count: int) -> None:
    _set_input_count(draft, count if holds else count - 1)


def _input_count_at_most(draft: Draft, holds: bool, *, count: int) -> None:
    _set_input_count(draft, count if holds else count + 1)


def _output_count_at_least(draft: Draft, holds: bool, *, count: int) -> None:
    del draft.outputs[count - (not holds) :]


def _option_in(draft: Draft, holds: bool, *, option: str, values: tuple[str, ...]) -> None:
    others = (name for name in (_OTHER_NAMES[option], "RELU_N1_TO_1") if name not in values)
    draft.options[option] = values[0] if holds else next(others)


def _option_flag(draft: Draft, holds: bool, *, option: str, value: bool) -> None:
    draft.options[option] = value if holds else not value


def _option_number_in(draft: Draft, holds: bool, *, option: str, values: tuple[int, ...]) -> None:
    draft.options[option] = values[0] if holds else max(values) + 1


def _option_at_most(draft: Draft, holds: bool, *, option: str, limit: int) -> None:
    draft.options[option] = limit if holds else limit + 1


def _option_product(draft: Draft, holds: bool, *, options: tuple[str, ...], limit: int) -> None:
    draft.options.update(dict.fromkeys(options[1:], 1))
    draft.options[options[0]] = limit if holds else limit + 1


def _option_not_empty(draft: Draft, holds: bool, *, option: str) -> None:
    draft.options[option] = [0] if holds else []


def _option_shape(draft: Draft, holds: bool, *, option: str) -> None:
    draft.options[option] = [4] if holds else [0]


def _axis_not_last(draft: Draft, holds: bool, *, option: str, tensor: str, added: int) -> None:
    draft.options[option] = 0 if holds else len(draft.one(tensor).shape) + added - 1


def _dtype_in(draft: Draft, holds: bool, *, tensor: str, dtypes: tuple[str, ...]) -> None:
    for found in draft.many(tensor):
        _set_type(found, dtypes[0] if holds else next(name for name in _TYPES if name not in dtypes))


def _dtype_not_in(draft: Draft, holds: bool, *, tensor: str, dtypes: tuple[str, ...]) -> None:
    _dtype_in(draft, not holds, tensor=tensor, dtypes=dtypes)


def _same_dtype(draft: Draft, holds: bool, *, first: str, second: str) -> None:
    dtype = draft.one(first).dtype
    _set_type(draft.one(second), dtype if holds else next(name for name in _TYPES if name != dtype))


def _not_hybrid(draft: Draft, holds: bool, *, activations: str, weights: str) -> None:
    _set_type(draft.one(activations), "float32")
    _set_type(draft.one(weights), "float32" if holds else "int8")


def _rank_at_most(draft: Draft, holds: bool, *, tensor: str, rank: int) -> None:
    if tensor == "tensors" and draft.kind == "PACK":
        rank -= 1  # Its output has one dimension more than its inputs.
    for found in draft.many(tensor):
        _set_shape(found, (1,) * (rank if holds else rank + 1))


def _rank_at_least(draft: Draft, holds: bool, *, tensor: str, rank: int) -> None:
    for found in draft.many(tensor):
        _set_shape(found, (1,) * (rank if holds else rank - 1))


def _rank_in(draft: Draft, holds: bool, *, tensor: str, ranks: tuple[int, ...]) -> None:
    other = next(rank for rank in range(1, 6) if rank not in ranks)
    for found in draft.many(tensor):
        _set_shape(found, (1,) * (ranks[0] if holds else other))


def _has_elements(draft: Draft, holds: bool, *, tensor: str) -> None:
    for found in draft.many(tensor):
        _set_shape(found, (1, 8, 8, 4) if holds else (1, 0, 8, 4))


def _element_count(draft: Draft, holds: bool, *, tensor: str, count: int) -> None:
    _set_shape(draft.one(tensor), (count if holds else count + 1,))


def _sizes_equal(draft: Draft, holds: bool, *, tensor: str, dimensions: tuple[int, ...]) -> None:
    shape = [8] * (max(dimensions) + 2)
    shape[dimensions[0]] = 8 if holds else 9
    _set_shape(draft.one(tensor), tuple(shape))


def _set_size(draft: Draft, tensor: str, dimension: int, size: int) -> None:
    found = draft.one(tensor)
    shape = [*found.shape, *([1] * (dimension + 1 - len(found.shape)))]
    shape[dimension] = size
    _set_shape(found, tuple(shape))


def _size_in(draft: Draft, holds: bool, *, tensor: str, dimension: int, sizes: tuple[int, ...]) -> None:
    _set_size(draft, tensor, dimension, sizes[0] if holds else max(sizes) + 1)


def _size_at_least(draft: Draft, holds: bool, *, tensor: str, dimension: int, limit: int) -> None:
    _set_size(draft, tensor, dimension, limit if holds else limit - 1)


def _size_at_most(draft: Draft, holds: bool, *, tensor: str, dimension: int, limit: int) -> None:
    _set_size(draft, tensor, dimension, limit if holds else limit + 1)


def _size_matches(draft: Draft, holds: bool, *, first: str, second: str, dimension: int) -> None:
    _set_size(draft, first, dimension, 4)
    _set_size(draft, second, dimension, 4 if holds else 2)


def _same_shape(draft: Draft, holds: bool, *, first: str, second: str) -> None:
    shape = draft.one(first).shape
    _set_shape(draft.one(second), shape if holds else (*shape[:-1], shape[-1] + 1))


def _same_leading(draft: Draft, holds: bool, *, first: str, second: str, trailing: int) -> None:
    shape = (2,) * (trailing + 1)
    _set_shape(draft.one(first), shape)
    _set_shape(draft.one(second), shape if holds else (3, *shape[1:]))


def _scalar_is_constant(draft: Draft, holds: bool, *, tensor: str) -> None:
    _set_shape(draft.one(tensor), ())
    draft.one(tensor).data = 0 if holds else None


def _not_per_channel(draft: Draft, holds: bool, *, tensor: str) -> None:
    found = draft.one(tensor)
    _set_shape(found, (4, 3, 3, 4))
    _set_scale(found, 0.5 if holds else (0.5, 0.25, 0.5, 0.25))


def _not_blockwise(draft: Draft, holds: bool, *, tensor: str) -> None:
    details = ("BlockwiseQuantization", {"scales": 0, "zero_points": -1, "block_size": 32})
    draft.one(tensor).fields = {} if holds else {"quantization": {"details": details}}


def _scale_product(draft: Draft, holds: bool, *, first: str, second: str, limit: str) -> None:
    for name in (first, second):
        _set_scale(draft.one(name), 0.5)
    _set_scale(draft.one(limit), 0.2500001 if holds else 0.25)


def _scale_positive(draft: Draft, holds: bool, *, tensor: str) -> None:
    for found in draft.many(tensor):
        found.scale, found.zero_point = ((0.5,), (0,)) if holds else ((), ())


def _scale_is(draft: Draft, holds: bool, *, tensor: str, scale: float) -> None:
    found = draft.one(tensor)
    _set_scale(found, scale if holds else scale * 2, (*found.zero_point, 0)[0])


def _zero_point_is(draft: Draft, holds: bool, *, tensor: str, zero_point: int) -> None:
    found = draft.one(tensor)
    _set_scale(found, (*found.scale, 0.5)[0], zero_point if holds else zero_point + 1)


def _same_quantization(draft: Draft, holds: bool, *, tensor: str) -> None:
    _set_input_count(draft, 2)
    for found in draft.inputs:
        _set_type(found, draft.inputs[0].dtype)
        _set_scale(found, 0.5)
    if not holds:
        _set_scale(draft.inputs[1], 0.25)


def _zeros(draft: Draft, holds: bool, *, tensor: str, count: int) -> None:
    found = draft.one(tensor)
    found.dtype = "int32"
    _set_values(found, [0] * count if holds else [0] * (count - 1) + [1])


def _nonzero(draft: Draft, holds: bool, *, tensor: str) -> None:
    _set_values(draft.one(tensor), [1, 2] if holds else [0, 3])


def _fits_int32(draft: Draft, holds: bool, *, tensor: str) -> None:
    found = draft.one(tensor)
    found.dtype = "int64"
    _set_values(found, [2**31 - 1] if holds else [2**31])


def _no_empty_split(draft: Draft, holds: bool, *, tensor: str, sizes: str, axis: str) -> None:
    _set_shape(draft.one(tensor), (4, 4))
    _set_values(draft.one(sizes), [3, -1] if holds else [4, -1])
    _set_values(draft.one(axis), [0])


SIDES: Mapping[str, Side] = {
    **DELEGATE_SIDES,
    "version_at_most": _version,
    "version_in": _version_in,
    "constant": _constant,
    "present": _present,
    "input_count_in": _input_count_in,
    "input_count_at_least": _input_count_at_least,
    "input_count_at_most": _input_count_at_most,
    "output_count_at_least": _output_count_at_least,
    "option_in": _option_in,
    "option_flag": _option_flag,
    "option_number_in": _option_number_in,
    "option_at_most": _option_at_most,
    "option_product_at_most": _option_product,
    "option_not_empty": _option_not_empty,
    "option_shape_has_rank": _option_shape,
    "axis_not_last": _axis_not_last,
    "dtype_in": _dtype_in,
    "dtype_if_present_in": _dtype_in,
    "dtype_not_in": _dtype_not_in,
    "same_dtype": _same_dtype,
    "not_hybrid": _not_hybrid,
    "rank_at_most": _rank_at_most,
    "rank_at_least": _rank_at_least,
    "rank_in": _rank_in,
    "has_elements": _has_elements,
    "element_count_is": _element_count,
    "sizes_equal": _sizes_equal,
    "size_in": _size_in,
    "size_at_least": _size_at_least,
    "size_at_most": _size_at_most,
    "size_matches": _size_matches,
    "same_shape": _same_shape,
    "same_leading_sizes": _same_leading,
    "scalar_is_constant": _scalar_is_constant,
    "not_per_channel": _not_per_channel,
    "not_blockwise": _not_blockwise,
    "scale_product_below": _scale_product,
    "scale_positive": _scale_positive,
    "scale_is": _scale_is,
    "zero_point_is": _zero_point_is,
    "same_quantization": _same_quantization,
    "zeros": _zeros,
    "nonzero": _nonzero,
    "fits_int32": _fits_int32,
    "no_empty_split": _no_empty_split,
}
"""For each constraint: changes a draft so that it holds (or not)."""

"""Predicates of the lint about how networks from image to image are built."""

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from backends.model.model import NO_TENSOR, Operator, OperatorId, Subgraph, Tensor
from backends.targets.lint_checks import FILTERED, Check, LintView, Occurrence, count
from backends.units import format_shape

_RESIZES = frozenset({"RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"})
_ENLARGES = _RESIZES | {"TRANSPOSE_CONV", "DEPTH_TO_SPACE"}
_SUMS = frozenset({"ADD", "ADD_N", "SUB"})
_MOVES = frozenset({"QUANTIZE", "DEQUANTIZE", "CAST", "RESHAPE", "MINIMUM", "MAXIMUM", "RELU", "RELU6"})


def _image_side(tensor: Tensor, channels: tuple[int, ...]) -> int:
    """Give the area of an image in pixels, 0 for what is none or has open sizes."""
    if len(tensor.shape) != 4 or tensor.shape[3] not in channels:
        return 0
    return tensor.shape[1] * tensor.shape[2] if min(tensor.display_shape[1:3]) > 0 else 0


def _area(tensor: Tensor) -> int:
    return tensor.shape[1] * tensor.shape[2] if len(tensor.shape) == 4 else 0


def _first_image(subgraph: Subgraph, indices: tuple[int, ...], limits: Mapping[str, Any]) -> Tensor | None:
    channels = tuple(limits["channels"])
    for index in indices:
        if index != NO_TENSOR and _image_side(subgraph.tensors[index], channels) >= limits["min_side"] ** 2:
            return subgraph.tensors[index]
    return None


def _interpolated_skip(view: LintView, limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    """A resized input is added to what the network computes: an enlarging network that learns the residual."""
    for subgraph in view.entries:
        image = _first_image(subgraph, subgraph.inputs, limits)
        if image is None:
            continue
        producers = view.producers[subgraph.index]
        for operator in subgraph.operators:
            if operator.kind not in _SUMS:
                continue
            resized = [found for i in operator.inputs if (found := _behind(producers, i)) is not None]
            for source in resized:
                before, after = subgraph.tensors[source.inputs[0]], subgraph.tensors[source.outputs[0]]
                if _leads_to(producers, source.inputs[0], image.index) and _area(after) > _area(before) > 0:
                    detail = (
                        f"{source.kind} {source.id.index} enlarges the input and {operator.kind} {operator.id.index} "
                        "adds it to the result."
                    )
                    yield Occurrence(detail=detail, operators=(source.id,))


def _behind(producers: Mapping[int, Operator], tensor: int) -> Operator | None:
    """Give the resize that makes a tensor, behind conversions; ``None`` where something else makes it."""
    operator = producers.get(tensor)
    while operator is not None and operator.kind in _MOVES:
        operator = producers.get(operator.inputs[0])
    return operator if operator is not None and operator.kind in _RESIZES else None


def _leads_to(producers: Mapping[int, Operator], tensor: int, wanted: int) -> bool:
    while tensor != wanted:
        operator = producers.get(tensor)
        if operator is None or operator.kind not in _MOVES:
            return False
        tensor = operator.inputs[0]
    return True


def _work_after_enlarging(view: LintView, limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    """Convolutions that work at the size of the output, after what enlarged it."""
    for subgraph in view.entries:
        before, after = (
            _first_image(subgraph, ends, limits) for ends in (subgraph.inputs, subgraph.outputs)
        )  # fmt: skip
        if before is None or after is None or _area(after) <= _area(before):
            continue
        enlarged: set[int] = set()
        found: list[OperatorId] = []
        for operator in subgraph.operators:
            comes_after = any(i in enlarged for i in operator.inputs)
            if (
                comes_after
                and operator.kind in FILTERED
                and _area(subgraph.tensors[operator.outputs[0]]) == _area(after)
            ):
                found.append(operator.id)
            if comes_after or operator.kind in _ENLARGES:
                enlarged.update(operator.outputs)
        if found:
            shape = "x".join(map(str, after.shape[1:3]))
            yield Occurrence(
                detail=f"{count(len(found), 'convolution')} at the output's full size of {shape}.",
                operators=tuple(found),
            )


def _work_at_full_size(view: LintView, limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    """Convolutions that work at the size of the input image or above, with many channels."""
    for subgraph in view.entries:
        image = _first_image(subgraph, subgraph.inputs, limits)
        if image is None:
            continue
        found = [
            operator.id
            for operator in subgraph.operators
            if operator.kind in FILTERED
            and _area(result := subgraph.tensors[operator.outputs[0]]) >= _area(image)
            and result.shape[3] >= limits["min_depth"]
        ]
        if found:
            shape = "x".join(map(str, image.shape[1:3]))
            yield Occurrence(
                detail=f"{count(len(found), 'convolution')} at the input's full size of {shape} or above.",
                operators=tuple(found),
            )


def _unfused_clip(view: LintView, limits: Mapping[str, Any]) -> Iterator[Occurrence]:
    """An image that MINIMUM or MAXIMUM clips at one number, with the RELU that takes care of the other end."""
    for subgraph in view.model.subgraphs:
        producers = view.producers[subgraph.index]
        clips = [operator for operator in subgraph.operators if _clips_image(subgraph, operator, limits)]
        made = {index for operator in clips for index in operator.outputs}
        read = {index for operator in clips for index in operator.inputs}
        partners = [
            operator
            for operator in subgraph.operators
            if operator.kind == "RELU" and (made.intersection(operator.inputs) or read.intersection(operator.outputs))
        ]
        if clips:
            size = format_shape(subgraph.tensors[clips[-1].outputs[0]].shape)
            before = next((producers[i].label for i in clips[0].inputs if i in producers), "the input")
            found = sorted({operator.id for operator in (*clips, *partners)})
            kinds = " and ".join(dict.fromkeys(operator.kind for operator in (*clips, *partners)))
            yield Occurrence(detail=f"{kinds} clip {size} values after {before}.", operators=tuple(found))


def _clips_image(subgraph: Subgraph, operator: Operator, limits: Mapping[str, Any]) -> bool:
    if operator.kind not in ("MINIMUM", "MAXIMUM") or len(operator.inputs) != 2:
        return False
    tensors = [subgraph.tensors[index] for index in operator.inputs if index != NO_TENSOR]
    has_limit = any(tensor.is_constant and prod(tensor.shape) == 1 for tensor in tensors)
    return has_limit and _area(subgraph.tensors[operator.outputs[0]]) >= limits["min_side"] ** 2


PATTERN_CHECKS: Mapping[str, Check] = {
    "interpolated-skip": _interpolated_skip,
    "unfused-clip": _unfused_clip,
    "work-after-enlarging": _work_after_enlarging,
    "work-at-full-size": _work_at_full_size,
}
"""Predicates by the id of their rule."""

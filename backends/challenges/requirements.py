"""Looks whether a model is what a challenge asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backends.challenges.challenge import Challenge, Requirement
from backends.errors import ResourceError
from backends.model.model import Model, OperatorId, Tensor
from backends.targets.verdict import ModelVerdict, Placement

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether one requirement is met; ``is_met`` is ``None`` where that cannot be said."""

    requirement: Requirement
    is_met: bool | None
    found: str
    operators: tuple[OperatorId, ...] = ()
    """Operators that stand in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    model: Model
    verdict: ModelVerdict | None

    @property
    def inputs(self) -> Sequence[Tensor]:
        graph = self.model.subgraphs[0]
        return [graph.tensors[index] for index in graph.inputs]

    @property
    def outputs(self) -> Sequence[Tensor]:
        graph = self.model.subgraphs[0]
        return [graph.tensors[index] for index in graph.outputs]


_Found = tuple[bool | None, str, tuple[OperatorId, ...]]


def check_requirements(challenge: Challenge, model: Model, verdict: ModelVerdict | None) -> tuple[Answer, ...]:
    """Give an answer to each of a challenge's requirements, in its order.

    Args:
        challenge: what asks.
        model: the entry.
        verdict: the answer of the challenge's target, where it was checked.

    Raises:
        ResourceError: the challenge names a check that does not exist.
    """
    subject = _Subject(model=model, verdict=verdict)
    answers: list[Answer] = []
    for requirement in challenge.requirements:
        check = _CHECKS.get(requirement.check)
        if check is None:
            raise ResourceError(f"The challenge {challenge.id} names the unknown check {requirement.check!r}.")
        is_met, found, operators = (
            check(subject, requirement.limits) if model.subgraphs else (False, "The model has no subgraph.", ())
        )
        answers.append(Answer(requirement=requirement, is_met=is_met, found=found, operators=operators))
    return tuple(answers)


def _check_input_shape(subject: _Subject, limits: Mapping[str, Any]) -> _Found:
    wanted = tuple(limits["shape"])
    if len(subject.inputs) != 1:
        return False, f"The model has {len(subject.inputs)} inputs.", ()
    tensor = subject.inputs[0]
    shape = tuple(tensor.shape)
    found = f"The input is {_shape(shape)}."
    if shape == wanted:
        return True, found, ()
    if len(shape) == len(wanted) and _is_open(tensor, wanted):
        return None, f"{found} Sizes that are open can be set to {_shape(wanted)} when it runs.", ()
    return False, found, ()


def _check_output_scale(subject: _Subject, limits: Mapping[str, Any]) -> _Found:
    factor = int(limits["factor"])
    if len(subject.inputs) != 1 or len(subject.outputs) != 1:
        return False, f"The model has {len(subject.inputs)} inputs and {len(subject.outputs)} outputs.", ()
    before, after = tuple(subject.inputs[0].shape), tuple(subject.outputs[0].shape)
    found = f"{_shape(before)} becomes {_shape(after)}."
    if len(before) != 4 or len(after) != 4:
        return False, found, ()
    if any(size <= 1 for size in (before[1], before[2], after[1], after[2])):
        return None, f"{found} Sizes are open.", ()
    return after[1] == factor * before[1] and after[2] == factor * before[2], found, ()


def _check_classes(subject: _Subject, limits: Mapping[str, Any]) -> _Found:
    wanted = int(limits["count"])
    shapes = [tuple(tensor.shape) for tensor in subject.outputs]
    found = f"The outputs are {', '.join(map(_shape, shapes))}."
    return len(shapes) == 1 and bool(shapes[0]) and shapes[0][-1] == wanted, found, ()


def _check_integer_only(subject: _Subject, _limits: Mapping[str, Any]) -> _Found:
    ends = [tensor for tensor in (*subject.inputs, *subject.outputs) if _is_float(tensor)]
    floats: list[OperatorId] = []
    for index, graph in enumerate(subject.model.subgraphs):
        for number, operator in enumerate(graph.operators):
            used = [i for i in (*operator.inputs, *operator.outputs) if i >= 0]
            if any(_is_float(graph.tensors[i]) for i in used):
                floats.append(OperatorId(index, number))
    if not floats and not ends:
        return True, "No tensor of any operator is floating-point.", ()
    parts = []
    if ends:
        parts.append("floating-point " + " and ".join(dict.fromkeys(_end(subject, tensor) for tensor in ends)))
    if floats:
        named = ", ".join(_name(subject.model, id_) for id_ in floats[:_MOST_NAMED])
        more = f" and {len(floats) - _MOST_NAMED} more" if len(floats) > _MOST_NAMED else ""
        parts.append(f"operators that touch floating-point values: {named}{more}")
    text = "; ".join(parts)
    return False, f"{text[:1].upper()}{text[1:]}.", tuple(floats)


def _check_accepted(subject: _Subject, _limits: Mapping[str, Any]) -> _Found:
    if subject.verdict is None:
        return None, "The target was not asked.", ()
    verdicts = subject.verdict.verdicts
    refused = tuple(id_ for id_, verdict in verdicts.items() if verdict.placement is Placement.FALLBACK)
    unsure = tuple(id_ for id_, verdict in verdicts.items() if verdict.placement is Placement.UNKNOWN)
    if refused:
        named = ", ".join(_name(subject.model, id_) for id_ in refused[:_MOST_NAMED])
        more = f" and {len(refused) - _MOST_NAMED} more" if len(refused) > _MOST_NAMED else ""
        return False, f"{len(refused)} of {len(verdicts)} operators fall back: {named}{more}.", refused
    if unsure:
        return None, f"{len(unsure)} of {len(verdicts)} operators are unknown: measure.", unsure
    return True, f"All {len(verdicts)} operators are accepted.", ()


_CHECKS: Mapping[str, Callable[[_Subject, Mapping[str, Any]], _Found]] = {
    "input_shape": _check_input_shape,
    "output_scale": _check_output_scale,
    "classes": _check_classes,
    "integer_only": _check_integer_only,
    "accepted": _check_accepted,
}


def _is_float(tensor: Tensor) -> bool:
    return tensor.dtype.startswith(("float", "bfloat", "complex"))


def _end(subject: _Subject, tensor: Tensor) -> str:
    return "input" if any(tensor is each for each in subject.inputs) else "output"


def _is_open(tensor: Tensor, wanted: tuple[int, ...]) -> bool:
    signature = tuple(tensor.shape_signature or tensor.shape)
    return any(size < 0 for size in signature) and all(
        size in (-1, want) for size, want in zip(signature, wanted, strict=True)
    )


def _name(model: Model, id_: OperatorId) -> str:
    return f"{model.operator(id_).label} {id_.index}"


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "a scalar"

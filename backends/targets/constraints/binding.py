"""Ties a condition of a rule to the function it names."""

from collections.abc import Callable
from functools import cache, partial
from inspect import Parameter, signature
from typing import Any, get_type_hints

from backends.targets.constraints import CONSTRAINTS
from backends.targets.constraints.constraint import Constraint, Tensors, render_limits
from backends.targets.facts import OperatorFacts
from backends.targets.target import Condition, LimitValue

BoundCheck = Callable[[OperatorFacts], str | None]
"""A constraint with its limits filled in."""

_KINDS: dict[object, tuple[type, str]] = {
    bool: (bool, "true or false"),
    int: (int, "an integer"),
    str: (str, "a text"),
    tuple[str, ...]: (str, "a list of texts"),
    tuple[int, ...]: (int, "a list of integers"),
}


def bind(condition: Condition) -> BoundCheck:
    """Fill the limits into the constraint's function; ``negated`` is left to the caller.

    Raises:
        ValueError: no such constraint, or the limits are not what it takes.
    """
    return partial(find_constraint(condition).check, **_convert(condition))


def find_constraint(condition: Condition) -> Constraint:
    """Look up the constraint a condition names.

    Raises:
        ValueError: there is none.
    """
    found = CONSTRAINTS.get(condition.constraint)
    if found is None:
        raise ValueError(f"unknown constraint '{condition.constraint}'")
    return found


def sentence(condition: Condition) -> str:
    """Give what the condition demands, as a sentence with the limits filled in.

    Raises:
        ValueError: no such constraint, or the limits are not what it takes.
    """
    text = find_constraint(condition).sentence.format(**render_limits(_convert(condition)))
    text = text[0].upper() + text[1:]
    return f"Not so: {text[0].lower()}{text[1:]}" if condition.negated else text


def _convert(condition: Condition) -> dict[str, object]:
    wanted = _parameters(find_constraint(condition))
    surplus = set(condition.limits) - set(wanted)
    missing = set(wanted) - set(condition.limits)
    if surplus or missing:
        problem = f"takes {', '.join(wanted) or 'no limits'}"
        raise ValueError(
            f"constraint '{condition.constraint}' {problem}; given: {', '.join(condition.limits) or 'none'}"
        )
    return {name: _convert_limit(name, condition.limits[name], annotation) for name, annotation in wanted.items()}


@cache
def _parameters(constraint: Constraint) -> dict[str, Any]:
    hints = get_type_hints(constraint.check)
    parameters = signature(constraint.check).parameters.values()
    return {item.name: hints[item.name] for item in parameters if item.kind is Parameter.KEYWORD_ONLY}


def _convert_limit(name: str, value: LimitValue, annotation: Any) -> object:
    if annotation is Tensors:
        if not isinstance(value, str):
            raise ValueError(f"limit '{name}' must name operands")
        return Tensors.parse(value)
    if annotation is float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"limit '{name}' must be a number")
        return float(value)
    item_type, described = _KINDS[annotation]
    is_list = annotation not in (bool, int, str)
    items = value if isinstance(value, tuple) else (value,)
    if isinstance(value, tuple) != is_list or not all(type(item) is item_type for item in items):
        raise ValueError(f"limit '{name}' must be {described}")
    return value

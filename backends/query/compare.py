"""Comparing numbers, and attributes that are numbers."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from backends.model.model import Operator, OptionValue
from backends.query.error import QueryError
from backends.query.facts import Mask, OperatorIndex, QueryFacts
from backends.query.field import FIELDS
from backends.query.pattern import fit_texts
from backends.query.quantity import QuantityError, parse_quantity
from backends.query.syntax import Comparison, Condition, Form, Value
from backends.runs.operator_metrics import METRICS, metric_column

_NEAR = 1e-9
_NO_RUN = "The model was not measured yet, so times are not known."

_ORDER: Mapping[Comparison, Callable[[NDArray[np.float64], float], Mask]] = {
    Comparison.LESS: lambda values, limit: values < limit,
    Comparison.AT_MOST: lambda values, limit: values <= limit,
    Comparison.MORE: lambda values, limit: values > limit,
    Comparison.AT_LEAST: lambda values, limit: values >= limit,
}


def number_mask(node: Condition, facts: QueryFacts) -> tuple[Mask, str]:
    """Compare a number of each operator, and say why it is not known, if so; what is not known fits nothing.

    Raises:
        QueryError: a value is no number in the unit.
    """
    values, unit, note = _numbers(node, facts)
    result = np.zeros(facts.index.count, bool)
    for value in node.values:
        result |= _compare(values, unit, node, value)
    if node.comparison is Comparison.UNEQUAL:
        # The finder turns it round; what is not known shall not fit then either.
        result |= np.isnan(values)
    return result, note


def check_numbers(node: Condition, unit: str) -> None:
    """Refuse values that are no numbers in a unit.

    Raises:
        QueryError: one is not.
    """
    for value in node.values:
        _compare(np.zeros(0), unit, node, value)


def attribute_mask(node: Condition, index: OperatorIndex) -> Mask:
    """Compare attributes: one by its name, or the text of any.

    Raises:
        QueryError: the order of something that is no number is asked for, or an expression is wrong.
    """
    result = np.zeros(index.count, bool)
    if not node.detail:
        lines = tuple(
            "\n".join(f"{key}={_text(value)}" for key, value in operator.options.items())
            for operator in index.operators
        )
        distinct = tuple(dict.fromkeys(lines))
        for value in node.values:
            mask = fit_texts(distinct, value, Comparison.CONTAINS)
            fits = dict(zip(distinct, mask.tolist(), strict=True))
            result |= np.asarray([fits[line] for line in lines], bool)
        return result
    found = [_option(operator, node.detail.casefold()) for operator in index.operators]
    has = np.asarray([option is not None for option in found], bool)
    for value in node.values:
        result |= _attribute(found, node, value)
    if node.comparison is Comparison.UNEQUAL:
        result |= ~has
    return result & has if node.comparison is not Comparison.UNEQUAL else result


def _attribute(found: list[OptionValue | None], node: Condition, value: Value) -> Mask:
    if node.comparison in _ORDER:
        try:
            limit = parse_quantity(value.text, "")
        except QuantityError as error:
            raise QueryError(f"{error}.", value.start, value.end) from error
        numbers = np.asarray([float(item) if isinstance(item, int | float) else np.nan for item in found], float)
        return _ORDER[node.comparison](numbers, limit)
    texts = tuple("" if item is None else _text(item) for item in found)
    distinct = tuple(dict.fromkeys(texts))
    # A number is meant as a whole: 2 is not 12.
    is_whole = value.form is Form.PLAIN and value.text.lstrip("-").replace(".", "", 1).isdigit()
    mask = fit_texts(distinct, value, Comparison.EQUAL if is_whole else node.comparison)
    fits = dict(zip(distinct, mask.tolist(), strict=True))
    return np.asarray([fits[text] for text in texts], bool)


def _option(operator: Operator, name: str) -> OptionValue | None:
    """Give the attribute with this name, or the only one whose name contains it."""
    for key, value in operator.options.items():
        if key.casefold() == name:
            return value
    close = [value for key, value in operator.options.items() if name in key.casefold()]
    return close[0] if len(close) == 1 else None


def _text(value: OptionValue) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _numbers(node: Condition, facts: QueryFacts) -> tuple[NDArray[np.float64], str, str]:
    """Give the values of a field, NaN where it is not known, their unit, and a note."""
    index = facts.index
    if node.field in METRICS:
        column, note = metric_column(node.field, facts.costs, facts.run), ""
        if METRICS[node.field].needs_run and facts.run is None:
            note = _NO_RUN
    else:
        found = facts.column(node.field)
        if found is None:
            direct: dict[str, Callable[[], NDArray[np.float64]]] = {
                "index": lambda: np.asarray([id_.index for id_ in index.ids], float),
                "subgraph": lambda: np.asarray([id_.subgraph for id_ in index.ids], float),
                "version": lambda: np.asarray([operator.version for operator in index.operators], float),
                "rank": lambda: index.ranks,
            }
            return direct[node.field](), FIELDS[node.field].unit, ""
        column, note = found, ""
    values = column.values
    return np.asarray([values.get(id_, np.nan) for id_ in index.ids], float), column.unit, note


def _compare(values: NDArray[np.float64], unit: str, node: Condition, value: Value) -> Mask:
    """Compare with one number, or with a stretch ``10..20``."""
    comparison = node.comparison
    low, dots, high = value.text.partition("..")
    if dots and comparison in _ORDER:
        raise QueryError(f"A stretch goes with a colon: {node.field}:{value.text}", value.start, value.end)
    if dots:
        result = np.ones(len(values), bool)
        if low:
            result &= values >= _quantity(low, unit, node, value)
        if high:
            result &= values <= _quantity(high, unit, node, value)
        return result
    limit = _quantity(value.text, unit, node, value)
    if comparison in _ORDER:
        return _ORDER[comparison](values, limit)
    return np.isclose(values, limit, rtol=_NEAR, atol=0.0)


def _quantity(text: str, unit: str, node: Condition, value: Value) -> float:
    try:
        return parse_quantity(text, unit)
    except QuantityError as error:
        raise QueryError(f"{node.field}: {error}.", value.start, value.end) from error

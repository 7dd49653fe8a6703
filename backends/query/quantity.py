"""Numbers with units, as people type them: ``1.5ms``, ``10M``, ``2MiB``, ``5%``."""

import re
from collections.abc import Mapping

_NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*(.*)", re.IGNORECASE)
_PREFIXES: Mapping[str, float] = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "b": 1e9}
_TIMES: Mapping[str, float] = {"ns": 1.0, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9}
_BYTES: Mapping[str, float] = {
    "": 1.0,
    "b": 1.0,
    **{f"{prefix}b": factor for prefix, factor in _PREFIXES.items() if prefix not in ("", "b")},
    **{prefix: factor for prefix, factor in _PREFIXES.items() if prefix not in ("", "b")},
    **{f"{prefix}ib": 1024.0**power for power, prefix in enumerate("kmgt", 1)},
}
_SMALL_PREFIXES: Mapping[str, float] = {"n": 1e-9, "u": 1e-6, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3}
_TIME_UNITS: Mapping[str, float] = {**_TIMES}


class QuantityError(ValueError):
    """Not a number in this unit; the text says what would be."""


def parse_quantity(text: str, unit: str) -> float:
    """Read a number in the unit of a column.

    Args:
        text: as typed.
        unit: that of the values, as in ``OperatorColumn``.

    Raises:
        QuantityError: it is no number, or has a unit that does not fit.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise QuantityError(f"'{text}' is not a number{_such_as(unit)}")
    number, typed = float(match[1]), match[2]
    factor = _factor(typed, unit)
    if factor is None:
        if not typed:
            raise QuantityError(f"'{text}' needs a unit{_such_as(unit)}")
        raise QuantityError(f"'{typed}' does not fit here{_such_as(unit)}")
    if unit == "share" and not typed and abs(number) > 1:
        raise QuantityError(f"'{text}' is more than the whole; write {text}%")
    return number * factor


def example_of(unit: str) -> str:
    """Give a number in a unit, as it may be typed."""
    return _EXAMPLES.get(unit, f"0.5{unit}" if unit else "10M")


def _such_as(unit: str) -> str:
    return f", such as {example_of(unit)}"


_EXAMPLES: Mapping[str, str] = {
    "ns": "1.5ms",
    "bytes": "2MiB",
    "bytes/s": "1GiB/s",
    "share": "5%",
    "%": "5%",
    "MACs": "10M",
    "MAC/s": "1G",
    "MAC/byte": "4",
}


def _factor(typed: str, unit: str) -> float | None:
    """Give what to multiply with; ``None`` where the unit does not fit, or is missing where it must not."""
    if unit in _TIME_UNITS:
        times = _TIMES.get(typed.lower())
        return None if times is None else times / _TIME_UNITS[unit]
    low = typed.lower().removesuffix("/s") if unit.endswith("/s") else typed.lower()
    if unit in ("bytes", "bytes/s"):
        return _BYTES.get(low)
    if unit == "share":
        return {"": 1.0, "%": 0.01}.get(low)
    if unit == "%":
        return 1.0 if low in ("", "%") else None
    if unit in ("", "MACs", "MAC/s", "MAC/byte"):
        return _PREFIXES.get(low.removesuffix("macs").removesuffix("mac").removesuffix("/byte").removesuffix("mac"))
    if not typed or low == unit.lower():
        return 1.0
    found = _scaled(typed, unit)
    return _PREFIXES.get(low) if found is None else found


def _scaled(typed: str, unit: str) -> float | None:
    """Convert between prefixes of one unit: uJ to mJ."""
    base = unit[-1]
    if typed[-1:] != base:
        return None
    given, wanted = _SMALL_PREFIXES.get(typed[:-1]), _SMALL_PREFIXES.get(unit[:-1])
    return None if given is None or wanted is None else given / wanted

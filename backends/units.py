"""Numbers to text: the only place that formats quantities for people."""

from collections.abc import Callable, Mapping


def latency_unit(ns: float) -> tuple[float, str]:
    """Give the unit that fits a duration in nanoseconds, as (nanoseconds in one unit, name), e.g. for an axis."""
    for limit, divisor, unit in ((1e3, 1.0, "ns"), (1e6, 1e3, "µs"), (1e9, 1e6, "ms")):
        if abs(ns) < limit:
            return divisor, unit
    return 1e9, "s"


def format_latency(ns: float) -> str:
    """Give a duration in nanoseconds with a fitting unit and three significant digits: ``1.23 ms``."""
    divisor, unit = latency_unit(ns)
    return f"{_significant(ns / divisor)} {unit}"


def format_bytes(count: float) -> str:
    """Give a size in bytes with a binary unit: ``1.5 MiB``."""
    if abs(count) < 1024:
        return f"{count:.0f} B"
    for unit in ("KiB", "MiB", "GiB"):
        count /= 1024
        if abs(count) < 1024:
            return f"{_significant(count)} {unit}"
    return f"{_significant(count / 1024)} TiB"


def format_count(count: float) -> str:
    """Give a count with a decimal prefix: ``41.3 M``."""
    if abs(count) < 1000:
        return f"{count:.0f}"
    for unit in ("k", "M", "G"):
        count /= 1000
        if abs(count) < 1000:
            return f"{_significant(count)} {unit}"
    return f"{_significant(count / 1000)} T"


def format_share(fraction: float) -> str:
    """Give a fraction of one as a percentage with one decimal: ``12.3 %``."""
    return f"{fraction * 100:.1f} %"


def format_power(mw: float) -> str:
    """Give a power in milliwatts with a fitting unit: ``850 mW``, ``1.25 W``."""
    return f"{_significant(mw / 1000)} W" if abs(mw) >= 1000 else f"{_significant(mw)} mW"


def format_energy(mj: float) -> str:
    """Give an energy in millijoules with a fitting unit: ``12.5 µJ``, ``3.85 mJ``, ``1.2 J``."""
    if abs(mj) >= 1000:
        return f"{_significant(mj / 1000)} J"
    if abs(mj) >= 0.1 or mj == 0:
        return f"{_significant(mj)} mJ"
    return f"{_significant(mj * 1000)} µJ"


def format_with_error(value: float, error: float | None, text: Callable[[float], str]) -> str:
    """Give a value with its standard uncertainty, both formatted alike: ``3.85 mJ ± 0.05 mJ``."""
    return text(value) if error is None else f"{text(value)} ± {text(error)}"


def format_shape(shape: tuple[int, ...]) -> str:
    """Give a tensor shape as ``1x224x224x3``; unknown sizes are ``?`` and a scalar is ``scalar``."""
    if not shape:
        return "scalar"
    return "x".join("?" if size < 0 else str(size) for size in shape)


def format_quantity(value: float, unit: str) -> str:
    """Give a number in the unit of an ``OperatorColumn``: ``1.23 ms`` for ns, ``12.3 %`` for share, ``0.04 mJ``."""
    if unit in _FORMATS:
        return _FORMATS[unit](value)
    if unit == "%":
        return f"{value:.1f} %"
    if unit in ("MAC/s", "FLOP/s"):
        number, _, prefix = format_count(value).partition(" ")
        return f"{number} {prefix}{unit}"
    text = format_count(value) if abs(value) >= 1000 else _plain_number(value)
    return f"{text} {unit}" if unit else text


def _plain_number(value: float) -> str:
    """Three significant digits at most: ``12``, ``0.034``."""
    return f"{value:.0f}" if value == round(value) else f"{value:.3g}"


def _significant(value: float) -> str:
    """Three significant digits without an exponent."""
    size = abs(value)
    if size >= 100:
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


_FORMATS: Mapping[str, Callable[[float], str]] = {
    "ns": format_latency,
    "us": lambda value: format_latency(value * 1e3),
    "µs": lambda value: format_latency(value * 1e3),
    "ms": lambda value: format_latency(value * 1e6),
    "s": lambda value: format_latency(value * 1e9),
    "bytes": format_bytes,
    "bytes/s": lambda value: f"{format_bytes(value)}/s",
    "share": format_share,
    "MACs": format_count,
}

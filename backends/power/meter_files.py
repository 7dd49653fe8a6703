"""Recordings of external meters: CSV and JSON, whatever their columns are called.

Columns are found by their names and the units in them. Known for sure: Monsoon's ``Time(ms),Main(mA),Main Voltage(V)``
of the PyMonsoon package (whose times are seconds all the same, and whose numbers may read ``np.float64(1.2)``), and
Joulescope's statistics (``i_avg``, ``v_avg``, ``p_avg``; ``sampled_id`` counts). Otii's and POWER-Z's exports have a
time, a current and a voltage with units. Anything with a time and a power, or a current and a voltage, is read.
"""

import csv
import datetime
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backends.errors import MeterError
from backends.power.integration import Array

MAX_BYTES = 1 << 30
_HEAD = 64 * 1024
_MAX_COLUMNS = 64
_LEAST_ROWS = 3
_EPOCH_FROM_S = 1e9
_SI = {"n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3}
_TIME_UNITS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "min": 60.0}
_SAMPLE_RATES = {"js110": 2e6, "js220": 1e6}
"""Samples a second that Joulescope's ``sampled_id`` counts; source: pyjoulescope_driver 2.2, entry_points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterFile:
    """A recording: power in mW over its own time in seconds."""

    name: str
    times_s: Array
    values: Array
    is_epoch: bool
    """Whether times count from 1970, so that they need no alignment by load."""
    how: str
    """Which columns were taken, in words."""


def read_meter_file(path: Path) -> MeterFile:
    """Read a recording.

    Raises:
        MeterError: it cannot be read, is too large, or has no columns for time and power.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MeterError(f"{path.name} is too large for a meter's file", hint="Export fewer samples a second.")
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise MeterError(f"{path.name} cannot be read: {error.strerror or error}") from error
    if "\0" in text[:_HEAD]:
        raise MeterError(f"{path.name} is no text", hint="Export the recording as CSV or JSON.")
    columns = _from_json(path.name, text) if text.lstrip()[:1] in ("{", "[") else _from_csv(path.name, text)
    return _assemble(path.name, columns)


def _assemble(name: str, columns: Mapping[str, Array]) -> MeterFile:
    time_name, times, is_epoch = _time_column(name, columns)
    power_name, power = _power_column(name, columns, time_name)
    usable = np.isfinite(times) & np.isfinite(power)
    times, power = times[usable], power[usable]
    if len(times) < _LEAST_ROWS:
        raise MeterError(f"{name} holds {len(times)} samples, which is too few")
    order = np.argsort(times, kind="stable")
    times, power = times[order], power[order]
    if times[-1] <= times[0]:
        raise MeterError(f"the times in {name} do not advance")
    return MeterFile(
        name=name, times_s=times, values=power, is_epoch=is_epoch, how=f"time from {time_name!r}, {power_name}"
    )


def _time_column(name: str, columns: Mapping[str, Array]) -> tuple[str, Array, bool]:
    for title, values in columns.items():
        words, unit = _split_title(title)
        if title.strip("# ").lower() in ("sampled_id", "sample_id"):
            rate = next((r for model, r in _SAMPLE_RATES.items() if model in " ".join(columns).lower()), 1e6)
            return title, values / rate, False
        if re.search(r"\btime|\bt\b|timestamp|elapsed|utc|date", words):
            if unit and unit not in _TIME_UNITS and unit not in ("utc", "epoch"):
                continue
            times = values * _TIME_UNITS.get(unit or "s", 1.0)
            if any("main(ma)" in other.lower() for other in columns) and unit == "ms":
                # PyMonsoon's header says ms, its numbers are seconds (time.time() minus the start).
                times = values
            while len(times) and np.nanmedian(times) > 1e3 * _EPOCH_FROM_S:
                # Milli-, micro- or nanoseconds since 1970 under a name without a unit.
                times = times / 1e3
            return title, times, bool(len(times) and np.nanmin(times) > _EPOCH_FROM_S)
    raise MeterError(
        f"{name} has no column of times", hint=f"Its columns: {', '.join(list(columns)[:12])}. One should be Time (s)."
    )


def _power_column(name: str, columns: Mapping[str, Array], time_name: str) -> tuple[str, Array]:
    kinds: dict[str, tuple[str, Array]] = {}
    for title, values in columns.items():
        if title == time_name:
            continue
        words, unit = _split_title(title)
        match = re.fullmatch(r"([nuµμmk]?)(w|a|v)(?:att|atts|mp|mps|olt|olts)?", unit or "")
        if match:
            kind, factor = match[2], _SI[match[1]]
        else:
            kind = next((k for k, pattern in _KINDS.items() if re.search(pattern, words)), "")
            factor = 1.0
        if kind and kind not in kinds:
            kinds[kind] = (title, values * factor)
    if "w" in kinds:
        title, watts = kinds["w"]
        return f"power from {title!r}", watts * 1000
    if "a" in kinds and "v" in kinds:
        (current, amperes), (voltage, volts) = kinds["a"], kinds["v"]
        return f"power from {current!r} times {voltage!r}", amperes * volts * 1000
    raise MeterError(
        f"{name} has no power, and no current with a voltage",
        hint=f"Its columns: {', '.join(list(columns)[:12])}. Give one as Power (W), or Current (A) and Voltage (V).",
    )


_KINDS = {
    "w": r"\bpower|\bp_avg|\bwatt",
    "a": r"\bcurrent|\bi_avg|\bibus|\bamp|\bmain$|\bi\b",
    "v": r"\bvolt|\bv_avg|\bvbus|\bmain voltage|\bv\b",
}
"""Words of names without a unit that is told; those are in W, A and V."""


def _split_title(title: str) -> tuple[str, str | None]:
    """Give the words and the unit: ``Main(mA)``, ``Current [A]``, ``power_mw``, ``Time, s``."""
    text = title.strip().strip("#").strip().lower()
    match = re.fullmatch(r"(.*?)\s*[(\[]\s*([^)\]]+?)\s*[)\]].*", text)
    if match:
        return match[1], match[2]
    match = re.fullmatch(r"(.+?)(?:_|,\s*|\s+)(nw|uw|µw|mw|w|na|ua|µa|ma|a|uv|mv|v|s|ms|us|µs|ns)", text)
    if match and match[1] not in ("v", "i", "p"):
        return match[1].replace("_", " "), match[2]
    return text.replace("_avg", "§").replace("_", " ").replace("§", "_avg"), None


def _from_csv(name: str, text: str) -> Mapping[str, Array]:
    lines = text.splitlines()
    delimiter = max(";\t,", key=lambda mark: sum(line.count(mark) for line in lines[:50]))
    is_comma_decimal = delimiter in ";\t" and any(re.search(r"\d,\d", line) for line in lines[1:50])
    start = next((i for i, line in enumerate(lines[:200]) if _is_header(line, delimiter)), None)
    if start is None:
        raise MeterError(
            f"{name} has no line with the names of its columns",
            hint="The first line should read, for example: Time (s),Current (A),Voltage (V).",
        )
    titles = [cell.strip() for cell in next(csv.reader([lines[start]], delimiter=delimiter))][:_MAX_COLUMNS]
    body = "\n".join(lines[start + 1 :])
    fast = _quick_table(body, delimiter, len(titles)) if not is_comma_decimal else None
    if fast is not None:
        columns = {title: fast[:, i] for i, title in enumerate(titles) if title}
    else:
        rows = list(_rows(body, delimiter, len(titles), is_comma_decimal=is_comma_decimal))
        table = np.array(rows, np.float64).reshape(-1, len(titles))
        columns = {title: table[:, i] for i, title in enumerate(titles) if title}
    if "js110" in text[:_HEAD].lower() or "js220" in text[:_HEAD].lower():
        columns["js110" if "js110" in text[:_HEAD].lower() else "js220"] = np.full(
            len(next(iter(columns.values()))), np.nan
        )
    return columns


def _is_header(line: str, delimiter: str) -> bool:
    cells = [cell for cell in line.split(delimiter) if cell.strip()]
    return len(cells) >= 2 and sum(_number(cell, False) is None for cell in cells) >= 2


def _quick_table(body: str, delimiter: str, count: int) -> Array | None:
    try:
        table = np.loadtxt(io.StringIO(body), delimiter=delimiter, usecols=range(count), ndmin=2, comments=None)
    except (ValueError, IndexError):
        return None
    return np.asarray(table, np.float64)


def _rows(body: str, delimiter: str, count: int, *, is_comma_decimal: bool) -> Iterator[list[float]]:
    for cells in csv.reader(io.StringIO(body), delimiter=delimiter):
        values = [_number(cell, is_comma_decimal) for cell in cells[:count]]
        values += [None] * (count - len(values))
        if any(value is not None for value in values):
            yield [float("nan") if value is None else value for value in values]


def _number(cell: str, is_comma_decimal: bool) -> float | None:
    text = cell.strip().strip('"')
    match = re.fullmatch(r"(?:np\.)?float\d*\((.+)\)", text)
    text = match[1] if match else text
    try:
        return float(text.replace(",", ".") if is_comma_decimal else text)
    except ValueError:
        pass
    try:
        return datetime.datetime.fromisoformat(text).timestamp() if re.match(r"\d{4}-\d\d-\d\d", text) else None
    except (ValueError, OverflowError, OSError):
        return None


def _from_json(name: str, text: str) -> Mapping[str, Array]:
    """Read lists by name, a list of objects, or analog channels with a start and an interval as Otii's server gives."""
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MeterError(f"{name} is damaged: {error}") from error
    if isinstance(tree, dict) and {"timestamp", "interval", "values"} <= set(tree):
        values = _column(tree["values"])
        start, step = tree["timestamp"], tree["interval"]
        if isinstance(start, int | float) and isinstance(step, int | float) and step > 0:
            return {"time (s)": np.asarray(start + step * np.arange(len(values)), np.float64), "power (W)": values}
    if isinstance(tree, dict):
        inner = next((tree[key] for key in ("samples", "data", "rows") if isinstance(tree.get(key), list)), None)
        if inner is None:
            lists = {str(key): _column(value) for key, value in tree.items() if isinstance(value, list)}
            length = max((len(column) for column in lists.values()), default=0)
            return {key: column for key, column in lists.items() if len(column) == length}
        tree = inner
    rows = [row for row in tree if isinstance(row, dict)] if isinstance(tree, list) else []
    if not rows:
        raise MeterError(f"{name} holds no samples", hint="Expected: a list of objects with a time and a power.")
    titles = [str(key) for key in rows[0]][:_MAX_COLUMNS]
    return {title: _column([row.get(title) for row in rows]) for title in titles}


def _column(values: Sequence[object]) -> Array:
    found = []
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            found.append(float("nan"))
        elif isinstance(value, str):
            number = _number(value, False)
            found.append(float("nan") if number is None else number)
        else:
            found.append(float(value))
    return np.array(found, np.float64)

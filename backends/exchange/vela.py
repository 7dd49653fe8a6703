"""Per-layer tables of Arm's Vela compiler (``--verbose-performance``): estimates in cycles and bytes.

Older tables call the first columns ``TFLite_operator`` and ``SRAM Usage``, newer ones ``Original Operator`` and
``Staging Usage``. ``Network%`` stands there twice, once of the cycles and once of the MACs: cells go by position.
"""

import csv
import io
from collections.abc import Sequence
from itertools import islice

from backends.errors import StoreError
from backends.exchange.imported import Imported
from backends.exchange.matching import Entry, match_entries
from backends.exchange.number_columns import make_column, told_apart
from backends.model.model import Model, OperatorId
from backends.runs.run import Certainty

KIND = "Vela per-layer table"
_OPERATOR = ("tflite_operator", "original operator")
_MOST_ROWS = 500_000
_MEANINGS = {
    "sram usage": ("SRAM usage", "bytes"),
    "staging usage": ("Staging usage", "bytes"),
    "op cycles": ("Vela cycles", "cycles"),
    "npu": ("NPU cycles", "cycles"),
    "sram ac": ("SRAM access", "cycles"),
    "dram ac": ("DRAM access", "cycles"),
    "onflash ac": ("On-chip flash access", "cycles"),
    "offflash ac": ("Off-chip flash access", "cycles"),
    "mac count": ("Vela MACs", ""),
    "util%": ("MAC utilisation", "%"),
    "util% (mac)": ("MAC utilisation", "%"),
}
"""Columns that are taken, by heading; shares of the network follow from them."""
_NOT_ADDED = frozenset({"SRAM usage", "Staging usage", "MAC utilisation"})
"""Of several layers for one operator the largest counts."""


def is_vela(first_line: str) -> bool:
    """Whether a line is the heading of such a table."""
    cells = [cell.strip().lower() for cell in first_line.split(",")]
    return bool(cells) and cells[0] in _OPERATOR and "nng operator" in cells and "name" in cells


def read_vela(text: str, name: str, model: Model) -> Imported:
    """Attach a table to a model.

    Raises:
        StoreError: it is damaged, or none of its rows is about the model.
    """
    try:
        rows = list(islice(csv.reader(io.StringIO(text)), _MOST_ROWS))
    except csv.Error as error:
        raise StoreError(f"{name} is damaged: {error}.", hint="Run Vela again.") from error
    headings = [cell.strip().lower() for cell in rows[0]] if rows else []
    # Several networks follow each other with a heading each; lines of other widths are cut off.
    layers = [row for row in rows[1:] if len(row) == len(headings) and row[0].strip().lower() != headings[0]]
    if not layers:
        raise StoreError(f"{name} is a Vela table without layers.", hint="Run Vela with --verbose-performance.")
    place = headings.index("name")
    entries = [Entry(name=row[place].strip(), kind=row[0].strip()) for row in layers]
    matches = match_entries(model, entries)
    known = [(row, match) for row, match in zip(layers, matches, strict=True) if match is not None]
    if not known:
        raise StoreError(
            f"None of the {len(layers)} layers in {name} is an operator of {model.name}.",
            hint="Open the model that Vela was given, not the one that it wrote.",
        )
    pairs = [(row, match.operator) for row, match in known]
    columns = [
        make_column(title, values, unit=unit, source=f"{name} (Vela's estimate)")
        for index, (title, unit) in _columns(headings)
        if any((values := _values(pairs, index, is_added=title not in _NOT_ADDED)).values())
    ]
    guessed = sum(match.certainty is Certainty.ESTIMATED for _, match in known)
    notes = ["Vela estimates; nothing was measured. Cycles are of the NPU's clock and no times."]
    if guessed:
        notes.append(f"{guessed} layers were matched by type and order, because no tensor has their name.")
    return Imported(
        kind=KIND,
        sources=(name,),
        columns=told_apart(columns),
        matched=len(known),
        total=len(layers),
        notes=tuple(notes),
    )


def _columns(headings: Sequence[str]) -> list[tuple[int, tuple[str, str]]]:
    return [(index, _MEANINGS[heading]) for index, heading in enumerate(headings) if heading in _MEANINGS]


def _values(rows: Sequence[tuple[list[str], OperatorId]], index: int, *, is_added: bool) -> dict[OperatorId, float]:
    values: dict[OperatorId, float] = {}
    for row, operator in rows:
        try:
            value = float(row[index])
        except ValueError:
            continue
        if 0 <= value < 1e300:
            before = values.get(operator, 0.0)
            values[operator] = before + value if is_added else max(before, value)
    return values

"""JSON from strangers: sizes and numbers checked."""

import json
import math
from typing import Any

from backends.errors import StoreError

MAX_BYTES = 128 << 20
MOST_NAME = 2000
"""Longer names are cut: nobody reads them, and they would fill the memory."""

Json = Any


def parse_json(text: str, name: str) -> Json:
    """Read JSON; NaN and infinities, which some writers leave, become ``None``.

    Raises:
        StoreError: it is damaged, or nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise StoreError(
            f"{name} is damaged: {reason}.", hint="Save it again with the program that made it."
        ) from error


def number_of(value: object) -> float | None:
    """Give a finite number of reasonable size, or ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e300 < value < 1e300:
        return None
    return float(value) if math.isfinite(value) else None


def amount_of(value: object) -> float | None:
    """Give a number that is not negative, or ``None``."""
    number = number_of(value)
    return number if number is not None and number >= 0 else None


def text_of(value: object) -> str:
    """Give a text, cut where it is very long; empty for anything else."""
    return value[:MOST_NAME] if isinstance(value, str) else ""


def object_of(value: object) -> dict[str, Json]:
    """Give an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Json]:
    """Give a list; an empty one for anything else."""
    return value if isinstance(value, list) else []

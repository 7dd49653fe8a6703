"""Checked access to JSON values that came from a file."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from backends.errors import StoreError

MAX_ITEMS = 2_000_000
MAX_TEXT = 100_000


class Fields:
    """One JSON object; every access checks the type.

    Args:
        value: what ``json.loads`` gave.
        place: where it stands, for messages.
    """

    def __init__(self, value: object, place: str = "") -> None:
        if not isinstance(value, dict):
            raise StoreError(f"{place or 'the whole'} should be an object", hint="Save the run again.")
        self._values: dict[str, Any] = value
        self._place = place

    def names(self) -> tuple[str, ...]:
        """Give the names of all fields."""
        return tuple(self._values)

    def text(self, name: str) -> str:
        """Give a text.

        Raises:
            StoreError: it is missing or something else; likewise for the other methods.
        """
        value = self._values.get(name)
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise self._error(name, "a text")
        return value

    def text_or(self, name: str, default: str) -> str:
        """Give a text, or the default where the file is older than the field."""
        return self.text(name) if name in self._values else default

    def number_or(self, name: str, default: float) -> float:
        """Give a number, or the default where the file is older than the field."""
        return self.number(name) if name in self._values else default

    def flag(self, name: str) -> bool:
        """Give true or false."""
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise self._error(name, "true or false")
        return value

    def integer(self, name: str) -> int:
        """Give a whole number."""
        value = self._values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 1 << 62:
            raise self._error(name, "a whole number")
        return value

    def number(self, name: str) -> float:
        """Give a number."""
        return self._checked(self._values.get(name), name)

    def optional_number(self, name: str) -> float | None:
        """Give a number, or ``None`` for null."""
        value = self._values.get(name)
        return None if value is None else self._checked(value, name)

    def numbers(self, name: str) -> Iterator[float]:
        """Give a list of numbers."""
        return (self._checked(value, name) for value in self._list(name))

    def integers(self, name: str) -> Iterator[int]:
        """Give a list of whole numbers."""
        for value in self._list(name):
            if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 1 << 62:
                raise self._error(name, "a list of whole numbers")
            yield value

    def sentences(self, name: str) -> Iterator[str]:
        """Give a list of texts."""
        for value in self._list(name):
            if not isinstance(value, str) or len(value) > MAX_TEXT:
                raise self._error(name, "a list of texts")
            yield value

    def texts(self) -> Mapping[str, str]:
        """Give all fields, which must be texts."""
        return {name: self.text(name) for name in self._values}

    def child(self, name: str) -> "Fields":
        """Give an object."""
        return Fields(self._values.get(name), self._path(name))

    def optional_child(self, name: str) -> "Fields | None":
        """Give an object, or ``None`` for null."""
        return None if self._values.get(name) is None else self.child(name)

    def children(self, name: str) -> Iterator["Fields"]:
        """Give a list of objects."""
        return (Fields(value, f"{self._path(name)}[{i}]") for i, value in enumerate(self._list(name)))

    def children_or_none(self, name: str) -> Iterator["Fields"]:
        """Give a list of objects, none where the file is older than the field."""
        return self.children(name) if name in self._values else iter(())

    def _list(self, name: str) -> list[Any]:
        value = self._values.get(name)
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            raise self._error(name, "a list")
        return value

    def _checked(self, value: object, name: str) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > 1e300 or math.isnan(value):
            raise self._error(name, "a number")
        return float(value)

    def _path(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _error(self, name: str, wanted: str) -> StoreError:
        return StoreError(f"{self._path(name)} should be {wanted}", hint="Save the run again.")

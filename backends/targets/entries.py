"""Typed access to the tables of a target file; every complaint names file, key and reason."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from backends.errors import ResourceError
from backends.targets.target import LimitValue

T = TypeVar("T")


class Entry:
    """One table of a file. Reading takes keys away, so that ``finish`` can complain about those nobody knows.

    Args:
        values: the table.
        file: name of the file, for messages.
        path: where in the file, for messages.
    """

    def __init__(self, values: Mapping[str, Any], *, file: str, path: str = "") -> None:
        self._values = dict(values)
        self._file = file
        self._path = path

    def wrong(self, key: str, reason: str) -> ResourceError:
        """Make the error about a key of this table."""
        where = ".".join(part for part in (self._path, key) if part)
        return ResourceError(
            f"Target file {self._file}, key '{where}': {reason}.",
            hint="The fields of target files are described in resources/README.md.",
        )

    def text(self, key: str, default: str | None = None) -> str:
        """Take a text."""
        return self._take(key, default, _is_text, "a text")

    def integer(self, key: str, default: int | None = None) -> int:
        """Take an integer."""
        return self._take(key, default, _is_integer, "an integer")

    def flag(self, key: str, default: bool | None = None) -> bool:
        """Take a boolean."""
        return self._take(key, default, lambda value: isinstance(value, bool), "true or false")

    def day(self, key: str) -> date:
        """Take a date."""
        return self._take(key, None, lambda value: type(value) is date, "a date such as 2026-01-31")

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Take a list of texts."""
        items = self._take(key, default, lambda value: _is_list(value) and all(map(_is_text, value)), "a list of texts")
        return tuple(items)

    def entry(self, key: str) -> "Entry | None":
        """Take a table, if there is one."""
        if key not in self._values:
            return None
        values: dict[str, Any] = self._take(key, None, lambda value: isinstance(value, dict), "a table")
        return Entry(values, file=self._file, path=self._inner(key))

    def entries(self, key: str) -> tuple["Entry", ...]:
        """Take a list of tables; empty if there is none."""
        items: Any = self._take(key, (), _is_table_list, "a list of tables")
        return tuple(
            Entry(item, file=self._file, path=f"{self._inner(key)}[{item.get('id', position)}]")
            for position, item in enumerate(items)
        )

    def limits(self) -> dict[str, LimitValue]:
        """Take all that is left as limits of a constraint."""
        taken: dict[str, LimitValue] = {}
        for key in list(self._values):
            value = self._values.pop(key)
            scalars = (str, int, float)
            if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
                taken[key] = tuple(value)
            elif isinstance(value, scalars):
                taken[key] = value
            else:
                raise self.wrong(key, "a limit is a text, a number, true or false, or a list of texts or integers")
        return taken

    def finish(self) -> None:
        """Complain if a key is left that nobody read.

        Raises:
            ResourceError: there is one.
        """
        for key in self._values:
            raise self.wrong(key, "unknown key")

    def _inner(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _take(self, key: str, default: T | None, fits: Callable[[Any], bool], described: str) -> T:
        if key not in self._values:
            if default is None:
                raise self.wrong(key, "missing")
            return default
        value = self._values.pop(key)
        if not fits(value):
            raise self.wrong(key, f"must be {described}")
        taken: T = value
        return taken


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_integer(value: object) -> bool:
    return type(value) is int


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_table_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)

"""Which of many texts fit: parts, wildcards, and expressions that cannot explode."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backends.query.error import QueryError
from backends.query.syntax import Comparison, Form, Value

Mask = NDArray[np.bool_]
_MOST_MEMORY = 8 << 20
"""Bytes that RE2 may use for an expression."""
_META = frozenset("^$|[]\\+")
_WILD = frozenset("*?")


def fit_texts(texts: Sequence[str], value: Value, comparison: Comparison) -> Mask:
    """Tell which texts contain a value, fit its wildcards or its expression; case does not matter.

    Raises:
        QueryError: the expression is wrong.
    """
    if value.form is Form.EXPRESSION:
        return _fit_expression(texts, _compiled(value))
    wanted = value.text.casefold()
    if value.form is Form.PLAIN and _WILD & set(wanted):
        pieces = wanted.split("*")
        return _mask(texts, lambda text: _fits_wildcards(text, pieces))
    if comparison in (Comparison.EQUAL, Comparison.UNEQUAL):
        return _mask(texts, lambda text: text == wanted)
    found = _mask(texts, lambda text: wanted in text)
    if value.form is Form.PLAIN and _META & set(wanted):
        expression = _compiled(value, is_optional=True)
        if expression is not None:
            return found | _fit_expression(texts, expression)
    return found


def fit_words(texts: Sequence[str], value: Value, comparison: Comparison, known: Collection[str]) -> Mask:
    """Like ``fit_texts``, but a value that is known as a whole is meant as a whole.

    Raises:
        QueryError: the expression is wrong.
    """
    if value.form is Form.PLAIN and value.text.casefold() in known:
        comparison = Comparison.EQUAL
    return fit_texts(texts, value, comparison)


def fit_shapes(texts: Sequence[str], value: Value, comparison: Comparison) -> Mask:
    """Tell which shapes (``1x224x224x3``) contain sizes next to each other, or fit wildcards or an expression.

    Raises:
        QueryError: the expression is wrong.
    """
    is_part = comparison is Comparison.CONTAINS and value.form is Form.PLAIN
    if not is_part or (_WILD | _META) & set(value.text):
        return fit_texts(texts, value, comparison)
    wanted = f"x{value.text.casefold().strip('x')}x"
    return _mask(texts, lambda text: wanted in f"x{text}x")


def check_value(value: Value) -> None:
    """Refuse an expression that RE2 does not take.

    Raises:
        QueryError: the expression is wrong.
    """
    if value.form is Form.EXPRESSION:
        _compiled(value)


def _mask(texts: Sequence[str], fits: Any) -> Mask:
    return np.fromiter((fits(text.casefold()) for text in texts), bool, len(texts))


def _fits_wildcards(text: str, pieces: Sequence[str]) -> bool:
    """Match pieces between stars from left to right; the first place that fits a piece is as good as any later one."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return len(text) == len(first) and _fits_at(text, first, 0)
    if len(text) < len(first) + len(last) or not _fits_at(text, first, 0):
        return False
    end = len(text) - len(last)
    if not _fits_at(text, last, end):
        return False
    at = len(first)
    for piece in pieces[1:-1]:
        place = _find(text, piece, at, end)
        if place < 0:
            return False
        at = place + len(piece)
    return at <= end


def _find(text: str, piece: str, start: int, end: int) -> int:
    if "?" not in piece:
        return text.find(piece, start, end)
    return next((at for at in range(start, end - len(piece) + 1) if _fits_at(text, piece, at)), -1)


def _fits_at(text: str, piece: str, at: int) -> bool:
    if "?" not in piece:
        return text.startswith(piece, at)
    return all(wanted in ("?", found) for wanted, found in zip(piece, text[at : at + len(piece)], strict=True))


def _fit_expression(texts: Sequence[str], expression: Any) -> Mask:
    """Scan all texts at once, as lines: one call for each is many times slower."""
    lines = [text.replace("\n", " ").encode("utf-8", "replace") for text in texts]
    ends = np.cumsum([len(line) + 1 for line in lines]) - 1
    result = np.zeros(len(lines), bool)
    if len(lines):
        starts = [found.start() for found in expression.finditer(b"\n".join(lines))]
        places = np.searchsorted(ends, np.asarray(starts, np.int64), side="left")
        result[places[places < len(lines)]] = True
    return result


def _compiled(value: Value, *, is_optional: bool = False) -> Any:
    """Compile an expression; one that is wrong gives ``None`` if it is optional.

    Raises:
        QueryError: it is wrong, and not optional.
    """
    found = _compile(value.text)
    if isinstance(found, str):
        if is_optional:
            return None
        raise QueryError(f"The expression is not right: {found}.", value.start, value.end)
    return found


@lru_cache(maxsize=64)
def _compile(text: str) -> Any:
    """Give the compiled expression that matches whole lines in which ``text`` occurs, or what is wrong with it."""
    import re2  # late: only queries with expressions need it

    options = re2.Options()
    options.max_mem = _MOST_MEMORY
    options.log_errors = False
    options.case_sensitive = False
    options.never_nl = True
    try:
        # By itself first, so that a message is about what was typed, and no bracket reaches around it.
        re2.compile(text, options)
        return re2.compile(f"(?m)^.*?(?:{text}).*$".encode(), options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason) or "it is too large"

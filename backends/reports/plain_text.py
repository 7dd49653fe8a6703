"""Text from model files made safe for terminals, spreadsheets and Markdown.

Names in a file are chosen by whoever made it: they may hold terminal escapes, line breaks, characters that reverse
the reading direction, or a spreadsheet formula.
"""

import unicodedata

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MARKDOWN_SPECIALS = "\\`*_{}[]<>|~#!&"


def plain(text: str) -> str:
    r"""Give the text on one line with control, direction and other invisible characters escaped (``\x1b``, ``\u202e``).

    A backslash stays as it is: the result is for reading, not for parsing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _UNSAFE_CATEGORIES else c for c in text)


def escape_markdown(text: str) -> str:
    """Give plain text in which nothing is markup, also within a table cell."""
    return "".join("\\" + c if c in _MARKDOWN_SPECIALS else c for c in plain(text))


def sentence_case(key: str) -> str:
    """Give a key such as ``maximum_frequency`` as a label; capitals stay as they are."""
    text = key.replace("_", " ")
    return text[:1].upper() + text[1:]


def guard_formula(text: str) -> str:
    """Give plain text that a spreadsheet does not take for a formula: an apostrophe goes before a dangerous start.

    See OWASP, "CSV Injection".
    """
    if text.startswith(_FORMULA_STARTS):
        return "'" + plain(text)
    safe = plain(text)
    return "'" + safe if safe.lstrip().startswith(_FORMULA_STARTS) else safe


def display_width(text: str) -> int:
    """Give the number of terminal columns that plain text takes; wide East Asian characters count twice."""
    if text.isascii():
        return len(text)
    return sum(_character_width(c) for c in text)


def clip(text: str, width: int) -> str:
    """Shorten plain text to at most ``width`` terminal columns, with an ellipsis where something was left out."""
    if display_width(text) <= width:
        return text
    kept: list[str] = []
    room = width - 1
    for character in text:
        room -= _character_width(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + "…"


def pad(text: str, width: int, *, is_right: bool = False) -> str:
    """Fill plain text with spaces to ``width`` terminal columns."""
    space = " " * max(0, width - display_width(text))
    return space + text if is_right else text + space


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _character_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

"""Free space from the ``df`` of Android's several toolboxes."""

import re

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


def parse_free_bytes(text: str) -> int | None:
    """Read the free space from ``df -k PATH``; ``None`` when it cannot be told.

    Columns are found by the heading: ``Available`` counts in KiB, ``Free`` of old toolboxes has units of its own. A
    long name of a file system takes a line of its own, so columns count from the end.
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return None
    # "Mounted on" is one column of two words.
    headings = [word.lower() for word in lines[0] if word.lower() != "on"]
    for name, scale in (("available", 1024), ("avail", 1024), ("free", 1)):
        if name in headings:
            place = headings.index(name) - len(headings)
            values = lines[-1]
            if len(values) < -place:
                return None
            return _quantity(values[place], scale)
    return None


def _quantity(text: str, scale: int) -> int | None:
    match = re.fullmatch(r"(\d{1,18}(?:\.\d+)?)([KMGT]?)", text)
    if match is None:
        return None
    number, unit = match.groups()
    return int(float(number) * (_UNITS[unit] if unit else scale))

"""Approved texts: compared with what is written now, or replaced when ``UPDATE_GOLDEN=1`` is set."""

import os
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def assert_golden(name: str, text: str) -> None:
    """Compare the text with the approved file of this name."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    approved = path.read_text(encoding="utf-8")

    assert text == approved, f"{name} differs; look at it, then approve it with UPDATE_GOLDEN=1"

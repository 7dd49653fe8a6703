"""Which versions are in use, for the About dialog and for reports."""

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import qVersion

_ABSENT = "not installed"
_OWN_UNKNOWN = "run from its source folder"

_PACKAGES = (
    ("TFLite Profiler", "tflite-profiler"),
    ("PySide6", "PySide6-Essentials"),
    ("LiteRT", "ai-edge-litert"),
    ("NumPy", "numpy"),
    ("pyqtgraph", "pyqtgraph"),
    ("fast-sugiyama", "fast-sugiyama"),
)


def version_lines() -> tuple[tuple[str, str], ...]:
    """Give names and versions of the program and of what it is made with, without importing any of it."""
    lines = [(title, _version_of(package)) for title, package in _PACKAGES]
    own = (lines[0][0], _OWN_UNKNOWN if lines[0][1] == _ABSENT else lines[0][1])
    return (own, ("Python", platform.python_version()), ("Qt", qVersion()), *lines[1:])


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return _ABSENT

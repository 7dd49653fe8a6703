"""Which versions are in use, for the About dialog and for reports."""

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import qVersion

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
    return (lines[0], ("Python", platform.python_version()), ("Qt", qVersion()), *lines[1:])


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"

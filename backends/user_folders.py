"""Where a user's own files lie, the same for the window and the command line; none of the folders needs to exist."""

import os
import sys
from pathlib import Path

_PROGRAM = "tflite-profiler"


def configuration_folder() -> Path:
    """Give the folder for what a user sets up."""
    home = _home()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming") / _PROGRAM
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / _PROGRAM
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / _PROGRAM


def data_folder() -> Path:
    """Give the folder for what a user made and nothing can fetch again."""
    home = _home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / _PROGRAM / "data"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / _PROGRAM / "data"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / _PROGRAM


def cache_folder() -> Path:
    """Give the folder for what can be fetched again."""
    home = _home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / _PROGRAM / "cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / _PROGRAM
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / _PROGRAM


def _home() -> Path:
    return Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is no home

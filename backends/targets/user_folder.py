"""Where a user's own target files lie, the same for the window and the command line."""

import os
import sys
from pathlib import Path

_PROGRAM = "tflite-profiler"


def user_target_folder() -> Path:
    """Give the folder whose ``*.toml`` files join the program's targets; it need not exist."""
    return _configuration_folder() / _PROGRAM / "targets"


def _configuration_folder() -> Path:
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is no home
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")

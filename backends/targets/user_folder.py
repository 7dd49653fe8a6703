"""Where a user's own target files lie."""

from pathlib import Path

from backends.user_folders import configuration_folder


def user_target_folder() -> Path:
    """Give the folder whose ``*.toml`` files join the program's targets; it need not exist."""
    return configuration_folder() / "targets"

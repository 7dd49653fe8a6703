"""Folders of their own for a program that is measured: nothing of the user's is read, and nothing is left behind."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA")
"""Not the folder for caches: fonts would be looked at anew by every program, which takes seconds."""


def own_folders(folder: str) -> dict[str, str]:
    """Give the environment for a program that keeps its settings and sessions in ``folder``."""
    return {**os.environ, **dict.fromkeys(_VARIABLES, folder)}


@contextmanager
def in_own_folders() -> Iterator[None]:
    """Let this process, and what it starts, keep its settings and sessions in a folder that is removed."""
    kept = {name: os.environ.get(name) for name in _VARIABLES}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ.update(own_folders(folder))
        try:
            yield
        finally:
            for name, value in kept.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

"""Where sessions are kept that nobody has given a name yet."""

import itertools
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from backends.sessions.database import SUFFIX
from backends.user_folders import data_folder

_STEM = "unsaved"


def unsaved_folder() -> Path:
    """Give the folder of sessions that were saved by themselves; it need not exist."""
    return data_folder() / "sessions"


def new_unsaved_path() -> Path:
    """Give a name for a session that saves itself; its folder is made.

    Raises:
        OSError: the folder cannot be made.
    """
    folder = unsaved_folder()
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.now().strftime("%Y%m%d-%H%M%S")
    names = (f"{_STEM}-{moment}-{os.getpid()}{f'-{number}' if number else ''}{SUFFIX}" for number in itertools.count())
    return next(folder / name for name in names if not (folder / name).exists())


def is_unsaved(path: Path) -> bool:
    """Whether a session is one that was saved by itself and has no name yet."""
    return path.parent == unsaved_folder() and path.name.startswith(f"{_STEM}-")


def list_unsaved() -> tuple[Path, ...]:
    """Give the sessions that have no name yet, newest first."""
    try:
        found = [path for path in unsaved_folder().glob(f"{_STEM}-*{SUFFIX}") if path.is_file()]
        return tuple(sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True))
    except OSError:
        return ()


def remove_session(path: Path) -> None:
    """Delete a session's file and what a killed writer left beside it; what cannot be deleted stays."""
    for name in (path.name, f"{path.name}-journal"):
        with suppress(OSError):
            path.with_name(name).unlink(missing_ok=True)

"""The folder with all samples of long recordings, and how much of it is kept."""

import time
from contextlib import suppress
from pathlib import Path

from backends.user_folders import cache_folder

MOST_BYTES, MOST_DAYS = 2 << 30, 90.0
"""Size and age of all recordings that are kept: a minute at 1 kHz takes about 1 MB."""
_DAY_S = 86_400.0


def recordings_folder() -> Path:
    """Give the folder for all samples of long recordings."""
    return cache_folder() / "recordings"


def trim_recordings(
    folder: Path,
    *,
    keeps: str = "",
    most_bytes: int = MOST_BYTES,
    most_days: float = MOST_DAYS,
    now_s: float | None = None,
) -> int:
    """Remove old recordings, the oldest first, and give how many; what cannot be removed stays.

    Runs keep their thinned curves, and all figures.

    Args:
        folder: where the recordings are; other files there are left alone.
        keeps: id of a run whose recordings stay in any case.
        most_bytes: size that may be left.
        most_days: age that may be left.
        now_s: seconds since 1970; the present when left out.
    """
    now = time.time() if now_s is None else now_s
    found: list[tuple[float, int, Path]] = []
    with suppress(OSError):
        for path in folder.glob("*.csv"):
            with suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
    left, removed = sum(size for _, size, _ in found), 0
    for moment, size, path in sorted(found):
        is_old = now - moment > most_days * _DAY_S
        if (keeps and path.name.startswith(keeps)) or not (is_old or left > most_bytes):
            continue
        with suppress(OSError):
            path.unlink()
            left, removed = left - size, removed + 1
    return removed

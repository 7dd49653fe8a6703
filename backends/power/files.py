"""Small system files, here or on a device: looking which there are, and reading them again and again."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from backends.devices.device import RemoteShell
from backends.errors import DeviceError
from backends.progress import Progress

_LOOK_S = 30.0
_LONGEST_S = 90_000.0
_SLICE_S = 0.2
_MOST_FILES = 400
_MISSING, _DENIED = "!missing", "!denied"

Row = Callable[[float | None, Mapping[str, str]], None]
"""Gets the time by the device's clock (``None``: now) and the texts by path; a file that cannot be read is missing."""


class Files(Protocol):
    """Reads files of one computer."""

    def look(self, patterns: Sequence[str]) -> Mapping[str, str | None]:
        """Give the texts of all files that match (``*`` and ``?``), ``None`` where reading is denied."""
        ...

    def follow(self, paths: Sequence[str], period_s: float, on_row: Row, progress: Progress) -> None:
        """Read the files again and again until ``progress.is_stopping``."""
        ...


class HostFiles:
    """Files of this computer.

    Args:
        root: what stands for ``/``.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def look(self, patterns: Sequence[str]) -> Mapping[str, str | None]:
        """Give the texts of all files that match."""
        found: dict[str, str | None] = {}
        for pattern in patterns:
            for path in sorted(self._root.glob(pattern.lstrip("/")))[:_MOST_FILES]:
                name = "/" + path.relative_to(self._root).as_posix()
                try:
                    found[name] = path.read_text(encoding="utf-8", errors="replace").strip()
                except PermissionError:
                    found[name] = None
                except OSError:
                    continue
        return found

    def follow(self, paths: Sequence[str], period_s: float, on_row: Row, progress: Progress) -> None:
        """Read the files again and again.

        Raises:
            Cancelled: it was cancelled.
        """
        full = [(path, self._root / path.lstrip("/")) for path in paths]
        due = time.monotonic()
        while not progress.is_stopping:
            texts = {}
            for name, path in full:
                try:
                    texts[name] = path.read_text(encoding="utf-8", errors="replace").strip()
                except OSError:
                    continue
            on_row(None, texts)
            due = max(due + period_s, time.monotonic())
            sleep_until(due, progress)


class ShellFiles:
    """Files of a device, read by a loop that runs there and tells its own time with each line.

    Args:
        shell: the way to the device; used for nothing else at the same time.
    """

    def __init__(self, shell: RemoteShell) -> None:
        self._shell = shell

    def look(self, patterns: Sequence[str]) -> Mapping[str, str | None]:
        """Give the texts of all files that match.

        Raises:
            DeviceError: the device cannot be asked.
        """
        script = (
            f"for f in {' '.join(_shell_pattern(p) for p in patterns)}; do "
            '[ -e "$f" ] || continue; v=; '
            f'{{ read -r v < "$f"; }} 2>/dev/null || [ -n "$v" ] || {{ [ -r "$f" ] || v={_DENIED}; }}; '
            'echo "$f|$v"; done'
        )
        outcome = self._shell.run(("sh", "-c", script), timeout_s=_LOOK_S)
        found: dict[str, str | None] = {}
        for line in outcome.stdout.splitlines()[:_MOST_FILES]:
            path, _, text = line.partition("|")
            if path.startswith("/"):
                found[path] = None if text == _DENIED else text.strip()
        return found

    def follow(self, paths: Sequence[str], period_s: float, on_row: Row, progress: Progress) -> None:
        """Read the files again and again.

        Raises:
            Cancelled: it was cancelled.
            DeviceError: the device went away.
        """
        reads = " ".join(f'v={_MISSING}; {{ read -r v < {_quoted(path)}; }} 2>/dev/null; l="$l|$v";' for path in paths)
        script = (
            'while :; do u=; read -r u x < /proc/uptime; l="$u"; '
            f'{reads} echo "$l"; sleep {period_s:.3f} 2>/dev/null || sleep 1; done'
        )

        def listen(stream: str, line: str) -> None:
            fields = line.split("|")
            if stream != "stdout" or len(fields) != len(paths) + 1:
                return
            texts = {
                path: text.strip() for path, text in zip(paths, fields[1:], strict=True) if text and text != _MISSING
            }
            on_row(seconds(fields[0]), texts)

        outcome = self._shell.run(
            ("sh", "-c", script), timeout_s=_LONGEST_S, progress=progress, on_line=listen, ends_on_stop=True
        )
        if not outcome.stopped:
            raise DeviceError("the device stopped sampling", detail=outcome.stderr)


def sleep_until(due: float, progress: Progress) -> None:
    """Wait, but not past a stop.

    Args:
        due: by ``time.monotonic``.
        progress: of the sampling.

    Raises:
        Cancelled: it was cancelled.
    """
    while not progress.is_stopping and (left := due - time.monotonic()) > 0:
        progress.sleep(min(left, _SLICE_S))


def seconds(text: str) -> float | None:
    """Read a time in seconds; ``None`` for anything else."""
    try:
        return float(text)
    except ValueError:
        return None


def numbers(texts: Iterable[str]) -> list[float] | None:
    """Read whole or broken numbers; ``None`` where one is none."""
    found = []
    for text in texts:
        value = seconds(text)
        if value is None or value != value or abs(value) > 1e30:
            return None
        found.append(value)
    return found


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"


def _shell_pattern(pattern: str) -> str:
    """Give a pattern of ours; those come from this program, never from files."""
    if not all(c.isalnum() or c in "/_-*?.:[]" for c in pattern):
        raise ValueError(f"no pattern for files: {pattern!r}")
    return pattern

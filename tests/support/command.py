"""Runs the command line as a user does: in a process of its own."""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = "import sys; from backends.cli import main; sys.exit(main())"


def start_command(*arguments: str | Path) -> "subprocess.Popen[str]":
    """Start ``tflite-profiler`` with its streams in pipes."""
    return subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, *map(str, arguments)],
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def imported_by(*arguments: str) -> set[str]:
    """Give the names of all modules that a command has imported when it ends."""
    script = (
        "import sys; from backends.cli import main; sys.stdout = open(sys.argv.pop(1), 'w'); code = main(); "
        "sys.__stdout__.write('\\n'.join(sys.modules)); sys.exit(code)"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", script, "/dev/null", *arguments],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return set(outcome.stdout.splitlines())

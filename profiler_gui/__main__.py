"""The entry: opens the window, or hands a verb to the command line without importing Qt."""

import sys
from collections.abc import Sequence
from pathlib import Path

from backends.cli import is_headless
from backends.cli import main as run_headless


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and give its exit code.

    Args:
        argv: the arguments without the program's name; those of the process when left out.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if is_headless(arguments):
        return run_headless(arguments)
    from profiler_gui.app import run

    return run([Path(argument) for argument in arguments if argument != "--"])


if __name__ == "__main__":
    sys.exit(main())

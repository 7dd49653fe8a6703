"""Progress on the error stream that Ctrl+C and a request to end can interrupt."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from backends.cli.progress_line import ProgressLine
from backends.progress import Progress


@contextmanager
def shown_progress(*, stops_first: bool = False, log: Callable[[str], None] | None = None) -> Iterator[Progress]:
    """Give a progress that is shown, and cancelled by signals, which also ends child processes.

    What a signal asks for is done in a thread of its own: the interrupted main thread may hold the lock it needs.

    Args:
        stops_first: the first Ctrl+C stops, so that what was measured is kept; the second one cancels.
        log: called with each line that a child process prints.
    """
    line = ProgressLine(sys.stderr)
    progress = Progress(line, log)

    def interrupt(number: int, frame: FrameType | None) -> None:
        is_stop = stops_first and number == signal.SIGINT and not progress.is_stopping
        threading.Thread(target=progress.stop if is_stop else progress.cancel, daemon=True).start()

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield progress
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        line.clear()

"""Progress on the error stream: one line that is rewritten on a terminal, one line for each phase elsewhere."""

import time
from typing import TextIO

from backends.progress import Sample, Step
from backends.reports.plain_text import clip, plain

_REDRAW_SECONDS = 0.1
_WIDTH = 78


class ProgressLine:
    """Listens to a ``Progress``.

    Args:
        stream: where to write; results never go there.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._drawn_at = 0.0
        self._said: set[str] = set()
        self._is_dirty = False

    def __call__(self, event: Step | Sample) -> None:
        """Show a step; samples are not shown."""
        if isinstance(event, Sample):
            return
        if not self._is_terminal:
            if event.text not in self._said:
                self._said.add(event.text)
                self._stream.write(plain(event.text) + "\n")
                self._stream.flush()
            return
        now = time.monotonic()
        if now - self._drawn_at >= _REDRAW_SECONDS:
            self._drawn_at = now
            count = f" {event.done}/{event.total}" if event.total else ""
            self._draw(plain(event.text) + count)

    def clear(self) -> None:
        """Take the line away before other output."""
        if self._is_dirty:
            self._draw("")
            self._is_dirty = False

    def _draw(self, text: str) -> None:
        self._stream.write("\r\x1b[K" + clip(text, _WIDTH))
        self._stream.flush()
        self._is_dirty = True

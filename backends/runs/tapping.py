"""Hearing what a piece of work reports, on its way to whoever listens."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from backends.progress import Progress


class TappedProgress(Progress):
    """Passes everything on to another progress, and lets samples and lines be heard.

    Args:
        outer: decides about stopping and cancelling.
        on_sample: gets phase and latency in ns.
        on_line: gets a line of a log.
    """

    def __init__(
        self,
        outer: Progress,
        *,
        on_sample: Callable[[str, int], object] | None = None,
        on_line: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__()
        self._outer = outer
        self._on_sample = on_sample
        self._on_line = on_line

    def step(self, text: str, *, done: int = 0, total: int = 0) -> None:
        """Report where the work stands; raises ``Cancelled`` as the other does."""
        self._outer.step(text, done=done, total=total)

    def sample(self, phase: str, latency_ns: int) -> None:
        """Report one measured value."""
        if self._on_sample is not None:
            self._on_sample(phase, latency_ns)
        self._outer.sample(phase, latency_ns)

    def line(self, text: str) -> None:
        """Report a line of a log."""
        if self._on_line is not None:
            self._on_line(text)
        self._outer.line(text)

    def check(self) -> None:
        """Return at once unless the user cancelled; raises ``Cancelled``."""
        self._outer.check()

    @property
    def is_cancelled(self) -> bool:
        """Whether the user cancelled."""
        return self._outer.is_cancelled

    @property
    def is_stopping(self) -> bool:
        """Whether the user asked to end early and keep what was measured."""
        return self._outer.is_stopping

    def stop(self) -> None:
        """Ask the work to end early and keep its results."""
        self._outer.stop()

    def cancel(self) -> None:
        """Ask the work to end and discard."""
        self._outer.cancel()

    def sleep(self, seconds: float) -> None:
        """Wait, but not past a cancel; raises ``Cancelled``."""
        self._outer.sleep(seconds)

    def closing(self, close: Callable[[], object]) -> AbstractContextManager[None]:  # type: ignore[override]
        """Call ``close`` at once if the user cancels while the block runs."""
        return self._outer.closing(close)

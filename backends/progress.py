"""How long-running work reports, stops and is cancelled."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class Cancelled(Exception):  # noqa: N818 - it is not an error
    """The user cancelled; what was measured is discarded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where the work stands.

    ``done`` of ``total`` units; ``total`` is 0 when it is not known.
    """

    text: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value measured just now, for live plots. ``phase`` is ``"warmup"`` or ``"run"``."""

    phase: str
    latency_ns: int


class Progress:
    """Handed to every long-running function.

    The default instance listens to nothing, so that callers without a user interface pass ``Progress()``. ``cancel``
    and ``stop`` may be called from any thread: *cancel* discards, *stop* ends early and keeps what was measured.

    Args:
        listener: called in the worker's thread with each ``Step`` and ``Sample``.
        line_listener: called in the worker's thread with each line that a program on a device prints.
    """

    def __init__(
        self,
        listener: Callable[[Step | Sample], None] | None = None,
        line_listener: Callable[[str], None] | None = None,
    ) -> None:
        self._listener = listener
        self._line_listener = line_listener
        self._cancelled = threading.Event()
        self._stopped = threading.Event()
        self._closers: list[Callable[[], object]] = []
        self._lock = threading.Lock()

    def step(self, text: str, *, done: int = 0, total: int = 0) -> None:
        """Report where the work stands.

        Raises:
            Cancelled: the user cancelled.
        """
        self.check()
        if self._listener is not None:
            self._listener(Step(text=text, done=done, total=total))

    def sample(self, phase: str, latency_ns: int) -> None:
        """Report one measured value."""
        if self._listener is not None:
            self._listener(Sample(phase=phase, latency_ns=latency_ns))

    def line(self, text: str) -> None:
        """Report a line of a log."""
        if self._line_listener is not None:
            self._line_listener(text)

    def check(self) -> None:
        """Return at once unless the user cancelled.

        Raises:
            Cancelled: the user cancelled.
        """
        if self._cancelled.is_set():
            raise Cancelled

    @property
    def is_cancelled(self) -> bool:
        """Whether the user cancelled."""
        return self._cancelled.is_set()

    @property
    def is_stopping(self) -> bool:
        """Whether the user asked to end early and keep what was measured."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Ask the work to end early and keep its results."""
        self._stopped.set()

    def cancel(self) -> None:
        """Ask the work to end and discard; closes everything registered with ``closing``."""
        with self._lock:
            self._cancelled.set()
            closers = list(self._closers)
        for close in closers:
            close()

    def sleep(self, seconds: float) -> None:
        """Wait, but not past a cancel.

        Raises:
            Cancelled: the user cancelled.
        """
        self._cancelled.wait(seconds)
        self.check()

    @contextmanager
    def closing(self, close: Callable[[], object]) -> Iterator[None]:
        """Call ``close`` at once if the user cancels while the block runs (kill a child, close a socket).

        Raises:
            Cancelled: the user had cancelled before.
        """
        with self._lock:
            self.check()
            self._closers.append(close)
        try:
            yield
        finally:
            with self._lock:
                self._closers.remove(close)

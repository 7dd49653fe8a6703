"""A child process that answers requests in JSON lines, with steps in between; killed when the user cancels.

The other side writes one JSON object per line: ``{"step": text, "done": n, "total": n}`` while it works, any number of
results, and at the end of each request ``{"done": verb}`` or ``{"error": ...}``.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from backends.devices.shell import Child, Outcome
from backends.errors import RunError
from backends.progress import Progress

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {"PYTHONPATH": str(_PACKAGE_ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}


class Phrasing(Protocol):
    """Says what happened, for one kind of child."""

    def error(self, error: Mapping[str, Any], what: str) -> RunError:
        """Phrase what the child reported itself while it should do ``what``."""

    def death(self, outcome: Outcome, what: str) -> RunError:
        """Phrase why the child is gone although nobody ended it."""

    def silence(self, seconds: float, log: str, what: str) -> RunError:
        """Phrase that the child said nothing for too long."""


class Dialogue:
    """One child and what is asked of it; a context manager, so that no process stays behind.

    Args:
        argv: the program.
        progress: hears steps and what the child prints; cancelling it kills the child.
        phrasing: makes sentences of failures.
        environment: variables to add.
        silence_s: how long the child may say nothing.
    """

    def __init__(
        self,
        argv: Sequence[str],
        progress: Progress,
        phrasing: Phrasing,
        *,
        environment: Mapping[str, str] | None = None,
        silence_s: float = 600.0,
    ) -> None:
        self._progress = progress
        self._phrasing = phrasing
        self._silence_s = silence_s
        self._child = Child(argv, environment={**_ENVIRONMENT, **(environment or {})}, listen=progress.line)
        self._closing = progress.closing(self._child.kill)

    def __enter__(self) -> Self:
        try:
            self._closing.__enter__()
        except BaseException:
            self._child.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.__exit__(None, None, None)
        self._child.__exit__(None, None, None)

    def ask(self, request: Mapping[str, Any], what: str, prefix: str = "") -> dict[str, Any]:
        """Send a request and give the members of all its answers.

        Args:
            request: has the verb as ``do``.
            what: what it is about, for sentences: ``convert net.keras``.
            prefix: stands before each step.

        Raises:
            Cancelled: the user cancelled.
            RunError: the child failed or died.
        """
        self._child.send(json.dumps(request))
        answers: dict[str, Any] = {}
        while True:
            reply = self._receive(what)
            if "step" in reply:
                done, total = _number(reply.get("done")), _number(reply.get("total"))
                self._progress.step(f"{prefix}{reply['step']}", done=done, total=total)
            elif "error" in reply:
                fields = reply["error"]
                raise self._phrasing.error(fields if isinstance(fields, dict) else {}, what)
            elif "done" in reply:
                return answers
            else:
                answers.update(reply)

    def _receive(self, what: str) -> dict[str, Any]:
        try:
            line = self._child.receive(self._silence_s)
        except TimeoutError:
            log = self._stop().stderr
            self._progress.check()
            raise self._phrasing.silence(self._silence_s, log, what) from None
        self._progress.check()
        if line is None:
            raise self._phrasing.death(self._child.outcome(), what)
        try:
            reply = json.loads(line)
        except ValueError:
            reply = None
        if not isinstance(reply, dict):
            raise RunError(
                f"the child process answered nonsense instead of starting to {what}", detail=self._stop().stderr
            )
        return reply

    def _stop(self) -> Outcome:
        self._child.kill()
        return self._child.outcome()


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0

"""The parent's side of the conversion's child process: requests, progress, and every way it can die as a sentence."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from backends.conversion.kinds import KINDS, Kind
from backends.conversion.request import ConversionRequest
from backends.conversion.translation import translate
from backends.devices.dialogue import Dialogue
from backends.devices.shell import Outcome
from backends.errors import RunError
from backends.progress import Progress

SILENCE_S = 1800.0
"""A child that says nothing for so long is stopped: large networks take minutes for one kind."""
WORKER = (sys.executable, "-P", "-m", "backends.conversion.worker")
_ENVIRONMENT = {
    # What is converted is no reason to look for graphics cards.
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "1",
}


class ChildDied(RunError):  # noqa: N818 - says what happened
    """The child process is gone; a new one can go on with other kinds."""


class ConversionChild:
    """A child process with TensorFlow in it; a context manager, so that no process stays behind.

    Args:
        progress: hears steps and the log; cancelling it kills the child.
        silence_s: how long the child may say nothing.
        command: program that answers as the worker does.
    """

    def __init__(self, progress: Progress, *, silence_s: float = SILENCE_S, command: Sequence[str] = WORKER) -> None:
        self._dialogue = Dialogue(command, progress, _Phrasing(), environment=_ENVIRONMENT, silence_s=silence_s)

    def __enter__(self) -> Self:
        self._dialogue.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._dialogue.__exit__(*error)

    def stage(self, request: ConversionRequest, folder: Path, *, unrolls: bool) -> dict[str, Any]:
        """Load the network and put it into ``folder`` for ``convert``.

        Raises:
            Cancelled: the user cancelled.
            RunError: it cannot be loaded.
        """
        asked = {"do": "stage", "folder": str(folder), "unrolls": unrolls, **request.to_json()}
        return dict(self._dialogue.ask(asked, f"load {request.source.path.name}")["staged"])

    def convert(
        self, request: ConversionRequest, kind: Kind, staged: Mapping[str, Any], folder: Path, out: Path
    ) -> tuple[str, ...]:
        """Make one kind, write it to ``out``, and give notes.

        Raises:
            Cancelled: the user cancelled.
            RunError: the network cannot become this kind.
        """
        title = KINDS[kind].title
        asked = {
            "do": "convert",
            "kind": str(kind),
            "staged": staged,
            "folder": str(folder),
            "out": str(out),
            "request": request.to_json(),
        }
        what = f"convert {request.source.path.name} to {title.lower()}"
        return tuple(map(str, self._dialogue.ask(asked, what, f"{title}: ")["notes"]))

    def make_example(self, name: str, out: Path, *, width: int = 0, size: tuple[int, int] | None = None) -> None:
        """Write one of the example networks as a Keras file.

        Raises:
            Cancelled: the user cancelled.
            RunError: it cannot be made or written.
        """
        asked = {"do": "example", "name": name, "out": str(out), "width": width, "size": size}
        self._dialogue.ask(asked, f"make the network {name}")


class _Phrasing:
    """Sentences about TensorFlow's process."""

    def error(self, error: Mapping[str, Any], what: str) -> RunError:
        """Phrase what the worker reported."""
        if "sentence" in error:
            return RunError(str(error["sentence"]), hint=str(error.get("hint", "")))
        text = str(error.get("text", ""))
        found = translate(str(error.get("kind", "")), text, what)
        return RunError(found.message, hint=found.hint, detail=str(error.get("trace", text)))

    def silence(self, seconds: float, log: str, what: str) -> RunError:
        """Say that nothing came."""
        return ChildDied(
            f"Could not {what}: TensorFlow said nothing for {seconds:.0f} s and was stopped",
            hint="Try fewer samples, or a smaller input.",
            detail=log,
        )

    def death(self, outcome: Outcome, what: str) -> RunError:
        """Say why the process is gone."""
        return _death(outcome, what)


def _death(outcome: Outcome, what: str) -> ChildDied:
    log = outcome.stderr.strip()
    signal = outcome.signal_name
    if signal == "SIGKILL":
        return ChildDied(
            f"Could not {what}: the system ended TensorFlow's process, most likely because memory ran out",
            hint="Close other programs, or use a smaller input.",
            detail=log,
        )
    if "bad_alloc" in log or "MemoryError" in log:
        return ChildDied(f"Could not {what}: memory ran out", hint="Close other programs.", detail=log)
    if signal:
        return ChildDied(
            f"Could not {what}: TensorFlow crashed ({signal})",
            hint="That is a fault of TensorFlow's converter; loops and operators on strings are known to cause it. "
            "Other kinds may work.",
            detail=log,
        )
    return ChildDied(f"Could not {what}: TensorFlow's process ended (code {outcome.code})", detail=log)

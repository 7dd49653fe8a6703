"""The parent's side of the worker: requests, live samples, and every way a runtime can die as a sentence."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from backends.devices.local import RuntimeLibrary
from backends.devices.shell import Child, Outcome
from backends.errors import RunError
from backends.progress import Progress
from backends.runs.host.death import death_of, memory_limit_bytes
from backends.runs.host.rewrite import Rewrite
from backends.runs.inputs import PreparedInputs

OPEN_TIMEOUT_S = 180.0
RUN_TIMEOUT_S = 300.0
_PACKAGE_ROOT = Path(__file__).resolve().parents[3]
WORKER = (sys.executable, "-P", "-m", "backends.runs.host.worker")
"""The worker; "-P" keeps modules in the current folder from being imported instead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a child is to load. ``files`` are the paths of the inputs' values, in order."""

    library: RuntimeLibrary
    model_path: Path
    kernels: str
    threads: int
    inputs: PreparedInputs
    files: tuple[Path, ...]
    hidden: tuple[tuple[int, int], ...] = ()
    is_profiled: bool = False
    rewrite: Rewrite = field(default_factory=Rewrite)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One inference: wall time, the calling thread's processor time, and whether another process cut in."""

    latency_ns: int
    cpu_ns: int
    was_preempted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTemplate:
    """Events of a run without their times: name, type (``spans`` names them), node index, subgraph."""

    tags: tuple[str, ...]
    types: tuple[int, ...]
    nodes: tuple[int, ...]
    subgraphs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfiledSample:
    """One profiled inference; ``elapsed_us`` belongs to the events of ``template``."""

    sample: Sample
    template: EventTemplate
    elapsed_us: tuple[int, ...]
    invoke_us: int
    """Time inside the interpreter: what lies before and after it is no operator's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What loading took. Memory is empty where the system does not tell."""

    init_ns: int
    baseline: dict[str, int]
    after_init: dict[str, int]


class RuntimeChild:
    """A child process with one model in it; a context manager, so that no process stays behind.

    Args:
        progress: cancelling it kills the child.
        run_timeout_s: longest time one inference may take.
        command: program that answers as ``worker`` does.
    """

    def __init__(
        self, progress: Progress, *, run_timeout_s: float = RUN_TIMEOUT_S, command: Sequence[str] = WORKER
    ) -> None:
        self._progress = progress
        self._run_timeout_s = run_timeout_s
        self._doing = "starting"
        self._template: EventTemplate | None = None
        self._child = Child(
            command,
            environment={"PYTHONPATH": str(_PACKAGE_ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
        )
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

    def open(self, setup: Setup) -> Opened:
        """Load the runtime and the model, and fill the inputs.

        Raises:
            Cancelled: the user cancelled.
            RunError: the runtime refuses the model, crashes or hangs.
        """
        request = {
            "do": "open",
            "library": str(setup.library.path),
            "folder": str(setup.library.path.parent),
            "model": str(setup.model_path),
            "kernels": setup.kernels,
            "threads": setup.threads,
            "profile": setup.is_profiled,
            "isolate": setup.rewrite.isolates,
            "signature": setup.inputs.signature_index,
            "hidden": setup.hidden,
            "inputs": [
                {"element": tensor.element, "shape": list(tensor.shape), "file": str(path)}
                for tensor, path in zip(setup.inputs.inputs, setup.files, strict=True)
            ],
            "outputs": list(setup.inputs.output_elements),
            "memory_limit": memory_limit_bytes(),
        }
        replies = [reply for reply in self._ask(request, OPEN_TIMEOUT_S) if "init_ns" in reply]
        if not replies:
            raise self._protocol_error()
        reply = replies[-1]
        return Opened(
            init_ns=_number(reply, "init_ns"), baseline=_memory(reply, "baseline"), after_init=_memory(reply, "memory")
        )

    def run(
        self, count: int, *, seconds: float, pause_seconds: float = 0.0, listen: Callable[[Sample], None] | None = None
    ) -> list[Sample]:
        """Run up to ``count`` times, but start none after ``seconds``; at least one.

        Raises:
            Cancelled: the user cancelled.
            RunError: the runtime fails, crashes or hangs; with ``listen`` what came before it was heard.
        """
        self._doing = "running this model"
        samples = []
        for reply in self._ask({"do": "run", "count": count, "seconds": seconds, "pause": pause_seconds}):
            if "ns" in reply:
                samples.append(_sample(reply))
                if listen is not None:
                    listen(samples[-1])
        return samples

    def profile(self, count: int, *, seconds: float) -> list[ProfiledSample]:
        """Run with the profiler on, as ``run``.

        Raises:
            Cancelled: the user cancelled.
            RunError: the runtime fails, crashes or hangs.
        """
        self._doing = "profiling this model"
        samples = []
        for reply in self._ask({"do": "profile", "count": count, "seconds": seconds}):
            if "template" in reply:
                self._template = self._read_template(reply["template"])
            elif "elapsed" in reply:
                samples.append(self._profiled(reply))
        return samples

    def memory(self) -> dict[str, int]:
        """Give the resident memory now and its peak.

        Raises:
            Cancelled: the user cancelled.
            RunError: the child is gone.
        """
        for reply in list(self._ask({"do": "memory"})):
            if "memory" in reply:
                return _memory(reply, "memory")
        return {}

    def _ask(self, request: dict[str, Any], timeout_s: float | None = None) -> Iterator[dict[str, Any]]:
        self._child.send(json.dumps(request))
        while True:
            reply = self._receive(self._run_timeout_s if timeout_s is None else timeout_s)
            if "phase" in reply:
                self._doing = str(reply["phase"])
                self._progress.step(self._doing.capitalize())
            elif "error" in reply:
                raise self._refusal(reply["error"])
            elif "done" in reply:
                return
            else:
                yield reply

    def _receive(self, timeout_s: float) -> dict[str, Any]:
        try:
            line = self._child.receive(timeout_s)
        except TimeoutError:
            self._child.kill()
            self._progress.check()
            raise RunError(
                f"the runtime did not answer for {timeout_s:.0f} s while {self._doing}, and was stopped",
                hint="Try another kind of kernels, or fewer or smaller inputs.",
                detail=self._child.outcome().stderr,
            ) from None
        self._progress.check()
        if line is None:
            raise death_of(self._child.outcome(), self._doing)
        try:
            reply = json.loads(line)
        except ValueError:
            raise self._protocol_error() from None
        if not isinstance(reply, dict):
            raise self._protocol_error()
        return reply

    def _refusal(self, error: Any) -> RunError:
        """Phrase what the runtime reported itself."""
        fields = error if isinstance(error, dict) else {}
        message = f"the runtime could not {fields.get('call', 'go on')} (status {fields.get('status')})"
        return RunError(message, detail=self._stop().stderr.strip())

    def _protocol_error(self) -> RunError:
        return RunError(f"the runtime's process answered nonsense while {self._doing}", detail=self._stop().stderr)

    def _stop(self) -> Outcome:
        self._child.kill()
        return self._child.outcome()

    def _read_template(self, columns: Any) -> EventTemplate:
        try:
            tags, types, nodes, subgraphs = columns
            return EventTemplate(
                tags=tuple(map(str, tags)),
                types=tuple(map(int, types)),
                nodes=tuple(map(int, nodes)),
                subgraphs=tuple(map(int, subgraphs)),
            )
        except (TypeError, ValueError):
            raise self._protocol_error() from None

    def _profiled(self, reply: dict[str, Any]) -> ProfiledSample:
        template, elapsed = self._template, reply["elapsed"]
        if template is None or not isinstance(elapsed, list) or len(elapsed) != len(template.tags):
            raise self._protocol_error()
        return ProfiledSample(
            sample=_sample(reply),
            template=template,
            elapsed_us=tuple(map(int, elapsed)),
            invoke_us=_number(reply, "invoke_us"),
        )


def _sample(reply: dict[str, Any]) -> Sample:
    return Sample(
        latency_ns=_number(reply, "ns"),
        cpu_ns=_number(reply, "cpu_ns"),
        was_preempted=_number(reply, "switches") > 0,
    )


def _number(reply: dict[str, Any], key: str) -> int:
    value = reply.get(key)
    return value if isinstance(value, int) else 0


def _memory(reply: dict[str, Any], key: str) -> dict[str, int]:
    value = reply.get(key)
    return {str(name): size for name, size in value.items() if isinstance(size, int)} if isinstance(value, dict) else {}

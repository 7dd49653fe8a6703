"""The child process that holds the runtime: ``python -m backends.runs.host.worker``.

It reads one JSON object per line from standard input and answers with JSON lines on what was its standard output;
what native code prints goes to standard error. Imports the standard library only, besides the interpreter for
reference kernels. It ends with its input, so that it never outlives its parent.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from backends.runs.host import process_memory
from backends.runs.host.litert_api import CompiledModel, EventList, Library, LiteRtError
from backends.runs.host.reference_model import REFERENCE_MODE, ReferenceModel, load_interpreter

Request = Mapping[str, Any]
_KEPT_EVENTS = (1, 2, 8)
"""Types: stretches of the runtime, operators, kernels of a delegate."""
_INVOKE = "Invoke"
"""Tag of the event around a whole inference (and around each run of a body, which is shorter)."""


class Worker:
    """One model in one runtime, driven by requests.

    Args:
        answers: where replies go, one JSON object per line.
    """

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers
        self._model: CompiledModel | None = None
        self._runner: CompiledModel | ReferenceModel | None = None
        """What runs: the compiled model, or the interpreter with reference kernels."""
        self._template: tuple[list[str], list[int], list[int], list[int]] | None = None

    def say(self, **reply: Any) -> None:
        """Send one reply at once."""
        self._answers.write(json.dumps(reply, separators=(",", ":")) + "\n")
        self._answers.flush()

    def serve(self, requests: TextIO) -> None:
        """Answer requests until the input ends."""
        verbs: dict[str, Callable[[Request], None]] = {
            "open": self._open,
            "run": self._run,
            "profile": self._profile,
            "memory": lambda _request: self.say(memory=process_memory.read()),
        }
        for line in requests:
            request = json.loads(line)
            try:
                verbs[request["do"]](request)
            except LiteRtError as error:
                self.say(error={"call": error.call, "status": error.status})
            else:
                self.say(done=request["do"])

    def _open(self, request: Request) -> None:
        process_memory.limit(int(request["memory_limit"]))
        self.say(phase="loading the runtime")
        is_reference = request["kernels"] == REFERENCE_MODE
        library = None if is_reference else Library(request["library"], request["folder"])
        if is_reference:
            load_interpreter()
        process_memory.reset_peak()
        baseline = process_memory.read()
        self.say(phase="preparing this model")
        start = time.perf_counter_ns()
        if library is None:
            model: CompiledModel | ReferenceModel = ReferenceModel(request["model"], int(request["threads"]))
        else:
            model = self._model = self._compile(library, request)
        self._runner = model
        inputs = [(int(spec["element"]), [int(size) for size in spec["shape"]]) for spec in request["inputs"]]
        for index, (_element, shape) in enumerate(inputs):
            model.resize_input(index, shape)
        model.create_buffers(inputs, [int(element) for element in request["outputs"]])
        init_ns = time.perf_counter_ns() - start
        for index, spec in enumerate(request["inputs"]):
            with open(spec["file"], "rb") as file:  # noqa: PTH123 - pathlib would add its memory to the baseline
                model.write_input(index, file.read())
        self.say(init_ns=init_ns, baseline=baseline, memory=process_memory.read())

    def _compile(self, library: Library, request: Request) -> CompiledModel:
        # The runtime's messages go to standard error, where they survive a crash.
        runtime = "error_reporter_mode = 1\n"
        if request["profile"]:
            runtime += "enable_profiling = true\n"
        if request["isolate"]:
            runtime += "disable_delegate_clustering = true\n"
        xnnpack = f'kernel_mode = "{request["kernels"]}"\nnum_threads = {int(request["threads"])}\n'
        options = library.options(runtime, xnnpack)
        hidden = [(int(start), int(size)) for start, size in request["hidden"]]
        return CompiledModel(library, request["model"], options, int(request["signature"]), hidden)

    def _run(self, request: Request) -> None:
        self._loop(request, lambda sample: self.say(**sample))

    def _profile(self, request: Request) -> None:
        model = self._opened()

        def finish(sample: dict[str, int]) -> None:
            self._say_events(model.stop_profiler(), sample)
            model.start_profiler()

        model.start_profiler()
        self._loop(request, finish)
        model.stop_profiler()

    def _loop(self, request: Request, finish: Callable[[dict[str, int]], None]) -> None:
        """Run up to ``count`` times or ``seconds``, whichever ends first, but at least once."""
        if self._runner is None:
            raise LiteRtError("run a model that was never opened", -1)
        call, arguments = self._runner.run_call()
        pause, deadline = float(request.get("pause", 0)), time.monotonic() + float(request["seconds"])
        for _ in range(int(request["count"])):
            switches, cpu = process_memory.involuntary_switches(), time.thread_time_ns()
            start = time.perf_counter_ns()
            status = call(*arguments)
            end = time.perf_counter_ns()
            cpu, switches = time.thread_time_ns() - cpu, process_memory.involuntary_switches() - switches
            if status != 0:
                raise LiteRtError("run the model", status)
            finish({"ns": end - start, "cpu_ns": cpu, "switches": switches})
            if time.monotonic() > deadline:
                return
            if pause:
                time.sleep(pause)

    def _say_events(self, events: EventList, sample: dict[str, int]) -> None:
        """Send the events of one run; what stays the same from run to run is sent once."""
        keep = [i for i, kind in enumerate(events.types) if kind in _KEPT_EVENTS]
        template = tuple([column[i] for i in keep] for column in (events.tags, events.types, events.nodes))
        template = (*template, [events.subgraphs[i] for i in keep])
        if template != self._template:
            self._template = template  # type: ignore[assignment]  # four columns, by construction
            self.say(template=template)
        invoke = [events.elapsed[i] for i, tag in enumerate(events.tags) if tag == _INVOKE]
        self.say(**sample, invoke_us=max(invoke, default=0), elapsed=[events.elapsed[i] for i in keep])

    def _opened(self) -> CompiledModel:
        if self._model is None:
            raise LiteRtError("run a model that was never opened", -1)
        return self._model


def main() -> None:
    """Serve until standard input ends."""
    # Native code may print: its standard output must not be the channel.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    gc.disable()
    Worker(channel).serve(sys.stdin)
    channel.flush()
    # No destructors: the runtime's may crash after everything was measured.
    os._exit(0)


if __name__ == "__main__":
    main()

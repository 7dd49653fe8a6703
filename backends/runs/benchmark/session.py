"""One measurement's things on a device: the tool, the model, the inputs, and a folder that is removed in the end."""

import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from backends.devices.device import RemoteDevice, RemoteShell
from backends.devices.shell import Outcome
from backends.errors import DeviceError, RunError
from backends.model.model import Model
from backends.progress import Progress
from backends.runs.benchmark.command import Loop, RemoteInput, Tool, build_command
from backends.runs.benchmark.crash_log import explain_crash
from backends.runs.benchmark.delegates import DelegateTable, load_delegates
from backends.runs.benchmark.faults import find_absence, find_fault
from backends.runs.benchmark.tool_log import LogReader, ToolLog
from backends.runs.benchmark.tool_search import find_tool
from backends.runs.inputs import prepare_inputs
from backends.runs.plan import InputKind, Plan

_MAX_LINES = 500_000
_LOG_LINES = 400
_MAX_FILE = 64 << 20
_MARGIN_SECONDS = 120.0
"""For copying, preparing and compiling the model, beside the time of the loops themselves."""
_MAX_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun:
    """One process of the tool that did what it should."""

    log: ToolLog
    lines: tuple[str, ...]
    outcome: Outcome


@dataclass(slots=True, kw_only=True)
class Session:
    """What every process of a measurement shares."""

    shell: RemoteShell
    plan: Plan
    table: DelegateTable
    tool: Tool
    model_path: str
    inputs: tuple[RemoteInput, ...]
    folder: str
    """On the device, for what the tool writes."""
    scratch: Path
    """On this computer."""
    notes: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    """Last lines of all processes."""

    def run(
        self,
        loop: Loop,
        progress: Progress,
        *,
        extra: Mapping[str, str] | None = None,
        ends_on_stop: bool = False,
        wrap: Callable[[Sequence[str]], list[str]] = list,
    ) -> ToolRun:
        """Run the tool once.

        Args:
            loop: how often it runs the model.
            progress: reports and cancels.
            extra: further flags.
            ends_on_stop: end the process when the user stops.
            wrap: gives the command that runs the tool's command.

        Raises:
            Cancelled: the user cancelled; the process was ended.
            DeviceError: the device refuses or went away.
            RunError: the tool failed, in words.
        """
        argv = build_command(self.plan, self.table, self.tool, self.model_path, loop, inputs=self.inputs, extra=extra)
        argv = wrap(argv)
        reader, lines = LogReader(), list[str]()

        def listen(_stream: str, line: str) -> None:
            if len(lines) < _MAX_LINES:
                lines.append(line)
            progress.line(line)
            stats = reader.feed(line)
            if stats is not None:
                phase = "run" if reader.finish().is_finished else "warmup"
                progress.sample(phase, round(stats.mean_ns))

        seconds = 2 * loop.max_seconds + _MARGIN_SECONDS
        self._remember([f"$ {' '.join(argv)}"])
        began = time.monotonic()
        try:
            outcome = self.shell.run(
                argv, timeout_s=seconds, progress=progress, on_line=listen, ends_on_stop=ends_on_stop
            )
        finally:
            self._remember(lines)
        log = reader.finish()
        if not outcome.stopped:
            fault = find_fault(outcome, log) or self._absence(outcome, log)
            if fault is not None:
                name = self.tool.path.rsplit("/", 1)[-1]
                fault, said = explain_crash(fault, outcome, self.shell, name, time.monotonic() - began)
                self._remember(said)
                raise fault
        return ToolRun(log=log, lines=tuple(lines), outcome=outcome)

    def _absence(self, outcome: Outcome, log: ToolLog) -> RunError | None:
        """Find out that the delegate was not applied; the processor needs none, and LiteRT's tool does not tell."""
        delegate = self.table.find(self.plan.delegate)
        is_told = delegate.id != "cpu" and not self.tool.is_for_litert
        return find_absence(delegate, outcome, log) if is_told else None

    def pull(self, name: str, progress: Progress) -> bytes | None:
        """Fetch a file from the measurement's folder; ``None`` where the tool did not write it.

        Raises:
            DeviceError: the device refuses or went away.
            RunError: the file is too large.
        """
        remote, local = f"{self.folder}/{name}", self.scratch / name
        found = self.shell.stat(remote)
        if found is None or found.is_folder or found.size_bytes == 0:
            return None
        if found.size_bytes > _MAX_FILE:
            raise RunError(f"the file {name} that the device wrote is too large ({found.size_bytes >> 20} MiB)")
        self.shell.pull(remote, local, progress=progress)
        try:
            return local.read_bytes()
        except OSError as error:
            raise RunError(f"{name} from the device cannot be read: {error.strerror or error}") from error

    def _remember(self, lines: Sequence[str]) -> None:
        self.log.extend(lines[-_LOG_LINES:])
        del self.log[: -5 * _LOG_LINES]


@contextmanager
def open_session(
    device: RemoteDevice, model_path: Path, model: Model, plan: Plan, progress: Progress
) -> Iterator[Session]:
    """Put all on the device that a measurement needs, and clean up afterwards.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: the device refuses or went away.
        RunError: there is no tool for it, or the plan does not fit the model.
    """
    shell, table = device.shell, load_delegates()
    table.find(plan.delegate)
    keys = [signature.key for signature in model.signatures]
    if plan.signature and plan.signature not in keys:
        raise RunError(
            f"{model.name} has no signature {plan.signature!r}", hint=f"It has: {', '.join(keys) or 'none'}."
        )
    if keys and not plan.signature and (len(keys) > 1 or model.signatures[0].subgraph != 0):
        # The tool wants to be told, or would run the first subgraph; elsewhere the first signature is the default.
        plan = replace(plan, signature=keys[0])
    tool = find_tool(device, plan.runner, progress, needs=table.find(plan.delegate).flags)
    # What this build does not know is told before anything large is copied.
    build_command(plan, table, tool, "model", Loop(runs=1, warmup=1, max_seconds=1))
    folder = f"{device.work_folder.rstrip('/')}/run-{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory(prefix="tflite-profiler-") as scratch:
        notes: list[str] = []
        progress.step("Copying the model")
        remote_model = shell.push_once(_model_file(model_path, model, Path(scratch)), progress=progress)
        inputs = _push_inputs(shell, model, plan, tool, Path(scratch), notes, progress)
        shell.make_folder(folder)
        try:
            yield Session(
                shell=shell,
                plan=plan,
                table=table,
                tool=tool,
                model_path=remote_model,
                inputs=inputs,
                folder=folder,
                scratch=Path(scratch),
                notes=notes,
            )
        finally:
            # The device may be gone; what remains there then is a few kilobytes.
            with suppress(DeviceError):
                shell.remove(folder)


def _model_file(path: Path, model: Model, scratch: Path) -> Path:
    """Give a file that holds the model alone, under a name without surprises."""
    stem = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in path.stem)[:_MAX_NAME]
    copy = scratch / f"{stem.lstrip('.-') or 'model'}.tflite"
    try:
        copy.write_bytes(model.data)
    except OSError as error:
        raise RunError(
            f"the model cannot be copied: {error.strerror or error}",
            hint="Free space in the folder for temporary files.",
        ) from error
    return copy


def _push_inputs(  # noqa: PLR0913 - each is another thing
    shell: RemoteShell,
    model: Model,
    plan: Plan,
    tool: Tool,
    scratch: Path,
    notes: list[str],
    progress: Progress,
) -> tuple[RemoteInput, ...]:
    """Copy the same values that this computer would use; where the tool cannot take them it makes up its own."""
    must = plan.input_kind is not InputKind.RANDOM or bool(plan.input_shapes)
    try:
        prepared = prepare_inputs(model, plan)
        if "input_layer_value_files" not in tool.flags:
            raise RunError("this benchmark_model cannot read input values", hint="Use a newer one.")
        if not prepared.inputs or any(not item.shape for item in prepared.inputs):
            raise RunError("benchmark_model cannot be given values for inputs without dimensions")
    except RunError:
        if must:
            raise
        notes.append("The benchmark tool made up its own random input values.")
        return ()
    progress.step("Copying the inputs")
    inputs = []
    for index, item in enumerate(prepared.inputs):
        local = scratch / f"input-{index}.bin"
        local.write_bytes(item.data)
        remote = shell.push_once(local, progress=progress)
        inputs.append(RemoteInput(name=item.name, shape=item.shape, path=remote))
    notes.extend(prepared.notes)
    return tuple(inputs)

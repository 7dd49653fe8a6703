"""A run with a meter: idle, the usual measurement, a loop for the energy, idle again; all sampled in one clock."""

import copy
import datetime
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from backends.devices.device import Check, Device, RemoteDevice
from backends.devices.discovery import list_devices
from backends.devices.local_shell import LocalToolDevice
from backends.errors import MeterError, ProfilerError, StoreError
from backends.model.model import Model
from backends.power.dumps import DumpSource, ask, parse_thermal
from backends.power.energy import MeterWords, compute_energy
from backends.power.files import HostFiles, ShellFiles
from backends.power.frequency_cap import frequency_cap
from backends.power.governor import governor
from backends.power.integration import Signal
from backends.power.meter import POWER_ID, Meter, Place, check_rate
from backends.power.meters import NONE, FileMeter, open_meter
from backends.power.probes import FileSource
from backends.power.recorder import Channel, LiveBoard, Recorder, Source
from backends.power.sensors import find_sensors
from backends.power.throttling import find_throttling
from backends.power.traces import Quantity, Window, WindowKind
from backends.progress import Progress
from backends.runs.execution import HOST, execute_plan, find_device
from backends.runs.looping import Looped, loop_here, loop_on_device
from backends.runs.operating_points import FREQUENCY_CAP, GOVERNOR
from backends.runs.plan import Plan
from backends.runs.preflight import warnings_of
from backends.runs.recording_folder import recordings_folder, trim_recordings
from backends.runs.recordings import add_recording
from backends.runs.run import Run
from backends.runs.runner_settings import read_runner_choices, with_chosen_runner
from backends.runs.tapping import TappedProgress

BEGAN = "recording_began"
"""Key of a run's environment: when its clock began, for meters that tell the time of day."""
LATENCY_ID = "latency"
_SLICE_S = 0.2
_HERE_PERIOD_S, _REMOTE_PERIOD_S, _THERMAL_PERIOD_S = 0.25, 0.5, 2.0


def place_of(plan: Plan, devices: Iterable[Device] | None = None) -> tuple[Place, RemoteDevice | None]:
    """Give where the plan's model runs, as meters see it, and the device (``None`` for this computer).

    Raises:
        DeviceError: there is no such device, or it refuses.
    """
    if plan.device == HOST:
        return Place(device=HOST, kind="host", files=HostFiles()), None
    device = find_device(plan.device, list_devices() if devices is None else devices)
    return place_of_device(device), device


def place_of_device(device: RemoteDevice) -> Place:
    """Give a device as meters see it; what samples there has a connection of its own."""
    shell = copy.copy(device.shell)
    return Place(device=device.info.id, kind=device.info.kind, files=ShellFiles(shell), shell=shell)


def check_meter(plan: Plan, place: Place) -> tuple[Check, ...]:
    """Answer what would make the figures wrong, or why there will be none.

    Raises:
        DeviceError: the device cannot be asked.
    """
    if plan.meter in ("", NONE):
        return ()
    try:
        meter = open_meter(plan.meter, place)
        return (*meter.checks(), check_rate(meter.info, plan.loop_seconds))
    except MeterError as error:
        text = error.message[:1].upper() + error.message[1:]
        return (Check(name="Meter", is_ok=False, message=f"{text}.", remedy=error.hint),)


def check_meters(plans: Sequence[Plan], devices: Iterable[Device] | None = None) -> tuple[Check, ...]:
    """Answer for the meters of several plans on one device; each answer once.

    Raises:
        DeviceError: the device cannot be asked.
    """
    found: dict[Check, None] = {}
    known = None if devices is None else tuple(devices)
    for plan in plans:
        if plan.meter:
            place, _ = place_of(plan, known)
            found |= dict.fromkeys(check_meter(plan, place))
    return tuple(found)


@contextmanager
def capped(plan: Plan, megahertz: float, devices: Iterable[Device] | None = None) -> Iterator[Mapping[str, str]]:
    """Cap the clocks where the plan's model runs, and give what is to be told of it; 0 changes nothing.

    Raises:
        MeterError: the limits are not there, or may not be written.
        DeviceError: there is no such device, or it refuses.
    """
    if not megahertz:
        yield {}
        return
    place, _ = place_of(plan, devices)
    with frequency_cap(place, megahertz) as said:
        yield {FREQUENCY_CAP: said}


@contextmanager
def governed(plan: Plan, name: str, devices: Iterable[Device] | None = None) -> Iterator[Mapping[str, str]]:
    """Set the governor where the plan's model runs, and give what is to be told of it; an empty name changes nothing.

    Raises:
        MeterError: there is no such governor, or it may not be set.
        DeviceError: there is no such device, or it refuses.
    """
    if not name:
        yield {}
        return
    place, _ = place_of(plan, devices)
    with governor(place, name) as said:
        yield {GOVERNOR: said}


def execute_metered(  # noqa: PLR0913 - what, where, and who listens
    model_path: str | Path,
    model: Model,
    plan: Plan,
    progress: Progress | None = None,
    *,
    devices: Iterable[Device] | None = None,
    board: LiveBoard | None = None,
    measure: Callable[[Plan, Progress], Run] | None = None,
) -> Run:
    """Measure as the plan says, with its meter beside.

    Stopping keeps what there is. A meter that dies on the way is a warning; one that is not there at all is an error
    before anything is measured.

    Args:
        model_path: the file, or a bundle that holds the model.
        model: what is measured.
        plan: how and where; ``plan.meter`` names the meter.
        progress: reports, stops and cancels.
        devices: where to look for the device instead of everywhere.
        board: where live curves are shown.
        measure: makes the usual measurement instead of ``execute_plan``.

    Raises:
        Cancelled: the user cancelled.
        MeterError: there is no such meter here.
        DeviceError: there is no such device, or it refuses.
        RunError: it could not be measured.
    """
    progress = progress or Progress()
    found = None if devices is None else tuple(devices)
    progress.step("Looking for the meter")
    place, device = place_of(plan, found)
    meter = None if plan.meter == NONE else open_meter(plan.meter, place)
    warnings = _preflight(meter, plan)
    base = replace(plan, meter="")

    def usual(progress: Progress) -> Run:
        if measure is not None:
            return measure(base, progress)
        return execute_plan(model_path, model, base, progress, devices=found)

    with Recorder() as recorder:
        recorder.declare(Channel(id=LATENCY_ID, title="Latency", quantity=Quantity.LATENCY, source="run"))
        recorder.start((*(meter.sources() if meter is not None else ()), *_sensors(place, recorder)))
        if board is not None:
            board.show(plan.device, recorder)
        try:
            part = _Parts(recorder=recorder, plan=plan, progress=progress)
            part.idle(WindowKind.IDLE_BEFORE)
            run = part.measure(usual)
            part.loop(_looper(Path(model_path), model, base, device, part))
            part.idle(WindowKind.IDLE_AFTER)
        finally:
            if board is not None:
                board.hide(plan.device)
        progress.step("Adding up")
        recorder.end()
        return _finish(replace(run, plan=plan), meter, part, warnings)


@dataclass(slots=True, kw_only=True)
class _Parts:
    """The parts of a run with a meter, one after the other, each with its window."""

    recorder: Recorder
    plan: Plan
    progress: Progress
    windows: list[Window] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def idle(self, kind: WindowKind) -> None:
        """Do nothing for a while."""
        seconds = self.plan.idle_seconds
        if not seconds or self.progress.is_stopping:
            return
        begin, end = self.recorder.now(), time.monotonic() + seconds
        while not self.progress.is_stopping and (left := end - time.monotonic()) > 0:
            self.progress.step("Measuring idle power", done=round(seconds - left), total=max(1, round(seconds)))
            self.progress.sleep(min(_SLICE_S, left))
        self.windows.append(Window(kind=kind, start_s=begin, end_s=self.recorder.now()))

    def measure(self, usual: Callable[[Progress], Run]) -> Run:
        """Make the usual measurement."""
        begin = self.recorder.now()
        run = usual(TappedProgress(self.progress, on_sample=self._on_sample))
        self.windows.append(Window(kind=WindowKind.MEASURE, start_s=begin, end_s=self.recorder.now()))
        return run

    def loop(self, looper: Callable[[], Looped]) -> None:
        """Loop; a failure leaves the measurement that was made before."""
        if self.progress.is_stopping:
            return
        try:
            looped = looper()
        except ProfilerError as error:
            self.failures.append(f"There is no energy: {error.message}.")
            return
        self.notes.extend(looped.notes)
        if looped.count:
            self.windows.append(
                Window(kind=WindowKind.LOOP, start_s=looped.start_s, end_s=looped.end_s, inferences=looped.count)
            )

    def heard(self, count: int, latency_ns: int) -> None:
        """Take the latency of an inference of the loop, or the mean of several."""
        del count
        self.progress.sample("run", latency_ns)
        self.recorder.add(LATENCY_ID, self.recorder.now(), latency_ns / 1e6)

    def _on_sample(self, phase: str, latency_ns: int) -> None:
        if phase == "run":
            self.recorder.add(LATENCY_ID, self.recorder.now(), latency_ns / 1e6)


def _looper(path: Path, model: Model, plan: Plan, device: RemoteDevice | None, part: _Parts) -> Callable[[], Looped]:
    now, progress = part.recorder.now, part.progress
    if device is not None:

        def there() -> Looped:
            chosen = with_chosen_runner(plan, device, read_runner_choices())
            return loop_on_device(path, model, chosen, device, part.heard, now, progress)

        return there
    if not plan.runner and not plan.delegate:
        return lambda: loop_here(path, model, plan, part.heard, now, progress)

    def with_tool() -> Looped:
        with tempfile.TemporaryDirectory(prefix="tflite-profiler-") as folder:
            return loop_on_device(path, model, plan, LocalToolDevice(Path(folder)), part.heard, now, progress)

    return with_tool


def _preflight(meter: Meter | None, plan: Plan) -> tuple[str, ...]:
    if meter is None:
        return ()
    return tuple(warnings_of((*meter.checks(), check_rate(meter.info, plan.loop_seconds))))


def _sensors(place: Place, recorder: Recorder) -> Sequence[Source]:
    """Give what samples temperatures and clocks; where none can be read, that is said."""
    sources: list[Source] = []
    try:
        probes = find_sensors(place.files)
        if probes:
            is_remote = place.shell is not None
            period = _REMOTE_PERIOD_S if is_remote else _HERE_PERIOD_S
            sources.append(FileSource(place.files, probes, period, is_remote=is_remote))
        kinds = {probe.channel.quantity for probe in probes}
        if place.shell is not None and place.kind == "android":
            values = parse_thermal(ask(place.shell, "dumpsys thermalservice 2>/dev/null"))
            channels = {
                id_: Channel(
                    id=id_,
                    title="Throttling status" if id_ == "status" else f"Temperature {id_.partition(':')[2]}",
                    quantity=Quantity.STATUS if id_ == "status" else Quantity.TEMPERATURE,
                    source="dumpsys thermalservice",
                )
                for id_ in values
                if id_ == "status" or Quantity.TEMPERATURE not in kinds
            }
            kinds |= {channel.quantity for channel in channels.values()}
            if channels:
                shell = copy.copy(place.shell)
                sources.append(DumpSource(shell, "dumpsys thermalservice", _THERMAL_PERIOD_S, channels, parse_thermal))
        missing = [
            word
            for word, quantity in (("temperatures", Quantity.TEMPERATURE), ("clocks", Quantity.CLOCK))
            if quantity not in kinds
        ]
        if missing:
            recorder.warn(f"The system tells no {' and no '.join(missing)}.")
    except ProfilerError as error:
        recorder.warn(f"Temperatures and clocks could not be read: {error.message}.")
    return sources


def _finish(run: Run, meter: Meter | None, part: _Parts, warnings: tuple[str, ...]) -> Run:
    """Compute the energy and put everything into the run."""
    recorder, windows = part.recorder, tuple(part.windows)
    notes, failures = list(part.notes), list(part.failures)
    signal, factor, energy = recorder.signal(POWER_ID), 1.0, None
    if meter is not None and signal is not None:
        factor, note = meter.calibrate(signal, windows)
        notes += [note] if note else []
        scaled = replace_values(signal, factor)
        loop = next((window for window in windows if window.kind is WindowKind.LOOP), None)
        words = MeterWords(
            id=meter.info.id,
            title=meter.info.title,
            measures=meter.info.measures,
            is_typed=meter.info.is_typed,
        )
        if loop is not None:
            energy = compute_energy(scaled, windows, inferences=loop.inferences, meter=words)
    if meter is not None and energy is None and not meter.info.comes_later and not failures:
        failures.append(
            "The meter gave no value during the loop: there is no energy."
            if signal is None or any(window.kind is WindowKind.LOOP for window in windows)
            else "It was stopped before the loop: there is no energy."
        )
    files = {}
    try:
        files = dict(recorder.keep_files(recordings_folder(), run.id))
        if files:
            trim_recordings(recordings_folder(), keeps=run.id)
    except StoreError as error:
        notes.append(f"{error.message}. The run keeps thinned curves only.")
    traces = recorder.traces(scales={POWER_ID: factor}, files=files)
    began = datetime.datetime.fromtimestamp(recorder.started_epoch_s).astimezone()
    said = (*(energy.warnings if energy else ()), *(item.sentence for item in find_throttling(traces, windows)))
    run = replace(
        run,
        environment={**run.environment, BEGAN: began.isoformat(timespec="milliseconds")},
        traces=traces,
        windows=windows,
        energy=energy,
        is_complete=run.is_complete and not part.progress.is_stopping,
        warnings=(
            *warnings,
            *run.warnings,
            *recorder.warnings,
            *failures,
            *said,
        ),
        notes=(*run.notes, *notes),
    )
    if isinstance(meter, FileMeter):
        return _with_file(run, meter)
    return run


def _with_file(run: Run, meter: FileMeter) -> Run:
    """Read the external meter's file; one that is not there yet can be added to the run later."""
    try:
        return add_recording(run, meter.path)
    except MeterError as error:
        sentence = f"{error.message[:1].upper()}{error.message[1:]}. Add the recording to this run later. {error.hint}"
        return replace(run, warnings=(*run.warnings, sentence.strip()))


def replace_values(signal: Signal, factor: float) -> Signal:
    """Give a signal with its values multiplied."""
    return signal if factor == 1.0 else replace(signal, values=signal.values * factor)

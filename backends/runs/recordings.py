"""Recordings of external meters in runs: matched by time of day or by the load, now or later."""

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np

from backends.errors import MeterError
from backends.power.alignment import match_load
from backends.power.energy import MeterWords, compute_energy
from backends.power.integration import Signal
from backends.power.meter import POWER_ID
from backends.power.meter_files import MeterFile, read_meter_file
from backends.power.recorder import CAPACITY
from backends.power.thinning import thin
from backends.power.traces import Quantity, Trace, WindowKind
from backends.runs.run import Run

_BEGAN = "recording_began"
_CLOCK_ERROR_S = 0.05
"""Two clocks that are set by the network differ by some hundredths of a second."""


def add_recording(run: Run, path: Path, *, offset_s: float | None = None) -> Run:
    """Give the run with an external meter's recording: a power trace, and the energy from it.

    Args:
        run: measured with ``loop`` and idle windows, so that there is something to match.
        path: the meter's export.
        offset_s: added to the file's times to get the run's, where it is known better than by matching.

    Raises:
        MeterError: the file cannot be read, does not show the run, or the run has no loop.
    """
    loop = next((window for window in run.windows if window.kind is WindowKind.LOOP), None)
    if loop is None or not loop.inferences:
        raise MeterError(
            "this run has no loop that a recording could be matched with",
            hint="Measure with a meter, for example with file=PATH.",
        )
    recording = read_meter_file(path)
    offset, error, how = _place(run, recording, offset_s)
    signal = Signal(times_s=recording.times_s + offset, values=recording.values, clock_error_s=error)
    words = MeterWords(
        id="file",
        title=f"External meter ({path.name})",
        measures="All that flows through the external meter.",
    )
    energy = compute_energy(signal, run.windows, inferences=loop.inferences, meter=words)
    if energy is None:
        raise MeterError(
            f"{path.name} holds no samples from the time of this run",
            hint="Export the whole recording, or another one.",
        )
    traces = (_trace(signal, path.name), *(trace for trace in run.traces if trace.id != POWER_ID))
    return replace(
        run,
        traces=traces,
        energy=energy,
        notes=(*run.notes, f"{path.name}: {recording.how}; {how}."),
        warnings=(*run.warnings, *energy.warnings),
    )


def _place(run: Run, recording: MeterFile, given: float | None) -> tuple[float, float, str]:
    """Give the offset, its uncertainty, and how it was found."""
    if given is not None:
        return given, 0.0, f"its clock was taken to be {given:+.3f} s off, as told"
    busy = [
        (window.start_s, window.end_s) for window in run.windows if window.kind in (WindowKind.MEASURE, WindowKind.LOOP)
    ]
    began = _began(run)
    times, values = recording.times_s, recording.values
    by_clock = -began if recording.is_epoch and began is not None else None
    if by_clock is not None:
        # Only the part around the run is matched: other loads of the same day would look like it.
        near = (times + by_clock > busy[0][0] - 60) & (times + by_clock < busy[-1][1] + 60)
        times, values = times[near], values[near]
        if not len(times):
            raise MeterError(
                f"{recording.name} holds no samples from the time of this run",
                hint="Set both clocks by the network, or give the offset.",
            )
    match = match_load(times, values, busy)
    if match is not None and match.is_trustworthy:
        return match.offset_s, match.error_s, f"matched with the load, correlation {match.quality:.2f}"
    if by_clock is not None:
        return by_clock, _CLOCK_ERROR_S, "placed by the time of day, as its load was not to be seen"
    raise MeterError(
        f"{recording.name} does not show the load of this run",
        hint="The recording must hold idle time before and after the run. Or give the offset of its clock.",
    )


def _began(run: Run) -> float | None:
    try:
        return datetime.datetime.fromisoformat(run.environment.get(_BEGAN, "")).timestamp()
    except ValueError:
        return None


def _trace(signal: Signal, name: str) -> Trace:
    times, values = thin(signal.times_s, signal.values, CAPACITY)
    seconds = float(signal.times_s[-1] - signal.times_s[0])
    return Trace(
        id=POWER_ID,
        title=f"External meter ({name})",
        quantity=Quantity.POWER,
        times_s=tuple(np.round(times, 6).tolist()),
        values=tuple(np.round(values, 6).tolist()),
        source="file",
        clock_error_s=signal.clock_error_s,
        sample_count=len(signal.times_s),
        mean=float(np.mean(signal.values)),
        distinct_hz=float(np.count_nonzero(np.diff(signal.values))) / seconds if seconds > 0 else None,
    )

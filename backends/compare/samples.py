"""The part of a measurement that can be compared: without warm-up, and with its drift known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backends.compare.dependence import Floats, measure_dependence
from backends.runs.run import Run
from backends.runs.summary import count_warmup

_LEAST_FOR_DRIFT = 9
_DRIFT_ERRORS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Latencies of one side.

    ``values_ns`` are single inferences in the order they were made, or one value for each process where
    ``is_processes`` (a device's tool gives no more; several runs of one side are taken so too).
    """

    values_ns: tuple[float, ...]
    is_processes: bool = False
    warmup_count: int = 0
    """Slow runs at the beginning that were left out."""
    drift: float = 0.0
    """Change from beginning to end along a straight line, as a share of the middle; 0 where it is not sure."""

    @property
    def what(self) -> str:
        """What one value stands for, in the plural."""
        return "processes" if self.is_processes else "runs"


def samples_of(runs: Sequence[Run]) -> Samples:
    """Give what can be compared of one side.

    One run on this computer gives its inferences. A run on a device, and several runs, give one value for each process:
    processes differ more than inferences within one do (memory layout, clocks), so they are what must be counted
    (Kalibera and Jones, Rigorous Benchmarking in Reasonable Time, ISMM 2013).
    """
    if len(runs) == 1:
        run = runs[0]
        if run.chunks:
            return Samples(values_ns=tuple(chunk.mean_ns for chunk in run.chunks), is_processes=True)
        return steady_samples(run.latencies_ns)
    values: list[float] = []
    warmup = 0
    for run in runs:
        part = samples_of((run,))
        warmup += part.warmup_count
        if part.is_processes:
            values.extend(part.values_ns)
        elif part.values_ns:
            values.append(float(np.median(part.values_ns)))
    return Samples(values_ns=tuple(values), is_processes=True, warmup_count=warmup)


def steady_samples(latencies_ns: Sequence[float]) -> Samples:
    """Leave out the warm-up, and take out the drift along a straight line through the middle of the series."""
    warmup = count_warmup(latencies_ns)
    values = np.asarray(latencies_ns[warmup:], np.float64)
    drift = _drift(values)
    if drift:
        places = np.linspace(-0.5, 0.5, len(values))
        values = values / (1.0 + drift * places)
    return Samples(values_ns=tuple(values.tolist()), warmup_count=warmup, drift=drift)


def _drift(values: Floats) -> float:
    """Relative change along the line of least squares through medians of ten parts, 0 if chance explains it.

    Medians keep single slow runs from turning the line; its error is that of independent parts, enlarged by the
    dependence of the runs.
    """
    if len(values) < _LEAST_FOR_DRIFT or values.min() <= 0:
        return 0.0
    parts = np.array_split(values, min(10, len(values) // 3))
    medians = np.asarray([np.median(part) for part in parts])
    places = np.linspace(-0.5, 0.5, len(medians))
    places = places * (1.0 - 1.0 / len(medians))
    level = float(np.median(values))
    weight = float(places @ places)
    slope = float(places @ (medians - medians.mean())) / weight
    rest = medians - medians.mean() - slope * places
    freedom = max(len(medians) - 2, 1)
    error = (float(rest @ rest) / freedom / weight) ** 0.5 * _serial_factor(
        values - slope * np.linspace(-0.5, 0.5, len(values))
    )
    return float(slope / level) if abs(slope) > _DRIFT_ERRORS * error and level > 0 else 0.0


def _serial_factor(rest: Floats) -> float:
    """Parts longer than the dependence are nearly independent; shorter ones need a larger error."""
    time = measure_dependence(rest).time
    return float(max(1.0, (time / max(len(rest) / 10.0, 1.0)) ** 0.5))

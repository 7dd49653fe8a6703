"""Runs with power, made up: a phone that draws, heats up and throttles."""

from dataclasses import replace

import numpy as np

from backends.model.model import Model
from backends.power.energy import MeterWords, compute_energy
from backends.power.integration import Signal
from backends.power.traces import Quantity, Trace, Window, WindowKind
from backends.runs.plan import Plan
from backends.runs.run import Run
from tests.support.builders import a_run


def a_powered_run(
    model: Model, *, id_: str = "run-1", threads: int = 1, ms: float = 20.0, mw: float = 1500.0, seconds: float = 100.0
) -> Run:
    """A run with a loop of so many seconds, in whose middle it throttles by a quarter; idle are 500 mW."""
    rng = np.random.default_rng(threads)
    start, end = 8.0, 8.0 + seconds
    windows = (
        Window(kind=WindowKind.IDLE_BEFORE, start_s=0.0, end_s=4.0),
        Window(kind=WindowKind.MEASURE, start_s=4.0, end_s=7.5),
        Window(kind=WindowKind.LOOP, start_s=start, end_s=end, inferences=int(seconds * 1000 / ms)),
        Window(kind=WindowKind.IDLE_AFTER, start_s=end + 0.5, end_s=end + 5),
    )
    times = np.arange(0, end + 5, 0.1)
    busy = (times >= start) & (times < end)
    power = np.where(busy, mw, 500.0) + rng.normal(0, 20, len(times))
    moments = np.arange(start + 0.05, end, 0.1)
    latency = ms * np.where(moments > start + seconds / 2, 1.25, 1.0) + rng.normal(0, ms / 100, len(moments))
    heat = 30 + 20 * (1 - np.exp(-np.maximum(times - start, 0) / 30))
    traces = (
        _trace("power", "Battery", Quantity.POWER, times, power),
        _trace("latency", "Latency", Quantity.LATENCY, moments, latency),
        _trace("temperature:skin", "Temperature skin", Quantity.TEMPERATURE, times, heat),
    )
    words = MeterWords(id="battery", title="Battery gauge", measures="The whole device.")
    inferences = windows[2].inferences
    energy = compute_energy(Signal.of(traces[0]), windows, inferences=inferences, meter=words)
    run = a_run(model, id_=id_, plan=Plan(threads=threads, meter="battery"))
    return replace(run, traces=traces, windows=windows, energy=energy)


def _trace(id_: str, title: str, quantity: Quantity, times: np.ndarray, values: np.ndarray) -> Trace:
    return Trace(
        id=id_, title=title, quantity=quantity, times_s=tuple(times.tolist()), values=tuple(values.tolist()),
        source="battery",
    )  # fmt: skip

"""From a power trace and the windows of a run to the energy of one inference."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backends.power.figures import Energy
from backends.power.integration import Integral, Signal, distinct_rate, integrate
from backends.power.traces import Quantity, Trace, Window, WindowKind

_LEAST_VALUES = 10
_FEW_VALUES = 3
_DRIFT_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Idle power before and after."""

    mean_mw: float
    error_mw: float
    drift_mw: float | None = None


def measure_baseline(signal: Signal, windows: Sequence[Window]) -> Baseline | None:
    """Give the idle power: the mean of both baselines, with half of their drift over sqrt(3) as uncertainty.

    The drift is taken as a straight line that may have any course in between, hence its rectangular distribution.
    ``None`` where no idle window has samples.
    """
    found = [
        part
        for kind in (WindowKind.IDLE_BEFORE, WindowKind.IDLE_AFTER)
        for window in windows
        if window.kind is kind and window.seconds > 0
        if (part := integrate(signal, window.start_s, window.end_s)) is not None and part.count
    ]
    if not found:
        return None
    if len(found) == 1:
        return Baseline(mean_mw=found[0].mean_mw, error_mw=found[0].mean_error_mw)
    before, after = found[0], found[-1]
    drift = after.mean_mw - before.mean_mw
    own = math.hypot(before.mean_error_mw, after.mean_error_mw) / 2
    return Baseline(
        mean_mw=(before.mean_mw + after.mean_mw) / 2,
        error_mw=math.hypot(own, abs(drift) / (2 * math.sqrt(3))),
        drift_mw=drift,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterWords:
    """What is said of the meter beside its figures."""

    id: str
    title: str
    measures: str
    is_typed: bool = False
    """The power was typed by the user, not measured."""


def compute_energy(
    signal: Signal, windows: Sequence[Window], *, inferences: int, meter: MeterWords, trace_id: str = "power"
) -> Energy | None:
    """Give the energy of the loop and of one inference; ``None`` where the trace does not reach into the loop.

    ``e = (E - P0 * T) / N`` with the energy E, the length T and the inferences N of the loop, and the idle power P0;
    ``u(e)**2 = (u(E)**2 + (T * u(P0))**2) / N**2``. N is counted, T is read from a clock whose error is in u(E).

    Args:
        signal: power in mW over time.
        windows: of the run; exactly one of them is the loop.
        inferences: in the loop.
        meter: what to say of it.
        trace_id: of the trace that the signal is.
    """
    loop = next((window for window in windows if window.kind is WindowKind.LOOP and window.seconds > 0), None)
    if loop is None or inferences < 1:
        return None
    whole = integrate(signal, loop.start_s, loop.end_s)
    if whole is None:
        return None
    baseline = None if meter.is_typed else measure_baseline(signal, windows)
    inside = signal.values[(signal.times_s >= loop.start_s) & (signal.times_s <= loop.end_s)]
    per, per_error = None, None
    # A recording that ends early is scaled to the inferences that it saw.
    seen = inferences * whole.seconds / loop.seconds
    if baseline is not None:
        per = (whole.energy_mj - baseline.mean_mw * whole.seconds) / seen
        per_error = math.hypot(whole.error_mj, whole.seconds * baseline.error_mw) / seen
    scale = loop.seconds / whole.seconds
    return Energy(
        meter=meter.id,
        meter_title=meter.title,
        measures=meter.measures,
        trace=trace_id,
        inferences=inferences,
        seconds=loop.seconds,
        mean_mw=whole.mean_mw,
        peak_mw=float(inside.max()) if len(inside) else whole.mean_mw,
        total_mj=whole.energy_mj * scale,
        total_error_mj=whole.error_mj * scale,
        idle_mw=baseline.mean_mw if baseline else None,
        idle_error_mw=baseline.error_mw if baseline else None,
        idle_drift_mw=baseline.drift_mw if baseline else None,
        per_inference_mj=per,
        per_inference_error_mj=per_error,
        warnings=tuple(_warnings(signal, loop, whole, baseline, meter)),
    )


def power_trace(traces: Sequence[Trace], meter: str = "") -> Trace | None:
    """Give the trace to integrate: the one of this meter whose id is ``power``, or the first power trace."""
    powers = [trace for trace in traces if trace.quantity is Quantity.POWER]
    own = [trace for trace in powers if trace.source == meter] if meter else []
    return next((trace for trace in (*own, *powers) if trace.id == "power"), next(iter((*own, *powers)), None))


def _warnings(signal: Signal, loop: Window, whole: Integral, baseline: Baseline | None, meter: MeterWords) -> list[str]:
    """Say why the figure may be wrong."""
    if meter.is_typed:
        return [
            "The power was typed and not measured: the figures are that number times the measured time, and there is "
            "no baseline to subtract."
        ]
    return [*_sampling_warnings(signal, loop, whole), *_baseline_warnings(whole, baseline)]


def _sampling_warnings(signal: Signal, loop: Window, whole: Integral) -> list[str]:
    said = []
    rate = distinct_rate(signal, loop.start_s, loop.end_s)
    if rate == 0.0:
        said.append("The meter's value did not change during the loop: it may be frozen, and the figure worthless.")
    elif whole.count < _FEW_VALUES:
        said.append(f"The meter gave {whole.count} values during the loop of {loop.seconds:.0f} s: measure for longer.")
    elif whole.count < _LEAST_VALUES:
        said.append(
            f"The meter gave only {whole.count} new values during the loop ({rate:.2g} a second): a longer loop "
            "makes the figure better."
        )
    if whole.gap_seconds > _DRIFT_SHARE * loop.seconds:
        said.append(f"The meter was silent for {whole.gap_seconds:.1f} of {loop.seconds:.1f} s.")
    if whole.seconds < 0.9 * loop.seconds:
        said.append(f"The meter's samples cover {whole.seconds:.1f} of the {loop.seconds:.1f} s of the loop.")
    if float(np.min(signal.values, initial=0.0)) < 0:
        said.append("Some power is negative: the sign of the meter is wrong, or the battery was charging.")
    return said


def _baseline_warnings(whole: Integral, baseline: Baseline | None) -> list[str]:
    if baseline is None:
        return ["There is no idle baseline: the figures hold all that the meter sees."]
    above = whole.mean_mw - baseline.mean_mw
    if above <= 0:
        return ["The loop drew no more than idle: the inference cannot be told from the noise of this meter."]
    if baseline.drift_mw is not None and abs(baseline.drift_mw) > _DRIFT_SHARE * above:
        return [
            f"Idle power changed by {baseline.drift_mw:+.0f} mW from before to after, which is "
            f"{abs(baseline.drift_mw) / above:.0%} of what the inference adds."
        ]
    return []

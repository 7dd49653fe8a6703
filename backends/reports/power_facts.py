"""What reports say about power: the figures of a run, its windows, and a long run's course."""

from collections.abc import Sequence

from backends.model.model import OperatorId
from backends.power.figures import Energy
from backends.power.operator_energy import estimate_operators
from backends.power.sustained import Change, describe_sustained
from backends.power.traces import Quantity, Trace
from backends.reports.content import Section, Table
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run
from backends.units import format_energy, format_latency, format_power, format_with_error

SAMPLED = "Sampled beside the run"
ENERGY_COLUMN = "energy_mj"
_TARGET_HZ = 30.0


def energy_facts(energy: Energy) -> tuple[tuple[str, str], ...]:
    """Give the figures with their uncertainties (one standard uncertainty)."""
    facts = [("Meter", energy.meter_title), ("Measures", energy.measures)]
    if energy.per_inference_mj is not None:
        per = format_with_error(energy.per_inference_mj, energy.per_inference_error_mj, format_energy)
        facts.append(("Energy per inference", f"{per}, above idle"))
    total_error = energy.total_error_mj / energy.inferences or None
    total = format_with_error(energy.total_per_inference_mj, total_error, format_energy)
    facts.append(("With idle power", f"{total} per inference"))
    facts.append(("Average power", format_power(energy.mean_mw)))
    facts.append(("Peak power", format_power(energy.peak_mw)))
    if energy.idle_mw is not None:
        idle = format_with_error(energy.idle_mw, energy.idle_error_mw, format_power)
        drift = "" if energy.idle_drift_mw is None else f", drift {energy.idle_drift_mw:+.0f} mW"
        facts.append(("Idle power", f"{idle}{drift}"))
    if energy.inferences_per_joule is not None:
        facts.append(("Inferences per joule", f"{energy.inferences_per_joule:.3g}"))
        facts.append((f"Power at {_TARGET_HZ:g} FPS", power_at_rate_text(energy, _TARGET_HZ)))
    facts.append(("Measured over", f"{energy.inferences} inferences in {energy.seconds:.1f} s"))
    return tuple(facts)


def power_at_rate_text(energy: Energy, rate_hz: float) -> str:
    """Give the power above idle for a rate, or why there is none."""
    per = energy.per_inference_mj
    if per is None:
        return "not known"
    if energy.seconds_per_inference > 1 / rate_hz:
        return f"cannot reach {rate_hz:g} FPS"
    return format_with_error(per * rate_hz, (energy.per_inference_error_mj or 0.0) * rate_hz, format_power)


def operator_energies(run: Run) -> tuple[dict[OperatorId, float], str]:
    """Give the estimated energy in mJ by operator, and why there is none."""
    if run.energy is None or run.energy.per_inference_mj is None:
        return {}, "There is no energy of an inference above idle."
    times = [(item.operator, item.time_ns, item.placement) for item in run.operators]
    found, reason = estimate_operators(times, run.energy.per_inference_mj)
    return dict(found), reason


def energy_column(run: Run) -> OperatorColumn | None:
    """Give the estimated energy of each operator as a column; ``None`` where there is none."""
    energies, _ = operator_energies(run)
    if not energies:
        return None
    return OperatorColumn(
        id=ENERGY_COLUMN,
        title="Energy, estimated",
        unit="mJ",
        values=energies,
        source="time share of the inference's energy, within one compute unit",
    )


def power_sections(run: Run) -> list[Section]:
    """Give what a run says about power; nothing where nothing was recorded."""
    sections = []
    if run.energy is not None:
        sections.append(Section(title="Power and energy", facts=energy_facts(run.energy)))
    if run.traces:
        sections.append(Section(title=SAMPLED, table=trace_table(run.traces)))
    return [*sections, *sustained_sections(run)]


def sustained_sections(run: Run) -> list[Section]:
    """Give the course of a long loop."""
    found = describe_sustained(run.traces, run.windows)
    if found is None:
        return []
    facts = [("Length", f"{found.seconds:.0f} s of inferences without a pause")]
    if found.throttles:
        facts.append(("Time to throttle", f"{found.throttles[0].start_s:.0f} s"))
    else:
        facts.append(("Time to throttle", "none: no slowing beyond noise"))
    if found.steady_latency_ms is not None and found.steady_from_s is not None:
        level = format_latency(found.steady_latency_ms * 1e6)
        facts.append(("Steady state", f"{level} from {found.steady_from_s:.0f} s on"))
    else:
        facts.append(("Steady state", "not reached: measure for longer"))
    if found.slope_celsius_per_minute is not None:
        flat = "flat" if found.is_warm else "still changing"
        facts.append(("Temperature at the end", f"{flat}, {found.slope_celsius_per_minute:+.2f} °C a minute"))
    rows = tuple(
        (
            change.title,
            _value(change.quantity, change.first),
            _value(change.quantity, change.last),
            f"{change.share:+.1%}"
            if change.quantity is not Quantity.TEMPERATURE
            else f"{change.last - change.first:+.1f} °C",
        )
        for change in found.changes
    )
    span = f"{found.part_seconds:.0f} s"
    table = Table(
        headings=("", f"First {span}", f"Last {span}", "Change"), rows=rows, right_aligned=frozenset({1, 2, 3})
    )
    sentences = tuple(item.sentence for item in found.throttles)
    return [Section(title="Sustained", facts=tuple(facts), sentences=sentences, table=table)]


def trace_table(traces: Sequence[Trace]) -> Table:
    """List what was sampled, with the rate that was really reached."""
    return Table(
        headings=("What", "Mean", "Least", "Greatest", "Samples", "New values a second"),
        rows=tuple(
            (
                trace.title,
                _value(trace.quantity, sum(trace.values) / len(trace.values) if trace.mean is None else trace.mean),
                _value(trace.quantity, min(trace.values)),
                _value(trace.quantity, max(trace.values)),
                str(trace.sample_count or len(trace.values)),
                "–" if trace.distinct_hz is None else f"{trace.distinct_hz:.3g}",
            )
            for trace in traces
            if trace.values
        ),
        right_aligned=frozenset({1, 2, 3, 4, 5}),
    )


def _value(quantity: Quantity, value: float) -> str:
    if quantity is Quantity.POWER:
        return format_power(value)
    if quantity is Quantity.LATENCY:
        return format_latency(value * 1e6)
    if quantity is Quantity.TEMPERATURE:
        return f"{value:.1f} °C"
    return f"{value:.0f} MHz" if quantity is Quantity.CLOCK else f"{value:.0f}"


def _change(change: Change) -> str:
    if change.quantity is Quantity.TEMPERATURE:
        return f"{change.last - change.first:+.1f} °C"
    return f"{change.share:+.1%}"

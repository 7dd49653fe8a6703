"""The numbers by operator that the program knows itself: measured in a run, or estimated from shapes.

Each is an ``OperatorColumn`` like any imported number, so that overlays, tables, queries and plots treat all alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backends.model.cost import OperatorCost
from backends.model.model import OperatorId
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run

Costs = Mapping[OperatorId, OperatorCost]
_Values = dict[OperatorId, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number that can be told of every operator of any model."""

    id: str
    """Stable; also the name of the field in queries."""
    title: str
    unit: str
    description: str
    needs_run: bool
    """Whether it is known only once the model was measured."""
    values: Callable[[Costs, Run | None], _Values]
    is_additive: bool = True


def metric_column(id_: str, costs: Costs, run: Run | None) -> OperatorColumn:
    """Give a metric's numbers for a model; it has no values where they are not known.

    Raises:
        KeyError: there is no such metric.
    """
    metric = METRICS[id_]
    return OperatorColumn(
        id=metric.id,
        title=metric.title,
        unit=metric.unit,
        values=metric.values(costs, run),
        source="run" if metric.needs_run else "estimate",
        is_additive=metric.is_additive,
    )


def _times(_costs: Costs, run: Run | None) -> _Values:
    return {time.operator: time.time_ns for time in run.operators if time.time_ns is not None} if run else {}


def _shares(_costs: Costs, run: Run | None) -> _Values:
    return {time.operator: time.share for time in run.operators if time.share is not None} if run else {}


def _macs(costs: Costs, _run: Run | None) -> _Values:
    return {id_: float(cost.macs) for id_, cost in costs.items() if cost.macs is not None}


def _rates(costs: Costs, run: Run | None) -> _Values:
    times, macs = _times(costs, run), _macs(costs, run)
    return {id_: macs[id_] / time * 1e9 for id_, time in times.items() if time > 0 and macs.get(id_)}


def _bytes(costs: Costs, _run: Run | None) -> _Values:
    return {id_: float(cost.bytes_moved) for id_, cost in costs.items() if cost.bytes_moved is not None}


def _weights(costs: Costs, _run: Run | None) -> _Values:
    return {id_: float(cost.weight_bytes) for id_, cost in costs.items()}


def _parameters(costs: Costs, _run: Run | None) -> _Values:
    return {id_: float(cost.parameter_count) for id_, cost in costs.items()}


def _intensities(costs: Costs, _run: Run | None) -> _Values:
    return {id_: cost.macs / cost.bytes_moved for id_, cost in costs.items() if cost.macs and cost.bytes_moved}


def _bandwidths(costs: Costs, run: Run | None) -> _Values:
    times, moved = _times(costs, run), _bytes(costs, run)
    return {id_: moved[id_] / time * 1e9 for id_, time in times.items() if time > 0 and moved.get(id_)}


METRICS: Mapping[str, Metric] = {
    metric.id: metric
    for metric in (
        Metric(
            id="time",
            title="Time",
            unit="ns",
            description="Measured time per inference in the chosen run.",
            needs_run=True,
            values=_times,
        ),
        Metric(
            id="share",
            title="Share of time",
            unit="share",
            description="Part of the whole inference in the chosen run, runtime overhead included.",
            needs_run=True,
            values=_shares,
        ),
        Metric(
            id="rate",
            title="MACs per second",
            unit="MAC/s",
            description="Multiply-accumulates per second that the operator reached in the chosen run.",
            needs_run=True,
            values=_rates,
            is_additive=False,
        ),
        Metric(
            id="bandwidth",
            title="Bytes per second",
            unit="bytes/s",
            description="Bytes of inputs, constants and outputs over the measured time.",
            needs_run=True,
            values=_bandwidths,
            is_additive=False,
        ),
        Metric(
            id="macs",
            title="MACs",
            unit="MACs",
            description="Multiply-accumulate operations, from the shapes in the file.",
            needs_run=False,
            values=_macs,
        ),
        Metric(
            id="bytes",
            title="Bytes moved",
            unit="bytes",
            description="Bytes of all inputs, constants and outputs, from the shapes in the file.",
            needs_run=False,
            values=_bytes,
        ),
        Metric(
            id="intensity",
            title="Arithmetic intensity",
            unit="MAC/byte",
            description="Multiply-accumulates for each byte moved: low is bound by memory, high by arithmetic.",
            needs_run=False,
            values=_intensities,
            is_additive=False,
        ),
        Metric(
            id="params",
            title="Parameters",
            unit="",
            description="Values of the constants that the operator reads.",
            needs_run=False,
            values=_parameters,
        ),
        Metric(
            id="weights",
            title="Weight bytes",
            unit="bytes",
            description="Bytes that the operator's constants take in the file.",
            needs_run=False,
            values=_weights,
        ),
    )
}
"""All metrics by id, in the order to offer them."""

"""A sweep over operating points, as a report: the points, the curve, and what a budget or a rate means."""

from collections.abc import Mapping, Sequence

from backends.model.model import Model
from backends.power.curve import (
    DEFINITION,
    OperatingPoint,
    best_for_budget,
    best_for_rate,
    envelope,
    hull,
    knee,
    power_for_rate,
    sustained_rate,
)
from backends.reports.columns import Align, Column
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.tabulation import records_of, table_of
from backends.runs.operating_points import point_of
from backends.runs.run import Run
from backends.runs.store import run_to_json
from backends.units import format_energy, format_latency, format_power


class CurveContent:
    """Operating points of one or several series.

    Args:
        model: what was measured.
        runs: with energy; others are listed as failed.
        failures: sentences about points that could not be measured.
        budget_mw: a budget above idle to answer for, or ``None``.
        rate_hz: a target rate to answer for.
    """

    schema = "tflite-profiler/curve/1"

    def __init__(
        self,
        model: Model,
        runs: Sequence[Run],
        failures: Sequence[str] = (),
        *,
        budget_mw: float | None = None,
        rate_hz: float = 30.0,
    ) -> None:
        self._model = model
        self._runs = tuple(runs)
        self._points = tuple(point for run in runs if (point := point_of(run)) is not None)
        self._failures = (
            *failures,
            *(f"{run.plan.device}: no energy. {' '.join(run.warnings)}" for run in runs if point_of(run) is None),
        )
        self._budget_mw = budget_mw
        self._rate_hz = rate_hz

    @property
    def title(self) -> str:
        """Name the model and how many points there are."""
        return f"{self._model.name}: power-performance curve of {len(self._points)} operating points"

    def sections(self) -> Sequence[Section]:
        """Give the points, the answers, the curve of each series, and the definition."""
        series = tuple(dict.fromkeys(point.series for point in self._points))
        warnings = tuple(dict.fromkeys(text for run in self._runs for text in run.warnings))
        return [
            Section(title="", table=table_of(self._columns(), self._points)),
            *(section for name in series for section in self._series_sections(name)),
            *([Section(title="Not measured", sentences=tuple(self._failures))] if self._failures else []),
            *([Section(title="Warnings", sentences=warnings)] if warnings else []),
            Section(title="How to read it", sentences=(DEFINITION,)),
        ]

    def records(self) -> Records:
        """Give a record for each point."""
        return records_of(self._columns(), self._points)

    def tree(self) -> Mapping[str, Tree]:
        """Give points, curves and all runs as they are saved."""
        series = tuple(dict.fromkeys(point.series for point in self._points))
        return {
            "model": {"name": self._model.name, "sha256": self._model.sha256},
            "points": [_point_tree(point) for point in self._points],
            "curves": [
                {
                    "series": name,
                    "envelope": [list(corner) for corner in envelope(self._of(name))],
                    "hull": [list(corner) for corner in hull(self._of(name))],
                    "knee_mw": knee(self._of(name)),
                }
                for name in series
            ],
            "failures": list(self._failures),
            "runs": [run_to_json(run) for run in self._runs],
        }

    def _of(self, series: str) -> tuple[OperatingPoint, ...]:
        return tuple(point for point in self._points if point.series == series)

    def _series_sections(self, series: str) -> list[Section]:
        points = self._of(series)
        facts = []
        budget = self._budget_mw
        if budget is not None and (best := best_for_budget(points, budget)) is not None:
            facts.append(
                (f"With {format_power(budget)}", f"{best.rate_hz:.3g} a second sustained, by {best.point.label}")
            )
        answer = best_for_rate(points, self._rate_hz)
        facts.append(
            (
                f"For {self._rate_hz:g} a second",
                "no operating point is fast enough"
                if answer is None
                else f"{format_power(answer.power_mw)} above idle, by {answer.point.label}",
            )
        )
        turn = knee(points)
        if turn is not None:
            facts.append(("Knee", f"{format_power(turn)}: more power buys little from there on"))
        corners = envelope(points)
        table = Table(
            headings=("Budget above idle", "Sustained rate"),
            rows=tuple((format_power(mw), f"{rate:.4g} /s") for mw, rate in corners),
            right_aligned=frozenset({0, 1}),
        )
        return [Section(title=series, facts=tuple(facts), table=table if corners else None)]

    def _columns(self) -> tuple[Column[OperatingPoint], ...]:
        right = Align.RIGHT
        budget, rate = self._budget_mw, self._rate_hz
        return (
            Column(id="series", title="Model and device", value=lambda point: point.series),
            Column(id="label", title="Operating point", value=lambda point: point.label),
            Column(
                id="time_ns", title="Time", value=lambda point: point.seconds * 1e9, format=format_latency, align=right
            ),
            Column(id="rate_hz", title="Rate /s", value=lambda point: point.rate_hz, format=_rate, align=right),
            Column(
                id="energy_mj", title="Energy", value=lambda point: point.energy_mj, format=format_energy, align=right
            ),
            Column(
                id="energy_error_mj",
                title="±",
                value=lambda point: point.energy_error_mj,
                format=format_energy,
                align=right,
            ),
            Column(id="power_mw", title="Power", value=lambda point: point.power_mw, format=format_power, align=right),
            Column(
                id="power_at_rate_mw",
                title=f"W@{rate:g}",
                value=lambda point: power_for_rate(point, rate),
                format=format_power,
                align=right,
            ),
            *(
                (
                    Column(
                        id="sustained_hz",
                        title=f"/s at {format_power(budget)}",
                        value=lambda point: sustained_rate(point, budget),
                        format=_rate,
                        align=right,
                    ),
                )
                if budget is not None
                else ()
            ),
            Column(id="basis", title="Energy is", value=lambda point: "total" if point.is_total else "above idle"),
        )


def _rate(value: float) -> str:
    return f"{value:.4g}"


def _point_tree(point: OperatingPoint) -> Mapping[str, Tree]:
    return {
        "series": point.series,
        "label": point.label,
        "run": point.run_id,
        "time_s": point.seconds,
        "rate_hz": point.rate_hz,
        "energy_mj": point.energy_mj,
        "energy_error_mj": point.energy_error_mj,
        "power_mw": point.power_mw,
        "is_total": point.is_total,
        "power_at_30_hz_mw": power_for_rate(point, 30.0),
    }

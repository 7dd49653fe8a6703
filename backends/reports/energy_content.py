"""The energy of one run, as a report of its own."""

from collections.abc import Mapping, Sequence

from backends.reports.content import Records, Section, Tree, Value
from backends.reports.power_facts import power_sections
from backends.runs.power_store import power_to_json
from backends.runs.run import Run


class EnergyContent:
    """What a run says about power.

    Args:
        run: any run.
    """

    schema = "tflite-profiler/energy/1"

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def title(self) -> str:
        """Name the model and the device."""
        return f"{self._run.model_name}: power and energy on {self._run.plan.device}"

    def sections(self) -> Sequence[Section]:
        """Give figures, traces, the course of a long loop, and what is to be said."""
        run = self._run
        said = (*(f"Warning: {text}" for text in run.warnings), *run.notes)
        parts = power_sections(run) or [Section(title="", sentences=("Nothing about power was recorded in this run.",))]
        return [*parts, *([Section(title="Notes", sentences=said)] if said else [])]

    def records(self) -> Records:
        """Give all samples: time, trace, value and unit."""
        rows: list[tuple[Value, ...]] = [
            (time, trace.id, value, trace.unit)
            for trace in self._run.traces
            for time, value in zip(trace.times_s, trace.values, strict=True)
        ]
        return Records(fields=("time_s", "trace", "value", "unit"), rows=rows)

    def tree(self) -> Mapping[str, Tree]:
        """Give traces, windows and figures as they are saved."""
        return {"run": self._run.id, "model": self._run.model_name, **power_to_json(self._run)}

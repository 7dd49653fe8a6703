"""Numbers that a run has only once: initialisation, first run, memory, energy."""

from dataclasses import dataclass

from backends.runs.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleValue:
    """One such number on both sides; nothing is known about its noise. ``None``: not measured."""

    id: str
    """``init``, ``first``, ``memory`` or ``energy``."""
    title: str
    unit: str
    """``ns``, ``bytes`` or ``mJ``."""
    a: float | None
    b: float | None

    @property
    def relative(self) -> float | None:
        """By how much B's is larger (0.12: 12 %)."""
        return self.b / self.a - 1.0 if self.a and self.b is not None else None


_TITLES = (("init", "Initialisation", "ns"), ("first", "First run", "ns"), ("memory", "Peak memory", "bytes"))
SINGLE_VALUES = (*(id_ for id_, _, _ in _TITLES), "energy")


def compare_single_values(a: Run, b: Run) -> tuple[SingleValue, ...]:
    """Give those that at least one side has."""
    numbers = (*_TITLES, ("energy", "Energy per inference", "mJ"))
    values = (
        SingleValue(id=id_, title=title, unit=unit, a=single_value(id_, a), b=single_value(id_, b))
        for id_, title, unit in numbers
    )
    return tuple(value for value in values if value.a is not None or value.b is not None)


def single_value(id_: str, run: Run) -> float | None:
    """Give one of a run: ns, bytes over what was there before, or mJ per inference (above idle where that is known)."""
    if id_ == "memory":
        return None if run.memory is None else float(run.memory.over_baseline_bytes)
    if id_ == "energy":
        if run.energy is None:
            return None
        above_idle = run.energy.per_inference_mj
        return above_idle if above_idle is not None else run.energy.total_mj / max(run.energy.inferences, 1)
    value = run.init_ns if id_ == "init" else run.first_ns
    return None if value is None else float(value)

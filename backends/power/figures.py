"""The energy of a run, in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """What the loop of a run drew. Uncertainties are standard uncertainties (one sigma).

    ``per_inference_mj`` is above idle: what the inference itself costs. Where no idle baseline was measured it is
    ``None``, and only the totals, which hold everything that the meter sees, are known.
    """

    meter: str
    """Id of the meter."""
    meter_title: str
    measures: str
    """What the meter really measures, in one sentence."""
    trace: str
    """Id of the power trace that was integrated."""
    inferences: int
    seconds: float
    """Length of the loop."""
    mean_mw: float
    peak_mw: float
    total_mj: float
    total_error_mj: float
    idle_mw: float | None = None
    idle_error_mw: float | None = None
    """From the spread, and from the drift between the baselines before and after."""
    idle_drift_mw: float | None = None
    """Idle after minus idle before; ``None`` where only one of them was measured."""
    per_inference_mj: float | None = None
    per_inference_error_mj: float | None = None
    warnings: tuple[str, ...] = ()
    """Why the figure may be wrong."""

    @property
    def seconds_per_inference(self) -> float:
        """Give the loop's time for one inference."""
        return self.seconds / self.inferences

    @property
    def total_per_inference_mj(self) -> float:
        """Give the energy of one inference with all that the device draws anyway."""
        return self.total_mj / self.inferences

    @property
    def above_idle_mw(self) -> float | None:
        """Give the mean power above idle."""
        return None if self.idle_mw is None else self.mean_mw - self.idle_mw

    @property
    def inferences_per_joule(self) -> float | None:
        """Give how many inferences a joule above idle is enough for."""
        e = self.per_inference_mj
        return 1000 / e if e is not None and e > 0 else None

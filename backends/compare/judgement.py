"""Is the difference real? The answer for two sides, in numbers and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from backends.compare.bootstrap import PERCENTILES, resample
from backends.compare.dependence import measure_dependence
from backends.compare.interval import (
    Interval,
    Uncertainty,
    bootstrap_uncertainty,
    more_values_needed,
    welch_uncertainty,
)
from backends.compare.rank_test import RankTest, brunner_munzel
from backends.compare.samples import Samples, samples_of
from backends.runs.run import Run
from backends.units import format_count

_LEAST_FOR_BOOTSTRAP = 10
_LEAST_FOR_RANKS = 8
"""From so many values on each side the rank test must agree; fewer can hardly reach its level."""
_P_LEVEL = 0.05
_TAIL_VALUES = 10
"""A percentile is compared only if at least so many values lie beyond it on each side."""
_MOST_RUNS = 100_000
_SMALL_DIFFERENCE = 0.01


class Outcome(StrEnum):
    """What can be said."""

    FASTER = "faster"
    """B takes less time than A, beyond noise."""
    SLOWER = "slower"
    NO_DIFFERENCE = "no difference"
    """None beyond noise; a smaller one than the interval allows may be there."""
    NOT_TESTED = "not tested"
    """One of the sides has too few values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number of both sides, in ns, and the relative difference that the noise leaves (``None``: too few values)."""

    id: str
    """``p50``, ``p90``, ``p99`` or ``mean``."""
    a_ns: float
    b_ns: float
    interval: Interval | None

    @property
    def relative(self) -> float:
        """By how much B is larger (0.12: 12 %)."""
        return self.b_ns / self.a_ns - 1.0 if self.a_ns else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The answer on latency. Only ``headline`` and ``notes`` are meant to be read by people as they are."""

    outcome: Outcome
    metrics: tuple[Metric, ...]
    """First the one that decides: p50, or the mean of processes where only those are known."""
    rank_test: RankTest | None
    a: Samples
    b: Samples
    headline: str
    notes: tuple[str, ...] = ()
    more_needed: int | None = None
    """More values on each side that would confirm a difference as large as the one seen, where none is proved."""

    @property
    def is_real(self) -> bool:
        """Whether there is a difference beyond noise."""
        return self.outcome in (Outcome.FASTER, Outcome.SLOWER)

    def metric(self, id_: str) -> Metric | None:
        """Give a number by its id."""
        return next((metric for metric in self.metrics if metric.id == id_), None)


def judge(a_runs: Sequence[Run], b_runs: Sequence[Run]) -> Judgement:
    """Judge the latency of B's runs against A's."""
    return judge_samples(samples_of(a_runs), samples_of(b_runs))


def judge_samples(a: Samples, b: Samples) -> Judgement:
    """Judge two sides.

    A difference counts as real if its 95 % interval excludes zero and the rank test agrees (p < 0.05). Where only some
    processes are known, and not their single runs, Student's t over processes decides.
    """
    notes = _notes(a, b)
    if min(len(a.values_ns), len(b.values_ns)) == 0 or min(*a.values_ns, *b.values_ns) <= 0.0:
        return Judgement(
            outcome=Outcome.NOT_TESTED, metrics=(), rank_test=None, a=a, b=b,
            headline="Latencies cannot be compared: one side has none.", notes=notes,
        )  # fmt: skip
    if a.is_processes != b.is_processes:
        a, b = _as_processes(a), _as_processes(b)
    a_values, b_values = np.asarray(a.values_ns), np.asarray(b.values_ns)
    if min(len(a_values), len(b_values)) < _LEAST_FOR_BOOTSTRAP or a.is_processes:
        metrics, uncertainty, ranks = _judge_few(a_values, b_values)
    else:
        metrics, uncertainty, ranks = _judge_many(a_values, b_values, abs(b.drift - a.drift))
    if uncertainty is None:
        return Judgement(
            outcome=Outcome.NOT_TESTED, metrics=metrics, rank_test=None, a=a, b=b,
            headline=_untested_text(a, b, metrics[0]), notes=notes,
        )  # fmt: skip
    interval = uncertainty.interval()
    agrees = ranks is None or min(len(a_values), len(b_values)) < _LEAST_FOR_RANKS or ranks.p_value < _P_LEVEL
    is_real = interval.excludes_zero and agrees
    more = None if is_real else more_values_needed(uncertainty, max(len(a_values), len(b_values)))
    outcome = Outcome.NO_DIFFERENCE
    if is_real:
        outcome = Outcome.SLOWER if interval.relative > 0 else Outcome.FASTER
    return Judgement(
        outcome=outcome,
        metrics=metrics,
        rank_test=ranks,
        a=a,
        b=b,
        headline=_difference_text(interval) if is_real else _noise_text(interval, more, a.what),
        notes=(*notes, *_size_notes(interval, is_real, a)),
        more_needed=more,
    )


def format_percent(share: float) -> str:
    """Give a share as a percentage with two useful digits: ``12 %``, ``0.34 %``."""
    percent = abs(share) * 100.0
    digits = 0 if percent >= 9.95 else 1 if percent >= 0.95 else 2
    return f"{percent:.{digits}f} %"


def format_change(relative: float) -> str:
    """Give a relative difference with its sign: ``+12 %``, ``−3.4 %``."""
    return f"{'+' if relative > 0 else '−' if relative < 0 else '±'}{format_percent(relative)}"


def format_interval(interval: Interval) -> str:
    """Give both ends with their signs: ``−14 % to −10 %``."""
    return f"{format_change(interval.low)} to {format_change(interval.high)}"


_Judged = tuple[tuple[Metric, ...], Uncertainty | None, RankTest | None]


def _judge_many(a: np.ndarray, b: np.ndarray, slack: float) -> _Judged:
    a_dependence, b_dependence = measure_dependence(a), measure_dependence(b)
    a_side, b_side = (resample(a, a_dependence), a_dependence), (resample(b, b_dependence, seed=7), b_dependence)
    ids = (*(f"p{share:.0f}" for share in PERCENTILES), "mean")
    least = min(len(a), len(b))
    metrics = []
    first: Uncertainty | None = None
    for column, id_ in enumerate(ids):
        uncertainty = bootstrap_uncertainty(a_side, b_side, column, slack)
        first = first or uncertainty
        share = PERCENTILES[column] if column < len(PERCENTILES) else 50.0
        is_known = least * (1.0 - share / 100.0) >= _TAIL_VALUES or share == 50.0
        metrics.append(
            Metric(
                id=id_,
                a_ns=float(np.exp(a_side[0].observed[column])),
                b_ns=float(np.exp(b_side[0].observed[column])),
                interval=uncertainty.interval() if is_known else None,
            )
        )
    return tuple(metrics), first, brunner_munzel(a, b, a_dependence, b_dependence)


def _judge_few(a: np.ndarray, b: np.ndarray) -> _Judged:
    uncertainty = welch_uncertainty(a, b) if min(len(a), len(b)) > 1 else None
    interval = uncertainty.interval() if uncertainty is not None else None
    numbers = (("mean", np.mean), ("p50", np.median))
    metrics = tuple(
        Metric(id=id_, a_ns=float(number(a)), b_ns=float(number(b)), interval=interval) for id_, number in numbers
    )
    if uncertainty is None:
        return metrics, None, None
    return metrics, uncertainty, brunner_munzel(a, b, measure_dependence(a[:7]), measure_dependence(b[:7]))


def _as_processes(samples: Samples) -> Samples:
    """One run of many inferences beside others of whole processes: it is one process."""
    if samples.is_processes:
        return samples
    return Samples(
        values_ns=(float(np.mean(samples.values_ns)),), is_processes=True, warmup_count=samples.warmup_count,
        drift=samples.drift,
    )  # fmt: skip


def _difference_text(interval: Interval) -> str:
    word = "slower" if interval.relative > 0 else "faster"
    if interval.relative >= 1.0:
        factors = [
            f"{1.0 + share:.{1 if share < 9 else 0}f}" for share in (interval.relative, interval.low, interval.high)
        ]
        return f"B takes {factors[0]} times as long (95 %: {factors[1]}–{factors[2]})."
    ends = sorted((abs(interval.low), abs(interval.high)))
    size = format_percent(interval.relative)
    return f"B is {size} {word} (95 %: {_range_text(*ends)})."


def _range_text(low: float, high: float) -> str:
    first, second = format_percent(low), format_percent(high)
    return f"{first.removesuffix(' %')}–{second}"


def _noise_text(interval: Interval, more: int | None, what: str) -> str:
    bounds = f"95 %: {format_interval(interval)}"
    if more is None:
        return f"No difference beyond noise ({bounds})."
    if more > _MOST_RUNS:
        return f"No difference beyond noise ({bounds}; more {what} would hardly show one)."
    return f"No difference beyond noise ({bounds}; needs about {_rounded(more)} more {what} on each side)."


def _untested_text(a: Samples, b: Samples, metric: Metric) -> str:
    word = "longer" if metric.relative > 0 else "shorter"
    few = "A has" if len(a.values_ns) < 2 else "B has"
    few = "each side has" if len(a.values_ns) < 2 and len(b.values_ns) < 2 else few
    return (
        f"B took {format_percent(metric.relative)} {word}, but {few} only one "
        f"{'process' if a.is_processes else 'run'}, so that nothing is known about noise."
    )


def _size_notes(interval: Interval, is_real: bool, a: Samples) -> tuple[str, ...]:
    if is_real and abs(interval.relative) < _SMALL_DIFFERENCE and not a.is_processes:
        return (
            "A difference below 1 % can also come from one start of the program to the next; measure each side again "
            "to be sure that it belongs to the model.",
        )
    if not is_real and interval.excludes_zero:
        return ("The interval excludes zero, but the rank test does not agree; that is not enough.",)
    return ()


def _notes(a: Samples, b: Samples) -> tuple[str, ...]:
    notes = []
    for letter, side in (("A", a), ("B", b)):
        if side.warmup_count:
            runs = "run was" if side.warmup_count == 1 else "runs were"
            notes.append(f"{letter}: {side.warmup_count} slow {runs} left out as warm-up.")
        if side.drift:
            word = "slower" if side.drift > 0 else "faster"
            notes.append(
                f"{letter} became {format_percent(side.drift)} {word} while it was measured; that was taken out."
            )
    if abs(a.drift - b.drift) > 0:
        notes.append(
            "The interval was widened by the difference of the drifts, which cannot be told from a difference of the "
            "models."
        )
    if a.is_processes != b.is_processes:
        notes.append("One side is known by process only, so that the other counts as one process.")
    elif a.is_processes:
        notes.append("Whole processes were compared: the device gives means, or there are several runs of a side.")
    return tuple(notes)


def _rounded(number: int) -> str:
    """Two digits are enough for an estimate."""
    digits = max(len(str(number)) - 2, 0)
    rounded = round(number, -digits)
    return str(rounded) if rounded < 10_000 else format_count(rounded)

"""The score of an entry, with the constant that a challenge does not publish fitted from its table."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from backends.challenges.challenge import Challenge
from backends.errors import ResourceError
from backends.published.table import PublishedRow, PublishedTable, find_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The constant of a score, as the published entries give it.

    ``log2_constant`` is the binary logarithm of C; C itself overflows. ``worst`` is the largest relative difference
    between a published score and the one the fitted formula gives, over the ``rows`` entries that were used.
    """

    log2_constant: float
    worst: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an own entry would stand."""

    score: float
    rank: int
    """1 for the best; entries with the same score share a place."""
    of: int
    """Number of entries with a score, the own one included."""
    fit: Fit
    exponent: float
    runtime_ms: float


def fit_constant(challenge: Challenge, table: PublishedTable | None = None) -> Fit:
    """Fit C from the entries whose score, runtime and metrics are published.

    Each entry gives log2 C = exponent - log2(score x runtime). Scores are rounded to the digits that are printed, so an
    entry counts with weight score squared: the logarithm's error is that of the rounding divided by the score. Entries
    printed as 0 give none.

    Args:
        challenge: what to fit.
        table: its entries, instead of those that come with the program.

    Raises:
        ResourceError: no entry of the table can be used.
    """
    table = find_table(challenge.table) if table is None else table
    known = [(row, *_used(challenge, table, row)) for row in table.rows]
    usable = [(exponent, runtime, score) for _, exponent, runtime, score in known if exponent and runtime and score]
    if not usable:
        raise ResourceError(f"No entry of {table.title} has a score to fit the constant from.")
    logs = [exponent - math.log2(score * runtime) for exponent, runtime, score in usable]
    weights = [score**2 for *_, score in usable]
    constant = sum(log * weight for log, weight in zip(logs, weights, strict=True)) / sum(weights)
    worst = max(
        max(0.0, abs(2 ** (exponent - constant) / runtime - score) - _half_digit(score)) / score
        for exponent, runtime, score in usable
    )
    return Fit(log2_constant=constant, worst=worst, rows=len(usable))


def score_entry(challenge: Challenge, metrics: Mapping[str, float], runtime_ms: float) -> Place:
    """Score an own entry and place it among the published ones.

    Args:
        challenge: whose formula.
        metrics: value by metric id, in the metric's unit.
        runtime_ms: latency of one inference in milliseconds.

    Raises:
        ResourceError: the challenge's table cannot be used.
        ValueError: a metric is missing or out of its range, or the runtime is not positive.
    """
    for metric in challenge.metrics:
        value = metrics.get(metric.id)
        if value is None:
            raise ValueError(f"{metric.title} is missing")
        if not metric.least <= value <= metric.most:
            raise ValueError(f"{metric.title} must be from {metric.least:g} to {metric.most:g} {metric.unit}")
    if not (math.isfinite(runtime_ms) and runtime_ms > 0):
        raise ValueError("the runtime must be a positive number of milliseconds")
    table = find_table(challenge.table)
    fit = fit_constant(challenge, table)
    exponent = exponent_of(challenge, metrics)
    score = 2 ** (exponent - fit.log2_constant) / runtime_ms
    others = [value for row in table.rows if (value := table.value(row, challenge.score_column)) is not None]
    return Place(
        score=score,
        rank=1 + sum(other > score for other in others),
        of=len(others) + 1,
        fit=fit,
        exponent=exponent,
        runtime_ms=runtime_ms,
    )


def exponent_of(challenge: Challenge, metrics: Mapping[str, float]) -> float:
    """Give the exponent of two for these metrics."""
    return sum(part.factor * metrics[part.metric] for part in challenge.exponents)


def formula_of(challenge: Challenge) -> str:
    """Write the formula as people read it."""
    titles = {metric.id: metric.title for metric in challenge.metrics}
    parts = (
        titles[part.metric] if part.factor == 1 else f"{part.factor:g}·{titles[part.metric]}"
        for part in challenge.exponents
    )
    return f"2^({' + '.join(parts)}) / (C · runtime)"


def _used(
    challenge: Challenge, table: PublishedTable, row: PublishedRow
) -> tuple[float | None, float | None, float | None]:
    metrics = {part.metric: table.value(row, part.metric) for part in challenge.exponents}
    values = {id_: value for id_, value in metrics.items() if value is not None}
    exponent = exponent_of(challenge, values) if len(values) == len(metrics) else None
    return exponent, table.value(row, challenge.runtime_column), table.value(row, challenge.score_column)


def _half_digit(score: float) -> float:
    """Give half of the last printed digit, which rounding may have taken away."""
    digits = f"{score:g}".partition(".")[2]
    return 0.5 * 10.0 ** -max(len(digits), 2)

"""A score card as a report: the requirements one by one, the score, and the table with the own entry in its place."""

import math
from collections.abc import Mapping, Sequence

from backends.accuracy.comparison import Comparison
from backends.challenges.challenge import Challenge
from backends.challenges.requirements import Answer
from backends.challenges.scoring import Fit, Place, formula_of
from backends.published.table import PublishedTable
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.figure import Tone
from backends.reports.published_content import format_published
from backends.units import format_latency

OWN_ENTRY = "your model"
_WORDS = {True: "met", False: "not met", None: "cannot be said"}
_NS_IN_MS = 1e6


def measured_metrics(challenge: Challenge, comparison: Comparison) -> dict[str, float]:
    """Give a challenge's metrics as far as a comparison holds them, by id.

    Only what was compared with what is right counts: reference pictures for the PSNR (dB), labels for the Top-k (%).
    How near a model is to its own original is no quality of the model.
    """
    found = comparison.main
    known = {
        "psnr": found.actual_truth_psnr_db,
        **{f"top{count}": 100 * part for count, part in found.actual_top.items()},
    }
    wanted = {metric.id: known.get(metric.id) for metric in challenge.metrics}
    return {id_: value for id_, value in wanted.items() if value is not None and math.isfinite(value)}


class ScoreContent:
    """One model against one challenge.

    Args:
        model_name: the entry.
        challenge: what it was held against.
        answers: to the requirements.
        fit: the constant of the score.
        table: the published entries.
        place: the own score; ``None`` where runtime or metrics are missing.
        metrics: the own metrics by id.
    """

    schema = "tflite-profiler/score/1"

    def __init__(  # noqa: PLR0913 - the parts of a card, each by name
        self,
        *,
        model_name: str,
        challenge: Challenge,
        answers: Sequence[Answer],
        fit: Fit,
        table: PublishedTable,
        place: Place | None,
        metrics: Mapping[str, float],
    ) -> None:
        self._model_name = model_name
        self._challenge = challenge
        self._answers = tuple(answers)
        self._fit = fit
        self._table = table
        self._place = place
        self._metrics = dict(metrics)

    @property
    def title(self) -> str:
        """Name model and challenge."""
        return f"{self._model_name}: {self._challenge.title}"

    def sections(self) -> Sequence[Section]:
        """Give requirements, score and the table."""
        return [self._requirements(), self._score(), self._standings()]

    def records(self) -> Records:
        """Give a record for each requirement."""
        return Records(
            fields=("requirement", "is_met", "found", "source"),
            rows=[(one.requirement.text, one.is_met, one.found, one.requirement.source) for one in self._answers],
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give everything."""
        place = self._place
        return {
            "model": self._model_name,
            "challenge": self._challenge.id,
            "source": self._challenge.source,
            "requirements": [
                {
                    "check": one.requirement.check,
                    "text": one.requirement.text,
                    "is_met": one.is_met,
                    "found": one.found,
                    "operators": [{"subgraph": id_.subgraph, "index": id_.index} for id_ in one.operators],
                    "source": one.requirement.source,
                }
                for one in self._answers
            ],
            "formula": formula_of(self._challenge),
            "log2_constant": self._fit.log2_constant,
            "fit_worst": self._fit.worst,
            "fit_rows": self._fit.rows,
            "metrics": dict(self._metrics),
            "runtime_ms": place.runtime_ms if place else None,
            "score": place.score if place else None,
            "rank": place.rank if place else None,
            "of": place.of if place else None,
        }

    def _requirements(self) -> Section:
        tones = {True: Tone.GOOD, False: Tone.BAD, None: Tone.UNKNOWN}
        return Section(
            title="Requirements",
            table=Table(
                headings=("Requirement", "Answer", "Found", "Source"),
                rows=tuple(
                    (one.requirement.text, _WORDS[one.is_met], one.found, one.requirement.source)
                    for one in self._answers
                ),
                tones={(number, 1): tones[one.is_met] for number, one in enumerate(self._answers)},
            ),
        )

    def _score(self) -> Section:
        fit = self._fit
        facts = [
            ("Formula", formula_of(self._challenge)),
            ("C", f"2^{fit.log2_constant:.3f}, fitted from {fit.rows} published entries"),
            ("Fit", fit_text(fit)),
        ]
        for metric in self._challenge.metrics:
            if metric.id in self._metrics:
                facts.append((metric.title, f"{self._metrics[metric.id]:g} {metric.unit}"))
        if self._place is None:
            wanted = ", ".join(metric.title for metric in self._challenge.metrics)
            return Section(
                title="Score", facts=tuple(facts), sentences=(f"A score needs a run and {wanted} of the model.",)
            )
        place = self._place
        facts.append(("Runtime", format_latency(place.runtime_ms * _NS_IN_MS)))
        facts.append(("Score", format_score(place.score)))
        facts.append(("Place", f"{place.rank} of {place.of}"))
        return Section(title="Score", facts=tuple(facts), sentences=(self._challenge.note,))

    def _standings(self) -> Section:
        rows = standings(self._challenge, self._table, self._place, self._metrics)
        count = len(self._table.keys)
        return Section(
            title=self._table.title,
            sentences=(f"Source: {self._table.source}.",),
            table=Table(
                headings=(*(key.title for key in self._table.keys), *(c.heading for c in self._table.columns)),
                rows=rows,
                right_aligned=frozenset(range(count, count + len(self._table.columns))),
                tones={(i, 0): Tone.GOOD for i, row in enumerate(rows) if row[0] == OWN_ENTRY},
            ),
        )


def standings(
    challenge: Challenge, table: PublishedTable, place: Place | None, metrics: Mapping[str, float]
) -> tuple[tuple[str, ...], ...]:
    """Give the published entries as texts, the best score first, with the own entry in its place."""
    entries: list[tuple[float, tuple[str, ...]]] = []
    for row in table.rows:
        score = table.value(row, challenge.score_column)
        texts = (*row.keys, *(format_published(value) for value in row.values))
        entries.append((-1.0 if score is None else score, texts))
    if place is not None:
        values = {
            **metrics,
            challenge.runtime_column: float(f"{place.runtime_ms:.4g}"),
            challenge.score_column: float(f"{place.score:.4g}"),
        }
        blank = ("",) * (len(table.keys) - 1)
        texts = (OWN_ENTRY, *blank, *(format_published(values.get(column.id)) for column in table.columns))
        entries.append((place.score, texts))
    return tuple(texts for _, texts in sorted(entries, key=lambda entry: -entry[0]))


def format_score(score: float) -> str:
    """Give a score with the digits that challenges print; very small ones with an exponent."""
    return f"{score:.2f}" if score >= 0.01 else f"{score:.2g}"


def fit_text(fit: Fit) -> str:
    """Say how well the published scores are met."""
    if fit.worst <= 0:
        return "every published score is met within its rounding"
    return f"published scores differ by at most {fit.worst:.1%} beyond their rounding"

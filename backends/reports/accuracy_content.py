"""A measurement together with how far its outputs are from the processor's."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from backends.reports.columns import Align, Column
from backends.reports.content import Records, Section, Tree
from backends.reports.run_content import RunContent
from backends.reports.tabulation import table_of
from backends.runs.benchmark.accuracy import Accuracy
from backends.runs.benchmark.similarity import Similarity
from backends.units import format_share


def _decibels(value: float) -> str:
    return "equal" if math.isinf(value) else f"{value:.1f} dB"


ACCURACY_COLUMNS: tuple[Column[Similarity], ...] = (
    Column(id="name", title="Output", value=lambda row: row.name),
    Column(id="max_abs", title="Max abs", value=lambda row: row.max_abs, format="{:.4g}".format, align=Align.RIGHT),
    Column(id="mean_abs", title="Mean abs", value=lambda row: row.mean_abs, format="{:.4g}".format, align=Align.RIGHT),
    Column(id="psnr_db", title="PSNR", value=lambda row: row.psnr_db, format=_decibels, align=Align.RIGHT),
    Column(id="cosine", title="Cosine", value=lambda row: row.cosine, format="{:.6f}".format, align=Align.RIGHT),
    Column(
        id="top1",
        title="Top-1",
        value=lambda row: None if row.top1_agrees is None else "same" if row.top1_agrees else "other",
    ),
    Column(id="top5", title="Top-5", value=lambda row: row.top5_agreement, format=format_share, align=Align.RIGHT),
)


def accuracy_sentences(accuracy: Accuracy) -> tuple[str, ...]:
    """Say how far the outputs are from those of the processor, and where that comes from."""
    far = "not a number in one of them" if math.isinf(accuracy.deviation) else format_share(accuracy.deviation)
    verdict = "within" if accuracy.is_within_tolerance else "beyond"
    sentences = [
        f"The outputs deviate by {far} of the largest value, {verdict} the tolerance of "
        f"{format_share(accuracy.tolerance)}."
    ]
    if accuracy.culprit is not None:
        first, last = accuracy.culprit.first, accuracy.culprit.last
        which = f"operator {first}" if first == last else f"operators {first} to {last}"
        where = f" of subgraph {accuracy.culprit.subgraph}" if accuracy.culprit.subgraph else ""
        sentences.append(f"The deviation comes from {which}{where}.")
    return (*sentences, *accuracy.notes)


class MeasuredContent:
    """What was measured, and how accurate it is.

    Args:
        run: the measurement's content.
        accuracy: of the same delegate, on the same inputs.
    """

    schema = RunContent.schema

    def __init__(self, run: RunContent, accuracy: Accuracy) -> None:
        self._run = run
        self._accuracy = accuracy

    @property
    def title(self) -> str:
        """Name the model and the device."""
        return self._run.title

    def sections(self) -> Sequence[Section]:
        """Give the accuracy before what is said of the measurement."""
        title = "Outputs compared with those of the processor"
        own = Section(
            title=title,
            table=table_of(ACCURACY_COLUMNS, self._accuracy.outputs),
            sentences=accuracy_sentences(self._accuracy),
        )
        return [own, *self._run.sections()]

    def records(self) -> Records:
        """Give the measurement's records."""
        return self._run.records()

    def tree(self) -> Mapping[str, Tree]:
        """Give the measurement's tree, and the accuracy in it."""
        accuracy, culprit = self._accuracy, self._accuracy.culprit
        return {
            **self._run.tree(),
            "accuracy": {
                "delegate": accuracy.delegate,
                "deviation": _finite(accuracy.deviation),
                "tolerance": accuracy.tolerance,
                "is_within_tolerance": accuracy.is_within_tolerance,
                "culprit": None
                if culprit is None
                else {"subgraph": culprit.subgraph, "first": culprit.first, "last": culprit.last},
                "outputs": [_output(item) for item in accuracy.outputs],
                "notes": list(accuracy.notes),
            },
        }


def _output(item: Similarity) -> dict[str, Any]:
    return {
        "name": item.name,
        "count": item.count,
        "max_abs": item.max_abs,
        "mean_abs": item.mean_abs,
        "psnr_db": None if item.psnr_db is None else _finite(item.psnr_db),
        "cosine": item.cosine,
        "top1_agrees": item.top1_agrees,
        "top5_agreement": item.top5_agreement,
    }


def _finite(value: float) -> float | str:
    return value if math.isfinite(value) else "infinite"

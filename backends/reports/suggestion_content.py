"""Suggestions as a report: what to change, what it can gain, and what the target would then answer."""

from collections.abc import Mapping, Sequence

from backends.advice.gain import Basis, Gain
from backends.advice.suggestion import Suggestion, WhatIf
from backends.reports.advice_content import some_operators
from backends.reports.columns import MISSING
from backends.reports.content import Records, Section, Table, Tree
from backends.units import format_count, format_share

_WHOLE = {Basis.TIME: "the measured time", Basis.MACS: "the MACs", Basis.BYTES: "the bytes moved"}
_NEVER_MEASURED = "Shares are estimates from shapes: measure, and give the run, to rank by time."


class SuggestionContent:
    """Suggestions for one model.

    Args:
        model_name: the model.
        suggestions: in the order to show them.
        target_name: the target that was asked; empty for none.
        has_run: whether a run ranked them.
    """

    schema = "tflite-profiler/advise/1"

    def __init__(
        self, model_name: str, suggestions: Sequence[Suggestion], *, target_name: str = "", has_run: bool = False
    ) -> None:
        self._model_name = model_name
        self._suggestions = tuple(suggestions)
        self._target_name = target_name
        self._has_run = has_run

    @property
    def title(self) -> str:
        """Name the model and the target."""
        place = f" on {self._target_name}" if self._target_name else ""
        return f"What to change in {self._model_name}{place}"

    def sections(self) -> Sequence[Section]:
        """Give a table, then each suggestion with its reasons."""
        if not self._suggestions:
            return [Section(title="", sentences=("Nothing found to change.",))]
        rows = tuple(
            (str(number), one.title, some_operators(one.operators), gain_text(one.gain), what_if_text(one))
            for number, one in enumerate(self._suggestions, start=1)
        )
        table = Table(headings=("#", "Suggestion", "Operators", "Gain", "What if"), rows=rows)
        sentences = () if self._has_run else (_NEVER_MEASURED,)
        return [Section(title="", sentences=sentences, table=table), *map(_details, enumerate(self._suggestions, 1))]

    def records(self) -> Records:
        """Give a record for each suggestion."""
        fields = ("id", "title", "share", "saving", "basis", "detail", "remedy", "source", "operators")
        return Records(
            fields=fields,
            rows=[
                (
                    one.id,
                    one.title,
                    one.gain.share,
                    one.gain.saving,
                    one.gain.basis.value,
                    one.detail,
                    one.remedy,
                    one.source,
                    len(one.operators),
                )
                for one in self._suggestions
            ],
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give everything."""
        return {
            "model": self._model_name,
            "target": self._target_name,
            "suggestions": [_tree(one) for one in self._suggestions],
        }


def gain_text(gain: Gain) -> str:
    """Say what a suggestion is about, and what of it would go away."""
    whole = _WHOLE[gain.basis]
    if gain.saving is not None:
        return f"saves about {format_share(gain.saving)} of {whole}"
    if gain.share <= 0:
        return "not known"
    return f"up to {format_share(gain.share)} of {whole}"


def what_if_text(suggestion: Suggestion) -> str:
    """Say what would follow: for the target's answer, and for the MACs."""
    parts = []
    if suggestion.what_if is not None:
        parts.append(_answer_text(suggestion.what_if))
    if suggestion.macs_before is not None and suggestion.macs_after is not None:
        parts.append(f"{format_count(suggestion.macs_before)} to {format_count(suggestion.macs_after)} MACs")
    return "; ".join(parts) or MISSING


def _answer_text(what_if: WhatIf) -> str:
    if what_if.accelerated_before == what_if.accelerated_after:
        return "the same operators stay behind: other rules speak against them too"
    text = f"{what_if.accelerated_before} to {what_if.accelerated_after} accelerated operators"
    if what_if.partitions_before != what_if.partitions_after:
        text += f", {what_if.partitions_before} to {what_if.partitions_after} partitions"
    return text


def _details(numbered: tuple[int, Suggestion]) -> Section:
    number, one = numbered
    facts = (
        ("Found", one.detail),
        ("Why", one.why),
        ("Way out", one.remedy),
        ("Gain", gain_text(one.gain)),
        ("What if", what_if_text(one)),
        ("Source", one.source),
    )
    shown = tuple(fact for fact in facts if fact[1] and fact[1] != MISSING)
    return Section(title=f"{number}. {one.title}", facts=shown, is_part=True)


def _tree(one: Suggestion) -> Tree:
    what_if = one.what_if
    return {
        "id": one.id,
        "title": one.title,
        "detail": one.detail,
        "why": one.why,
        "remedy": one.remedy,
        "source": one.source,
        "operators": [list(id_) for id_ in one.operators],
        "targets": list(one.targets),
        "gain": {"share": one.gain.share, "saving": one.gain.saving, "basis": one.gain.basis.value},
        "what_if": None
        if what_if is None
        else {
            "accelerated_before": what_if.accelerated_before,
            "accelerated_after": what_if.accelerated_after,
            "partitions_before": what_if.partitions_before,
            "partitions_after": what_if.partitions_after,
        },
        "macs_before": one.macs_before,
        "macs_after": one.macs_after,
    }

"""The kinds that a network became, and what each target makes of them, as a report."""

import math
from collections.abc import Mapping, Sequence

from backends.accuracy.comparison import OutputComparison
from backends.conversion.choice import LEAST_PSNR_DB, choose_for
from backends.conversion.conversion import Conversion
from backends.conversion.kinds import KINDS
from backends.conversion.siblings import Sibling, accelerated_share, is_mostly_slow, runs_wholly
from backends.reports.columns import Align, Column
from backends.reports.content import Records, Section, Tree
from backends.reports.tabulation import records_of, table_of
from backends.runs.store import run_to_json
from backends.targets.target import Target
from backends.units import format_bytes, format_count, format_latency, format_share

CHOICE_RULE = (
    "Try first: the fastest measured with what the target is about that is accurate enough "
    f"({LEAST_PSNR_DB:.0f} dB, or the best class nearly always the same); where nothing was measured with it, of the "
    "kinds that run wholly the most accurate on the fast engine, 40 dB being as good as equal and small files winning, "
    "else the one that runs most."
)


def format_decibels(value: float) -> str:
    """Give a ratio in decibels: ``38.2 dB``, or ``equal`` where there is no difference."""
    return "equal" if math.isinf(value) and value > 0 else f"{value:.1f} dB"


def _main(row: Sibling) -> OutputComparison | None:
    return row.comparison.main if row.comparison is not None else None


def _top(row: Sibling, count: int) -> float | None:
    found = _main(row)
    return found.top.get(count) if found is not None else None


def kind_columns() -> tuple[Column[Sibling], ...]:
    """Give what stands in the table of kinds, without targets."""
    return (
        Column(id="kind", title="Kind", value=lambda row: KINDS[row.result.kind].title),
        Column(
            id="size_bytes",
            title="Size",
            value=lambda row: row.result.model.size_bytes if row.result.model is not None else None,
            format=format_bytes,
            align=Align.RIGHT,
        ),
        Column(
            id="macs",
            title="MACs",
            value=lambda row: row.summary.macs if row.summary is not None else None,
            format=format_count,
            align=Align.RIGHT,
            description="Estimate of the multiply-accumulates of one inference.",
        ),
        Column(
            id="latency_ns",
            title="Latency",
            value=lambda row: row.mean_ns,
            format=format_latency,
            align=Align.RIGHT,
            description="Mean of a short measurement on the chosen device.",
        ),
        Column(
            id="psnr_db",
            title="PSNR",
            value=lambda row: found.psnr_db if (found := _main(row)) is not None else None,
            format=format_decibels,
            align=Align.RIGHT,
            description="Of the first output against the float32 model, mean over the samples.",
        ),
        Column(
            id="ssim",
            title="SSIM",
            value=lambda row: found.ssim if (found := _main(row)) is not None else None,
            format="{:.4f}".format,
            align=Align.RIGHT,
            description="Structural similarity with the float32 model's pictures.",
        ),
        Column(
            id="max_abs",
            title="Max error",
            value=lambda row: found.max_abs if (found := _main(row)) is not None else None,
            format="{:.3g}".format,
            align=Align.RIGHT,
        ),
        Column(
            id="cosine",
            title="Cosine",
            value=lambda row: found.cosine if (found := _main(row)) is not None else None,
            format="{:.5f}".format,
            align=Align.RIGHT,
        ),
        Column(
            id="top1_agreement",
            title="Top-1 agrees",
            value=lambda row: _top(row, 1),
            format=format_share,
            align=Align.RIGHT,
            description="How often the best class is that of the float32 model.",
        ),
        Column(
            id="top5_agreement",
            title="Top-5 agrees",
            value=lambda row: _top(row, 5),
            format=format_share,
            align=Align.RIGHT,
            description="How often the float32 model's best class is among the five best.",
        ),
        Column(
            id="truth_psnr_db",
            title="PSNR, right",
            value=lambda row: found.actual_truth_psnr_db if (found := _main(row)) is not None else None,
            format=format_decibels,
            align=Align.RIGHT,
            description="Against the reference pictures.",
        ),
        Column(
            id="truth_top1",
            title="Top-1, right",
            value=lambda row: found.actual_top.get(1) if (found := _main(row)) is not None else None,
            format=format_share,
            align=Align.RIGHT,
            description="How often the best class is the one that the labels say.",
        ),
        Column(id="state", title="State", value=state_of),
    )


def state_of(row: Sibling) -> str:
    """Say in a word or two what became of a kind."""
    if row.result.error:
        return "not made"
    if row.comparison is not None and row.comparison.traps:
        return row.comparison.traps[0].title
    return "problem" if row.problems else "made"


def target_column(target: Target) -> Column[Sibling]:
    """Give the column that says how much of each kind a target takes."""

    def value(row: Sibling) -> float | None:
        verdict = row.verdicts.get(target.id)
        return accelerated_share(verdict) if verdict is not None else None

    return Column(
        id=f"{target.id.replace('-', '_').replace('.', '_')}_share",
        title=target.name,
        value=value,
        format=format_share,
        align=Align.RIGHT,
        description=f"Share of the MACs that {target.name} takes, by the operators it supports.",
    )


def cell_text(row: Sibling, target_id: str) -> str:
    """Say how many operators of a kind a target takes: ``all``, ``none`` or a count; and whether on a slow engine."""
    verdict = row.verdicts.get(target_id)
    if verdict is None:
        return ""
    slow = ", slow" if is_mostly_slow(verdict) else ""
    if runs_wholly(verdict):
        return f"all{slow}"
    count, total = verdict.summary.accelerated_count, verdict.summary.operator_count
    return f"{count}/{total}{slow}" if count else "none"


def _cell_column(row: Sibling) -> Column[Target]:
    return Column(
        id=str(row.result.kind),
        title=KINDS[row.result.kind].title,
        value=lambda target: cell_text(row, target.id),
    )


class ConversionContent:
    """What came out of a conversion.

    Args:
        conversion: what was made.
        siblings: what was found out about it.
        targets: what it was checked against.
    """

    schema = "tflite-profiler/convert/1"

    def __init__(self, conversion: Conversion, siblings: Sequence[Sibling], targets: Sequence[Target]) -> None:
        self._conversion = conversion
        self._siblings = siblings
        self._targets = targets

    @property
    def title(self) -> str:
        """Name the network and how many kinds were made."""
        made = len(self._conversion.made)
        return f"{self._conversion.request.source.path.name}: {made} of {len(self._siblings)} kinds made"

    def sections(self) -> Sequence[Section]:
        """Give the kinds, the matrix of kinds and targets, then everything that was found odd."""
        return [
            Section(title="Kinds", table=table_of(kind_columns(), self._siblings), sentences=self._conversion.notes),
            *self._matrix(),
            *self._remarks(),
            Section(title="Files", facts=tuple(self._files())),
        ]

    def records(self) -> Records:
        """Give a record for each kind."""
        columns = (*kind_columns(), *(target_column(target) for target in self._targets))
        return records_of(columns, self._siblings)

    def tree(self) -> Mapping[str, Tree]:
        """Give everything by kind."""
        request = self._conversion.request
        return {
            "source": {"name": request.source.path.name, "format": str(request.source.format)},
            "data": request.data.source,
            "notes": list(self._conversion.notes),
            "kinds": [self._kind_tree(row) for row in self._siblings],
            "best": {
                target.id: str(found.sibling.result.kind)
                for target in self._targets
                if (found := choose_for(self._siblings, target.id)) is not None
            },
            "reasons": {
                target.id: found.reason
                for target in self._targets
                if (found := choose_for(self._siblings, target.id)) is not None
            },
        }

    def _kind_tree(self, row: Sibling) -> Mapping[str, Tree]:
        columns = {column.id: column.value(row) for column in kind_columns()}
        return {
            **{key: _finite(value) for key, value in columns.items()},
            "kind": str(row.result.kind),
            "file": str(row.result.path) if row.result.path is not None else None,
            "seconds": row.result.seconds,
            "error": row.result.error,
            "hint": row.result.hint,
            "notes": list(row.result.notes),
            "problems": list(row.problems),
            "traps": [trap.id for trap in row.comparison.traps] if row.comparison is not None else [],
            "targets": {
                id_: {
                    "accelerated": verdict.summary.accelerated_count,
                    "operators": verdict.summary.operator_count,
                    "macs_share": verdict.summary.accelerated_macs_share,
                    "runs_wholly": runs_wholly(verdict),
                    "is_mostly_slow": is_mostly_slow(verdict),
                }
                for id_, verdict in row.verdicts.items()
            },
            "run": run_to_json(row.run) if row.run is not None else None,
        }

    def _matrix(self) -> list[Section]:
        if not self._targets:
            return []
        rows = [row for row in self._siblings if row.verdicts]
        columns: tuple[Column[Target], ...] = (
            Column(id="target", title="Target", value=lambda target: target.name),
            *(_cell_column(row) for row in rows),
            Column(id="best", title="Try first", value=self._choice),
        )
        sentence = (
            "Operators that each target takes, by its rules; nothing was run there. Slow: most of it on a slow engine."
        )
        return [
            Section(
                title="Which kind runs where", sentences=(sentence, CHOICE_RULE), table=table_of(columns, self._targets)
            )
        ]

    def _choice(self, target: Target) -> str:
        found = choose_for(self._siblings, target.id)
        return KINDS[found.sibling.result.kind].title if found is not None else "none"

    def _remarks(self) -> list[Section]:
        said: dict[str, list[str]] = {}
        sentences = []
        for row in self._siblings:
            title = KINDS[row.result.kind].title
            for note in row.result.notes:
                said.setdefault(note, []).append(title)
            if row.result.error:
                sentences.append(f"{title}: {_ended(row.result.error)} {row.result.hint}".strip())
            sentences += [f"{title}: {text}" for text in row.problems]
            traps = row.comparison.traps if row.comparison is not None else ()
            sentences += [f"{title}: {trap.title}. {trap.message} {trap.remedy} [{trap.source}]" for trap in traps]
        notes = [note if len(kinds) > 1 else f"{kinds[0]}: {note}" for note, kinds in said.items()]
        found = tuple(notes + sentences)
        return [Section(title="Remarks", sentences=found)] if found else []

    def _files(self) -> list[tuple[str, str]]:
        return [
            (KINDS[row.result.kind].title, str(row.result.path))
            for row in self._siblings
            if row.result.path is not None
        ]


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _finite(value: Tree) -> Tree:
    """JSON has no infinity: equal outputs are given as ``None`` beside a largest error of 0."""
    return None if isinstance(value, float) and not math.isfinite(value) else value

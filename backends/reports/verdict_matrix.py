"""Operators against targets: which are not accelerated where, with the reasons."""

from collections.abc import Sequence

from backends.model.model import Model, OperatorId
from backends.reports.columns import engine_text, format_operator
from backends.reports.content import Section, Table
from backends.reports.figure import Tone
from backends.targets.verdict import ModelVerdict, Placement

MOST_ROWS = 400
_SIGNS = {
    Placement.ACCELERATED: ("✓", Tone.GOOD),
    Placement.FALLBACK: ("CPU", Tone.BAD),
    Placement.UNKNOWN: ("?", Tone.UNKNOWN),
}
_BLOCKED = ("blocked", Tone.BAD)


def matrix_section(model: Model, verdicts: Sequence[ModelVerdict], most_rows: int = MOST_ROWS) -> Section:
    """Give the operators that at least one of the targets does not accelerate for certain, one column each target.

    A cell holds what becomes of the operator, its reason, and the sentence of each finding to look up.
    """
    found = [operator for graph in model.subgraphs for operator in graph.operators if _differs(operator.id, verdicts)]
    total = sum(len(graph.operators) for graph in model.subgraphs)
    if not found:
        return Section(title="Operators by target", sentences=("Every target accelerates every operator.",))
    rows, tones, tips = [], {}, {}
    for number, operator in enumerate(found[:most_rows]):
        cells = [format_operator(operator.id), operator.label]
        reasons: dict[str, None] = {}
        for column, target in enumerate(verdicts, 2):
            verdict = target.verdicts.get(operator.id)
            if verdict is None:
                cells.append("")
                continue
            text, tones[number, column] = _SIGNS.get(verdict.placement, _BLOCKED)
            cells.append(f"{text} {engine_text(verdict)}".rstrip())
            reasons.update(dict.fromkeys(finding.reason for finding in verdict.findings if finding.reason))
            if verdict.findings:
                tips[number, column] = "\n".join(finding.message for finding in verdict.findings)
        rows.append((*cells, ", ".join(reasons)))
    sentences = [
        f"{len(found)} of {total} operators are not accelerated for certain on at least one target; the others are "
        "left out. ✓ accelerated, CPU falls back, ? not known. The pointer on a cell shows what was found; "
        "sentences and remedies stand with each target below."
    ]
    if len(found) > most_rows:
        sentences.append(f"The first {most_rows} are shown.")
    headings = ("#", "Type", *(target.target_name for target in verdicts), "Reasons")
    table = Table(headings=headings, rows=tuple(rows), tones=tones, tips=tips)
    return Section(title="Operators by target", sentences=tuple(sentences), table=table)


def _differs(operator: OperatorId, verdicts: Sequence[ModelVerdict]) -> bool:
    answers = (target.verdicts.get(operator) for target in verdicts)
    return any(answer is not None and answer.placement is not Placement.ACCELERATED for answer in answers)

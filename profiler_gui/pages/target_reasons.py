"""Why a target refuses operators: findings joined over operators of the same type."""

from collections import defaultdict
from collections.abc import Iterable

from backends.model.model import Model, OperatorId
from backends.reports.columns import engine_text, format_operator
from backends.targets.verdict import Finding, ModelVerdict, Placement
from profiler_gui.widgets.placement_mark import PLACEMENT_WORDS
from profiler_gui.widgets.reason_list import Reason

_WORST_FIRST = (Placement.FALLBACK, Placement.UNKNOWN, Placement.ACCELERATED)
_SHOWN_PLACES = 3


def reasons_of(model: Model, target: ModelVerdict, operators: Iterable[OperatorId]) -> tuple[Reason, ...]:
    """Join the findings on these operators by type and words; refusals first, then those that hit most operators.

    One operator alone keeps all its findings apart, in the target's order.
    """
    groups: dict[tuple[str, Finding], list[OperatorId]] = defaultdict(list)
    for id_ in operators:
        verdict = target.verdicts.get(id_)
        for finding in verdict.findings if verdict else ():
            groups[model.operator(id_).label, finding].append(id_)
    reasons = [
        Reason(kind=kind, finding=finding, operators=tuple(ids), place=_place(ids))
        for (kind, finding), ids in groups.items()
    ]
    return tuple(sorted(reasons, key=lambda r: (_WORST_FIRST.index(r.finding.effect), -len(r.operators))))


def heading_of(model: Model, target: ModelVerdict, selection: frozenset[OperatorId]) -> tuple[str, Placement | None]:
    """Give the heading over the reasons and its mark: of one operator, of several, or of the whole model."""
    if len(selection) == 1:
        (id_,) = selection
        verdict = target.verdicts.get(id_)
        name = f"{format_operator(id_)} {model.operator(id_).label}"
        if verdict is None:
            return f"{name}: {target.target_name} says nothing", None
        engine = f" ({engine_text(verdict)})" if engine_text(verdict) else ""
        return f"{name} on {target.target_name}: {PLACEMENT_WORDS[verdict.placement]}{engine}", verdict.placement
    if selection:
        return f"{len(selection)} operators on {target.target_name}", None
    return f"All operators on {target.target_name}", None


def _place(ids: list[OperatorId]) -> str:
    shown = ", ".join(format_operator(id_) for id_ in ids[:_SHOWN_PLACES])
    more = f" and {len(ids) - _SHOWN_PLACES} more" if len(ids) > _SHOWN_PLACES else ""
    return shown + more

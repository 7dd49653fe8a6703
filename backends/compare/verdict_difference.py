"""What targets say about two models: which operators they no longer take, and which they take now."""

from collections.abc import Mapping
from dataclasses import dataclass

from backends.compare.alignment import Alignment
from backends.model.model import OperatorId
from backends.targets.verdict import ModelVerdict, Placement, TargetSummary, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """One operator that is placed otherwise; a side is ``None`` where it does not exist."""

    a: OperatorId | None
    b: OperatorId | None
    before: Placement | None
    after: Placement | None
    message: str = ""
    """The first reason against it, on the side that is not accelerated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDifference:
    """One target's answers for both models."""

    target_id: str
    target_name: str
    a: TargetSummary
    b: TargetSummary
    lost: tuple[VerdictChange, ...]
    """No longer accelerated in B, or new in B and not accelerated."""
    gained: tuple[VerdictChange, ...]
    """Accelerated in B only, or gone from A where it was not."""

    @property
    def is_regression(self) -> bool:
        """Whether B has operators that the target does not accelerate although A's counterpart was, or is not there."""
        return bool(self.lost)

    @property
    def is_different(self) -> bool:
        """Whether anything about the answer changed."""
        return bool(self.lost or self.gained) or self.a.partition_count != self.b.partition_count


def compare_verdicts(
    a: Mapping[str, ModelVerdict], b: Mapping[str, ModelVerdict], alignment: Alignment
) -> tuple[TargetDifference, ...]:
    """Compare the answers of all targets that judged both models."""
    return tuple(_compare(a[id_], b[id_], alignment) for id_ in a if id_ in b)


def _compare(a: ModelVerdict, b: ModelVerdict, alignment: Alignment) -> TargetDifference:
    lost: list[VerdictChange] = []
    gained: list[VerdictChange] = []
    for match in alignment.matches:
        before, after = _worst(a, match.a), _worst(b, match.b)
        if before is None or after is None:
            continue
        was, is_now = (verdict.placement is Placement.ACCELERATED for verdict in (before, after))
        if was != is_now:
            (lost if was else gained).append(_change(before, after))
    for id_ in alignment.b_only:
        verdict = b.verdicts.get(id_)
        if verdict is not None and verdict.placement is not Placement.ACCELERATED:
            lost.append(_change(None, verdict))
    for id_ in alignment.a_only:
        verdict = a.verdicts.get(id_)
        if verdict is not None and verdict.placement is not Placement.ACCELERATED:
            gained.append(_change(verdict, None))
    return TargetDifference(
        target_id=a.target_id,
        target_name=b.target_name,
        a=a.summary,
        b=b.summary,
        lost=tuple(lost),
        gained=tuple(gained),
    )


def _worst(verdicts: ModelVerdict, ids: tuple[OperatorId, ...]) -> Verdict | None:
    """Give the answer that keeps a group from being accelerated, if one does."""
    found = [verdicts.verdicts[id_] for id_ in ids if id_ in verdicts.verdicts]
    return next((v for v in found if v.placement is not Placement.ACCELERATED), found[0] if found else None)


def _change(before: Verdict | None, after: Verdict | None) -> VerdictChange:
    against = next((v for v in (after, before) if v is not None and v.placement is not Placement.ACCELERATED), None)
    finding = against.findings[0] if against is not None and against.findings else None
    return VerdictChange(
        a=before.operator if before is not None else None,
        b=after.operator if after is not None else None,
        before=before.placement if before is not None else None,
        after=after.placement if after is not None else None,
        message=finding.message if finding is not None else "",
    )

"""What a target predicted beside what a run really did."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from backends.model.model import OperatorId
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.run import Run
from backends.targets.verdict import ModelVerdict, Placement

_ON_PROCESSOR = ("", "CPU")


class Agreement(StrEnum):
    """How a prediction and a run go together."""

    AGREES = "agrees"
    CAME_BACK = "fell back"
    """Predicted to be accelerated, but the processor ran it."""
    WAS_TAKEN = "was accelerated"
    """Predicted to fall back, but the delegate took it."""
    NOT_PREDICTED = "not predicted"
    """The target's sources did not say."""
    DID_NOT_RUN = "did not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionRow:
    """One operator: predicted and actual placement."""

    operator: OperatorId
    kind: str
    predicted: Placement
    left_out: bool
    """Whether the target would take it, but leaves it out because of the delegate's own limits on partitions."""
    actual: str
    """Name of what ran it; empty where it did not run."""
    agreement: Agreement
    explanation: str
    """Why the target said so, or what the disagreement means; empty where both agree."""

    @property
    def is_finding(self) -> bool:
        """Whether prediction and run contradict each other."""
        return self.agreement in (Agreement.CAME_BACK, Agreement.WAS_TAKEN)


def find_predicting_target(run: Run, available: Collection[str], chosen: str = "") -> str:
    """Give the id of the target that is about the delegate a run used, or empty where none is.

    Of several targets it is that of the device's own version of NNAPI, else the chosen one, else the first.

    Args:
        run: a measurement.
        available: ids of the targets there are.
        chosen: id of the target that the user looks at.
    """
    delegate = next((item for item in load_delegates().delegates if item.id == run.plan.delegate), None)
    targets = [id_ for id_ in delegate.targets if id_ in available] if delegate is not None else []
    level = run.environment.get("nnapi", "").partition(",")[0]
    for wanted in (f"nnapi-{level}", chosen):
        if wanted in targets:
            return wanted
    return targets[0] if targets else ""


def compare_prediction(run: Run, verdict: ModelVerdict) -> tuple[PredictionRow, ...]:
    """Put a target's verdicts beside a run with that target's delegate, operator by operator.

    Delegates that compute on the processor (XNNPACK) count as the processor, unless the target is about them. What the
    target leaves out because of its limits on partitions is expected on the processor.
    """
    delegated = {
        OperatorId(part.subgraph, index)
        for part in verdict.partitions
        if part.is_accelerated and part.delegated
        for index in part.operators
    }
    on_processor = _ON_PROCESSOR if verdict.target_id == "xnnpack" else (*_ON_PROCESSOR, "XNNPACK")
    rows = []
    for time in run.operators:
        answer = verdict.verdicts.get(time.operator)
        if answer is None:
            continue
        left_out = answer.placement is Placement.ACCELERATED and bool(delegated) and time.operator not in delegated
        expects = answer.placement is Placement.ACCELERATED and not left_out
        agreement = _agreement(answer.placement, time.placement, on_processor, expects=expects)
        reasons = " ".join(
            finding.message for finding in answer.findings if finding.effect is not Placement.ACCELERATED
        )
        rows.append(
            PredictionRow(
                operator=time.operator,
                kind=time.kind,
                predicted=answer.placement,
                left_out=left_out,
                actual=time.placement,
                agreement=agreement,
                explanation=_explain(agreement, verdict.target_name, reasons),
            )
        )
    return tuple(rows)


def count_disagreements(rows: tuple[PredictionRow, ...]) -> int:
    """Count the operators where prediction and run contradict each other."""
    return sum(row.is_finding for row in rows)


def _agreement(predicted: Placement, actual: str, on_processor: tuple[str, ...], *, expects: bool) -> Agreement:
    if not actual:
        return Agreement.DID_NOT_RUN
    if predicted is Placement.UNKNOWN:
        return Agreement.NOT_PREDICTED
    is_accelerated = actual not in on_processor
    if is_accelerated == expects:
        return Agreement.AGREES
    return Agreement.WAS_TAKEN if is_accelerated else Agreement.CAME_BACK


def _explain(agreement: Agreement, target: str, reasons: str) -> str:
    if agreement is Agreement.CAME_BACK:
        return f"{target} should take it, but the processor ran it: the driver on this device refuses more."
    if agreement is Agreement.WAS_TAKEN:
        return (
            f"{target} was expected to leave it to the processor, but it was taken. Expected because: {reasons}".strip()
        )
    return ""

"""Sessions with a model open, for tests of pages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.model.summary import summarize
from backends.targets.verdict import Placement
from profiler_gui.session import OpenedFile, OpenModel, Session
from tests.support.builders import a_chain, a_verdict_of

KINDS = ("CONV_2D", "RELU", "CONV_2D", "SOFTMAX")


def a_cost(macs: int | None = 1000) -> OperatorCost:
    return OperatorCost(macs=macs, parameter_count=10, weight_bytes=40, read_bytes=48, written_bytes=16)


def open_model(session: Session, model: Model, costs: Mapping[OperatorId, OperatorCost] | None = None) -> OpenModel:
    """Open a model without a file."""
    summary = summarize(model)
    return session.add(OpenedFile(model=model, path=Path(model.path), costs=costs or {}, summary=summary))


def a_session(kinds: Sequence[str] = KINDS, **model_fields: Any) -> tuple[Session, OpenModel]:
    """A session with a chain of operators in front; every operator has a cost."""
    session = Session()
    model = a_chain(kinds, **model_fields)
    costs = {operator.id: a_cost() for operator in model.subgraphs[0].operators}
    return session, open_model(session, model, costs)


def give_verdicts(record: OpenModel) -> None:
    """Let two targets answer: ``old`` refuses operators 1 and 3, ``new`` does not know operator 3."""
    old = a_verdict_of(
        record.model,
        {1: Placement.FALLBACK, 3: Placement.FALLBACK},
        target_id="old",
        target_name="Old NPU",
    )
    new = a_verdict_of(record.model, {3: Placement.UNKNOWN}, target_id="new", target_name="New NPU")
    record.set_verdicts({"old": old, "new": new})
    record.choose_target("old")

"""What a model costs by its shapes alone: each operator, and the whole on one page."""

from collections.abc import Mapping

from backends.model.estimate import ModelCost, OperatorCost, model_cost, operator_cost
from backends.model.model import Model, OperatorId
from backends.model.summary import ModelSummary, summarize

__all__ = [
    "ModelCost",
    "ModelSummary",
    "OperatorCost",
    "estimate_model",
    "model_cost",
    "operator_cost",
    "summarize",
]


def estimate_model(model: Model) -> tuple[Mapping[OperatorId, OperatorCost], ModelSummary]:
    """Estimate the cost of every operator, and summarise the model.

    Raises:
        ResourceError: a table of the program is wrong.
    """
    cost = model_cost(model)
    return cost.operators, summarize(model, cost)

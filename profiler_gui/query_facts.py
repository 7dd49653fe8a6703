"""What is known about an open model, as queries ask it."""

from backends.query.facts import OperatorIndex, QueryFacts
from profiler_gui.session import OpenModel


class FactsSource:
    """Gives the facts of one open model for jobs; the list of its operators is made once, in the first job.

    Args:
        record: the model.
    """

    def __init__(self, record: OpenModel) -> None:
        self._record = record
        self._index: OperatorIndex | None = None

    def take(self) -> "FactsOrder":
        """Take what is known now; call it in the main thread."""
        if self._index is not None and self._index.model is not self._record.model:
            self._index = None
        return FactsOrder(self, self._record, self._index)

    def keep(self, index: OperatorIndex) -> None:
        """Keep the list of operators for the next time; of an older model it is of no use."""
        self._index = index


class FactsOrder:
    """What was known when a job was ordered.

    Args:
        source: keeps the list of operators.
        record: the model; only values are taken from it.
        index: the list of operators, if it was made before.
    """

    def __init__(self, source: FactsSource, record: OpenModel, index: OperatorIndex | None) -> None:
        self._source = source
        self._index = index
        self._model = record.model
        self._known = {
            "costs": record.costs,
            "run": record.run,
            "verdicts": record.verdicts,
            "target_ids": tuple(record.verdicts),
            "target_id": record.target_id,
            "columns": record.columns,
        }

    def facts(self) -> QueryFacts:
        """Give the facts; in the job, as the list of operators may have to be made."""
        if self._index is None:
            self._index = OperatorIndex(self._model)
            self._source.keep(self._index)
        return QueryFacts(index=self._index, **self._known)  # type: ignore[arg-type]  # the keys are those of QueryFacts

"""Queries over the rows of a table of operators."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from backends.model.model import OperatorId
from backends.progress import Progress
from backends.query.error import QueryError
from backends.query.find import find_operators
from backends.query.syntax import is_plain, parse_query
from profiler_gui.jobs import Job, JobRunner
from profiler_gui.query_facts import FactsOrder, FactsSource
from profiler_gui.session import OpenModel

_LANE = "find"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAnswer:
    """Which operators the rows shall be of."""

    operators: frozenset[OperatorId] | None = None
    """``None`` for a line of plain words, which the table itself looks for in all its columns."""
    mistake: str = ""
    """What is wrong with the query; nothing is found then."""
    notes: tuple[str, ...] = ()
    is_unfinished: bool = False
    """Whether the query may become right by typing on; the rows stay as they are until then."""


class RowQuery(QObject):
    """Answers the line above a table; in a job where there is a runner.

    Signals:
        answered: the ``RowAnswer`` to what was asked last.
    """

    answered = Signal(object)

    def __init__(self, parent: QObject, jobs: JobRunner | None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._record: OpenModel | None = None
        self._source: FactsSource | None = None

    def ask(self, record: OpenModel | None, text: str) -> None:
        """Ask for the operators that fit what is typed; the answer may come at once or later."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if record is None or _is_words(text, record):
            self.answered.emit(RowAnswer())
            return
        if record is not self._record or self._source is None:
            self._record, self._source = record, FactsSource(record)
        order = self._source.take()
        if self._jobs is None:
            self.answered.emit(_answer(text, order, Progress()))
            return
        self._job = self._jobs.start(
            lambda progress: _answer(text, order, progress), lane=_LANE, on_success=self._on_answered
        )

    @Slot(object)
    def _on_answered(self, answer: RowAnswer) -> None:
        self._job = None
        self.answered.emit(answer)


def _is_words(text: str, record: OpenModel) -> bool:
    try:
        return is_plain(parse_query(text, [column.id for column in record.columns]))
    except QueryError:
        return False


def _answer(text: str, order: FactsOrder, progress: Progress) -> RowAnswer:
    try:
        found = find_operators(text, order.facts(), progress)
    except QueryError as error:
        if error.is_incomplete:
            return RowAnswer(notes=(error.message,), is_unfinished=True)
        mistake = error.message if not error.hint else f"{error.message} {error.hint}"
        return RowAnswer(operators=frozenset(), mistake=mistake)
    return RowAnswer(operators=frozenset(found.operators), notes=found.notes)

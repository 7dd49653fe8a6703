"""Shows by how much each operator of the chosen run is slower than in the pinned baseline."""

from PySide6.QtCore import QObject, Slot

from backends.runs.baseline import operator_changes
from backends.runs.operator_column import OperatorColumn
from profiler_gui.run_book import RunBook
from profiler_gui.session import OpenModel, Session

COLUMN = "baseline_percent"
"""Id of the column, for tables, colours and queries."""


class BaselineColumns(QObject):
    """Gives every open model a column of changes in percent while a baseline is pinned.

    The baseline may be a run of another content of the file: as long as the operators are the same in number and kind,
    each is compared with the one in its place. Models that differ more are for the comparison, which aligns them.
    """

    def __init__(self, session: Session, book: RunBook) -> None:
        super().__init__(session)
        self._session = session
        self._book = book
        session.baseline_changed.connect(self._on_baseline_changed)
        session.model_opened.connect(self._on_model_opened)

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        record.run_changed.connect(lambda _run, record=record: self._show(record))
        self._show(record)

    @Slot()
    def _on_baseline_changed(self) -> None:
        for record in self._session.models:
            self._show(record)

    def _show(self, record: OpenModel) -> None:
        run, baseline = record.run, self._session.baseline
        values = {}
        if run is not None and baseline is not None and run is not baseline and self._is_comparable(record):
            values = operator_changes(run, baseline)
        if values and baseline is not None:
            kept = self._book.find(baseline.id)
            title = self._book.title_of(kept) if kept is not None else baseline.model_name
            record.add_column(
                OperatorColumn(
                    id=COLUMN,
                    title="Against baseline",
                    values=values,
                    unit="%",
                    source=f"time against the pinned run {title}",
                    is_diverging=True,
                )
            )
        else:
            record.remove_column(COLUMN)

    def _is_comparable(self, record: OpenModel) -> bool:
        baseline = self._session.baseline
        if baseline is None:
            return False
        if baseline.model_sha256 == record.model.sha256:
            return True
        own = [(operator.id, operator.kind) for graph in record.model.subgraphs for operator in graph.operators]
        return own == [(item.operator, item.kind) for item in baseline.operators]

"""Shows by how much each operator of the chosen run is slower than in the pinned baseline."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Slot

from backends.compare.align import align_models
from backends.model.model import Model, OperatorId
from backends.progress import Progress
from backends.runs.baseline import change_of, operator_changes
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.run_book import RunBook
from profiler_gui.session import OpenModel, Session

COLUMN = "baseline_percent"
"""Id of the column, for tables, colours and queries."""


class BaselineColumns(QObject):
    """Gives every open model a column of changes in percent while a baseline is pinned.

    The baseline may be a run of another content or another model: operators are aligned as in a comparison, in the
    background.
    """

    def __init__(self, session: Session, book: RunBook, jobs: JobRunner, notices: NoticeBoard) -> None:
        super().__init__(session)
        self._session = session
        self._book = book
        self._jobs = jobs
        self._notices = notices
        session.baseline_changed.connect(self._on_baseline_changed)
        session.model_opened.connect(self._on_model_opened)

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        record.run_changed.connect(partial(self._show, record))
        self._show(record)

    @Slot()
    def _on_baseline_changed(self) -> None:
        for record in self._session.models:
            self._show(record)

    def _show(self, record: OpenModel, *_: object) -> None:
        run, baseline = record.run, self._session.baseline
        if run is None or baseline is None or run.id == baseline.id:
            record.remove_column(COLUMN)
            return
        if baseline.model_sha256 == run.model_sha256:
            self._take(record, run, baseline, operator_changes(run, baseline))
            return
        record.remove_column(COLUMN)
        before = self._book.opened(baseline.model_sha256)
        if before is not None:
            self._jobs.start(
                partial(_align, before.model, record.model, baseline, run),
                title=f"Aligning {record.title} with the baseline",
                replaces=f"baseline:{record.key}",
                on_success=partial(self._on_aligned, record, run, baseline),
                on_failure=self._notices.report,
            )

    def _on_aligned(self, record: OpenModel, run: Run, baseline: Run, values: Mapping[OperatorId, float]) -> None:
        if record in self._session.models and record.run is run and self._session.baseline is baseline:
            self._take(record, run, baseline, values)

    def _take(self, record: OpenModel, run: Run, baseline: Run, values: Mapping[OperatorId, float]) -> None:
        total = change_of(run, baseline)
        if not values and total is None:
            record.remove_column(COLUMN)
            return
        kept = self._book.find(baseline.id)
        title = self._book.title_of(kept) if kept is not None else baseline.model_name
        record.add_column(
            OperatorColumn(
                id=COLUMN,
                title="Baseline",
                values=values,
                unit="%",
                source=f"the time against the pinned run {title}: + is slower",
                is_diverging=True,
                total=None if total is None else 100 * total,
            )
        )


def _align(before: Model, model: Model, baseline: Run, run: Run, progress: Progress) -> Mapping[OperatorId, float]:
    """Compare operators that belong together; where several do, their times together, shown at the first."""
    progress.step("Aligning with the baseline")
    old = {item.operator: item.time_ns for item in baseline.operators}
    new = {item.operator: item.time_ns for item in run.operators}
    values = {}
    for match in align_models(before, model, progress=progress).matches:
        was = sum(old.get(id_) or 0.0 for id_ in match.a)
        now = sum(new.get(id_) or 0.0 for id_ in match.b)
        if was and now:
            values[match.b[0]] = 100 * (now / was - 1)
    return values

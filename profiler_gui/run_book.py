"""All runs of the session, whichever model they belong to and whether that is still open, with undo."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from backends.runs.run import Run
from backends.sessions.session_file import now
from backends.sessions.values import KeptModel, KeptRun, KeptVerdict
from profiler_gui.session import OpenedFile, OpenModel, Session, Side

_MOST_UNDONE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BookContent:
    """What is put into the book when a session is opened."""

    runs: tuple[KeptRun, ...] = ()
    models: tuple[KeptModel, ...] = ()
    opened: tuple[OpenedFile, ...] = ()
    verdicts: tuple[KeptVerdict, ...] = ()
    baseline: str = ""
    """Id of a run, or empty."""


class RunBook(QObject):
    """Collects the runs of every model that is or was open, and keeps the models by their content.

    A model that was changed on disk and read again loses its earlier runs from its tab, not from here; a tab that is
    closed loses none. Runs that a person deletes come back with undo.

    Signals:
        changed: runs, their names, tags or notes, or the baseline are others.
        run_added: a new ``KeptRun``.
        run_edited: the ``KeptRun`` with what was changed.
        runs_removed: ids of runs that were deleted.
        baseline_chosen: id of the run, or empty.
        emptied: everything was taken out, because another session comes.
    """

    changed = Signal()
    run_added = Signal(object)
    run_edited = Signal(object)
    runs_removed = Signal(object)
    baseline_chosen = Signal(str)
    emptied = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._runs: dict[str, KeptRun] = {}
        self._models: dict[str, KeptModel] = {}
        self._opened: dict[str, OpenedFile] = {}
        self._shown: dict[OpenModel, tuple[Run, ...]] = {}
        self._is_giving = False
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(_MOST_UNDONE)
        session.model_opened.connect(self._on_model_opened)
        session.model_closed.connect(self._on_model_closed)
        session.run_measured.connect(self.add_run)

    @property
    def runs(self) -> tuple[KeptRun, ...]:
        """All runs, in the order they were added."""
        return tuple(self._runs.values())

    @property
    def models(self) -> tuple[KeptModel, ...]:
        """All models that runs belong to or that are or were open."""
        return tuple(self._models.values())

    def find(self, id_: str) -> KeptRun | None:
        """Give the run with this id."""
        return self._runs.get(id_)

    def model_of(self, run: Run) -> KeptModel:
        """Give what is known of a run's model."""
        known = self._models.get(run.model_sha256)
        return known or KeptModel(sha256=run.model_sha256, name=run.model_name, path="")

    def opened(self, sha256: str) -> OpenedFile | None:
        """Give the model with this content, if it is or was open."""
        return self._opened.get(sha256)

    def versions_of(self, model: KeptModel) -> tuple[str, ...]:
        """Give the contents (sha256) that a file has had, oldest first."""
        same = [other for other in self._models.values() if (other.path, other.member) == (model.path, model.member)]
        used = {kept.run.model_sha256 for kept in self._runs.values()}
        return tuple(other.sha256 for other in same if other.sha256 in used or other.sha256 == model.sha256)

    def title_of(self, kept: KeptRun) -> str:
        """Give the name of a run for places with little room."""
        return kept.title or f"{self.model_of(kept.run).name} {kept.run.started_at[11:16]}".strip()

    def side_of(self, kept: KeptRun) -> Side | None:
        """Give a run as one side of a comparison; ``None`` if its model is not at hand."""
        opened = self._opened.get(kept.run.model_sha256)
        if opened is None:
            return None
        return Side(model=opened.model, costs=opened.costs, run=kept.run, title=self.title_of(kept))

    # Changes ----------------------------------------------------------------------------------------------------------

    @Slot(object)
    def add_run(self, run: Run) -> None:
        """Keep a run; one that is known already is left as it is."""
        if run.id not in self._runs:
            self.add_kept([KeptRun(run=run, added_at=now())])

    def add_kept(self, runs: Iterable[KeptRun], models: Iterable[KeptModel] = ()) -> tuple[KeptRun, ...]:
        """Keep runs that come with a name and tags; those that are known already are left out.

        Returns:
            The runs that are new.
        """
        for model in models:
            self._models.setdefault(model.sha256, model)
        fresh = tuple(kept for kept in runs if kept.run.id not in self._runs)
        for kept in fresh:
            self._runs[kept.run.id] = kept
            self.run_added.emit(kept)
        if fresh:
            self._give_runs()
            self.changed.emit()
        return fresh

    def delete(self, ids: Iterable[str]) -> None:
        """Delete runs, so that it can be undone."""
        gone = tuple(self._runs[id_] for id_ in dict.fromkeys(ids) if id_ in self._runs)
        if not gone:
            return
        text = f"delete {len(gone)} runs" if len(gone) > 1 else f"delete {self.title_of(gone[0])}"
        base = self._session.baseline
        had_baseline = base is not None and any(kept.run is base for kept in gone)
        self._do(text, partial(self._take_out, gone), partial(self._put_back, gone, base if had_baseline else None))

    def edit(self, kept: KeptRun, text: str) -> None:
        """Take another name, tags or note of a run, so that it can be undone."""
        before = self._runs.get(kept.run.id)
        if before is not None and before != kept:
            self._do(text, partial(self._replace, kept), partial(self._replace, before))

    def rename(self, id_: str, title: str) -> None:
        """Give a run another name; an empty one takes its own name away."""
        kept = self._runs.get(id_)
        if kept is not None:
            self.edit(replace(kept, title=title.strip()), "rename a run")

    def set_tags(self, id_: str, tags: Iterable[str]) -> None:
        """Give a run other tags; repeated and empty ones are left out."""
        kept = self._runs.get(id_)
        if kept is not None:
            found = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
            self.edit(replace(kept, tags=found), "change tags")

    def set_note(self, id_: str, note: str) -> None:
        """Give a run another note."""
        kept = self._runs.get(id_)
        if kept is not None:
            self.edit(replace(kept, note=note.strip()), "change a note")

    def choose_baseline(self, id_: str) -> None:
        """Pin the run that times are compared with everywhere; empty for none; can be undone."""
        before = self._session.baseline
        before_id = before.id if before is not None else ""
        if id_ != before_id:
            text = "pin the baseline" if id_ else "unpin the baseline"
            self._do(text, partial(self._pin, id_), partial(self._pin, before_id))

    def load(self, content: BookContent) -> None:
        """Take the content of a session in place of everything; nothing of it is reported as new."""
        self.undo_stack.clear()
        self._session.set_baseline(None)
        self._runs = {kept.run.id: kept for kept in content.runs}
        self._models = {model.sha256: model for model in content.models}
        self._opened = {opened.model.sha256: opened for opened in content.opened}
        for record in self._session.models:
            self._remember(record)
        self._give_runs()
        found = self._runs.get(content.baseline)
        self._session.set_baseline(found.run if found is not None else None)
        self.changed.emit()

    def clear(self) -> None:
        """Forget everything, because another session comes."""
        self.emptied.emit()
        self.load(BookContent())

    # Parts ------------------------------------------------------------------------------------------------------------

    def _do(self, text: str, redo: Callable[[], object], undo: Callable[[], object]) -> None:
        self.undo_stack.push(_Change(text, redo, undo))

    def _take_out(self, gone: tuple[KeptRun, ...]) -> None:
        for kept in gone:
            self._runs.pop(kept.run.id, None)
        base = self._session.baseline
        if base is not None and base.id not in self._runs:
            self._pin("")
        self.runs_removed.emit(tuple(kept.run.id for kept in gone))
        self._give_runs()
        self.changed.emit()

    def _put_back(self, gone: tuple[KeptRun, ...], baseline: Run | None) -> None:
        self.add_kept(gone)
        if baseline is not None:
            self._pin(baseline.id)

    def _replace(self, kept: KeptRun) -> None:
        self._runs[kept.run.id] = kept
        self.run_edited.emit(kept)
        self.changed.emit()

    def _pin(self, id_: str) -> None:
        found = self._runs.get(id_)
        self._session.set_baseline(found.run if found is not None else None)
        self.baseline_chosen.emit(found.run.id if found is not None else "")
        self.changed.emit()

    def _give_runs(self) -> None:
        """Let every open model have the runs of its present content."""
        for record in self._session.models:
            sha256 = record.model.sha256
            wanted = tuple(kept.run for kept in self._runs.values() if kept.run.model_sha256 == sha256)
            wanted = tuple(sorted(wanted, key=lambda run: run.started_at))
            if wanted != record.runs:
                self._is_giving = True
                record.take_runs(wanted)
                self._is_giving = False
            self._shown[record] = record.runs

    def _remember(self, record: OpenModel) -> None:
        model = record.model
        known = self._models.get(model.sha256)
        self._opened[model.sha256] = record.opened
        self._models[model.sha256] = KeptModel(
            sha256=model.sha256,
            name=record.title,
            path=str(record.path),
            member=record.member,
            size_bytes=model.size_bytes,
            note=known.note if known is not None else "",
            is_embedded=known.is_embedded if known is not None else False,
        )

    def _forget_unused(self) -> None:
        """Let go models that are closed, or have another content by now, and that no run belongs to."""
        used = {kept.run.model_sha256 for kept in self._runs.values()}
        used |= {record.model.sha256 for record in self._session.models}
        self._opened = {sha256: opened for sha256, opened in self._opened.items() if sha256 in used}
        self._models = {sha256: model for sha256, model in self._models.items() if sha256 in used}

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        self._remember(record)
        self._shown[record] = record.runs
        record.model_changed.connect(partial(self._on_model_changed, record))
        record.runs_changed.connect(partial(self._on_runs_changed, record))
        self._give_runs()
        self.changed.emit()

    @Slot(object)
    def _on_model_closed(self, record: OpenModel) -> None:
        self._shown.pop(record, None)
        self._forget_unused()
        self.changed.emit()

    def _on_model_changed(self, record: OpenModel, *_: object) -> None:
        # Before its runs are reported gone: they belong to the earlier content and stay here.
        self._remember(record)
        self._shown[record] = ()
        self._give_runs()
        self._forget_unused()
        self.changed.emit()

    def _on_runs_changed(self, record: OpenModel, runs: tuple[Run, ...]) -> None:
        if self._is_giving or record not in self._shown:
            return
        before, self._shown[record] = self._shown[record], runs
        present = {run.id for run in runs}
        fresh = [run for run in runs if run.id not in self._runs]
        for run in fresh:
            self.add_run(run)
        self.delete(run.id for run in before if run.id not in present)


class _Change(QUndoCommand):
    """One step that can be undone; pushing it does it."""

    def __init__(self, text: str, redo: Callable[[], object], undo: Callable[[], object]) -> None:
        super().__init__(text)
        self._redo, self._undo = redo, undo

    def redo(self) -> None:
        """Do it, for the first time or again."""
        self._redo()

    def undo(self) -> None:
        """Take it back."""
        self._undo()

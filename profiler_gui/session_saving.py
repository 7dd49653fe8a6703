"""Saves the session by itself: every change goes to its file at once, in a lane of its own."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal, Slot

from backends.errors import StoreError
from backends.progress import Progress
from backends.sessions.folder import is_unsaved, new_unsaved_path, remove_session
from backends.sessions.session_file import SessionFile
from backends.sessions.values import Draft, KeptModel, KeptRun, KeptVerdict
from backends.user_folders import data_folder
from profiler_gui.jobs import Job, JobRunner
from profiler_gui.notices import Notice, NoticeAction, NoticeBoard, Severity
from profiler_gui.run_book import RunBook

CLOSED = "closed"
"""Property of a session that was closed in an orderly way."""
_LANE = "session"
_RETRY_MS = 15_000
_NOTICE = "session not saved"

Write = Callable[[SessionFile], object]


class _Change:
    """One change that is on its way to the file."""

    def __init__(self, write: Write) -> None:
        self.write = write
        self.is_done = False


class SessionSaver(QObject):
    """Writes what happens in the book to a session file.

    Until a person gives it a name, the file lies in the user's data folder; it is made by the first run, not before.
    A change that cannot be written (a full disk) stays in memory and is tried again; the order is kept.

    Signals:
        file_changed: the session is another file, or has become one.
        is_behind_changed: whether something could not be saved yet.
    """

    file_changed = Signal()
    is_behind_changed = Signal(bool)

    def __init__(self, book: RunBook, jobs: JobRunner, notices: NoticeBoard, parent: QObject) -> None:
        super().__init__(parent)
        self._book = book
        self._jobs = jobs
        self._notices = notices
        self._file: SessionFile | None = None
        self._lock_file: QLockFile | None = None
        self._changes: deque[_Change] = deque()
        self._writing = threading.Lock()
        self._job: Job | None = None
        self._is_behind = False
        self._is_closed = False
        self._is_moving = False
        self._embedded: set[tuple[Path, str]] = set()
        self.embeds_models = False
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(_RETRY_MS)
        self._retry.timeout.connect(self.save_now)
        book.run_added.connect(self._on_run_added)
        book.run_edited.connect(self._on_run_edited)
        book.runs_removed.connect(self._on_runs_removed)
        book.baseline_chosen.connect(self._on_baseline_chosen)

    @property
    def path(self) -> Path | None:
        """The session's file; ``None`` while there is nothing to save."""
        return self._file.path if self._file is not None else None

    @property
    def has_name(self) -> bool:
        """Whether a person gave the session a name."""
        return self._file is not None and not is_unsaved(self._file.path)

    @property
    def is_behind(self) -> bool:
        """Whether something could not be saved yet."""
        return self._is_behind

    def keep(self, write: Write, *, creates: bool = True) -> None:
        """Write a change to the session's file soon.

        Args:
            write: changes the file.
            creates: whether the change is worth making a file for, where there is none.
        """
        if self._file is None and not creates:
            return
        self._changes.append(_Change(write))
        self.save_now()

    def keep_draft(self, draft: Draft) -> None:
        """Keep what was measured so far; the finished run takes its place."""
        self.keep(partial(_write_draft, draft))

    def keep_verdicts(self, make: Callable[[], tuple[KeptVerdict, ...]], model: KeptModel) -> None:
        """Keep what targets said about a model; ``make`` gives it, in the job: it takes long for large models."""
        self.keep(lambda file: file.set_verdicts(make(), model), creates=False)

    @Slot()
    def save_now(self) -> None:
        """Write what waits; does nothing while that is under way."""
        self._retry.stop()
        if self._job is not None or not self._changes or self._is_closed or self._is_moving:
            return
        if self._file is None and not self._make_file():
            return
        self._job = self._jobs.start(self._write, lane=_LANE, on_success=self._on_written, on_failure=self._on_failed)
        self._job.finished.connect(self._on_job_finished)

    def follow_file(self, path: Path) -> None:
        """Save to another file from now on, which already has everything."""
        self.release()
        self._file = SessionFile(path)
        self._lock_file = lock_session(path)
        self._changes.clear()
        self.file_changed.emit()

    def move_to(self, path: Path, *, embeds: bool, on_success: Callable[[], object]) -> None:
        """Save the session under a name, now and from now on, in the background.

        Until that is done, changes wait. If it cannot be written, the session stays where it was and a notice says why.

        Args:
            path: the new file; one that is there is replaced.
            embeds: whether the models are put into it.
            on_success: called when it is there.

        Raises:
            StoreError: the file is open in another window.
        """
        lock = lock_session(path) if path != self.path else None
        if path != self.path and lock is None:
            raise StoreError(f"{path.name} is open in another window", hint="Close it there, or choose another name.")
        self.embeds_models = embeds
        self._is_moving = True
        job = self._jobs.start(
            partial(self._move, path, self.path, embeds),
            title=f"Saving {path.name}",
            lane=_LANE,
            on_success=partial(self._on_moved, path, lock, on_success),
            on_failure=partial(self._on_not_moved, lock),
        )
        job.finished.connect(self._on_move_finished)

    def _move(self, path: Path, old: Path | None, embeds: bool, progress: Progress) -> None:
        """Write what waits to the old file, copy it, and see to the models; in the lane."""
        if old is not None:
            self._write(progress)
            if path != old:
                SessionFile(old).copy_to(path)
        file = SessionFile(path)
        file.set_properties({CLOSED: ""})
        if embeds:
            self._embed_all(file)
        else:
            file.drop_contents()

    def _on_moved(self, path: Path, lock: QLockFile | None, then: Callable[[], object], _result: object) -> None:
        old = self._file
        if lock is not None:
            self._unlock()
            self._lock_file = lock
        self._file = SessionFile(path)
        self._drop_done()
        if old is not None and path != old.path and is_unsaved(old.path):
            remove_session(old.path)
        self.file_changed.emit()
        then()

    def _on_not_moved(self, lock: QLockFile | None, error: BaseException) -> None:
        if lock is not None:
            lock.unlock()
        self._notices.report(error)

    @Slot()
    def _on_move_finished(self) -> None:
        self._is_moving = False
        self.save_now()

    def release(self) -> None:
        """Finish the session: what waits is written, the file is marked as closed and no longer locked."""
        if self._file is not None:
            with suppress(StoreError):
                self.flush()
                self._file.set_properties({CLOSED: "yes"})
        self._unlock()
        self._file = None
        self._changes.clear()

    def flush(self) -> None:
        """Write what waits and come back when that is done.

        Raises:
            StoreError: it cannot be written.
        """
        if self._changes and (self._file is not None or self._make_file()):
            self._write(Progress())
        self._drop_done()

    @Slot()
    def close(self) -> None:
        """Write what waits, before the window is gone."""
        if not self._is_closed:
            self.release()
            self._is_closed = True

    # Parts ------------------------------------------------------------------------------------------------------------

    def _make_file(self) -> bool:
        try:
            path = new_unsaved_path()
        except OSError as error:
            self._on_failed(StoreError(f"the folder for sessions cannot be made: {error.strerror or error}"))
            return False
        self._file = SessionFile(path)
        self._lock_file = lock_session(path)
        self.file_changed.emit()
        return True

    def _write(self, progress: Progress) -> None:
        """Write what waits, in the lane or at the end; the one that comes second finds it done."""
        with self._writing:
            for change in tuple(self._changes):
                progress.check()
                if not change.is_done and self._file is not None:
                    change.write(self._file)
                    change.is_done = True

    def _drop_done(self) -> None:
        while self._changes and self._changes[0].is_done:
            self._changes.popleft()

    @Slot(object)
    def _on_written(self, _result: object) -> None:
        self._set_behind(False)
        self._notices.dismiss_key(_NOTICE)

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        if not isinstance(error, StoreError):
            self._notices.report(error)
            return
        self._set_behind(True)
        runs = "Everything that was measured is still in this window. "
        self._notices.post(
            Notice(
                severity=Severity.ERROR,
                message=f"{error.message[:1].upper()}{error.message[1:]}.",
                hint=f"{runs}{error.hint}",
                detail=error.detail,
                actions=(NoticeAction(label="Try again", run=self.save_now),),
                key=_NOTICE,
            )
        )
        self._retry.start()

    @Slot()
    def _on_job_finished(self) -> None:
        self._job = None
        self._drop_done()
        if self._changes and not self._retry.isActive() and not self._is_behind:
            self.save_now()

    def _set_behind(self, is_behind: bool) -> None:
        if is_behind != self._is_behind:
            self._is_behind = is_behind
            self.is_behind_changed.emit(is_behind)

    def _unlock(self) -> None:
        if self._lock_file is not None:
            self._lock_file.unlock()
            self._lock_file = None

    def _embed_all(self, file: SessionFile) -> None:
        for model in self._book.models:
            self._embed(model, file)

    def _embed(self, model: KeptModel, file: SessionFile) -> None:
        """Put the content as it was opened into the file, also where the file on disk is another one by now."""
        opened = self._book.opened(model.sha256)
        if opened is not None and (file.path, model.sha256) not in self._embedded:
            file.embed_model(model, bytes(opened.model.data))
            self._embedded.add((file.path, model.sha256))

    @Slot(object)
    def _on_run_added(self, kept: KeptRun) -> None:
        model = self._book.model_of(kept.run)
        self.keep(lambda file: file.add_run(kept, model))
        if self.embeds_models:
            self.keep(partial(self._embed, model))

    @Slot(object)
    def _on_run_edited(self, kept: KeptRun) -> None:
        model = self._book.model_of(kept.run)
        self.keep(lambda file: file.add_run(kept, model))

    @Slot(object)
    def _on_runs_removed(self, ids: tuple[str, ...]) -> None:
        self.keep(lambda file: file.remove_runs(ids))

    @Slot(str)
    def _on_baseline_chosen(self, id_: str) -> None:
        self.keep(lambda file: file.set_properties({"baseline": id_}))


def lock_session(path: Path) -> QLockFile | None:
    """Say to other windows that this one writes to a session; ``None`` if another one does.

    The lock lies in the user's data folder, not beside the file, and one left behind by a killed process is void.
    """
    folder = data_folder() / "locks"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    lock = QLockFile(str(folder / f"{sha256(str(path.resolve()).encode()).hexdigest()[:32]}.lock"))
    lock.setStaleLockTime(0)
    if lock.tryLock(0) or lock.error() is not QLockFile.LockError.LockFailedError:
        return lock
    return None


def _write_draft(draft: Draft, file: SessionFile) -> None:
    file.set_draft(draft)

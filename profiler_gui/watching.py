"""Notices when an open file changes on disk, also when it is replaced as a whole."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Slot

from backends.progress import Progress
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import Notice, NoticeAction, NoticeBoard, Severity
from profiler_gui.opening import Opener, change_key, read_file
from profiler_gui.session import OpenedFile, OpenModel, Session

_SETTLE_MS = 400
"""Writers need a moment; a file in the middle of being written is not looked at."""

Stamp = tuple[int, int, int] | None


class FileWatcher(QObject):
    """Offers to reload models whose file has other content than what is open.

    Both the file and its folder are watched: programs that write a new file and rename it over the old one leave a
    watch on the file itself without an object.
    """

    def __init__(self, session: Session, jobs: JobRunner, notices: NoticeBoard, opener: Opener) -> None:
        super().__init__(session)
        self._session = session
        self._jobs = jobs
        self._notices = notices
        self._opener = opener
        self._stamps: dict[str, Stamp] = {}
        self._watcher = QFileSystemWatcher(self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self._watcher.fileChanged.connect(self._settle.start)
        self._watcher.directoryChanged.connect(self._settle.start)
        session.model_opened.connect(self._on_model_opened)
        session.model_closed.connect(self._on_model_closed)

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        self._stamps[record.key] = _stamp(record.path)
        record.model_changed.connect(partial(self._remember, record))
        self._watch(record.path)

    @Slot(object)
    def _on_model_closed(self, record: OpenModel) -> None:
        self._stamps.pop(record.key, None)
        self._notices.dismiss_key(change_key(record))
        others = {other.path for other in self._session.models}
        if record.path not in others:
            self._watcher.removePath(str(record.path))
        if record.path.parent not in {path.parent for path in others}:
            self._watcher.removePath(str(record.path.parent))

    def _remember(self, record: OpenModel, *_: object) -> None:
        self._stamps[record.key] = _stamp(record.path)

    def _watch(self, path: Path) -> None:
        watched = {*self._watcher.files(), *self._watcher.directories()}
        for wanted in (path, path.parent):
            if str(wanted) not in watched and wanted.exists():
                self._watcher.addPath(str(wanted))

    @Slot()
    def _on_settled(self) -> None:
        for record in self._session.models:
            stamp = _stamp(record.path)
            self._watch(record.path)
            if stamp is not None and stamp != self._stamps.get(record.key):
                self._stamps[record.key] = stamp
                self._compare(record)

    def _compare(self, record: OpenModel) -> None:
        """Look whether the content is another one; a mere touch is no change."""
        self._jobs.start(
            partial(_read_digest, record.path, record.member),
            title=f"Comparing {record.title}",
            replaces=f"compare:{record.key}",
            on_success=partial(self._on_compared, record),
            on_failure=lambda _error: self._offer(record),
        )

    def _on_compared(self, record: OpenModel, digest: str) -> None:
        if digest == record.model.sha256:
            self._notices.dismiss_key(change_key(record))
        else:
            self._offer(record)

    def _offer(self, record: OpenModel) -> None:
        if record not in self._session.models:
            return
        self._notices.post(
            Notice(
                severity=Severity.INFO,
                message=f"{record.title} has changed on disk.",
                hint="What is shown is the content as it was opened.",
                actions=(NoticeAction(label="Reload", run=partial(self._opener.reload, record)),),
                key=change_key(record),
            )
        )


def _stamp(path: Path) -> Stamp:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _read_digest(path: Path, member: str, progress: Progress) -> str:
    opened = read_file(path, member, progress)
    return opened.model.sha256 if isinstance(opened, OpenedFile) else ""

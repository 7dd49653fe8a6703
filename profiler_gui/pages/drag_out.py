"""Dragging results out of the window as files: they are written when the drag begins, into a folder of the program."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QDir, QEvent, QMimeData, QObject, QPoint, Qt, QTemporaryDir, QUrl
from PySide6.QtGui import QDrag, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from backends.errors import StoreError
from backends.runs.run import Run
from backends.runs.store import write_run
from profiler_gui.run_mime import RUNS_MIME

_LONGEST_NAME = 80

MakeFiles = Callable[[Path], Sequence[Path]]
"""Writes files into a folder and gives them; raises ``StoreError``."""


class DragFolder(QObject):
    """The folder that dragged files lie in until the program ends: whoever got them may read them later."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._folder: QTemporaryDir | None = None
        self._count = 0

    def next_folder(self) -> Path:
        """Give an empty folder, so that each file has the name that fits."""
        if self._folder is None:
            self._folder = QTemporaryDir(QDir.temp().filePath("tflite-profiler-drag-XXXXXX"))
        self._count += 1
        path = Path(self._folder.path()) / str(self._count)
        path.mkdir()
        return path


def mime_of_runs(runs: Iterable[tuple[Run, str]], folder: DragFolder) -> QMimeData:
    """Give runs, each with its name, as ids for this window and as JSON files for others.

    Raises:
        StoreError: a file cannot be written.
    """
    found = tuple(runs)
    data = QMimeData()
    data.setData(RUNS_MIME, "\n".join(run.id for run, _ in found).encode())
    try:
        place = folder.next_folder()
    except OSError as error:
        raise StoreError(f"the runs cannot be dragged out: {error.strerror or error}") from error
    urls = []
    for number, (run, title) in enumerate(found):
        name = file_name(title) if sum(file_name(other) == file_name(title) for _, other in found) == 1 else ""
        path = place / f"{name or f'{file_name(title)}-{number + 1}'}.json"
        write_run(run, path)
        urls.append(QUrl.fromLocalFile(str(path)))
    data.setUrls(urls)
    return data


def write_latencies(run: Run, path: Path) -> Path:
    """Write every inference of a run as a line: phase, number, microseconds.

    Raises:
        StoreError: the file cannot be written.
    """
    lines = ["phase,number,latency_us"]
    for phase, values in (("warmup", run.warmup_ns), ("run", run.latencies_ns)):
        lines.extend(f"{phase},{number},{value / 1000:.3f}" for number, value in enumerate(values))
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path.name} cannot be written: {error.strerror or error}") from error
    return path


def file_name(title: str) -> str:
    """Make a file's name out of a title; nothing in it leads to another folder."""
    kept = "".join(char if char.isalnum() or char in "._-" else "-" for char in title.strip())
    while "--" in kept:
        kept = kept.replace("--", "-")
    return kept.strip(".-")[:_LONGEST_NAME] or "run"


class DragHandle(QToolButton):
    """A button that is dragged to another program, which then gets files; a click says so.

    Args:
        make_files: writes the files.
        folder: where to.
        tell: gets the error if that fails.
        picture: what is shown at the pointer.
    """

    def __init__(
        self,
        make_files: MakeFiles,
        folder: DragFolder,
        tell: Callable[[StoreError], object],
        picture: Callable[[], QWidget | None] = lambda: None,
    ) -> None:
        super().__init__()
        self._make_files = make_files
        self._folder = folder
        self._tell = tell
        self._picture = picture
        self._pressed: QPoint | None = None
        self.setText("Drag out ⠿")
        self.setToolTip(
            "Drag this to a folder, a mail or a document: it gets the plot as picture and its numbers as CSV"
        )
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mime(self) -> QMimeData | None:
        """Give what is dragged: files, and the first picture as an image for documents."""
        try:
            paths = self._make_files(self._folder.next_folder())
        except StoreError as error:
            self._tell(error)
            return None
        if not paths:
            return None
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        pictures = [path for path in paths if path.suffix == ".png"]
        if pictures:
            data.setImageData(QImage(str(pictures[0])))
        return data

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where it began."""
        self._pressed = event.position().toPoint() if event.button() is Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin the drag once it is one."""
        super().mouseMoveEvent(event)
        begun = self._pressed
        if begun is None or (event.position().toPoint() - begun).manhattanLength() < QApplication.startDragDistance():
            return
        self._pressed = None
        self.setDown(False)
        data = self.mime()
        if data is None:
            return
        drag = QDrag(self)
        drag.setMimeData(data)
        shown = self._picture()
        if shown is not None:
            drag.setPixmap(shown.grab().scaledToWidth(240, Qt.TransformationMode.SmoothTransformation))
        drag.exec(Qt.DropAction.CopyAction)

    def event(self, event: QEvent) -> bool:
        """Forget a press that ended otherwise."""
        if event.type() in (QEvent.Type.MouseButtonRelease, QEvent.Type.Hide):
            self._pressed = None
        return super().event(event)

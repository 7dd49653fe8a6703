"""Attaching files of other tools to an open model: dropped on the window, or chosen in the File menu."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from backends.errors import ProfilerError
from backends.model.model import Model
from backends.progress import Progress
from backends.reports.plain_text import plain
from backends.sessions.session_file import now
from backends.sessions.values import KeptRun
from profiler_gui.main_window import MainWindow
from profiler_gui.notices import Notice, Severity
from profiler_gui.opening import Route
from profiler_gui.services import Services
from profiler_gui.session import OpenModel, Overlay, OverlayChoice

if TYPE_CHECKING:
    from backends.exchange.imported import Imported

_FILE_TYPES = "Measurements (*.json *.csv *.pb *.txt *.log *.stdout);;All files (*)"
_WAITING = "foreign files wait"
_MODEL_SUFFIXES = frozenset({".tflite", ".lite", ".task"})


class ForeignFiles(QObject):
    """Reads such files in the background; what no open model fits is told.

    Files that come before any model are kept until one is opened.
    """

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._waiting: tuple[Path, ...] = ()
        window.actions_table["import_files"].triggered.connect(self.choose_files)
        services.opener.add_route(Route(accepts=_looks_foreign, open_paths=self.attach))
        services.session.current_changed.connect(self._on_current_changed)

    @Slot()
    def choose_files(self) -> None:
        """Ask for files and attach them."""
        folder = self._services.settings.last_folder
        paths, _ = QFileDialog.getOpenFileNames(self._window, "Import a measurement", folder, _FILE_TYPES)
        if paths:
            self.attach(tuple(map(Path, paths)))

    def attach(self, paths: tuple[Path, ...]) -> None:
        """Attach files to the model in front, or to another open one that they fit."""
        session = self._services.session
        if session.current is None:
            self._waiting = (*self._waiting, *paths)
            names = ", ".join(plain(path.name) for path in self._waiting)
            self._services.notices.inform(
                f"{names} waits for its model.", hint="Open the model that was measured.", key=_WAITING
            )
            return
        records = (session.current, *(record for record in session.models if record is not session.current))
        models = tuple(record.model for record in records)
        self._services.jobs.start(
            partial(_read, paths, models),
            title=f"Importing {paths[0].name}" if len(paths) == 1 else f"Importing {len(paths)} files",
            on_success=partial(self._on_read, records),
            on_failure=self._services.notices.report,
        )

    @Slot(object)
    def _on_current_changed(self, record: OpenModel | None) -> None:
        if record is None:
            return
        waiting, self._waiting = self._waiting, ()
        if waiting:
            self._services.notices.dismiss_key(_WAITING)
            self.attach(waiting)

    def _on_read(self, records: tuple[OpenModel, ...], result: "tuple[int, tuple[Imported, ...]]") -> None:
        place, found = result
        record = records[place]
        if record not in self._services.session.models:
            return
        known = {run.id for run in record.runs}
        is_known = all(item.run is not None and item.run.id in known and not item.columns for item in found)
        for item in found:
            self._take(record, item)
        self._services.session.set_current(record)
        self._window.docks.raise_panel("layers")
        if is_known:
            names = ", ".join(plain(name) for item in found for name in item.sources)
            self._services.notices.inform(f"{names} was attached before.", key=f"imported:{record.key}")
        else:
            self._tell(record, found)

    def _take(self, record: OpenModel, item: "Imported") -> None:
        """Put a run into the list of runs under its file's name, and numbers beside the other numbers."""
        for column in item.columns:
            record.add_column(column)
        if item.run is not None:
            title = plain(item.sources[0])
            self._services.runs.add_kept([KeptRun(run=item.run, title=title, added_at=now())])
            run = next((run for run in record.runs if run.id == item.run.id), None)
            record.choose_run(run)
            has_times = any(time.time_ns is not None for time in item.run.operators)
            wanted = Overlay.TIME if has_times else Overlay.RAN_ON
            if item.run.operators and record.overlay.overlay is Overlay.NONE:
                record.choose_overlay(OverlayChoice(overlay=wanted))
        elif item.columns:
            record.choose_overlay(OverlayChoice(overlay=Overlay.COLUMN, column=item.columns[0].id))

    def _tell(self, record: OpenModel, found: "tuple[Imported, ...]") -> None:
        notes = [note for item in found for note in item.notes]
        runs = [item.run for item in found if item.run is not None]
        notes += [note for run in runs for note in (*run.warnings, *run.notes)]
        is_partial = any(item.matched < item.total for item in found) or any(run.warnings for run in runs)
        self._services.notices.post(
            Notice(
                severity=Severity.WARNING if is_partial else Severity.INFO,
                message=f"{plain(record.title)}: " + " ".join(_sentence(item) for item in found),
                hint=notes[0] if notes else "",
                detail="\n".join(notes[1:]),
                key=f"imported:{record.key}",
            )
        )


def _sentence(item: "Imported") -> str:
    sources = plain(item.sources[0]) + (f" and {len(item.sources) - 1} more" if len(item.sources) > 1 else "")
    verb = "are" if len(item.sources) > 1 else "is"
    return f"{sources} {verb} attached ({plain(item.summary).rstrip('.')})."


def _read(paths: tuple[Path, ...], models: tuple[Model, ...], progress: Progress) -> "tuple[int, tuple[Imported, ...]]":
    """Read the files for the first model that they fit.

    Raises:
        StoreError: they fit none; the reason is that of the first model.
    """
    from backends.exchange.reading import read_foreign

    first: ProfilerError | None = None
    for place, model in enumerate(models):
        progress.check()
        try:
            return place, read_foreign(paths, model)
        except ProfilerError as error:
            first = first or error
    assert first is not None, "there is at least one model"
    raise first


def _looks_foreign(path: Path) -> bool:
    """Whether a file is another tool's; a model's name is enough to say no, without the readers of all formats."""
    if path.suffix.lower() in _MODEL_SUFFIXES:
        return False
    from backends.exchange.reading import looks_foreign

    return looks_foreign(path)

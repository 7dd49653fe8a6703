"""Opening, saving and recovering sessions, and the list of runs as the window uses it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from backends.errors import StoreError
from backends.reports.plain_text import plain
from backends.runs.store import write_run
from backends.sessions.database import SUFFIX, is_session_file
from backends.sessions.folder import is_unsaved, list_unsaved, remove_session
from backends.sessions.recovery import run_of_draft
from backends.sessions.values import KeptRun, KeptVerdict
from profiler_gui.draft_keeping import DraftKeeper
from profiler_gui.main_window import MainWindow
from profiler_gui.notices import Notice, NoticeAction, Severity
from profiler_gui.opening import Route
from profiler_gui.pages.drag_out import file_name
from profiler_gui.run_book import BookContent
from profiler_gui.services import Services
from profiler_gui.session import OpenedFile, OpenModel
from profiler_gui.session_reading import ReadSession, UnsavedSession, look_at_unsaved, read_session
from profiler_gui.session_saving import CLOSED, SessionSaver, lock_session
from profiler_gui.session_state import SavedState, changed_verdicts, kept_verdicts, state_text

if TYPE_CHECKING:
    from profiler_gui.pages.runs_page import RunsPage

_FILE_TYPES = f"Sessions (*{SUFFIX});;All files (*)"
_STATE_MS = 1500
_SHOWN_UNSAVED = 6
_SHOWN_NAMES = 3
_KEPT_UNSAVED = 30
"""Sessions without a name that are looked at; older ones stay in their folder."""


class SessionCommands(QObject):
    """Connects the book of runs, its file and the window.

    Signals:
        session_opened: path of the session that is now in the window.
    """

    session_opened = Signal(object)

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._book = services.runs
        self.saver = SessionSaver(self._book, services.jobs, services.notices, self)
        DraftKeeper(services.session, self.saver)
        self._saved_verdicts: tuple[KeptVerdict, ...] = ()
        self._unsaved: tuple[UnsavedSession, ...] = ()
        self._recent = QMenu("Open recent session", window)
        self._recent.setToolTipsVisible(True)
        self._state = QTimer(self)
        self._state.setSingleShot(True)
        self._state.setInterval(_STATE_MS)
        self._state.timeout.connect(self._keep_state)
        self._connect_actions()
        self._connect_session()
        services.opener.add_route(Route(accepts=is_session_file, open_paths=self._open_first))
        self._fill_recent()
        unsaved = list_unsaved()
        if unsaved:
            services.jobs.start(
                partial(look_at_unsaved, unsaved[:_KEPT_UNSAVED]),
                on_success=self._on_unsaved_found,
                on_failure=services.notices.report,
            )

    # Opening and saving -----------------------------------------------------------------------------------------------

    @Slot()
    def choose_session(self) -> None:
        """Ask for a session and open it."""
        folder = self._services.settings.last_folder
        path, _ = QFileDialog.getOpenFileName(self._window, "Open session", folder, _FILE_TYPES)
        if path:
            self.open_session(Path(path))

    def open_session(self, path: Path) -> None:
        """Read a session and its models in the background, then put it in place of what is open."""
        if self.saver.path is not None and path.resolve() == self.saver.path.resolve():
            self._services.notices.inform(f"{path.name} is the session of this window.", key="session")
            return
        self._services.jobs.start(
            partial(read_session, path),
            title=f"Opening {path.name}",
            replaces="open session",
            on_success=self._on_read,
            on_failure=partial(self._on_unreadable, path),
        )

    @Slot()
    def choose_name(self) -> None:
        """Ask for a name and save the session under it from now on."""
        current = self.saver.path
        name = str(current) if current is not None and self.saver.has_name else ""
        start = name or str(Path(self._services.settings.last_folder) / f"session{SUFFIX}")
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save session as", start, _FILE_TYPES)
        if chosen:
            path = Path(chosen)
            self.save_as(path if path.suffix else path.with_suffix(SUFFIX))

    def save_as(self, path: Path) -> None:
        """Save the session under a name, now and from now on."""
        try:
            self.saver.move_to(
                path, embeds=self._services.settings.embeds_models, on_success=partial(self._on_saved, path)
            )
        except StoreError as error:
            self._services.notices.report(error)

    def _on_saved(self, path: Path) -> None:
        self._services.settings.remember_session(str(path))
        self._services.notices.inform(
            f"The session is saved as {plain(path.name)}.", hint="Every run is saved there by itself.", key="session"
        )
        self._keep_all_state()
        self._fill_recent()

    # Runs -------------------------------------------------------------------------------------------------------------

    @Slot(object)
    def show_run(self, kept: KeptRun) -> None:
        """Show a run in its model, which is opened if it is at hand."""
        session = self._services.session
        record = next((item for item in session.models if item.model.sha256 == kept.run.model_sha256), None)
        if record is None:
            opened = self._book.opened(kept.run.model_sha256)
            if opened is None or session.find(opened.key) is not None:
                name = plain(self._book.model_of(kept.run).name)
                why = "was changed since" if opened is not None else "is not at hand"
                self._services.notices.inform(
                    f"The content of {name} that this run measured {why}.",
                    hint="The run can still be compared." if opened is not None else "Open the file as it was then.",
                    key="show run",
                )
                return
            record = session.add(opened)
        session.set_current(record)
        run = next((run for run in record.runs if run.id == kept.run.id), None)
        if run is not None:
            record.choose_run(run)

    @Slot(object)
    def export_runs(self, runs: tuple[KeptRun, ...]) -> None:
        """Ask where to, and save runs as JSON files."""
        notices, folder = self._services.notices, self._services.settings.last_folder
        names = [f"{file_name(self._book.title_of(kept))}.json" for kept in runs]
        if len(runs) == 1:
            chosen, _ = QFileDialog.getSaveFileName(
                self._window, "Save run", str(Path(folder) / names[0]), "JSON (*.json)"
            )
            places = [Path(chosen)] if chosen else []
        else:
            chosen = QFileDialog.getExistingDirectory(self._window, "Save runs in", folder)
            places = [Path(chosen) / f"{number:02d}-{name}" for number, name in enumerate(names, 1)] if chosen else []
        try:
            for kept, place in zip(runs, places, strict=False):
                write_run(kept.run, place)
        except StoreError as error:
            notices.report(error)

    # Parts ------------------------------------------------------------------------------------------------------------

    def _connect_actions(self) -> None:
        actions, book = self._window.actions_table, self._book
        actions["open_session"].triggered.connect(self.choose_session)
        actions["save_session"].triggered.connect(self.choose_name)
        actions["embed_models"].setChecked(self._services.settings.embeds_models)
        actions["embed_models"].toggled.connect(self._on_embedding_toggled)
        file_menu = next(item for item in actions["save_session"].associatedObjects() if isinstance(item, QMenu))
        file_menu.insertMenu(actions["save_session"], self._recent)
        stack = book.undo_stack
        actions["undo"].triggered.connect(stack.undo)
        actions["redo"].triggered.connect(stack.redo)
        stack.indexChanged.connect(self._name_undo)
        self._name_undo()

    @Slot()
    def _name_undo(self) -> None:
        """Say what would be undone."""
        actions, stack = self._window.actions_table, self._book.undo_stack
        actions["undo"].setText(f"Undo {plain(stack.undoText())}".strip())
        actions["redo"].setText(f"Redo {plain(stack.redoText())}".strip())
        actions["undo"].setEnabled(stack.canUndo())
        actions["redo"].setEnabled(stack.canRedo())

    def _connect_session(self) -> None:
        session, window = self._services.session, self._window
        session.model_opened.connect(self._on_model_opened)
        session.model_closed.connect(self._state.start)
        session.current_changed.connect(self._state.start)
        session.corrections.changed.connect(self._state.start)
        window.docks.page_made.connect(self._on_page_made)
        window.close_wanted.connect(self._on_close_wanted)
        self._book.changed.connect(self._show_count)

    @Slot(str, object)
    def _on_page_made(self, id_: str, page: QWidget) -> None:
        if id_ == "runs":
            runs = cast("RunsPage", page)
            runs.run_opened.connect(self.show_run)
            runs.export_wanted.connect(self.export_runs)

    @Slot()
    def _show_count(self) -> None:
        count = len(self._book.runs)
        self._window.docks["runs"].setWindowTitle(f"Runs ({count})" if count else "Runs")

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        for signal in (record.run_changed, record.overlay_changed, record.target_changed, record.selection_changed):
            signal.connect(self._state.start)
        record.verdicts_changed.connect(partial(self._on_verdicts_changed, record))
        self._state.start()

    def _on_verdicts_changed(self, record: OpenModel, *_: object) -> None:
        if not record.verdicts or not record.supposition.is_empty:
            return
        sha256 = record.model.sha256
        saved = tuple(item for item in self._saved_verdicts if item.model_sha256 == sha256)
        changes = changed_verdicts(saved, record.verdicts)
        if changes:
            what = ", ".join(f"{name} ({count} operators)" for name, count in changes.items())
            self._services.notices.inform(
                f"Since the session was saved, targets answer otherwise about {plain(record.title)}: {plain(what)}.",
                key=f"verdicts changed:{sha256}",
            )
        self._saved_verdicts = tuple(item for item in self._saved_verdicts if item.model_sha256 != sha256)
        model = next((item for item in self._book.models if item.sha256 == sha256), None)
        if model is not None:
            self.saver.keep_verdicts(partial(kept_verdicts, sha256, record.verdicts), model)

    @Slot(bool)
    def _on_embedding_toggled(self, is_wanted: bool) -> None:
        self._services.settings.embeds_models = is_wanted
        if self.saver.path is not None and self.saver.has_name:
            self.save_as(self.saver.path)

    @Slot()
    def _keep_state(self) -> None:
        text = state_text(self._services.session, self._window.docks.layout_state())
        self.saver.keep(lambda file: file.set_properties({"window": text}), creates=False)

    def _keep_all_state(self) -> None:
        """Keep what is open, and what targets said, in a file that was just made."""
        self._keep_state()
        for record in self._services.session.models:
            self._on_verdicts_changed(record)

    @Slot()
    def _on_close_wanted(self) -> None:
        if self._state.isActive():
            self._state.stop()
            self._keep_state()
        self.saver.close()
        # It tells of its own end, when there is nothing left to ask.
        self._book.undo_stack.blockSignals(True)

    def _open_first(self, paths: tuple[Path, ...]) -> None:
        self.open_session(paths[0])
        if len(paths) > 1:
            self._services.notices.inform("A window holds one session; the first one is opened.", key="sessions")

    @Slot(object)
    def _on_read(self, read: ReadSession) -> None:
        """Put a session in place of the one that is open, which stays in its file."""
        content, services = read.content, self._services
        lock = lock_session(read.path) if not content.is_read_only else None
        if lock is None and not content.is_read_only:
            services.notices.warn(
                f"{plain(read.path.name)} is open in another window.", hint="Close it there first.", key="session"
            )
            return
        if lock is not None:
            lock.unlock()
        self._leave()
        recovered = [run for run in map(run_of_draft, content.drafts) if run is not None]
        state = SavedState(content.properties.get("window", ""))
        self._saved_verdicts = content.verdicts
        self._book.load(
            BookContent(
                runs=content.runs,
                models=content.models,
                opened=read.opened,
                baseline=content.properties.get("baseline", ""),
            )
        )
        if content.is_read_only:
            services.notices.warn(
                plain(content.warnings[0]),
                hint="Use “Save session as” to go on with it in a file of its own.",
                detail="\n".join(content.warnings),
                key="session read-only",
            )
            self._rescue(read)
        else:
            self.saver.follow_file(read.path)
            self.saver.embeds_models = any(model.is_embedded for model in content.models)
            self.saver.keep(lambda file: file.set_properties({CLOSED: ""}))
            if content.drafts:
                self.saver.keep(lambda file: file.drop_drafts())
            if content.warnings:
                services.notices.warn(plain(content.warnings[0]), detail="\n".join(content.warnings), key="session")
        self._book.add_kept(KeptRun(run=run, tags=("recovered",)) for run in recovered)
        self._open_models(read, state)
        self._tell_missing(read)
        if not is_unsaved(read.path):
            services.settings.remember_session(str(read.path))
        self._unsaved = tuple(item for item in self._unsaved if item.path != read.path)
        self._fill_recent()
        self._window.docks.raise_panel("runs")
        self.session_opened.emit(read.path)

    def _leave(self) -> None:
        """Finish the session that is open; what it has measured stays in its file."""
        left = self.saver.path
        self.saver.release()
        if left is not None and is_unsaved(left) and self._book.runs:
            names = tuple(dict.fromkeys(kept.run.model_name for kept in self._book.runs))
            item = UnsavedSession(path=left, run_count=len(self._book.runs), model_names=names, was_closed=True)
            self._unsaved = (item, *self._unsaved)
        for record in self._services.session.models:
            self._services.session.close(record)
        self._book.clear()

    def _rescue(self, read: ReadSession) -> None:
        """Give what was read from a file that must not be written to a file of its own, so that nothing is lost."""
        if not read.content.runs:
            return
        runs, models = read.content.runs, read.content.models
        self.saver.keep(lambda file: file.add_runs(runs, models))

    def _open_models(self, read: ReadSession, state: SavedState) -> None:
        by_content: dict[str, OpenedFile] = {opened.model.sha256: opened for opened in read.opened}
        wanted = state.opened if state.opened is not None else tuple(by_content)[:_SHOWN_UNSAVED]
        session = self._services.session
        for sha256 in wanted:
            if sha256 in by_content:
                state.restore(session.add(by_content[sha256]))
        session.corrections.take_json(state.corrections)
        front = next((item for item in session.models if item.model.sha256 == state.current), None)
        if front is not None:
            session.set_current(front)
        if session.current is not None and not state.layout.isEmpty():
            self._window.restoreState(state.layout)

    def _tell_missing(self, read: ReadSession) -> None:
        if not read.missing:
            return
        names = list(dict.fromkeys(model.name for model in read.missing))
        shown = ", ".join(names[:_SHOWN_NAMES]) + (
            f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
        )
        self._services.notices.inform(
            f"Not found as they were measured: {plain(shown)}. Their runs are listed all the same.",
            hint="Open a file that has the same content, and its runs are shown in its graph.",
            key="session models",
        )

    def _on_unreadable(self, path: Path, error: Exception) -> None:
        if not path.exists():
            self._services.settings.forget_session(str(path))
            self._fill_recent()
        self._services.notices.report(error)

    # Sessions without a name ------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_unsaved_found(self, found: tuple[UnsavedSession, ...]) -> None:
        own = self.saver.path
        free = []
        for item in found:
            lock = lock_session(item.path) if item.path != own else None
            if lock is not None:
                lock.unlock()
                free.append(item)
        self._unsaved = tuple(free)
        self._fill_recent()
        crashed = next((item for item in free if not item.was_closed), None)
        if crashed is not None:
            self._services.notices.post(
                Notice(
                    severity=Severity.INFO,
                    message=f"The program ended without saving {_describe(crashed)}.",
                    hint="Nothing that was measured is lost.",
                    actions=(
                        NoticeAction(label="Restore", run=partial(self.open_session, crashed.path)),
                        NoticeAction(label="Delete", run=partial(self._delete_unsaved, crashed)),
                    ),
                    key="unsaved session",
                )
            )

    def _delete_unsaved(self, item: UnsavedSession) -> None:
        remove_session(item.path)
        self._unsaved = tuple(other for other in self._unsaved if other.path != item.path)
        self._fill_recent()

    @Slot()
    def _fill_recent(self) -> None:
        menu = self._recent
        menu.clear()
        paths = self._services.settings.recent_sessions
        for path in paths:
            action = menu.addAction(plain(Path(path).name).replace("&", "&&"), partial(self.open_session, Path(path)))
            action.setToolTip(plain(path))
        if self._unsaved:
            menu.addSection("Not saved under a name")
        for item in self._unsaved[:_SHOWN_UNSAVED]:
            menu.addAction(_describe(item).capitalize().replace("&", "&&"), partial(self.open_session, item.path))
        menu.setEnabled(bool(paths or self._unsaved))


def _describe(item: UnsavedSession) -> str:
    runs = f"{item.run_count} run{'s' if item.run_count != 1 else ''}"
    names = ", ".join(item.model_names[:_SHOWN_NAMES]) + (" …" if len(item.model_names) > _SHOWN_NAMES else "")
    moment = item.path.stem.split("-")
    when = (
        f" from {moment[1][:4]}-{moment[1][4:6]}-{moment[1][6:8]} {moment[2][:2]}:{moment[2][2:4]}"
        if len(moment) > 2
        else ""
    )
    return plain(f"{runs} of {names}{when}")

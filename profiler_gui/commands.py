"""What the actions of the window do."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from backends.model.model import Model
from backends.reports.plain_text import plain
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.history import SelectionHistory
from profiler_gui.main_window import MainWindow
from profiler_gui.notices import Notice
from profiler_gui.opening import BundleContent
from profiler_gui.pages.inspector_page import InspectorPage
from profiler_gui.pages.model_page import ModelPage
from profiler_gui.samples import sample_paths
from profiler_gui.services import Services
from profiler_gui.session import OpenModel

if TYPE_CHECKING:
    # Brings what measures along, which only the first measurement needs.
    from profiler_gui.pages.profile_page import ProfilePage

_FILE_TYPES = (
    "Models (*.tflite *.lite *.tfl *.task *.zip);;Networks to convert (*.keras *.h5 *.pb *.onnx *.pt2);;All files (*)"
)
_ZOOM_STEP = 1.25


class Commands(QObject):
    """Connects the actions of a window to the session and the pages."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._history = SelectionHistory(services.session)
        for id_, command in (*self._file_commands(), *self._view_commands(), *self._other_commands()):
            window.actions_table[id_].triggered.connect(command)
        window.actions_table["open_sample"].setEnabled(bool(sample_paths()))
        window.actions_table["high_contrast"].setChecked(services.settings.wants_contrast)
        window.empty_state.open_wanted.connect(self.choose_files)
        window.empty_state.sample_wanted.connect(self._open_sample)
        window.empty_state.file_wanted.connect(self._open_path)
        window.notice_bar.details_wanted.connect(self._show_details)
        services.opener.bundle_found.connect(self._choose_member)
        services.session.model_opened.connect(self._fill_recent)
        services.session.current_changed.connect(self._fill_recent)
        services.session.current_changed.connect(self._on_current_changed)
        self._on_running_changed(False)
        window.docks.page_made.connect(self._on_page_made)
        self._fill_recent()

    @Slot(str, object)
    def _on_page_made(self, id_: str, page: QWidget) -> None:
        if isinstance(page, InspectorPage):
            page.file_wanted.connect(self._show_packed_file)
            page.values_wanted.connect(self._show_values)
        if id_ == "profile":
            cast("ProfilePage", page).running_changed.connect(self._on_running_changed)

    @Slot(bool)
    def _on_running_changed(self, is_running: bool) -> None:
        actions = self._window.actions_table
        actions["profile"].setEnabled(not is_running and self._services.session.current is not None)
        actions["stop"].setEnabled(is_running)
        actions["cancel"].setEnabled(is_running)

    @Slot(object)
    def _on_current_changed(self, _record: OpenModel | None) -> None:
        page = cast("ProfilePage | None", self._window.docks.made_page("profile"))
        self._on_running_changed(page is not None and page.is_running)

    def _profile(self) -> None:
        self._window.docks.raise_panel("profile")
        cast("ProfilePage", self._window.docks.page("profile")).start_run()

    def _end_run(self, *, keeps: bool) -> None:
        page = cast("ProfilePage | None", self._window.docks.made_page("profile"))
        if page is not None:
            (page.stop_run if keeps else page.cancel_run)()

    def _file_commands(self) -> tuple[tuple[str, Callable[..., object]], ...]:
        return (
            ("open", self.choose_files),
            ("open_sample", self._open_sample),
            ("reload", self._reload),
            ("close", self._close),
            ("quit", self._window.close),
        )

    def _view_commands(self) -> tuple[tuple[str, Callable[..., object]], ...]:
        return (
            ("find", partial(self._on_page, ModelPage.open_find)),
            ("find_next", partial(self._on_page, lambda page: page.go_to_match(1))),
            ("find_previous", partial(self._on_page, lambda page: page.go_to_match(-1))),
            ("back", partial(self._history.step, -1)),
            ("forward", partial(self._history.step, 1)),
            ("fit", partial(self._on_canvas, GraphCanvas.show_all)),
            ("zoom_selection", partial(self._on_canvas, GraphCanvas.frame_selection)),
            ("zoom_in", partial(self._on_canvas, lambda canvas: canvas.zoom_by(_ZOOM_STEP))),
            ("zoom_out", partial(self._on_canvas, lambda canvas: canvas.zoom_by(1 / _ZOOM_STEP))),
            ("zoom_reset", partial(self._on_canvas, GraphCanvas.reset_zoom)),
            ("full_screen", self._toggle_full_screen),
            ("toggle_theme", self._toggle_theme),
            ("high_contrast", self._choose_contrast),
            ("reset_layout", self._window.reset_layout),
        )

    def _other_commands(self) -> tuple[tuple[str, Callable[..., object]], ...]:
        return (
            ("profile", self._profile),
            ("stop", lambda: self._end_run(keeps=True)),
            ("cancel", lambda: self._end_run(keeps=False)),
            ("shortcuts", self._show_shortcuts),
            ("palette", self._show_palette),
            ("about", self._show_about),
        )

    # Files ------------------------------------------------------------------------------------------------------------

    @Slot()
    def choose_files(self) -> None:
        """Ask for files and open them."""
        folder = self._services.settings.last_folder
        paths, _ = QFileDialog.getOpenFileNames(self._window, "Open models", folder, _FILE_TYPES)
        self._services.opener.open_paths(paths)

    @Slot(str)
    def _open_path(self, path: str) -> None:
        self._services.opener.open_paths([path])

    @Slot()
    def _open_sample(self) -> None:
        self._services.opener.open_paths(sample_paths()[:1])

    @Slot()
    def _reload(self) -> None:
        record = self._services.session.current
        if record is not None:
            self._services.opener.reload(record)

    @Slot()
    def _close(self) -> None:
        if self._window.tabs.close_front_view():
            return
        record = self._services.session.current
        if record is not None:
            self._services.session.close(record)

    @Slot()
    def _fill_recent(self) -> None:
        paths = self._services.settings.recent_files
        menu = self._window.recent_menu
        menu.clear()
        for number, path in enumerate(paths, 1):
            action = menu.addAction(plain(Path(path).name).replace("&", "&&"), partial(self._open_path, path))
            action.setShortcut(QKeySequence(f"Alt+Shift+{number}"))
            action.setToolTip(plain(path))
        if paths:
            menu.addSeparator()
            menu.addAction("Clear", self._forget_recent)
        menu.setEnabled(bool(paths))
        menu.setToolTipsVisible(True)
        self._window.empty_state.show_recent(paths)

    @Slot()
    def _forget_recent(self) -> None:
        self._services.settings.forget_files()
        self._fill_recent()

    @Slot(object)
    def _choose_member(self, content: BundleContent) -> None:
        from profiler_gui.dialogs.bundle_dialog import BundleDialog

        dialog = BundleDialog(content, self._window)
        dialog.members_chosen.connect(self._services.opener.open_members)
        dialog.open()

    # View -------------------------------------------------------------------------------------------------------------

    def _on_page(self, command: Callable[[ModelPage], object], *_: object) -> None:
        page = self._window.page
        if page is not None:
            command(page)

    def _on_canvas(self, command: Callable[[GraphCanvas], object], *_: object) -> None:
        page = self._window.page
        if page is not None:
            command(page.canvas)

    @Slot()
    def _toggle_full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    @Slot()
    def _toggle_theme(self) -> None:
        self._services.theme.toggle()
        self._services.settings.theme = str(self._services.theme.mode)

    @Slot(bool)
    def _choose_contrast(self, is_wanted: bool) -> None:
        self._services.theme.want_contrast(is_wanted)
        self._services.settings.wants_contrast = is_wanted

    # Dialogs, imported when they are wanted ---------------------------------------------------------------------------

    @Slot(object)
    def _show_details(self, notice: Notice) -> None:
        from profiler_gui.dialogs.details_dialog import DetailsDialog

        DetailsDialog(notice, self._window).open()

    @Slot(object, str)
    def _show_packed_file(self, model: Model, name: str) -> None:
        from profiler_gui.dialogs.packed_file_dialog import show_packed_file

        show_packed_file(self._window, self._services.jobs, model, name)

    @Slot(object, int, int)
    def _show_values(self, model: Model, subgraph: int, tensor: int) -> None:
        from profiler_gui.dialogs.values_dialog import ValuesDialog

        ValuesDialog(model, subgraph, tensor, self._services.jobs, self._services.notices, self._window).show()

    @Slot()
    def _show_shortcuts(self) -> None:
        from profiler_gui.dialogs.shortcuts_dialog import ShortcutsDialog

        ShortcutsDialog(self._window.docks.toggles, self._window).open()

    @Slot()
    def _show_palette(self) -> None:
        from profiler_gui.dialogs.command_palette import CommandPalette

        palette = CommandPalette(self._window.actions_table.all(), self._window)
        left = (self._window.width() - palette.width()) // 2
        palette.move(self._window.mapToGlobal(QPoint(left, self._window.height() // 8)))
        palette.show()

    @Slot()
    def _show_about(self) -> None:
        from profiler_gui.dialogs.about_dialog import AboutDialog

        AboutDialog(self._window).open()

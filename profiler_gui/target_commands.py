"""What the entries of the Targets menu do."""

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from backends.errors import ResourceError
from backends.published.search import published_chipsets
from backends.targets.chipsets import load_chipsets
from backends.targets.supposition import Supposition
from backends.targets.user_folder import user_target_folder
from profiler_gui.checking import TargetChecker
from profiler_gui.main_window import MainWindow
from profiler_gui.naming import name_parts
from profiler_gui.pages.accepts_page import AcceptsPage
from profiler_gui.pages.targets_page import TargetsPage
from profiler_gui.services import Services
from profiler_gui.session import OpenModel, Overlay

_ACCEPTS_SIZE = (1100, 720)


class TargetCommands(QObject):
    """Connects the Targets menu to pages, dialogs and the folder of the user's own targets."""

    def __init__(self, window: MainWindow, services: Services, checker: TargetChecker) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._accepts: AcceptsPage | None = None
        actions = window.actions_table
        actions["accepts"].triggered.connect(self._show_accepts_of_chosen)
        actions["chipsets"].triggered.connect(self._show_chipsets)
        actions["published"].triggered.connect(self._show_published)
        actions["what_if"].triggered.connect(self._show_what_if)
        actions["end_what_if"].triggered.connect(self._end_what_if)
        actions["open_target_folder"].triggered.connect(self._open_folder)
        actions["reload_targets"].triggered.connect(checker.load_targets)
        # The model in front and what is said about it belong together: both are read again.
        actions["reload"].triggered.connect(checker.load_targets)
        window.docks.page_made.connect(self._on_page_made)
        self._current: OpenModel | None = None
        services.session.current_changed.connect(self._on_current_changed)

    @property
    def accepts_page(self) -> AcceptsPage | None:
        """The page of what a target accepts, once it was shown."""
        return self._accepts

    @Slot(str, object)
    def _on_page_made(self, _id: str, page: QWidget) -> None:
        if isinstance(page, TargetsPage):
            page.accepts_wanted.connect(self.show_accepts)

    @Slot(object)
    def _on_current_changed(self, record: OpenModel | None) -> None:
        if self._current is not None:
            self._current.advice_changed.disconnect(self._count_advice)
        self._current = record
        if record is not None:
            record.advice_changed.connect(self._count_advice)
        self._count_advice()

    @Slot()
    def _count_advice(self) -> None:
        """Say on the panel's tab how much advice there is."""
        count = len(self._current.advice) if self._current is not None else 0
        self._window.docks["advice"].setWindowTitle(f"Advice ({count})" if count else "Advice")

    @Slot(str)
    def show_published_of(self, chipset: str) -> None:
        """Show the published numbers of a chipset."""
        from profiler_gui.pages.published_page import VIEW_KEY, PublishedPage

        self._show_published()
        view = self._window.tabs.view(VIEW_KEY)
        if isinstance(view, PublishedPage):
            view.search.setText(chipset)

    @Slot()
    def _show_published(self) -> None:
        """Show published numbers in a tab, those for a connected device's chipset first."""
        from profiler_gui.pages.published_page import VIEW_KEY, PublishedPage

        devices = self._services.devices
        answers = [devices.examination(device.id) for device in devices.ready_devices]
        chipset = next((found for one in answers if one and (found := one.facts.get("chipset", ""))), "")
        tip = "Latencies and scores that others published"
        view = self._window.tabs.view(VIEW_KEY) or PublishedPage(self._services.session, chipset)
        self._window.tabs.show_view(VIEW_KEY, view, "Published numbers", tip=tip)

    def _targets_page(self) -> TargetsPage | None:
        page = self._window.docks.page("targets")
        return page if isinstance(page, TargetsPage) else None

    @Slot()
    def _show_accepts_of_chosen(self) -> None:
        current = self._services.session.current
        self.show_accepts(current.target_id if current is not None else self._services.settings.target_id)

    @Slot(str)
    def show_accepts(self, target_id: str) -> None:
        """Show what a target accepts, in a window beside the main one."""
        if self._accepts is None:
            dialog = QDialog(self._window, Qt.WindowType.Window)
            dialog.setWindowTitle("What a target accepts")
            dialog.resize(*_ACCEPTS_SIZE)
            column = QVBoxLayout(dialog)
            column.setContentsMargins(0, 0, 0, 0)
            self._accepts = AcceptsPage(self._services.session, self._services.notices)
            column.addWidget(self._accepts)
            name_parts(dialog, "What a target accepts")
        self._accepts.show_target(target_id)
        window = self._accepts.window()
        window.show()
        window.raise_()
        window.activateWindow()

    @Slot()
    def _show_chipsets(self) -> None:
        from profiler_gui.dialogs.chipset_dialog import ChipsetDialog

        try:
            accelerators, published = load_chipsets(), published_chipsets()
        except ResourceError as error:
            self._services.notices.report(error)
            return
        dialog = ChipsetDialog(accelerators, self._services.session.targets, published, self._window)
        dialog.published_wanted.connect(self.show_published_of)
        dialog.target_wanted.connect(self._go_to_target)
        dialog.open()

    @Slot(str)
    def _go_to_target(self, target_id: str) -> None:
        """Show a target's verdict on the model in front; without a model, what it accepts."""
        record = self._services.session.current
        if record is None:
            self.show_accepts(target_id)
            return
        record.choose_target(target_id)
        record.choose_overlay(replace(record.overlay, overlay=Overlay.VERDICT))
        self._window.docks.raise_panel("targets")

    @Slot()
    def _show_what_if(self) -> None:
        page = self._targets_page()
        if page is not None:
            self._window.docks.raise_panel("targets")
            page.show_what_if()

    @Slot()
    def _end_what_if(self) -> None:
        record = self._services.session.current
        if record is not None:
            record.suppose(Supposition())

    @Slot()
    def _open_folder(self) -> None:
        """Open the folder for own target files, made where it does not exist."""
        folder = user_target_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._services.notices.warn(f"The folder {folder} cannot be made: {error.strerror}.")
            return
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._services.notices.inform(
                f"Own target files belong into {folder}.",
                hint="No program to show the folder was found. Put *.toml files there and reload the targets.",
                key="target folder",
            )

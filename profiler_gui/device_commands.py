"""What the window does about devices: runners, and checks before measuring."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from profiler_gui.main_window import MainWindow
from profiler_gui.services import Services

if TYPE_CHECKING:
    from profiler_gui.pages.profile_page import ProfilePage


class DeviceCommands(QObject):
    """Connects the actions and wishes that are about devices."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        window.actions_table["runners"].triggered.connect(self._on_runners)
        window.actions_table["check_device"].triggered.connect(self._on_check)
        window.docks.page_made.connect(self._on_page_made)

    @property
    def _profile_page(self) -> "ProfilePage":
        return cast("ProfilePage", self._window.docks.page("profile"))

    @Slot(str, object)
    def _on_page_made(self, id_: str, page: QWidget) -> None:
        if id_ == "profile":
            cast("ProfilePage", page).runners_wanted.connect(self.open_runners)

    @Slot()
    def _on_check(self) -> None:
        self._window.docks.raise_panel("profile")
        self._profile_page.check()

    @Slot()
    def _on_runners(self) -> None:
        self.open_runners("")

    @Slot(str)
    def open_runners(self, kind: str) -> None:
        """Let the user choose or download benchmark tools.

        Args:
            kind: id of the kind of device to begin with; the first of all when it is empty.
        """
        from profiler_gui.dialogs.runners_dialog import RunnersDialog

        dialog = RunnersDialog(self._services.jobs, self._services.notices, kind, self._window)
        dialog.choices_changed.connect(self._on_runners_changed)
        dialog.open()

    @Slot()
    def _on_runners_changed(self) -> None:
        page = cast("ProfilePage | None", self._window.docks.made_page("profile"))
        if page is not None:
            page.reload_runners()

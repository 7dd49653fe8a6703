"""From one area of the window to the next with the keyboard: the middle, the panels that are seen, and round."""

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from profiler_gui.main_window import MainWindow


class Areas(QObject):
    """Connects the actions that move the focus between areas."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.actions_table["next_area"].triggered.connect(self.go_next)
        window.actions_table["previous_area"].triggered.connect(self.go_back)

    @Slot()
    def go_next(self) -> None:
        """Go to the next area."""
        self._go(1)

    @Slot()
    def go_back(self) -> None:
        """Go to the area before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        areas = self._shown()
        focused = self._window.focusWidget()
        here = next((i for i, area in enumerate(areas) if focused is not None and _holds(area, focused)), -min(step, 0))
        for away in range(1, len(areas) + 1):
            if focus_into(areas[(here + step * away) % len(areas)]):
                return

    def _shown(self) -> list[QWidget]:
        window = self._window
        middle = window.tabs.currentWidget()
        shown = middle if middle is not None and middle.isVisible() else window.empty_state
        return [shown, *window.docks.pages_in_front]


def focus_into(area: QWidget) -> bool:
    """Give the focus to an area, or to the first part of it that takes it; give whether there is one."""
    proxy = area.focusProxy()
    if proxy is not None and proxy.isVisible():
        area.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True
    for part in area.findChildren(QWidget):
        if part.isVisible() and part.isEnabled() and part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            part.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
    return False


def _holds(area: QWidget, inner: QWidget) -> bool:
    return area is inner or area.isAncestorOf(inner)

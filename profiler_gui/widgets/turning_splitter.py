"""A splitter that suits wide docks and tall ones."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

_WIDE = 1.5
"""Side by side from this ratio of width to height on."""


class TurningSplitter(QSplitter):
    """Puts its parts side by side where there is width for it, else one below the other."""

    def __init__(self, stretches: tuple[int, ...], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._stretches = stretches
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self._is_moved = False
        self.splitterMoved.connect(self._on_moved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn when the shape of the page has changed; keep the shares until the user moves a handle."""
        super().resizeEvent(event)
        is_wide = self.width() >= _WIDE * self.height()
        orientation = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if orientation is not self.orientation():
            self.setOrientation(orientation)
            self._is_moved = False
        if not self._is_moved:
            self.share_out()

    def minimumSizeHint(self) -> QSize:
        """Ask for little: parts stacked in a tall dock must not keep it from becoming a wide one."""
        return QSize(160, 80)

    def share_out(self) -> None:
        """Give each part its share of the length."""
        length = self.width() if self.orientation() is Qt.Orientation.Horizontal else self.height()
        whole = sum(self._stretches)
        self.setSizes([length * stretch // whole for stretch in self._stretches])

    @Slot()
    def _on_moved(self) -> None:
        self._is_moved = True

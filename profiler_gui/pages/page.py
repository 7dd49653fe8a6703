"""What all pages do: follow the model in front, and wait while they are hidden."""

from collections.abc import Callable

from PySide6.QtCore import QSize, QTimer, SignalInstance, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from profiler_gui.notices import NoticeBoard
from profiler_gui.session import OpenModel, Session

_LOOK_AGAIN_MS = 250
"""How often a page that is behind the tab of another, and no longer up to date, looks whether it is seen."""


class Page(QWidget):
    """Shows something of the model in front.

    A subclass overrides ``refresh``, which shows everything, and names in ``follow`` what else it listens to.
    Whatever needs more than a moment goes through ``invalidate``: several changes lead to one refresh, and a hidden
    page does nothing until it is seen.

    Args:
        session: what is open.
        notices: where failures are told; a board of its own when left out.
    """

    def __init__(self, session: Session, notices: NoticeBoard | None = None) -> None:
        super().__init__()
        self.session = session
        self.notices = notices if notices is not None else NoticeBoard(self)
        self.record: OpenModel | None = session.current
        self._slots: dict[str, Callable[..., object]] = {}
        self._connections: list[tuple[SignalInstance, Callable[..., object]]] = []
        self._is_stale = True
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._on_soon)
        session.current_changed.connect(self._on_current_changed)

    def follow(self, **slots: Callable[..., object]) -> None:
        """Connect slots to signals of whichever ``OpenModel`` is in front, by the signals' names."""
        self._slots.update(slots)
        self._connect()

    def refresh(self) -> None:
        """Show everything of ``self.record``, which may be ``None``."""
        raise NotImplementedError

    @Slot()
    def invalidate(self) -> None:
        """Refresh soon, or when the page is seen."""
        self._is_stale = True
        if self.isVisible():
            self._soon.start(0)

    @property
    def is_in_sight(self) -> bool:
        """Whether any of the page is seen; one behind the tab of another counts as visible for Qt."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def catch_up(self) -> None:
        """Refresh what changed while the page was out of sight; called when its panel comes to the front."""
        if self._is_stale:
            self._refresh_now()

    def minimumSizeHint(self) -> QSize:
        """Ask for little, so that docks can be made as small as the user wants."""
        return QSize(200, 100)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while the page was hidden."""
        super().showEvent(event)
        self.catch_up()

    @Slot()
    def _on_soon(self) -> None:
        if self.is_in_sight:
            self._refresh_now()
        elif self.isVisible():
            # Qt tells nobody when a page comes into sight without being shown, moved aside as it was by its dock.
            self._soon.start(_LOOK_AGAIN_MS)

    @Slot()
    def _refresh_now(self) -> None:
        self._soon.stop()
        self._is_stale = False
        self.refresh()

    def _connect(self) -> None:
        for signal, slot in self._connections:
            signal.disconnect(slot)
        record = self.record
        self._connections = (
            [] if record is None else [(getattr(record, name), slot) for name, slot in self._slots.items()]
        )
        for signal, slot in self._connections:
            signal.connect(slot)

    @Slot(object)
    def _on_current_changed(self, record: OpenModel | None) -> None:
        self.record = record
        self._connect()
        self.invalidate()

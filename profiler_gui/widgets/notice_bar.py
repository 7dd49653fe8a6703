"""The bar that shows what the notice board holds, one notice at a time."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from profiler_gui.notices import Notice, NoticeAction, NoticeBoard, Severity
from profiler_gui.theme import colors_of, make_icon
from profiler_gui.widgets.label import escape_mnemonic, plain_label

_ICONS = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.ERROR: "error", Severity.BUG: "bug"}


class NoticeBar(QFrame):
    """Shows the newest notice, as it answers what the user did last; hidden while there is none.

    Signals:
        details_wanted: the ``Notice`` whose details shall be shown.
    """

    details_wanted = Signal(object)

    def __init__(self, board: NoticeBoard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._notice: Notice | None = None
        self._actions: list[QPushButton] = []
        self._icon = QLabel()
        self._message = plain_label("")
        self._hint = plain_label("", role="dim")
        self._count = plain_label("", role="dim", is_selectable=False)
        self._count.setWordWrap(False)
        self._details = QPushButton("Details…")
        self._details.clicked.connect(self._on_details_clicked)
        self._dismiss = QToolButton()
        self._dismiss.setToolTip("Dismiss")
        self._dismiss.setAccessibleName("Dismiss")
        self._dismiss.clicked.connect(self._on_dismiss_clicked)
        self._arrange()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        board.changed.connect(self._on_board_changed)
        self._on_board_changed()

    @property
    def notice(self) -> Notice | None:
        """The notice that is shown."""
        return self._notice

    def _arrange(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._message)
        texts.addWidget(self._hint)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addLayout(texts, 1)
        row.addWidget(self._count)
        row.addLayout(self._buttons)
        row.addWidget(self._details)
        row.addWidget(self._dismiss)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @Slot()
    def _on_board_changed(self) -> None:
        waiting = self._board.notices
        self.setVisible(bool(waiting))
        if not waiting:
            self._notice = None
            return
        self._count.set_text(f"1 of {len(waiting)}" if len(waiting) > 1 else "")
        self._count.setVisible(len(waiting) > 1)
        if waiting[-1] is not self._notice:
            self._show(waiting[-1])

    def _show(self, notice: Notice) -> None:
        self._notice = notice
        self.setProperty("severity", str(notice.severity))
        self.style().unpolish(self)
        self.style().polish(self)
        self._message.set_text(notice.message)
        self._hint.set_text(notice.hint)
        self._hint.setVisible(bool(notice.hint))
        self._details.setVisible(bool(notice.detail))
        self._color_icons()
        for button in self._actions:
            button.hide()
            button.deleteLater()
        self._actions = [self._add_button(action) for action in notice.actions]

    def _add_button(self, action: NoticeAction) -> QPushButton:
        button = QPushButton(escape_mnemonic(action.label))
        notice = self._notice

        def use() -> None:
            if notice is not None:
                self._board.dismiss(notice)
            action.run()

        button.clicked.connect(use)
        self._buttons.addWidget(button)
        return button

    def _color_icons(self) -> None:
        if self._notice is None:
            return
        colors = colors_of(self)
        shade = {Severity.INFO: colors.info, Severity.WARNING: colors.warning}.get(self._notice.severity, colors.error)
        self._icon.setPixmap(make_icon(_ICONS[self._notice.severity], shade).pixmap(20, 20))
        self._dismiss.setIcon(make_icon("close", colors.text))

    @Slot()
    def _on_details_clicked(self) -> None:
        if self._notice is not None:
            self.details_wanted.emit(self._notice)

    @Slot()
    def _on_dismiss_clicked(self) -> None:
        if self._notice is not None:
            self._board.dismiss(self._notice)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the colours of the theme in use."""
        super().showEvent(event)
        self._color_icons()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._color_icons()

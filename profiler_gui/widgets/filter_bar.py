"""Narrowing a table by words and by types."""

from collections.abc import Iterable, Mapping
from html import escape

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from profiler_gui.widgets.label import escape_mnemonic

_DEBOUNCE_MS = 150


class FilterBar(QWidget):
    """A line for words and a menu of types.

    Signals:
        changed: words or types are others than before; not sent for every key.
    """

    changed = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tip = ""
        self._line = QLineEdit()
        self._line.setPlaceholderText(hint)
        self._line.setClearButtonEnabled(True)
        self._line.setAcceptDrops(False)  # a dropped file is to be opened, not typed
        self._menu = QMenu(self)
        self._button = QToolButton()
        self._button.setMenu(self._menu)
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_DEBOUNCE_MS)
        self._soon.timeout.connect(self.changed)
        self._line.textChanged.connect(self._on_text_changed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line, 1)
        layout.addWidget(self._button)
        self._kinds: frozenset[str] = frozenset()
        self.set_kinds({})

    @property
    def text(self) -> str:
        """The words."""
        return self._line.text()

    @property
    def kinds(self) -> frozenset[str]:
        """The chosen types; empty for all."""
        return self._kinds

    def set_text(self, text: str) -> None:
        """Put other words in the line."""
        self._line.setText(text)

    def show_mistake(self, sentence: str, note: str = "") -> None:
        """Say what is wrong with what is typed, or what to know about the answer; nothing for empty ones."""
        self._line.setProperty("state", "bad" if sentence else "")
        self._line.style().unpolish(self._line)
        self._line.style().polish(self._line)
        self._line.setToolTip(plain_tip(sentence or note or self._tip))

    def set_tip(self, tip: str) -> None:
        """Say what can be typed."""
        self._tip = tip
        self._line.setToolTip(plain_tip(tip))

    def set_kinds(self, counts: Mapping[str, int]) -> None:
        """Offer these types, with how many operators each has; ones that are gone are no longer chosen."""
        self._menu.clear()
        self._menu.addAction("All types", self._on_all_wanted)
        self._menu.addSeparator()
        chosen = self._kinds & counts.keys()
        for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            action = self._menu.addAction(f"{escape_mnemonic(kind)} ({count})")
            action.setCheckable(True)
            action.setChecked(kind in chosen)
            action.setData(kind)
            action.toggled.connect(self._on_kind_toggled)
        self._button.setEnabled(bool(counts))
        is_other = chosen != self._kinds
        self._kinds = frozenset(chosen)
        self._name_button()
        if is_other:
            self.changed.emit()

    def choose_kinds(self, kinds: Iterable[str]) -> None:
        """Choose exactly these types."""
        wanted = frozenset(kinds)
        for action in self._kind_actions():
            action.blockSignals(True)
            action.setChecked(action.data() in wanted)
            action.blockSignals(False)
        self._on_kind_toggled()

    def _kind_actions(self) -> list[QAction]:
        return [action for action in self._menu.actions() if action.isCheckable()]

    def _name_button(self) -> None:
        count = len(self._kinds)
        name = "All types" if count == 0 else next(iter(self._kinds)) if count == 1 else f"{count} types"
        self._button.setText(f"{escape_mnemonic(name)} ▾")

    @Slot()
    def _on_text_changed(self) -> None:
        self._soon.start()

    @Slot()
    def _on_all_wanted(self) -> None:
        self.choose_kinds(())

    @Slot()
    def _on_kind_toggled(self) -> None:
        self._kinds = frozenset(action.data() for action in self._kind_actions() if action.isChecked())
        self._name_button()
        self.changed.emit()


def plain_tip(text: str) -> str:
    """Give text as a tooltip that wraps but is never read as markup."""
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>" if text else ""

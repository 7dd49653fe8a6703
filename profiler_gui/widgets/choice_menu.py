"""Choosing several of some things, in little room."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from profiler_gui.widgets.label import escape_mnemonic

_LONGEST = 28
"""Letters of the names on the button; the tool tip shows them all."""
_LEAST_WIDTH = 80


class ChoiceMenu(QToolButton):
    """A button that names what is chosen, with a menu to choose from.

    Signals:
        changed: others are chosen than before.
    """

    changed = Signal()

    def __init__(self, nothing: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nothing = nothing
        self._chosen: tuple[str, ...] = ()
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setProperty("role", "toggle")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of what is chosen, in the order of the menu."""
        return self._chosen

    def set_choices(self, titles: Mapping[str, str]) -> None:
        """Offer these, id to title; ones that are gone are no longer chosen."""
        kept = set(self._chosen) & titles.keys()
        self._menu.clear()
        for id_, title in titles.items():
            action = self._menu.addAction(escape_mnemonic(title))
            action.setCheckable(True)
            action.setChecked(id_ in kept)
            action.setData(id_)
            action.toggled.connect(self._on_toggled)
        self.setEnabled(bool(titles))
        self._take()

    def choose(self, ids: Iterable[str]) -> None:
        """Choose exactly these."""
        wanted = set(ids)
        for action in self._actions():
            action.setChecked(action.data() in wanted)

    def minimumSizeHint(self) -> QSize:
        """Ask for little: rather cut names than make the form wider than its place."""
        return QSize(_LEAST_WIDTH, super().minimumSizeHint().height())

    def _actions(self) -> list[QAction]:
        return [action for action in self._menu.actions() if action.isCheckable()]

    @Slot()
    def _on_toggled(self) -> None:
        self._take()

    def _take(self) -> None:
        chosen = tuple(str(action.data()) for action in self._actions() if action.isChecked())
        is_other = chosen != self._chosen
        self._chosen = chosen
        self._name()
        if is_other:
            self.changed.emit()

    def _name(self) -> None:
        titles = [action.text() for action in self._actions() if action.isChecked()]
        name = self._nothing if not titles else ", ".join(titles) if len(titles) < 3 else f"{len(titles)} more"
        cut = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        self.setText(f"{cut} ▾")
        self.setToolTip("\n".join(titles))

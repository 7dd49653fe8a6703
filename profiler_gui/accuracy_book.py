"""What comparisons found about models, for every page that can make use of it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from backends.accuracy.comparison import Comparison


class AccuracyBook(QObject):
    """Keeps the newest comparison of each model, whether the model is open or not.

    Signals:
        changed: SHA-256 of the model that something new is known about.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: dict[str, Comparison] = {}

    def add(self, model_sha256: str, comparison: "Comparison") -> None:
        """Take what a comparison found about a model; an older one is forgotten."""
        self._known[model_sha256] = comparison
        self.changed.emit(model_sha256)

    def of(self, model_sha256: str) -> "Comparison | None":
        """Give what is known about a model."""
        return self._known.get(model_sha256)

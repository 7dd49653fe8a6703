"""What stands on one side of a comparison, and what users said about alignments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from backends.compare.alignment import Correction
from backends.compare.corrections import corrections_from_json, corrections_to_json
from backends.errors import StoreError
from backends.model.cost import OperatorCost
from backends.model.model import Model, OperatorId
from backends.runs.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the things that are compared: a model, and a measurement of it where there is one."""

    model: Model
    costs: Mapping[OperatorId, OperatorCost]
    run: Run | None = None
    title: str
    """Short name to show beside the letter."""
    more_runs: tuple[Run, ...] = ()
    """Further runs that are taken together with ``run``, process by process."""

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs; the first is the one whose layers are shown."""
        return () if self.run is None else (self.run, *self.more_runs)


class CorrectionBook(QObject):
    """The corrections of alignments, by the contents (sha256) of the models A and B.

    Signals:
        changed: hashes of A and B whose corrections are others now.
    """

    changed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: dict[tuple[str, str], tuple[Correction, ...]] = {}

    def of(self, a_sha256: str, b_sha256: str) -> tuple[Correction, ...]:
        """Give what was corrected between two models; what was said with A and B swapped counts too."""
        if (a_sha256, b_sha256) in self._known:
            return self._known[a_sha256, b_sha256]
        swapped = self._known.get((b_sha256, a_sha256), ())
        return tuple(Correction(a=correction.b, b=correction.a) for correction in swapped)

    def keep(self, a_sha256: str, b_sha256: str, corrections: Sequence[Correction]) -> None:
        """Replace the corrections between two models."""
        self._known.pop((b_sha256, a_sha256), None)
        self._known[a_sha256, b_sha256] = tuple(corrections)
        self.changed.emit(a_sha256, b_sha256)

    def to_json(self) -> list[dict[str, Any]]:
        """Give everything as it is saved."""
        return [
            {"a": a, "b": b, "corrections": corrections_to_json(corrections)}
            for (a, b), corrections in self._known.items()
            if corrections
        ]

    def take_json(self, value: Any) -> None:
        """Take what was saved; nonsense is left out."""
        for entry in value if isinstance(value, list) else []:
            if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("a", "b")):
                continue
            try:
                corrections = corrections_from_json(entry.get("corrections"))
            except StoreError:
                continue
            self.keep(entry["a"], entry["b"], corrections)

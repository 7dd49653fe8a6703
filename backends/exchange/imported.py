"""What reading a foreign file gives."""

from dataclasses import dataclass

from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What files of other tools say about one model: a run, columns of numbers, or both."""

    kind: str
    """What the files are, in words: ``AI Hub profile``."""
    sources: tuple[str, ...]
    """Names of the files."""
    run: Run | None = None
    columns: tuple[OperatorColumn, ...] = ()
    matched: int = 0
    """Entries of the files that belong to an operator of the model."""
    total: int = 0
    """Entries about operators in the files."""
    notes: tuple[str, ...] = ()
    """What to know about the numbers, and what was left out."""

    @property
    def summary(self) -> str:
        """Say in a sentence what came in."""
        parts = ["a run"] if self.run is not None else []
        if self.columns:
            parts.append(f"{len(self.columns)} column{'s' if len(self.columns) > 1 else ''} of numbers")
        fit = f"{self.matched} of {self.total} entries fit operators of this model" if self.total else ""
        return f"{self.kind}: {' and '.join(parts)}{'; ' + fit if fit else ''}."

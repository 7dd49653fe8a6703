"""Where the reference models lie, on machines that have them."""

from pathlib import Path

_CANDIDATE = Path(__file__).resolve().parents[3] / "shared"

SHARED: Path | None = _CANDIDATE if (_CANDIDATE / "models" / "MODELS.tsv").is_file() else None
"""Folder with ``models/``, ``recordings/`` and ``seeds/`` beside the checkout, or ``None``."""

MODEL_FILES: tuple[Path, ...] = (
    tuple(sorted(p for p in (SHARED / "models" / "files").iterdir() if p.is_file())) if SHARED else ()
)
"""All reference model files, sorted by name; empty where there are none."""

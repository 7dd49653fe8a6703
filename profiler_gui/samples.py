"""The models that come with the program."""

from importlib.resources import as_file, files
from pathlib import Path


def sample_paths() -> tuple[Path, ...]:
    """List the bundled sample models by name; none where the program was packed without files on disk."""
    folder = files("resources") / "samples"
    if not folder.is_dir():
        return ()
    with as_file(folder) as path:
        return tuple(sorted(path.glob("*.tflite")))

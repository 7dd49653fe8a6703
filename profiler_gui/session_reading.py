"""Reading a session with the models that belong to it; runs in a job."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backends.errors import ModelFileError, StoreError
from backends.progress import Progress
from backends.sessions.database import DamagedFileError
from backends.sessions.session_file import SessionFile
from backends.sessions.values import KeptModel, SessionContent, SessionGlance
from backends.user_folders import cache_folder
from profiler_gui.opening import read_file
from profiler_gui.session import OpenedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSession:
    """A session and its models."""

    path: Path
    content: SessionContent
    opened: tuple[OpenedFile, ...]
    """The models that are at hand with the content that the runs belong to."""
    missing: tuple[KeptModel, ...]
    """The others: their files are gone or were changed, and the session does not have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsavedSession:
    """A session without a name that a window left behind."""

    path: Path
    run_count: int
    model_names: tuple[str, ...]
    was_closed: bool
    """Whether its window was closed in an orderly way."""


def read_session(path: Path, progress: Progress) -> ReadSession:
    """Read a session and its models, from their files or out of the session.

    Raises:
        Cancelled: the user cancelled.
        StoreError: the session cannot be read.
    """
    progress.step(f"Reading {path.name}")
    file = SessionFile(path)
    content = file.read()
    opened: list[OpenedFile] = []
    missing: list[KeptModel] = []
    for number, model in enumerate(content.models):
        progress.step(f"Reading {model.name}", done=number, total=len(content.models))
        found = _from_disk(model, progress) or _from_session(file, model, progress)
        if found is None:
            missing.append(model)
        else:
            opened.append(found)
    return ReadSession(path=path, content=content, opened=tuple(opened), missing=tuple(missing))


def look_at_unsaved(paths: tuple[Path, ...], progress: Progress) -> tuple[UnsavedSession, ...]:
    """Tell what is in sessions that nobody gave a name; ones that cannot be read or are empty are left out."""
    found = []
    for path in paths:
        progress.check()
        with suppress(StoreError):
            seen = _glance(SessionFile(path))
            if seen.run_count:
                found.append(
                    UnsavedSession(
                        path=path,
                        run_count=seen.run_count,
                        model_names=tuple(dict.fromkeys(seen.model_names)),
                        was_closed=seen.was_closed,
                    )
                )
    return tuple(found)


def _glance(file: SessionFile) -> SessionGlance:
    try:
        return file.glance()
    except DamagedFileError:
        content = file.read()
        names = tuple(model.name for model in content.models) or tuple(kept.run.model_name for kept in content.runs)
        return SessionGlance(run_count=len(content.runs), model_names=names, was_closed=False)


def _from_disk(model: KeptModel, progress: Progress) -> OpenedFile | None:
    path = Path(model.path) if model.path else None
    if (
        path is None
        or not path.is_file()
        or (model.size_bytes and not model.member and _size(path) != model.size_bytes)
    ):
        return None
    try:
        found = read_file(path, model.member, progress)
    except ModelFileError:
        return None
    return found if isinstance(found, OpenedFile) and found.model.sha256 == model.sha256 else None


def _from_session(file: SessionFile, model: KeptModel, progress: Progress) -> OpenedFile | None:
    """Unpack an embedded model into the user's cache, so that it can be measured; its content must be what it says."""
    if not model.is_embedded:
        return None
    from backends.model.reader import read_model_bytes

    data = file.read_model_content(model.sha256)
    if data is None:
        return None
    try:
        read = read_model_bytes(data, name=Path(model.member or model.path or model.name).name)
    except ModelFileError:
        return None
    if read.sha256 != model.sha256:
        return None
    progress.check()
    # Named by content: what a session calls its models decides nothing about where files go.
    folder = cache_folder() / "models" / read.sha256[:16]
    stem = "".join(char if char.isalnum() or char in "._- " else "_" for char in Path(model.name).stem)[:80] or "model"
    path = folder / f"{stem.lstrip('.') or 'model'}.tflite"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError:
        return None
    found = read_file(path, "", progress)
    return found if isinstance(found, OpenedFile) else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1

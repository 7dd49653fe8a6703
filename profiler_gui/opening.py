"""Opening files: reading, estimating and checking in the background, then handing over to the session."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from backends.errors import ProfilerError
from backends.model.bundle import BundleMember, is_bundle, list_members, read_member
from backends.model.cost import estimate_model
from backends.model.reader import read_model
from backends.progress import Progress
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.session import OpenedFile, OpenModel, Session, open_key
from profiler_gui.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContent:
    """A bundle that holds several models, for the user to choose from."""

    path: Path
    members: tuple[BundleMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Another kind of file (or folder) than a model, and what opens it."""

    accepts: Callable[[Path], bool]
    """Whether a path is of this kind; looks at no more than a name and a few bytes, and never raises."""
    open_paths: Callable[[tuple[Path, ...]], None]
    """Takes all the accepted paths of one drop."""


def read_file(path: Path, member: str, progress: Progress) -> OpenedFile | BundleContent:
    """Read a model with its estimates; a bundle with several models gives its list instead.

    Raises:
        ModelFileError: it cannot be read.
        Cancelled: the user cancelled.
    """
    progress.step(f"Reading {Path(member or path).name}")
    if not member and is_bundle(path):
        members = list_members(path)
        if len(members) > 1:
            return BundleContent(path=path, members=members)
        member = members[0].name
    model = read_member(path, member) if member else read_model(path)
    progress.step(f"Estimating {model.name}")
    costs, summary = estimate_model(model)
    return OpenedFile(model=model, path=path, member=member, costs=costs, summary=summary)


class Opener(QObject):
    """Opens files as tabs.

    Signals:
        bundle_found: a ``BundleContent`` to choose from.
    """

    bundle_found = Signal(object)

    def __init__(self, session: Session, jobs: JobRunner, notices: NoticeBoard, settings: Settings) -> None:
        super().__init__(session)
        self._session = session
        self._jobs = jobs
        self._notices = notices
        self._settings = settings
        self._routes: list[Route] = []

    def add_route(self, route: Route) -> None:
        """Let another kind of file be opened; the first route that accepts a path gets it, before it is a model."""
        self._routes.append(route)

    def open_paths(self, paths: Iterable[str | Path]) -> None:
        """Open files; one that is open already comes to the front."""
        routed: dict[int, list[Path]] = {}
        for path in (Path(name).absolute() for name in paths):
            number = next((index for index, route in enumerate(self._routes) if route.accepts(path)), None)
            if number is None:
                self._open(path, "")
            else:
                routed.setdefault(number, []).append(path)
        for number, accepted in routed.items():
            self._routes[number].open_paths(tuple(accepted))

    def open_members(self, path: Path, members: Iterable[str]) -> None:
        """Open models of a bundle."""
        for member in members:
            self._open(path, member)

    def reload(self, record: OpenModel) -> None:
        """Read an open file again."""
        self._notices.dismiss_key(change_key(record))
        self._jobs.start(
            partial(read_file, record.path, record.member),
            title=f"Reloading {record.title}",
            replaces=f"open:{record.key}",
            on_success=partial(self._on_reloaded, record),
            on_failure=self._notices.report,
        )

    def _open(self, path: Path, member: str) -> None:
        key = open_key(path, member)
        existing = self._session.find(key)
        if existing is not None:
            self._session.set_current(existing)
            return
        self._jobs.start(
            partial(read_file, path, member),
            title=f"Opening {Path(member or path).name}",
            replaces=f"open:{key}",
            on_success=self._on_read,
            on_failure=partial(self._on_failed, path),
        )

    @Slot(object)
    def _on_read(self, result: OpenedFile | BundleContent) -> None:
        self._settings.remember_file(str(result.path))
        self._settings.last_folder = str(result.path.parent)
        if isinstance(result, BundleContent):
            self.bundle_found.emit(result)
            return
        record = self._session.add(result)
        self._tell_warnings(record)

    def _on_reloaded(self, record: OpenModel, result: OpenedFile | BundleContent) -> None:
        if isinstance(result, OpenedFile) and record in self._session.models:
            record.replace_file(result)
            self._tell_warnings(record)

    def _on_failed(self, path: Path, error: Exception) -> None:
        if isinstance(error, ProfilerError) and not path.exists():
            self._settings.forget_file(str(path))
        self._notices.report(error)

    def _tell_warnings(self, record: OpenModel) -> None:
        warnings = record.model.warnings
        if warnings:
            more = f" (and {len(warnings) - 1} more)" if len(warnings) > 1 else ""
            self._notices.warn(
                f"{record.title}: {warnings[0]}{more}",
                detail="\n".join(warnings) if len(warnings) > 1 else "",
                key=f"warnings:{record.key}",
            )


def change_key(record: OpenModel) -> str:
    """Give the key of the notice that a file changed on disk."""
    return f"changed:{record.key}"

"""What happens when files are dragged onto the window: what letting go will do is shown, and can be chosen."""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from backends.model.file_content import ZIP_MAGIC, is_model
from backends.reports.plain_text import plain
from profiler_gui.opening import BundleContent, read_file
from profiler_gui.run_mime import run_ids
from profiler_gui.services import Services
from profiler_gui.session import OpenedFile, OpenModel, Side
from profiler_gui.widgets.drop_overlay import DropOverlay

_HEAD_BYTES = 16
_LONGEST_NAME = 40
_BUNDLES = frozenset({".task", ".zip"})


class DropAction(StrEnum):
    """What letting go does."""

    OPEN = "open"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropChoice:
    """One place to let go at."""

    action: DropAction
    text: str


class DropZone(QObject):
    """Takes the drags of a window.

    A model that is dragged onto an open one can be let go in two places: to open it, or to compare the two. Everything
    else has one meaning and one place.

    Args:
        covered: the part of the window that is veiled.
        services: what is open, and what opens files.
    """

    def __init__(self, covered: QWidget, services: Services) -> None:
        super().__init__(covered)
        self._covered = covered
        self._services = services
        self._paths: tuple[Path, ...] = ()
        self._choices: tuple[DropChoice, ...] = ()
        self.overlay = DropOverlay(covered)

    def enter(self, event: QDragEnterEvent) -> None:
        """Say what a drop will do; what is no file, or a run of this window's own list, is not taken."""
        data = event.mimeData()
        self._paths = tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())
        if not self._paths or run_ids(data):
            event.ignore()
            return
        self._choices = self.choices(self._paths)
        self.overlay.show_choices([choice.text for choice in self._choices])
        self._follow(event)
        event.acceptProposedAction()

    def move(self, event: QDragMoveEvent) -> None:
        """Mark the place under the pointer."""
        if self._choices:
            self._follow(event)
            event.acceptProposedAction()

    def leave(self, event: QDragLeaveEvent) -> None:
        """Take the veil away."""
        del event
        self._end()

    def drop(self, event: QDropEvent) -> None:
        """Do what the place under the pointer says."""
        paths = tuple(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
        choices = self._choices or self.choices(paths)
        chosen = choices[self._place(event.position().toPoint(), len(choices))]
        self._end()
        event.acceptProposedAction()
        if chosen.action is DropAction.COMPARE:
            self.compare(paths)
        else:
            self._services.opener.open_paths(paths)

    def choices(self, paths: tuple[Path, ...]) -> tuple[DropChoice, ...]:
        """Give what can be done with these files."""
        current = self._services.session.current
        what = _short(paths[0].name) if len(paths) == 1 else f"{len(paths)} files"
        open_ = DropChoice(action=DropAction.OPEN, text=f"Drop to open {what}")
        if len(paths) == 1 and paths[0].is_dir():
            return (DropChoice(action=DropAction.OPEN, text=f"Drop to check and profile all models in {what}"),)
        if not all(_is_model(path) for path in paths):
            return (open_,)
        if len(paths) > 1:
            both = "Drop to compare the two models" if len(paths) == 2 else f"Drop to compare the {len(paths)} models"
            return (open_, DropChoice(action=DropAction.COMPARE, text=both))
        if current is not None and current.path.resolve() != paths[0].resolve():
            return (open_, DropChoice(action=DropAction.COMPARE, text=f"Drop to compare with {_short(current.title)}"))
        return (open_,)

    def compare(self, paths: tuple[Path, ...]) -> None:
        """Open models as tabs and show them beside each other; a single one beside the model in front."""
        session = self._services.session
        sides = [_side(session.current)] if len(paths) == 1 and session.current is not None else []
        self._compare_next(sides, list(paths))

    # Parts ------------------------------------------------------------------------------------------------------------

    def _compare_next(self, sides: list[Side], rest: list[Path]) -> None:
        """Read one model after the other, then compare."""
        if not rest:
            self._services.session.compare(sides)
            return
        path, *others = rest
        record = next((item for item in self._services.session.models if item.path == path and not item.member), None)
        if record is not None:
            self._compare_next([*sides, _side(record)], others)
            return
        self._services.jobs.start(
            partial(read_file, path.absolute(), ""),
            title=f"Opening {path.name}",
            on_success=partial(self._on_read, sides, others),
            on_failure=self._services.notices.report,
        )

    def _on_read(self, sides: list[Side], rest: list[Path], read: OpenedFile | BundleContent) -> None:
        if isinstance(read, BundleContent):
            self._services.notices.inform(
                f"{plain(read.path.name)} holds several models.", hint="Open the one that you mean, then compare it."
            )
            self._services.opener.open_paths([read.path])
            return
        self._services.settings.remember_file(str(read.path))
        self._compare_next([*sides, _side(self._services.session.add(read))], rest)

    def _follow(self, event: QDragMoveEvent) -> None:
        self.overlay.mark(self._place(event.position().toPoint(), len(self._choices)))

    def _place(self, point: QPoint, count: int) -> int:
        """Give the number of the place at a point of the window: places stand side by side."""
        left = self._covered.mapTo(self._covered.window(), QPoint(0, 0)).x()
        width = max(1, self._covered.width())
        return min(count - 1, max(0, (point.x() - left) * count // width))

    def _end(self) -> None:
        self._paths, self._choices = (), ()
        self.overlay.hide()


def _side(record: OpenModel) -> Side:
    return Side(model=record.model, costs=record.costs, run=record.run, title=record.title)


def _is_model(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    # A look inside an archive may take long; it is opened anyway.
    return is_model(head) or (head.startswith(ZIP_MAGIC) and path.suffix.lower() in _BUNDLES)


def _short(name: str) -> str:
    shown = plain(name)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME // 2]}…{shown[-_LONGEST_NAME // 2 :]}"

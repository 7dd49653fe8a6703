"""What the program tells the user: one board for errors, warnings and questions that can wait."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from backends.errors import ProfilerError


class Severity(StrEnum):
    """How much a notice matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    BUG = "bug"
    """A mistake of the program itself, not of the user or a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAction:
    """A button on a notice; using it dismisses the notice."""

    label: str
    run: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing told to the user. All texts are plain text."""

    severity: Severity
    message: str
    hint: str = ""
    """The next step."""
    detail: str = ""
    """Raw output for copying."""
    actions: tuple[NoticeAction, ...] = ()
    key: str = ""
    """A newer notice with the same key takes the place of the older one."""


class NoticeBoard(QObject):
    """Holds the notices that were not dismissed, oldest first.

    Signals:
        changed: a notice came or went.
        posted: the new ``Notice``.
    """

    changed = Signal()
    posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices: list[Notice] = []

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices waiting, oldest first."""
        return tuple(self._notices)

    def post(self, notice: Notice) -> None:
        """Add a notice; an equal one that still waits is not repeated."""
        if notice in self._notices:
            return
        if notice.key:
            self._notices = [other for other in self._notices if other.key != notice.key]
        self._notices.append(notice)
        self.posted.emit(notice)
        self.changed.emit()

    def dismiss(self, notice: Notice) -> None:
        """Take a notice away; one that is already gone is ignored."""
        if notice in self._notices:
            self._notices.remove(notice)
            self.changed.emit()

    def dismiss_key(self, key: str) -> None:
        """Take away the notice with this key, if there is one."""
        for notice in self.notices:
            if notice.key == key:
                self.dismiss(notice)

    def inform(self, message: str, *, hint: str = "", key: str = "") -> None:
        """Post an information."""
        self.post(Notice(severity=Severity.INFO, message=message, hint=hint, key=key))

    def warn(self, message: str, *, hint: str = "", detail: str = "", key: str = "") -> None:
        """Post a warning."""
        self.post(Notice(severity=Severity.WARNING, message=message, hint=hint, detail=detail, key=key))

    def report(self, error: BaseException) -> None:
        """Post an error: its own words for a ``ProfilerError``, else a bug with the traceback as detail."""
        self.post(notice_of(error))


def notice_of(error: BaseException) -> Notice:
    """Give the notice that tells of an exception."""
    if isinstance(error, ProfilerError):
        return Notice(severity=Severity.ERROR, message=_sentence(error.message), hint=error.hint, detail=error.detail)
    return Notice(
        severity=Severity.BUG,
        message=f"Something went wrong inside the program ({type(error).__name__}).",
        hint="This is a bug. You can go on working; the details help to find it.",
        detail="".join(traceback.format_exception(error)),
    )


def _sentence(message: str) -> str:
    """Begin with a capital and end with a full stop, as the command line does not; a file's name stays as it is."""
    first = message.split(maxsplit=1)[0] if message.strip() else ""
    start = message[:1].upper() if first.isalpha() else message[:1]
    return f"{start}{message[1:]}{'' if message.endswith(('.', '!', '?', '…')) else '.'}"

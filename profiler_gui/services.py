"""What the parts of the window share, made once by the application and handed on."""

from dataclasses import dataclass, field

from backends.power.recorder import LiveBoard
from profiler_gui.devices import DeviceBoard
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.opening import Opener
from profiler_gui.run_book import RunBook
from profiler_gui.session import Session
from profiler_gui.settings import Settings
from profiler_gui.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The objects behind a window."""

    session: Session
    jobs: JobRunner
    notices: NoticeBoard
    settings: Settings
    theme: Theme
    opener: Opener
    devices: DeviceBoard
    runs: RunBook
    power: LiveBoard = field(default_factory=LiveBoard)

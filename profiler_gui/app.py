"""The application: makes the shared objects, wires them, and keeps the window alive when something fails."""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from profiler_gui.areas import Areas
from profiler_gui.baselining import BaselineColumns
from profiler_gui.checking import TargetChecker
from profiler_gui.commands import Commands
from profiler_gui.comparison_commands import ComparisonCommands
from profiler_gui.conversion_commands import ConversionCommands
from profiler_gui.device_commands import DeviceCommands
from profiler_gui.devices import DeviceBoard
from profiler_gui.drop_commands import DropCommands
from profiler_gui.energy_columns import EnergyColumns
from profiler_gui.foreign_files import ForeignFiles
from profiler_gui.garbage import MainThreadCollector
from profiler_gui.graph_commands import GraphCommands
from profiler_gui.graph_export import GraphExport
from profiler_gui.jobs import JobRunner
from profiler_gui.main_window import MainWindow
from profiler_gui.notices import NoticeBoard
from profiler_gui.opening import Opener
from profiler_gui.query_commands import QueryCommands
from profiler_gui.report_commands import ReportCommands
from profiler_gui.run_book import RunBook
from profiler_gui.services import Services
from profiler_gui.session import Session
from profiler_gui.session_commands import SessionCommands
from profiler_gui.settings import Settings
from profiler_gui.target_commands import TargetCommands
from profiler_gui.theme import Theme, ThemeMode, load_font, make_icon
from profiler_gui.timing import StartTiming
from profiler_gui.warming import Warming
from profiler_gui.watching import FileWatcher

_NAME = "tflite-profiler"
_SWITCH_INTERVAL_S = 0.001
"""Shorter than Python's own 5 ms: a worker in Python then holds up the window five times less."""
_LOOK_MS = 1500
"""When devices are followed that an adb server on this computer knows: after the start, which shall be quick."""
_LATEST_TARGETS_MS = 2000
"""When the targets are loaded at the latest: the first file may be a broken one."""


class BugReporter(QObject):
    """Turns exceptions that nobody caught into notices; the program goes on.

    Signals:
        caught: the exception; from any thread.
    """

    caught = Signal(object)

    def __init__(self, notices: NoticeBoard) -> None:
        super().__init__(notices)
        self.caught.connect(notices.report, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over from Python."""
        sys.excepthook = self._on_exception
        threading.excepthook = lambda args: self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error or kind(), trace)
            QApplication.exit(130)
            return
        self.caught.emit(error)


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """Make the Qt application with its name, style and font."""
    # Asked for by the web engine, which is loaded long after the application is made.
    QGuiApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication([_NAME, *arguments])
    app.setApplicationName(_NAME)
    app.setOrganizationName(_NAME)
    app.setApplicationDisplayName("TFLite Profiler")
    app.setDesktopFileName(_NAME)
    app.setStyle("Fusion")
    load_font(app)
    app.setWindowIcon(make_icon("app", "#ffffff"))
    return app


def make_services(app: QApplication, settings: Settings) -> Services:
    """Make what the parts of a window share."""
    session, jobs, notices = Session(), JobRunner(), NoticeBoard()
    wanted = settings.theme
    mode = ThemeMode(wanted) if wanted in list(ThemeMode) else ThemeMode.SYSTEM
    theme = Theme(app, mode, wants_contrast=settings.wants_contrast)
    theme.apply()
    jobs.failure_unhandled.connect(notices.report)
    opener = Opener(session, jobs, notices, settings)
    return Services(
        session=session, jobs=jobs, notices=notices, settings=settings, theme=theme, opener=opener,
        devices=DeviceBoard(jobs, notices, settings, parent=jobs), runs=RunBook(session),
    )  # fmt: skip


def make_window(services: Services, *, waits_for_graph: bool = False) -> MainWindow:
    """Make a window with everything that acts behind it.

    Args:
        services: what its parts share.
        waits_for_graph: load the targets after the first graph, which is about to be opened and shall be seen first.
    """
    window = MainWindow(services)
    Commands(window, services)
    Areas(window)
    GraphCommands(window, services)
    GraphExport(window, services)
    QueryCommands(window, services)
    ReportCommands(window, services)
    ForeignFiles(window, services)  # before networks to convert, which may be protocol buffers too
    ComparisonCommands(window, services)
    DeviceCommands(window, services)
    EnergyColumns(services.session)
    checker = TargetChecker(services.session, services.jobs, services.notices, services.settings)
    TargetCommands(window, services, checker)
    FileWatcher(services.session, services.jobs, services.notices, services.opener)
    ConversionCommands(window, services)
    sessions = SessionCommands(window, services)  # saves what waits before the jobs end
    DropCommands(window, services, sessions.show_run)
    BaselineColumns(services.session, services.runs, services.jobs, services.notices)
    window.close_wanted.connect(services.jobs.close)
    soon = QTimer(window)
    soon.setSingleShot(True)
    soon.timeout.connect(checker.load_targets)
    soon.start(_LATEST_TARGETS_MS if waits_for_graph else 0)
    if services.devices.looks_always:
        QTimer.singleShot(0, services.devices.look)
    window.graph_painted.connect(lambda: soon.start(0) if soon.isActive() else None)
    return window


def run(paths: Sequence[Path]) -> int:
    """Open the window with files, and give the exit code when it is closed."""
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    app = make_application()
    collector = MainThreadCollector(app)
    services = make_services(app, Settings())
    services.session.model_closed.connect(collector.collect_closed)
    BugReporter(services.notices).install()
    window = make_window(services, waits_for_graph=bool(paths))
    window.show()
    Warming(window, services.jobs)
    StartTiming(window, has_files=bool(paths))
    services.opener.open_paths(paths)
    QTimer.singleShot(_LOOK_MS, services.devices.look_if_running)
    return app.exec()

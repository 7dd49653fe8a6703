"""Loads what the panels need before anyone opens them: the first look at one must not wait for imports."""

import importlib
import pkgutil

from PySide6.QtCore import QObject, QTimer, Slot

from backends.progress import Progress
from profiler_gui import pages
from profiler_gui.jobs import JobRunner
from profiler_gui.main_window import MainWindow

_AFTER_MS = 1500
"""After the first graph is painted and what it is judged by was asked for."""
_LANE = "warming"


class Warming(QObject):
    """Imports the modules of all pages in a job once the first graph is on the screen."""

    def __init__(self, window: MainWindow, jobs: JobRunner) -> None:
        super().__init__(window)
        self._jobs = jobs
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AFTER_MS)
        self._soon.timeout.connect(self._on_waited)
        window.graph_painted.connect(self._on_graph_painted)

    @Slot()
    def _on_graph_painted(self) -> None:
        self._soon.start()

    @Slot()
    def _on_waited(self) -> None:
        self._jobs.start(load_pages, title="", lane=_LANE, replaces=_LANE)


def load_pages(progress: Progress) -> None:
    """Import every module of ``pages``; costs nothing the second time.

    Raises:
        Cancelled: the program is about to end.
    """
    for module in pkgutil.iter_modules(pages.__path__, f"{pages.__name__}."):
        progress.check()
        importlib.import_module(module.name)
    # Pages load it with the first plot, a third of a second at once. It makes no QObject while it is imported.
    progress.check()
    importlib.import_module("pyqtgraph")

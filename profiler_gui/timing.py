"""How long the start takes, for the benchmarks.

With ``TFLITE_PROFILER_TIMING`` set, the program writes a line ``timing <what> <seconds since the epoch>`` to the error
stream when the window (``window``) and the first graph (``graph``) have been painted. With the value ``quit`` it ends
after the last of what it was asked to open: the graph if there are files, else the window.
"""

import os
import sys
import time

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from profiler_gui.main_window import MainWindow

_VARIABLE = "TFLITE_PROFILER_TIMING"


class StartTiming(QObject):
    """Writes when the window and the first graph were painted, if asked to."""

    def __init__(self, window: MainWindow, *, has_files: bool) -> None:
        super().__init__(window)
        self._window = window
        self._wish = os.environ.get(_VARIABLE, "")
        self._has_files = has_files
        if self._wish:
            window.graph_painted.connect(self._on_graph_shown)
            QTimer.singleShot(0, self._on_window_shown)

    @Slot()
    def _on_window_shown(self) -> None:
        self._window.repaint()
        self._write("window")
        if not self._has_files:
            self._end()

    @Slot()
    def _on_graph_shown(self) -> None:
        self._window.graph_painted.disconnect(self._on_graph_shown)
        page = self._window.page
        if page is not None:
            page.canvas.repaint()
            self._write("graph")
        self._end()

    @staticmethod
    def _write(what: str) -> None:
        sys.stderr.write(f"timing {what} {time.time():.4f}\n")
        sys.stderr.flush()

    def _end(self) -> None:
        if self._wish == "quit":
            self._window.close()
            QApplication.quit()

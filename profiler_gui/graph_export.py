"""Writing the graph of the model in front as a picture."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from backends.errors import StoreError
from backends.reports.plain_text import plain
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.main_window import MainWindow
from profiler_gui.services import Services

_SCALE = 2.0
"""Sharp on screens of high density and on paper."""


class GraphExport(QObject):
    """Connects the actions that write the graph as it is coloured, whole, with its legend."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._notices = services.notices
        for suffix in ("png", "svg"):
            window.actions_table[f"export_{suffix}"].triggered.connect(partial(self._export, suffix))

    def _export(self, suffix: str, *_: object) -> None:
        page = self._window.page
        if page is None:
            return
        proposed = Path(page.record.title).with_suffix(f".{suffix}").name
        chosen, _filter = QFileDialog.getSaveFileName(
            self._window, "Export the graph", proposed, f"{suffix.upper()} (*.{suffix})"
        )
        if chosen:
            path = Path(chosen)
            self._write(page.canvas, path if path.suffix else path.with_suffix(f".{suffix}"), suffix)

    def _write(self, canvas: GraphCanvas, path: Path, suffix: str) -> None:
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            loss = canvas.render_png(path, _SCALE) if suffix == "png" else canvas.render_svg(path)
        except StoreError as error:
            self._notices.report(error)
            return
        finally:
            QGuiApplication.restoreOverrideCursor()
        if loss:
            self._notices.warn(f"{plain(path.name)} was written with a loss.", hint=loss)

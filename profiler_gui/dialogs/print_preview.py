"""The preview of a printed graph; a module of its own, as the library for printing is seldom needed."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog
from PySide6.QtWidgets import QWidget

from profiler_gui.canvas.export import Content
from profiler_gui.canvas.sheets import best_orientation, paint_sheets


def preview(parent: QWidget, content: Content, scale: float | None, title: str) -> QPrintPreviewDialog:
    """Show the sheets as they will be printed, with the printer and the paper to choose.

    Args:
        parent: the window below.
        content: what is printed.
        scale: 1 for the size on the screen, over as many sheets as it takes; ``None`` to fit one sheet.
        title: stands below each sheet.

    Raises:
        StoreError: there is nothing to draw.
    """
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    printer.setPageOrientation(best_orientation(content))
    dialog = QPrintPreviewDialog(printer, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(f"Print {title}")
    dialog.resize(min(1000, parent.width()), min(760, parent.height()))
    dialog.paintRequested.connect(partial(_paint, content, scale, title))
    # The printer has to live as long as the dialog, which does not own it.
    dialog.destroyed.connect(partial(_forget, printer))
    dialog.open()
    return dialog


def _paint(content: Content, scale: float | None, title: str, printer: QPrinter) -> None:
    paint_sheets(printer, content, scale, title)


def _forget(_printer: QPrinter, *_: object) -> None:
    """Hold the printer until the dialog is gone."""

"""Saving what a widget shows as a picture."""

from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from backends.errors import StoreError

_PNG_SCALE = 2.0


def write_picture(widget: QWidget, path: Path, title: str) -> None:
    """Write a widget as ``.svg`` or, for any other suffix, as PNG at twice the size on screen.

    Raises:
        StoreError: the file cannot be written.
    """
    if path.suffix.lower() == ".svg":
        _write_svg(widget, path, title)
    else:
        _write_png(widget, path)


def _write_png(widget: QWidget, path: Path) -> None:
    image = QImage(widget.size() * _PNG_SCALE, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(_PNG_SCALE)
    image.fill(widget.palette().base().color())
    painter = QPainter(image)
    widget.render(painter, QPoint(), QRegion())
    painter.end()
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]  # the stub wants bytes, Qt takes text
        raise StoreError(f"The picture {path.name} could not be written.", hint="Choose a folder you may write to.")


def _write_svg(widget: QWidget, path: Path, title: str) -> None:
    try:
        path.open("wb").close()
    except OSError as error:
        raise StoreError(
            f"The picture {path.name} could not be written.", hint="Choose a folder you may write to."
        ) from error
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setTitle(title)
    generator.setResolution(widget.logicalDpiX())  # else texts come out smaller than on the screen
    size = QSize(widget.size())
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(), size))
    painter = QPainter(generator)
    widget.render(painter, QPoint(), QRegion())
    painter.end()

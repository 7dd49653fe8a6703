"""A graph on sheets of paper: fitted to one, or at a scale over several to be put together."""

import math
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPagedPaintDevice, QPageLayout, QPageSize, QPainter, QPdfWriter

from backends.progress import Progress
from backends.reports.report_file import replaced_file
from profiler_gui.canvas.export import POINTS_PER_UNIT, Content, Scene, make_scene

MOST_SHEETS = 200

_FOOTER_POINTS = 16.0
_FINEST_DETAIL = 0.08
"""Smaller graphs are painted with the details of this zoom."""
_FINER_THAN_SCREEN = 2.5
"""How much smaller things can be on paper than on a screen."""
_RESOLUTION = 288
_SHEET_MARGIN_MM = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The part of a sheet that can be printed on, in points (1/72 inch)."""

    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiling:
    """How a graph is spread over sheets."""

    columns: int
    rows: int
    scale: float
    """1 is the size on a screen with 96 dots per inch."""
    note: str
    """A sentence if the scale is smaller than wanted."""

    @property
    def count(self) -> int:
        """Number of sheets."""
        return self.columns * self.rows


def paper_of(layout: QPageLayout) -> Paper:
    """Give the room on a sheet, without margins and the line below."""
    rect = layout.paintRect(QPageLayout.Unit.Point)
    return Paper(width=rect.width(), height=max(1.0, rect.height() - _FOOTER_POINTS))


def best_orientation(content: Content) -> QPageLayout.Orientation:
    """Give how a sheet should lie so that most of it is used.

    Raises:
        StoreError: there is nothing to draw.
    """
    view = make_scene("the sheet", content, 1.0).view
    return QPageLayout.Orientation.Landscape if view.width > view.height else QPageLayout.Orientation.Portrait


def tile(content: Content, paper: Paper, scale: float | None) -> Tiling:
    """Spread a graph over sheets.

    Args:
        content: what is to be seen.
        paper: the room on each sheet.
        scale: 1 for the size on a screen; ``None`` to fit everything on one sheet.

    Raises:
        StoreError: there is nothing to draw.
    """
    view = make_scene("the sheets", content, 1.0).view
    # In points at a scale of 1.
    width, height = view.width * POINTS_PER_UNIT, view.height * POINTS_PER_UNIT
    if scale is None:
        return Tiling(columns=1, rows=1, scale=min(1.0, paper.width / width, paper.height / height), note="")
    wanted = scale
    while True:
        # A hair less, so that a graph of exactly two sheets does not take a third.
        columns = max(1, math.ceil(width * scale / paper.width - 1e-6))
        rows = max(1, math.ceil(height * scale / paper.height - 1e-6))
        if columns * rows <= MOST_SHEETS:
            break
        scale *= min(0.98, math.sqrt(MOST_SHEETS / (columns * rows)))
    note = ""
    if scale < wanted:
        shown = f"it is shown at {scale * 100:.3g} % instead"
        note = f"At {wanted * 100:.0f} % it would take more than {MOST_SHEETS} sheets; {shown}."
    return Tiling(columns=columns, rows=rows, scale=scale, note=note)


def paint_sheets(
    device: QPagedPaintDevice, content: Content, scale: float | None, title: str, progress: Progress | None = None
) -> Tiling:
    """Paint a graph onto the sheets of a printer or of a PDF and give how it was spread.

    Raises:
        Cancelled: the user cancelled.
        StoreError: there is nothing to draw.
    """
    progress = progress or Progress()
    paper = paper_of(device.pageLayout())
    tiling = tile(content, paper, scale)
    detail = max(_FINEST_DETAIL, min(1.0, tiling.scale * _FINER_THAN_SCREEN))
    whole = make_scene("the sheets", content, detail)
    # The legend may be larger beside a small graph: everything still fits.
    points = min(
        tiling.scale * POINTS_PER_UNIT / detail,
        tiling.columns * paper.width / whole.view.width,
        tiling.rows * paper.height / whole.view.height,
    )
    sheets = _Sheets(whole=whole, paper=paper, points=points, tiling=tiling, title=title)
    painter = QPainter(device)
    try:
        for number in range(tiling.count):
            progress.step("Painting sheets", done=number, total=tiling.count)
            if number:
                device.newPage()
            sheets.paint(painter, number)
    finally:
        painter.end()
    return tiling


def write_sheets(
    path: Path, content: Content, scale: float | None, title: str, progress: Progress | None = None
) -> str:
    """Write a PDF of A4 sheets; give a sentence if the scale had to be smaller, else nothing.

    Raises:
        Cancelled: the user cancelled.
        StoreError: the file cannot be written, or there is nothing to draw.
    """
    stream = QBuffer()
    stream.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(stream)
    writer.setResolution(_RESOLUTION)
    writer.setTitle(title)
    writer.setPageLayout(a4_layout(content))
    tiling = paint_sheets(writer, content, scale, title, progress)
    stream.close()
    with replaced_file(path) as file:
        file.write(bytes(stream.data().data()))
    return tiling.note


def a4_layout(content: Content) -> QPageLayout:
    """Give A4 in the direction that suits a graph.

    Raises:
        StoreError: there is nothing to draw.
    """
    margin = _SHEET_MARGIN_MM
    return QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4),
        best_orientation(content),
        QMarginsF(margin, margin, margin, margin),
        QPageLayout.Unit.Millimeter,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sheets:
    """A scene that is cut into sheets; ``points`` is the size of a pixel of the scene."""

    whole: Scene
    paper: Paper
    points: float
    tiling: Tiling
    title: str

    def paint(self, painter: QPainter, number: int) -> None:
        """Paint the sheet of a number, row by row."""
        row, column = divmod(number, self.tiling.columns)
        paper, view = self.paper, self.whole.view
        width, height = paper.width / self.points, paper.height / self.points
        region = QRectF(column * width, row * height, width, height).intersected(QRectF(0, 0, view.width, view.height))
        dots = painter.device().logicalDpiX() / 72
        painter.save()
        painter.scale(dots, dots)
        painter.save()
        painter.scale(self.points, self.points)
        # A graph on one column of sheets stands in its middle.
        aside = max(0.0, (width - view.width) / 2) if self.tiling.columns == 1 else 0.0
        painter.translate(aside - column * width, -row * height)
        painter.setClipRect(region)
        if not region.isEmpty():
            self.whole.paint(painter, region)
        painter.restore()
        self._paint_line(painter, number)
        painter.restore()

    def _paint_line(self, painter: QPainter, number: int) -> None:
        """Tell below the picture what it is, and which sheet."""
        font = QFont(self.whole.content.font)
        font.setPixelSize(8)
        painter.setFont(font)
        painter.setPen(QColor("#555555"))
        row, column = divmod(number, self.tiling.columns)
        count = self.tiling.count
        place = f"sheet {number + 1} of {count}: row {row + 1}, column {column + 1}" if count > 1 else ""
        below = QRectF(0, self.paper.height, self.paper.width, _FOOTER_POINTS)
        line = Qt.TextFlag.TextSingleLine | Qt.AlignmentFlag.AlignBottom
        painter.drawText(below, line | Qt.AlignmentFlag.AlignLeft, self.title)
        painter.drawText(below, line | Qt.AlignmentFlag.AlignRight, place)

"""All sides of a comparison of more than two: a table against A, and small multiples of their latencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from backends.compare.judgement import Judgement, Outcome, format_change, format_interval, judge
from backends.progress import Progress
from backends.reports.columns import Align, Column
from backends.runs.run import Run
from backends.runs.summary import LatencySummary, ecdf, summarize_latencies
from backends.units import format_bytes, format_latency
from profiler_gui.jobs import JobRunner
from profiler_gui.session import Side
from profiler_gui.tables.look import Look
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.theme import colors_of
from profiler_gui.widgets.label import plain_label

_COLUMNS_OF_MULTIPLES = 4
_MARKS = {Outcome.FASTER: "▼ faster", Outcome.SLOWER: "▲ slower", Outcome.NO_DIFFERENCE: "within noise"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SideRow:
    """One side against A."""

    place: int
    letter: str
    title: str
    run: Run | None
    summary: LatencySummary | None
    judgement: Judgement | None


def _relative(row: SideRow) -> float | None:
    metric = row.judgement.metrics[0] if row.judgement and row.judgement.metrics else None
    return None if metric is None else metric.relative


def _interval(row: SideRow) -> str | None:
    metric = row.judgement.metrics[0] if row.judgement and row.judgement.metrics else None
    return None if metric is None or metric.interval is None else format_interval(metric.interval)


def _number(name: str, row: SideRow) -> float | None:
    return getattr(row.summary, name) if row.summary else None


_SIDE_COLUMNS: tuple[Column[SideRow], ...] = (
    Column(id="letter", title="", value=lambda row: row.letter),
    Column(id="title", title="Side", value=lambda row: row.title),
    Column(id="runs", title="Runs", value=lambda row: row.summary.count if row.summary else None, align=Align.RIGHT),
    *(
        Column(id=id_, title=title, value=partial(_number, id_), format=format_latency, align=Align.RIGHT)
        for id_, title in (("p50_ns", "p50"), ("p90_ns", "p90"), ("p99_ns", "p99"), ("mean_ns", "Mean"))
    ),
    Column(id="relative", title="Against A", value=_relative, format=format_change, align=Align.RIGHT),
    Column(id="interval", title="95 % interval", value=_interval, align=Align.RIGHT),
    Column(
        id="outcome",
        title="Beyond noise?",
        value=lambda row: _MARKS.get(row.judgement.outcome, str(row.judgement.outcome)) if row.judgement else None,
    ),
    Column(
        id="memory",
        title="Peak memory",
        value=lambda row: row.run.memory.over_baseline_bytes if row.run is not None and row.run.memory else None,
        format=format_bytes,
        align=Align.RIGHT,
    ),
)


class ComparisonOverview(QWidget):
    """Lists all sides; a double click on one compares it with A.

    Signals:
        pair_wanted: places of two sides that shall be shown as A and B.
    """

    pair_wanted = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reference = 0
        self.view = RecordView(RecordTable(_SIDE_COLUMNS, self._look))
        self._grid = QGridLayout()
        self._grid.setContentsMargins(8, 8, 8, 8)
        inner = QWidget()
        inner.setLayout(self._grid)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(inner)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.view)
        splitter.addWidget(scroll)
        splitter.setSizes([640, 460])
        hint = plain_label("Double-click a side to compare it with A.", role="dim", is_selectable=False)
        hint.setContentsMargins(12, 4, 12, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(hint)
        column.addWidget(splitter, 1)
        self.view.row_opened.connect(self._on_opened)

    def show_sides(self, sides: Sequence[Side], shown: tuple[int, int], jobs: JobRunner) -> None:
        """Judge every side against A in the background."""
        self._reference = shown[0]
        letters = _letters(len(sides), shown)
        chosen = tuple(sides)
        reference = chosen[shown[0]] if shown[0] < len(chosen) else chosen[0]

        def work(_progress: Progress) -> tuple[SideRow, ...]:
            base = reference.runs
            return tuple(_row(place, letters[place], side, base) for place, side in enumerate(chosen))

        jobs.start(work, title="Comparing all sides", replaces=f"overview:{id(self)}", on_success=self._on_judged)

    @Slot(object)
    def _on_judged(self, rows: tuple[SideRow, ...]) -> None:
        ordered = sorted(rows, key=lambda row: row.letter)
        self.view.table.set_rows(ordered)
        self.view.fit_columns()
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        timed = [row for row in ordered if row.run is not None and row.run.latencies_ns]
        limits = _limits(timed)
        for number, row in enumerate(timed):
            multiple = Multiple(row, timed[0], limits)
            multiple.opened.connect(partial(self._on_opened, row))
            self._grid.addWidget(multiple, number // _COLUMNS_OF_MULTIPLES, number % _COLUMNS_OF_MULTIPLES)

    def _look(self, row: SideRow, column: str) -> Look | None:
        if column in ("relative", "outcome") and row.judgement is not None and row.judgement.is_real:
            colors = colors_of(self)
            is_slower = row.judgement.outcome is Outcome.SLOWER
            return Look(color=QColor(colors.error if is_slower else colors.success), tooltip=row.judgement.headline)
        return None

    def _on_opened(self, row: SideRow, *_: object) -> None:
        if row.place != self._reference:
            self.pair_wanted.emit(self._reference, row.place)


class Multiple(QWidget):
    """A small plot: the distribution of one side, A's behind it in grey; all on one scale.

    Signals:
        opened: it was double-clicked.
    """

    opened = Signal()

    def __init__(self, row: SideRow, base: SideRow, limits: tuple[float, float]) -> None:
        super().__init__()
        self._row, self._base, self._limits = row, base, limits
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(row.judgement.headline if row.judgement else "The reference")
        self.setAccessibleName(f"Latencies of {row.letter}")

    def sizeHint(self) -> QSize:
        """Ask for a small plot."""
        return QSize(150, 96)

    def mouseDoubleClickEvent(self, _event: object) -> None:
        """Compare this side with A."""
        self.opened.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw both distributions."""
        painter, colors = QPainter(self), colors_of(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        area = self.rect().adjusted(4, 18, -4, -4)
        painter.fillRect(area, QColor(colors.plot_ground))
        painter.setPen(QColor(colors.text))
        low, high = self._limits
        p50 = format_latency(self._row.summary.p50_ns) if self._row.summary else ""
        painter.drawText(self.rect().adjusted(6, 0, -4, 0), Qt.AlignmentFlag.AlignTop, f"{self._row.letter}   {p50}")
        for run, colour, width in (
            (self._base.run, colors.unknown, 1.0), (self._row.run, colors.series[0], 1.8),
        ):  # fmt: skip
            if run is None:
                continue
            curve = ecdf(run.latencies_ns)
            painter.setPen(QPen(QColor(colour), width))
            span = (high - low) or 1.0
            last = None
            for value, share in zip(curve.values_ns, curve.shares, strict=True):
                x = area.left() + area.width() * min(max((value - low) / span, 0.0), 1.0)
                y = area.bottom() - area.height() * share
                if last is not None:
                    painter.drawLine(int(last[0]), int(last[1]), int(x), int(last[1]))
                    painter.drawLine(int(x), int(last[1]), int(x), int(y))
                last = (x, y)


def _row(place: int, letter: str, side: Side, base: tuple[Run, ...]) -> SideRow:
    run = side.run
    is_timed = run is not None and bool(run.latencies_ns)
    return SideRow(
        place=place,
        letter=letter,
        title=side.title,
        run=run,
        summary=summarize_latencies(run.latencies_ns) if run is not None and is_timed else None,
        judgement=judge(base, side.runs) if run is not None and base and side.runs != base else None,
    )


def _letters(count: int, shown: tuple[int, int]) -> dict[int, str]:
    """Give A and B to what is shown, and the letters that follow to the others in their order."""
    letters = {shown[0]: "A", shown[1]: "B"}
    for place in range(count):
        if place not in letters:
            letters[place] = chr(ord("A") + len(letters) % 26)
    return letters


def _limits(rows: Sequence[SideRow]) -> tuple[float, float]:
    """Give the range that holds nearly all latencies: single slow runs must not squeeze the curves."""
    lows = [min(row.run.latencies_ns) for row in rows if row.run is not None]
    highs = [row.summary.p99_ns for row in rows if row.summary is not None]
    return (float(min(lows)), float(max(highs))) if lows and highs else (0.0, 1.0)

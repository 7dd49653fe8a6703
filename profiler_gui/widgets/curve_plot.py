"""The power-performance curve: operating points, the best of them for each budget, a budget and a target rate."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from backends.power.curve import OperatingPoint, best_for_budget, best_for_rate, envelope, hull
from backends.units import format_energy, format_latency, format_power, format_with_error
from profiler_gui.theme import Colors, colors_of

_LEFT, _RIGHT, _TOP, _BOTTOM = 66.0, 16.0, 30.0, 44.0
_DOT = 4.5
_LONG_TITLE = 150.0
_NEAR = 9.0
_HEADROOM = 1.12


class CurvePlot(QWidget):
    """Rate over power above idle; each model on each device is a series: points, an envelope and a dashed hull."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[OperatingPoint, ...] = ()
        self._budget_mw = 0.0
        self._rate_hz = 0.0
        self._labels: list[QRectF] = []
        self.chosen_run = ""
        self.empty_text = (
            "No operating point has an energy yet. Choose a meter in Profile, and “Sweep” for several points at once."
        )
        self.setMouseTracking(True)
        self.setMinimumSize(240, 140)
        self.setAccessibleName("Power-performance curve")

    @property
    def points(self) -> tuple[OperatingPoint, ...]:
        """What is shown."""
        return self._points

    @property
    def series(self) -> tuple[str, ...]:
        """Names of the series, in the order of their colours."""
        return tuple(dict.fromkeys(point.series for point in self._points))

    @property
    def most_power_mw(self) -> float:
        """Give the end of the axis of power."""
        powers = [point.power_mw + point.power_error_mw for point in self._points if point.power_mw > 0]
        return max(powers, default=1000.0) * _HEADROOM

    @property
    def most_rate_hz(self) -> float:
        """Give the end of the axis of rates."""
        return max((point.rate_hz for point in self._points), default=60.0) * _HEADROOM

    def sizeHint(self) -> QSize:
        """Ask for room."""
        return QSize(560, 320)

    def show_points(self, points: Sequence[OperatingPoint]) -> None:
        """Show other points."""
        self._points = tuple(points)
        self.update()

    def set_budget(self, budget_mw: float) -> None:
        """Draw the line of a budget above idle; 0 for none."""
        self._budget_mw = budget_mw
        self.update()

    def set_rate(self, rate_hz: float) -> None:
        """Draw the line of a target rate; 0 for none."""
        self._rate_hz = rate_hz
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw axes, curves, points and the two lines."""
        del event
        colors, painter = colors_of(self), QPainter(self)
        painter.fillRect(self.rect(), QColor(colors.plot_ground))
        if not self._points:
            painter.setPen(QColor(colors.plot_axis))
            place = self.rect().adjusted(24, 0, -24, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.empty_text)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        self._draw_axes(painter, area, colors)
        inks = {name: QColor(colors.series[i % len(colors.series)]) for i, name in enumerate(self.series)}
        for name, ink in inks.items():
            self._draw_lines(painter, area, [point for point in self._points if point.series == name], ink)
        # Labels keep clear of dots and of each other.
        places = [self._place(area, point.power_mw, point.rate_hz) for point in self._points]
        self._labels = [QRectF(place.x() - 5, place.y() - 5, 10, 10) for place in places]
        self._draw_legend(painter, area, colors)
        self._draw_budget(painter, area, colors)
        self._draw_rate(painter, area, colors)
        for point in self._points:
            self._draw_point(painter, area, point, inks[point.series], colors)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell about the point under the pointer."""
        point = self.point_at(event.position())
        self.setToolTip("" if point is None else describe(point))

    def point_at(self, place: QPointF) -> OperatingPoint | None:
        """Give the operating point near a place."""
        area = self._area()
        for point in self._points:
            delta = self._place(area, point.power_mw, point.rate_hz) - place
            if abs(delta.x()) < _NEAR and abs(delta.y()) < _NEAR:
                return point
        return None

    def _area(self) -> QRectF:
        height = max(40.0, self.height() - _TOP - _BOTTOM)
        return QRectF(_LEFT, _TOP, max(40.0, self.width() - _LEFT - _RIGHT), height)

    def _place(self, area: QRectF, power_mw: float, rate_hz: float) -> QPointF:
        x = area.left() + max(0.0, power_mw) / self.most_power_mw * area.width()
        return QPointF(x, area.bottom() - rate_hz / self.most_rate_hz * area.height())

    def _draw_axes(self, painter: QPainter, area: QRectF, colors: Colors) -> None:
        step = _nice_step(self.most_power_mw / max(2, int(area.width() // 90)))
        value = 0.0
        while value <= self.most_power_mw:
            x = self._place(area, value, 0).x()
            painter.setPen(QPen(QColor(colors.plot_grid), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(QColor(colors.plot_axis))
            place = QRectF(x - 45, area.bottom() + 4, 90, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "0" if not value else format_power(value))
            value += step
        step = _nice_step(self.most_rate_hz / max(2, int(area.height() // 44)))
        value = 0.0
        while value <= self.most_rate_hz:
            y = self._place(area, 0, value).y()
            painter.setPen(QPen(QColor(colors.plot_grid), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colors.plot_axis))
            place = QRectF(0, y - 9, area.left() - 8, 18)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:g}")
            value += step
        painter.setPen(QColor(colors.text))
        is_total = any(point.is_total for point in self._points)
        title = "Power, with idle power" if is_total else "Power above idle"
        painter.drawText(QRectF(area.left(), area.bottom() + 21, area.width(), 18), Qt.AlignmentFlag.AlignCenter, title)
        painter.save()
        painter.translate(12, area.center().y())
        painter.rotate(-90)
        title = "Inferences per second" if area.height() > _LONG_TITLE else "per second"
        painter.drawText(QRectF(-90, -9, 180, 18), Qt.AlignmentFlag.AlignCenter, title)
        painter.restore()

    def _draw_lines(self, painter: QPainter, area: QRectF, points: Sequence[OperatingPoint], color: QColor) -> None:
        corners = envelope(points)
        if not corners:
            return
        best = [*corners, (self.most_power_mw, corners[-1][1])]
        painter.setPen(QPen(color, 1.8))
        painter.drawPolyline(QPolygonF([self._place(area, *corner) for corner in best]))
        mixed = hull(points)
        painter.setPen(QPen(color, 1.2, Qt.PenStyle.DashLine))
        for first, second in pairwise(mixed):
            painter.drawLine(self._place(area, *first), self._place(area, *second))

    def _draw_point(
        self, painter: QPainter, area: QRectF, point: OperatingPoint, color: QColor, colors: Colors
    ) -> None:
        place = self._place(area, point.power_mw, point.rate_hz)
        reach = point.power_error_mw / self.most_power_mw * area.width()
        painter.setPen(QPen(color, 1.2))
        if reach > 1:
            painter.drawLine(QPointF(place.x() - reach, place.y()), QPointF(place.x() + reach, place.y()))
            for x in (place.x() - reach, place.x() + reach):
                painter.drawLine(QPointF(x, place.y() - 3), QPointF(x, place.y() + 3))
        painter.setBrush(color)
        painter.drawEllipse(place, _DOT, _DOT)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if point.run_id and point.run_id == self.chosen_run:
            painter.setPen(QPen(QColor(colors.text), 1.4))
            painter.drawEllipse(place, _DOT + 3, _DOT + 3)
        painter.setPen(QColor(colors.text))
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(point.label)
        right, left, over = place.x() + _DOT + 6, place.x() - _DOT - 6 - width, place.x() - width / 2
        below, above = place.y() + metrics.height() + 4, place.y() - 9
        for x, y in ((over, below), (right, below), (left, above), (over, above), (right, place.y() + 5),
                     (left, place.y() + 5), (over, below + 14), (over, above - 14)):  # fmt: skip
            box = QRectF(x, y - metrics.ascent(), width, metrics.height())
            if not any(box.intersects(other) for other in self._labels) and area.contains(box):
                self._labels.append(box)
                painter.drawText(QPointF(x, y), point.label)
                return

    def _draw_legend(self, painter: QPainter, area: QRectF, colors: Colors) -> None:
        metrics, x = painter.fontMetrics(), area.left()
        for number, name in enumerate(self.series):
            color = QColor(colors.series[number % len(colors.series)])
            width = min(metrics.horizontalAdvance(name), int(area.width() / len(self.series)) - 30)
            painter.setPen(QPen(color, 3))
            painter.drawLine(QPointF(x, _TOP / 2), QPointF(x + 14, _TOP / 2))
            painter.setPen(QColor(colors.text))
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)
            painter.drawText(QPointF(x + 20, _TOP / 2 + metrics.ascent() / 2 - 1), text)
            x += width + 40

    def _draw_budget(self, painter: QPainter, area: QRectF, colors: Colors) -> None:
        """Draw the budget, and the sustained rate of each series where it meets the curve."""
        if not 0 < self._budget_mw <= self.most_power_mw:
            return
        x = self._place(area, self._budget_mw, 0).x()
        painter.setPen(QPen(QColor(colors.warning), 1.6))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for name in self.series:
            best = best_for_budget([point for point in self._points if point.series == name], self._budget_mw)
            if best is None:
                continue
            place = self._place(area, self._budget_mw, best.rate_hz)
            painter.setBrush(QColor(colors.warning))
            painter.drawRect(QRectF(place.x() - 4, place.y() - 4, 8, 8))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            self._tag(painter, place, f"{best.rate_hz:.3g} /s", colors, area)

    def _draw_rate(self, painter: QPainter, area: QRectF, colors: Colors) -> None:
        """Draw the target rate, and the power that each series needs for it."""
        if not 0 < self._rate_hz <= self.most_rate_hz:
            return
        y = self._place(area, 0, self._rate_hz).y()
        painter.setPen(QPen(QColor(colors.success), 1.6))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        for name in self.series:
            best = best_for_rate([point for point in self._points if point.series == name], self._rate_hz)
            if best is None:
                continue
            place = self._place(area, best.power_mw, self._rate_hz)
            painter.setBrush(QColor(colors.success))
            painter.drawRect(QRectF(place.x() - 4, place.y() - 4, 8, 8))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            self._tag(painter, place, format_power(best.power_mw), colors, area)

    def _tag(self, painter: QPainter, place: QPointF, text: str, colors: Colors, area: QRectF) -> None:
        """Write a number on a ground of its own beside a place, where it covers nothing else if possible."""
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(text) + 8.0, metrics.height() + 2.0
        boxes = [
            QRectF(min(x, area.right() - width), min(max(area.top(), y), area.bottom() - height), width, height)
            for x in (place.x() + 8, place.x() - 8 - width)
            for y in (place.y() - 6 - height, place.y() + 6)
        ]
        free = [box for box in boxes if not any(box.intersects(other) for other in self._labels)]
        box = (free or boxes)[0]
        self._labels.append(box)
        pen = painter.pen()
        painter.fillRect(box, QColor(colors.raised))
        painter.setPen(QColor(colors.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(pen)


def describe(point: OperatingPoint) -> str:
    """Say all about a point."""
    energy = format_with_error(point.energy_mj, point.energy_error_mj or None, format_energy)
    power = format_with_error(point.power_mw, point.power_error_mw or None, format_power)
    basis = "with idle power" if point.is_total else "above idle"
    return (
        f"{point.label}\n{point.series}\n{format_latency(point.seconds * 1e9)} an inference, "
        f"{point.rate_hz:.4g} a second\n{energy} an inference, {power}, {basis}"
    )


def _nice_step(least: float) -> float:
    power = 1.0
    while power < least:
        power *= 10
    while power / 10 >= least:
        power /= 10
    return next(power / 10 * step for step in (1, 2, 5, 10) if power / 10 * step >= least)

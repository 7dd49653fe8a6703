"""Curves over one time axis, a lane for each quantity: power, temperatures, clocks, latency.

Painted by hand: a curve has no more points than the width can show (least and greatest of each pixel), so that minutes
at a kilohertz cost as little as seconds, and nothing has to be imported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import VoidPtr

from backends.power.integration import Array
from backends.power.thinning import thin
from backends.power.throttling import Throttle, bin_medians
from backends.power.traces import UNITS, Quantity, Window, WindowKind
from backends.units import format_latency, format_power
from profiler_gui.theme import Colors, colors_of

_LEFT, _RIGHT, _TOP, _BOTTOM, _GAP = 74.0, 148.0, 8.0, 34.0, 10.0
_LEAST_LANE = 54.0
_MOST_NAMES = 6
_DENSE = 0.5
"""From so many points for each pixel on, a curve is drawn as plain thin lines."""
_OUTLIER, _SHOWN_SHARE = 2.0, 0.99
_MEDIAN_FROM = 200
"""With so many latencies, the median of stretches is drawn over them."""
_ORDER = (Quantity.POWER, Quantity.LATENCY, Quantity.CLOCK, Quantity.TEMPERATURE, Quantity.STATUS)
_TITLES = {
    Quantity.POWER: "Power",
    Quantity.LATENCY: "Latency",
    Quantity.CLOCK: "Clocks",
    Quantity.TEMPERATURE: "Temperature",
    Quantity.STATUS: "Throttling",
}
_WINDOW_TITLES = {
    WindowKind.IDLE_BEFORE: "idle",
    WindowKind.MEASURE: "profile",
    WindowKind.LOOP: "loop",
    WindowKind.IDLE_AFTER: "idle",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One curve; values are in the quantity's unit."""

    title: str
    quantity: Quantity
    times_s: Array
    values: Array
    is_mean: bool = False


class TraceView(QWidget):
    """Shows curves; the wheel zooms in time, dragging moves, a double click shows everything.

    Signals:
        span_changed: first and last second that are shown.
    """

    span_changed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: tuple[Curve, ...] = ()
        self._windows: tuple[Window, ...] = ()
        self._throttles: tuple[Throttle, ...] = ()
        self._span: tuple[float, float] | None = None
        self._pointer: QPointF | None = None
        self._drag_from: tuple[float, tuple[float, float]] | None = None
        self.empty_text = "Nothing was sampled."
        self.setMouseTracking(True)
        self.setMinimumSize(240, 120)
        self.setAccessibleName("Power, temperature, clocks and latency over time")

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What is shown."""
        return self._curves

    @property
    def throttles(self) -> tuple[Throttle, ...]:
        """The marks of slowing down."""
        return self._throttles

    @property
    def span(self) -> tuple[float, float]:
        """First and last second that are shown."""
        return self._span or self._whole()

    def sizeHint(self) -> QSize:
        """Ask for room for some lanes."""
        return QSize(640, 320)

    def show_curves(
        self, curves: Sequence[Curve], windows: Sequence[Window] = (), throttles: Sequence[Throttle] = ()
    ) -> None:
        """Replace everything; the zoom stays while the curves only grow."""
        known = {curve.title for curve in self._curves}
        if not known <= {curve.title for curve in curves}:
            self._span = None
        self._curves = tuple(curve for curve in curves if len(curve.times_s))
        self._windows, self._throttles = tuple(windows), tuple(throttles)
        self.update()

    def lanes(self) -> tuple[Quantity, ...]:
        """Give the quantities that have a lane, from top to bottom."""
        present = {curve.quantity for curve in self._curves}
        return tuple(quantity for quantity in _ORDER if quantity in present)

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw lanes, windows, curves, marks and the numbers under the pointer."""
        del event
        colors, painter = colors_of(self), QPainter(self)
        painter.fillRect(self.rect(), QColor(colors.plot_ground))
        painter.setPen(QColor(colors.plot_axis))
        lanes = self.lanes()
        if not lanes:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.empty_text)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        self._draw_windows(painter, area, colors)
        height = (area.height() - _GAP * (len(lanes) - 1)) / len(lanes)
        for place, quantity in enumerate(lanes):
            lane = QRectF(area.left(), area.top() + place * (height + _GAP), area.width(), height)
            self._draw_lane(painter, lane, quantity, colors)
        self._draw_throttles(painter, area, colors)
        self._draw_time_axis(painter, area, colors)
        if self._pointer is not None and area.contains(self._pointer):
            painter.setPen(QPen(QColor(colors.plot_axis), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(self._pointer.x(), area.top()), QPointF(self._pointer.x(), area.bottom()))

    def _draw_lane(self, painter: QPainter, lane: QRectF, quantity: Quantity, colors: Colors) -> None:
        curves = [curve for curve in self._curves if curve.quantity is quantity]
        first, last = self.span
        shown = [_clip(curve, first, last) for curve in curves]
        values = np.concatenate([values for _, values in shown if len(values)] or [np.zeros(1)])
        low, high = float(values.min()), float(values.max())
        if quantity is Quantity.POWER:
            low = min(0.0, low)
        if quantity is Quantity.LATENCY:
            # A few interrupted inferences must not flatten all others.
            high = min(high, max(_OUTLIER * float(np.median(values)), float(np.quantile(values, _SHOWN_SHARE))))
        if high - low < 1e-9:
            low, high = low - 0.5 - abs(low) * 0.05, high + 0.5 + abs(high) * 0.05
        painter.setPen(QPen(QColor(colors.plot_grid), 1))
        painter.drawLine(lane.bottomLeft(), lane.bottomRight())
        painter.drawLine(lane.topLeft(), lane.topRight())
        painter.setPen(QColor(colors.plot_axis))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for text, y in ((_text(quantity, high), lane.top() + 7), (_text(quantity, low), lane.bottom() - 7)):
            painter.drawText(QRectF(0, y - 9, lane.left() - 6, 18), right, text)
        if lane.height() > 48:
            middle = lane.center().y()
            painter.setPen(QColor(colors.text))
            painter.drawText(QRectF(0, middle - 9, lane.left() - 6, 18), right, _TITLES[quantity])
        moment = self._moment()
        painter.save()
        painter.setClipRect(lane.adjusted(-1, -1, 1, 1))
        for number, (curve, (times, heights)) in enumerate(zip(curves, shown, strict=True)):
            ink = QColor(colors.series[number % len(colors.series)])
            has_median = quantity is Quantity.LATENCY and len(times) > _MEDIAN_FROM
            if has_median:
                # Single inferences stay in the background of what they are about.
                ink.setAlphaF(0.35)
            painter.setPen(QPen(ink, 1.4))
            self._draw_curve(painter, lane, curve, (times, heights), (low, high))
            if has_median:
                painter.setPen(QPen(QColor(colors.text), 2))
                starts, medians, _ = bin_medians(times, heights)
                middles = starts + (times[-1] - times[0]) / max(1, len(starts)) / 2
                self._draw_curve(painter, lane, curve, (middles, medians), (low, high))
        painter.restore()
        self._draw_names(painter, lane, curves, moment, colors)

    def _draw_curve(
        self, painter: QPainter, lane: QRectF, curve: Curve, points: tuple[Array, Array], reach: tuple[float, float]
    ) -> None:
        times, values = points
        if not len(times):
            return
        first, last = self.span
        times, values = thin(times, values, max(64, int(1.5 * lane.width())))
        if curve.is_mean and len(times) > 1:
            # The mean of the stretch before: steps.
            times, values = np.repeat(times, 2)[:-1], np.repeat(values, 2)[1:]
        x = lane.left() + (times - first) / max(1e-9, last - first) * lane.width()
        y = lane.bottom() - (values - reach[0]) / (reach[1] - reach[0]) * lane.height()
        if len(x) == 1:
            painter.drawEllipse(QPointF(float(x[0]), float(y[0])), 2, 2)
        if len(x) > _DENSE * lane.width():
            # Smooth wide lines that cross themselves thousands of times take Qt more than a second.
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(painter.pen().color(), 0))
        painter.drawPolyline(_polygon(x, y))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _draw_names(
        self, painter: QPainter, lane: QRectF, curves: Sequence[Curve], moment: float | None, colors: Colors
    ) -> None:
        """Name the curves on the right, with the value under the pointer, or the latest."""
        metrics = painter.fontMetrics()
        room = max(1, min(_MOST_NAMES, int(lane.height() // metrics.height())))
        shown = curves if len(curves) <= room else curves[: room - 1]
        lines = [(curve.title, _text(curve.quantity, _value_at(curve, moment))) for curve in shown]
        if len(shown) < len(curves):
            lines.append((f"and {len(curves) - len(shown)} more", ""))
        for number, (title, value) in enumerate(lines):
            place = QRectF(lane.right() + 8, lane.top() + number * metrics.height(), _RIGHT - 12, metrics.height())
            is_curve = number < len(shown)
            painter.setPen(QColor(colors.series[number % len(colors.series)] if is_curve else colors.plot_axis))
            width = metrics.horizontalAdvance(value)
            name = metrics.elidedText(
                _short(title, curves[0].quantity), Qt.TextElideMode.ElideRight, int(place.width() - width - 8)
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(QColor(colors.text))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)

    def _draw_windows(self, painter: QPainter, area: QRectF, colors: Colors) -> None:
        """Shade the loop, and name the parts above."""
        for window in self._windows:
            left, right = self._x(window.start_s, area), self._x(window.end_s, area)
            left, right = max(left, area.left()), min(right, area.right())
            if right <= left:
                continue
            if window.kind is WindowKind.LOOP:
                shade = QColor(colors.accent)
                shade.setAlphaF(0.10)
                painter.fillRect(QRectF(left, area.top(), right - left, area.height()), shade)
            title = _WINDOW_TITLES[window.kind]
            painter.setPen(QPen(QColor(colors.plot_grid), 1))
            painter.drawLine(QPointF(left, area.top()), QPointF(left, area.bottom() + 4))
            painter.setPen(QColor(colors.plot_axis))
            if painter.fontMetrics().horizontalAdvance(title) + 6 < right - left:
                place = QRectF(left, area.bottom() + 1, right - left, 14)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, title)

    def _draw_throttles(self, painter: QPainter, area: QRectF, colors: Colors) -> None:
        color = QColor(colors.error)
        for throttle in self._throttles:
            x = self._x(throttle.start_s, area)
            if area.left() <= x <= area.right():
                painter.setPen(QPen(color, 1.4, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
                painter.setBrush(color)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawPolygon(
                    QPolygonF([QPointF(x - 5, area.top()), QPointF(x + 5, area.top()), QPointF(x, area.top() + 7)])
                )
                painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_time_axis(self, painter: QPainter, area: QRectF, colors: Colors) -> None:
        first, last = self.span
        step = _nice_step((last - first) / max(2.0, area.width() / 90))
        painter.setPen(QColor(colors.plot_axis))
        tick = np.ceil(first / step) * step
        while tick <= last:
            x = self._x(float(tick), area)
            painter.drawText(QRectF(x - 40, area.bottom() + 18, 80, 14), Qt.AlignmentFlag.AlignCenter, f"{tick:g} s")
            tick += step

    # Time -------------------------------------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        return QRectF(
            _LEFT, _TOP, max(40.0, self.width() - _LEFT - _RIGHT), max(_LEAST_LANE, self.height() - _TOP - _BOTTOM)
        )

    def _whole(self) -> tuple[float, float]:
        if not self._curves:
            return 0.0, 1.0
        first = min(float(curve.times_s[0]) for curve in self._curves)
        last = max(float(curve.times_s[-1]) for curve in self._curves)
        if self._windows:
            first = min(first, *(window.start_s for window in self._windows))
            last = max(last, *(window.end_s for window in self._windows))
        return first, max(last, first + 0.001)

    def _x(self, time_s: float, area: QRectF) -> float:
        first, last = self.span
        return area.left() + (time_s - first) / max(1e-9, last - first) * area.width()

    def _moment(self) -> float | None:
        area = self._area()
        if self._pointer is None or not area.contains(self._pointer):
            return None
        first, last = self.span
        return first + (self._pointer.x() - area.left()) / area.width() * (last - first)

    def _set_span(self, first: float, last: float) -> None:
        whole = self._whole()
        if last - first >= whole[1] - whole[0]:
            self._span = None
        else:
            shift = max(0.0, whole[0] - first) - max(0.0, last - whole[1])
            self._span = (first + shift, last + shift)
        self.span_changed.emit(*self.span)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom in time at the pointer."""
        first, last = self.span
        area = self._area()
        share = min(1.0, max(0.0, (event.position().x() - area.left()) / area.width()))
        at = first + share * (last - first)
        factor = 0.8 ** (event.angleDelta().y() / 120)
        length = max(0.01, (last - first) * factor)
        self._set_span(at - share * length, at + (1 - share) * length)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag_from = (event.position().x(), self.span)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End moving."""
        del event
        self._drag_from = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move, or show the values under the pointer."""
        self._pointer = event.position()
        if self._drag_from is not None and self._span is not None:
            x, (first, last) = self._drag_from
            shift = (x - event.position().x()) / self._area().width() * (last - first)
            self._set_span(first + shift, last + shift)
        self._show_tip()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything."""
        del event
        self._span = None
        self.span_changed.emit(*self.span)
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Show the latest values again."""
        del event
        self._pointer = None
        self.update()

    def _show_tip(self) -> None:
        """Explain a mark under the pointer."""
        area, pointer = self._area(), self._pointer
        near = [
            throttle
            for throttle in self._throttles
            if pointer is not None and abs(self._x(throttle.start_s, area) - pointer.x()) < 6
        ]
        self.setToolTip("\n".join(throttle.sentence for throttle in near))


def _clip(curve: Curve, first: float, last: float) -> tuple[Array, Array]:
    """Give the part of a curve that is shown, with a point on each side."""
    low = max(0, int(np.searchsorted(curve.times_s, first)) - 1)
    high = int(np.searchsorted(curve.times_s, last, side="right")) + 1
    return curve.times_s[low:high], curve.values[low:high]


def _value_at(curve: Curve, moment: float | None) -> float:
    if moment is None:
        return float(curve.values[-1])
    place = int(np.searchsorted(curve.times_s, moment))
    if (
        not curve.is_mean
        and place > 0
        and (place == len(curve.times_s) or moment - curve.times_s[place - 1] < curve.times_s[place] - moment)
    ):
        place -= 1
    return float(curve.values[min(place, len(curve.values) - 1)])


def _text(quantity: Quantity, value: float) -> str:
    if quantity is Quantity.POWER:
        return format_power(value)
    if quantity is Quantity.LATENCY:
        return format_latency(value * 1e6)
    if quantity is Quantity.TEMPERATURE:
        return f"{value:.1f} °C"
    return f"{value:.0f} {UNITS[quantity]}".strip()


def _short(title: str, quantity: Quantity) -> str:
    """Leave out what the lane says already."""
    for word in ("Temperature ", "Clock "):
        if quantity in (Quantity.TEMPERATURE, Quantity.CLOCK) and title.startswith(word):
            return title.removeprefix(word)
    return title


def _nice_step(least: float) -> float:
    if least <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(power * step for step in (1, 2, 5, 10) if power * step >= least))


def _polygon(x: Array, y: Array) -> QPolygonF:
    """Put numbers into a polygon's own memory: making thousands of points one by one takes longer than drawing."""
    polygon = QPolygonF()
    polygon.resize(len(x))
    memory: Any = VoidPtr(polygon.data(), 16 * len(x), True)  # type: ignore[call-arg,arg-type]  # as it really is
    corners = np.frombuffer(memory, np.float64).reshape(-1, 2)
    corners[:, 0], corners[:, 1] = x, y
    return polygon

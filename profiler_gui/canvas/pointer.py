"""What the mouse means on the canvas: a click, a pan, or a rubber band."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QWheelEvent

_DRAG_FROM = 4.0
_ZOOM_PER_STEP = 1.2
_DEGREES_PER_STEP = 120.0


class Drag(StrEnum):
    """What a held button does."""

    NONE = "none"
    PRESSED = "pressed"
    """Down, but not yet moved far enough to be more than a click."""
    PAN = "pan"
    BAND = "band"


class Pointer:
    """Follows one drag from press to release.

    Args:
        pan: called with the way since the last call, in pixels.
    """

    def __init__(self, pan: Callable[[float, float], None]) -> None:
        self._pan = pan
        self._start = self._last = QPointF()
        self._bands = False
        self.drag = Drag.NONE

    def press(self, event: QMouseEvent) -> None:
        """Begin; Shift draws a rubber band, and the middle button pans at once."""
        self._start = self._last = event.position()
        self._bands = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.drag = Drag.PAN if event.button() is Qt.MouseButton.MiddleButton else Drag.PRESSED

    def move(self, event: QMouseEvent) -> Drag:
        """Follow; pans while it is that kind of drag."""
        position = event.position()
        if self.drag is Drag.PRESSED and (position - self._start).manhattanLength() >= _DRAG_FROM:
            self.drag = Drag.BAND if self._bands else Drag.PAN
        if self.drag is Drag.PAN:
            way = position - self._last
            self._pan(way.x(), way.y())
        self._last = position
        return self.drag

    def release(self) -> tuple[Drag, QRectF]:
        """End; give what it was, and the rubber band."""
        ended, band = self.drag, self.band
        self.drag = Drag.NONE
        return ended, band

    @property
    def band(self) -> QRectF:
        """The rubber band as it is now."""
        return QRectF(self._start, self._last).normalized()


def wheel_pan(event: QWheelEvent) -> QPointF | None:
    """Give the way to pan by, or ``None`` if the turn means zoom.

    A touch pad pans and a wheel zooms; Ctrl always zooms, Shift pans sideways.
    """
    modifiers = event.modifiers()
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return None
    turned = QPointF(event.pixelDelta()) if not event.pixelDelta().isNull() else QPointF(event.angleDelta()) * 0.5
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return QPointF(turned.x() or turned.y(), 0.0)
    device = event.device()
    is_pad = device is not None and device.type() == QInputDevice.DeviceType.TouchPad
    return turned if is_pad and not event.pixelDelta().isNull() else None


def wheel_zoom(event: QWheelEvent) -> float:
    """Give the factor that a turn of the wheel zooms by."""
    turned = event.angleDelta().y() or event.angleDelta().x()
    return float(_ZOOM_PER_STEP ** (turned / _DEGREES_PER_STEP))

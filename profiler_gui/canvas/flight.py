"""Moves the view smoothly from one place to another."""

import math
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QObject, QVariantAnimation, Slot

from profiler_gui.canvas.viewport import Viewport

_MILLISECONDS = 260


class Flight(QObject):
    """One animated move at a time; a new one takes over from where the view is.

    Args:
        parent: owner.
        show: called with each view on the way.
    """

    def __init__(self, parent: QObject, show: Callable[[Viewport], None]) -> None:
        super().__init__(parent)
        self._show = show
        self._start = self._end = Viewport()
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(_MILLISECONDS)
        self._animation.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._animation.valueChanged.connect(self._on_value_changed)

    def fly(self, start: Viewport, end: Viewport) -> None:
        """Move from one view to another."""
        self._animation.stop()
        self._start, self._end = start, end
        self._animation.start()

    def stop(self) -> None:
        """Stay where the view is."""
        self._animation.stop()

    @property
    def is_flying(self) -> bool:
        """Whether a move is under way."""
        return self._animation.state() == QAbstractAnimation.State.Running

    @Slot("QVariant")
    def _on_value_changed(self, value: float) -> None:
        self._show(self._end if value >= 1.0 else between(self._start, self._end, float(value)))


def between(start: Viewport, end: Viewport, share: float) -> Viewport:
    """Give the view a share of the way: the zoom changes evenly in steps of factors, the middle in a line."""
    zoom = math.exp(math.log(start.zoom) * (1 - share) + math.log(end.zoom) * share)
    (x0, y0), (x1, y1) = start.centre, end.centre
    view = replace(end, zoom=zoom)
    return view.centred_on(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)

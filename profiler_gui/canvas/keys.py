"""The keys of the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from profiler_gui.canvas.walk import Step

if TYPE_CHECKING:
    from profiler_gui.canvas.canvas import GraphCanvas

_ZOOM = 1.25
_STEPS = {
    Qt.Key.Key_Up: Step.PRODUCER,
    Qt.Key.Key_Down: Step.CONSUMER,
    Qt.Key.Key_Left: Step.LEFT,
    Qt.Key.Key_Right: Step.RIGHT,
}
_OURS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


def press(canvas: GraphCanvas, event: QKeyEvent) -> bool:
    """Do what a key means; give whether it means anything."""
    if event.modifiers() & ~_OURS:
        return False
    actions = {
        Qt.Key.Key_Space: canvas.show_all,
        Qt.Key.Key_F: canvas.frame_selection,
        Qt.Key.Key_Plus: lambda: canvas.zoom_by(_ZOOM),
        Qt.Key.Key_Equal: lambda: canvas.zoom_by(_ZOOM),
        Qt.Key.Key_Minus: lambda: canvas.zoom_by(1 / _ZOOM),
        Qt.Key.Key_0: canvas.reset_zoom,
        Qt.Key.Key_Home: canvas.show_start,
        Qt.Key.Key_Escape: canvas.clear_selection,
        Qt.Key.Key_Return: canvas.activate_selection,
        Qt.Key.Key_Enter: canvas.activate_selection,
    }
    key = Qt.Key(event.key())
    if key in _STEPS:
        canvas.walk(_STEPS[key])
    elif key in actions:
        actions[key]()
    else:
        return False
    return True

"""Which widgets a screen reader could not name."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QGroupBox, QLabel, QLineEdit, QWidget

_TAB = Qt.FocusPolicy.TabFocus


def nameless_widgets(root: QWidget) -> list[str]:
    """Give the path of each widget that the keyboard reaches and that has no accessible name."""
    return sorted({_path(widget) for widget in root.findChildren(QWidget) if _is_reached(widget) and not _name(widget)})


def _is_reached(widget: QWidget) -> bool:
    # Parts of one of Qt's own widgets are told as that widget.
    if isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox) or widget.objectName().startswith("qt_"):
        return False
    if isinstance(widget.parentWidget(), QWidget) and type(widget.parentWidget()).__name__ == "QFrame":
        return False
    return bool(widget.focusPolicy() & _TAB)


def _name(widget: QWidget) -> str:
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton):
        return widget.text()
    if isinstance(widget, QGroupBox):
        return widget.title()
    if isinstance(widget, QLabel):
        # Labels that links are opened in read as what they say; empty ones say nothing and are passed over.
        return widget.text() or "empty"
    labels = [other for other, _ in QAccessible.queryAccessibleInterface(widget).relations() if other is not None]
    told = [label.text(QAccessible.Text.Name) for label in labels]
    if isinstance(widget, QLineEdit | QComboBox | QAbstractSpinBox) or told:
        return " ".join(told)
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def _path(widget: QWidget) -> str:
    chain: list[str] = []
    above: QWidget | None = widget
    while above is not None and len(chain) < 5:
        chain.append(type(above).__name__ + (f"#{above.objectName()}" if above.objectName() else ""))
        above = above.parentWidget()
    return " in ".join(chain)

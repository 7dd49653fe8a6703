"""Names for screen readers: what a widget is called that has no label of its own."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTabWidget,
    QWidget,
)


def name_parts(page: QWidget, title: str) -> None:
    """Name tables, lists, tabs and scrolled parts of a page after the tab they are in and the page.

    What has a name already, or a label, keeps it. Fields are named by their hint, or by the label of what they are in.

    Args:
        page: a panel, a tab or a dialog.
        title: what it is called.
    """
    for part in (page, *page.findChildren(QWidget)):
        if part.accessibleName() or not part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        if isinstance(part, QLineEdit | QComboBox | QAbstractSpinBox):
            if not _label_of(part):
                part.setAccessibleName(_row_of(part) or _hint_of(part))
        elif isinstance(part, QTabWidget):
            part.setAccessibleName(f"Parts of {title}")
        elif isinstance(part, QAbstractScrollArea):
            part.setAccessibleName(", ".join([*_kind(part), *_tabs_around(part, page), title]))


def _hint_of(part: QWidget) -> str:
    hint = part.placeholderText() if isinstance(part, QLineEdit) else ""
    around = part.parentWidget()
    return (_label_of(around) if around is not None else "") or part.toolTip() or hint


def _row_of(part: QWidget) -> str:
    """Give the label of the row of a form that a field, or what the field is in, stands in."""
    field: QWidget | None = part
    for _ in range(2):
        around = field.parentWidget() if field is not None else None
        if field is None or around is None:
            break
        for form in around.findChildren(QFormLayout):
            label = form.labelForField(field)
            if isinstance(label, QLabel) and label.text():
                return label.text()
        field = around
    return ""


def _label_of(part: QWidget) -> str:
    """Give what the labels say that are tied to a widget."""
    told = QAccessible.queryAccessibleInterface(part)
    labels = told.relations(QAccessible.RelationFlag.Label) if told is not None else []
    texts = [label.text(QAccessible.Text.Name) for label, _ in labels if label is not None]
    return " ".join(text for text in texts if text)


def _kind(part: QAbstractScrollArea) -> list[str]:
    if isinstance(part, QAbstractItemView):
        return ["Table" if part.model() is not None and part.model().columnCount() > 1 else "List"]
    return [] if isinstance(part, QScrollArea) else ["Text"]


def _tabs_around(part: QWidget, page: QWidget) -> list[str]:
    """Give the titles of the tabs that a widget is in, from the inside."""
    titles = []
    above = part.parentWidget()
    while above is not None and above is not page.parentWidget():
        if isinstance(above, QTabWidget):
            shown = next((i for i in range(above.count()) if _holds(above.widget(i), part)), -1)
            titles += [above.tabText(shown).split(" (")[0]] if shown >= 0 else []
        above = above.parentWidget()
    return titles


def _holds(outer: QWidget | None, inner: QWidget) -> bool:
    return outer is not None and (outer is inner or outer.isAncestorOf(inner))

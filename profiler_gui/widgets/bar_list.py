"""Labelled horizontal bars that can be selected, one for each operator or type."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from profiler_gui.theme import colors_of

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_BAR_ROLE = Qt.ItemDataRole.UserRole + 1
_GAP = 8
_MAX_LABEL_PART = 0.45
"""Part of the width that labels may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar; ``value`` is its length in any unit, ``text`` how the value reads. Texts are plain."""

    key: Hashable
    label: str
    value: float
    text: str
    color: str = ""
    """Empty for the usual colour."""


class BarModel(QAbstractListModel):
    """Bars as a list model; the longest gives the scale."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: tuple[Bar, ...] = ()
        self.full = 1.0

    def set_bars(self, bars: Iterable[Bar]) -> None:
        """Replace all bars."""
        self.beginResetModel()
        self.bars = tuple(bars)
        self.full = max((bar.value for bar in self.bars), default=1.0) or 1.0
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Give the number of bars."""
        return 0 if parent.isValid() else len(self.bars)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give the label and value as text (for screen readers and type-ahead), or the bar itself."""
        if not index.isValid():
            return None
        bar = self.bars[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{bar.label}: {bar.text}"
        return bar if role == _BAR_ROLE else None


class BarList(QListView):
    """Shows bars from top to bottom, each with its label and value.

    Signals:
        keys_selected: the user changed the selection; carries the keys of the selected bars.
        key_opened: a bar was double-clicked, or Enter pressed on it.
    """

    keys_selected = Signal(object)
    key_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = BarModel(self)
        self._is_telling = True
        self._delegate = _BarDelegate(self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.activated.connect(self._on_activated)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The bars, top to bottom."""
        return self._model.bars

    @property
    def full(self) -> float:
        """The value of the longest bar."""
        return self._model.full

    def set_bars(self, bars: Iterable[Bar]) -> None:
        """Replace all bars."""
        self._model.set_bars(bars)
        self._delegate.measure_anew()

    def picture(self, width: int = 720) -> "BarList":
        """Give a list of the same bars that is tall enough to show all of them; the caller owns it."""
        whole = BarList()
        whole.setPalette(self.palette())
        whole.setFrameShape(self.Shape.NoFrame)
        whole.set_bars(self.bars)
        whole.resize(width, max(1, len(self.bars)) * self.sizeHintForRow(0) + 4)
        return whole

    def select_keys(self, is_wanted: Callable[[Any], bool]) -> None:
        """Select exactly the bars whose key is wanted, without telling anybody."""
        self._is_telling = False
        try:
            self.selectionModel().clearSelection()
            for row, bar in enumerate(self._model.bars):
                if is_wanted(bar.key):
                    self.selectionModel().select(self._model.index(row), QItemSelectionModel.SelectionFlag.Select)
        finally:
            self._is_telling = True

    @Slot()
    def _on_selection_changed(self) -> None:
        if self._is_telling:
            rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
            self.keys_selected.emit(tuple(self._model.bars[row].key for row in rows))

    @Slot("QModelIndex")
    def _on_activated(self, index: Any) -> None:
        self.key_opened.emit(self._model.bars[index.row()].key)


class _BarDelegate(QStyledItemDelegate):
    """Draws label, bar and value in three aligned columns."""

    def __init__(self, view: BarList) -> None:
        super().__init__(view)
        self._view = view
        self._label_width = 0
        self._text_width = 0
        self._is_measured = False

    def measure_anew(self) -> None:
        """Find the widths of labels and values when they are drawn next; only then the font is sure."""
        self._is_measured = False

    def _measure(self, metrics: QFontMetrics) -> None:
        self._is_measured = True
        self._label_width = max((metrics.horizontalAdvance(bar.label) for bar in self._view.bars), default=0) + 2
        self._text_width = max((metrics.horizontalAdvance(bar.text) for bar in self._view.bars), default=0)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Give one line of text with some air."""
        return QSize(120, QFontMetrics(self._view.font()).height() + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one bar."""
        bar: Bar = index.data(_BAR_ROLE)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette = option.palette
        painter.save()
        painter.setFont(self._view.font())
        if is_selected:
            painter.fillRect(option.rect, palette.color(QPalette.ColorRole.Highlight))
        if not self._is_measured:
            self._measure(painter.fontMetrics())
        area = option.rect.adjusted(_GAP, 0, -_GAP, 0)
        label_width = min(self._label_width, int(area.width() * _MAX_LABEL_PART))
        metrics = painter.fontMetrics()
        ink = palette.color(QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Text)
        painter.setPen(ink)
        label_area = QRect(area.left(), area.top(), label_width, area.height())
        label = metrics.elidedText(bar.label, Qt.TextElideMode.ElideMiddle, label_width)
        painter.drawText(label_area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, bar.text)
        room = area.width() - label_width - self._text_width - 2 * _GAP
        if room > 4:
            length = max(2, round(room * bar.value / self._view.full)) if bar.value > 0 else 0
            color = QColor(bar.color or colors_of(self._view).series[0])
            top = area.top() + 5
            painter.fillRect(QRect(area.left() + label_width + _GAP, top, length, area.height() - 10), color)
        painter.restore()

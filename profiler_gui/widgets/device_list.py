"""Devices to choose from, with their states in words."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from backends.devices.device import DeviceInfo
from backends.reports.plain_text import plain
from profiler_gui.run_mime import run_ids
from profiler_gui.theme import colors_of, make_icon

_READY = "ready"
_ICONS = {"host": "computer", "android": "phone", "linux": "board"}
_ID, _SECOND_LINE, _IS_READY = (Qt.ItemDataRole.UserRole + number for number in range(3))
_ICON, _MARGIN = 20, 10


def state_words(info: DeviceInfo) -> tuple[str, str]:
    """Give a device's state and what to do about it; nothing when it is ready."""
    problem, _, remedy = info.state.partition(": ")
    return problem, f"{remedy[:1].upper()}{remedy[1:]}." if remedy else ""


class DeviceList(QListWidget):
    """One line for the name, one for state and serial number.

    Models, folders and runs may be dropped on a device.

    Signals:
        device_chosen: id of the device that the user chose.
        files_dropped: id of a device and the paths that were dropped on it.
        runs_dropped: id of a device and ids of the runs of this window that were dropped on it.
    """

    device_chosen = Signal(str)
    files_dropped = Signal(str, object)
    runs_dropped = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._devices: tuple[DeviceInfo, ...] = ()
        self.setItemDelegate(_TwoLines(self))
        self.setIconSize(QSize(_ICON, _ICON))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Devices")
        self.setAcceptDrops(True)
        self.drop_row = -1
        self.currentItemChanged.connect(self._on_current_changed)

    @property
    def chosen(self) -> str:
        """Id of the chosen device, or empty."""
        item = self.currentItem()
        return str(item.data(_ID)) if item is not None else ""

    def texts(self) -> tuple[str, ...]:
        """Give both lines of each device, as a reader sees them."""
        items = (self.item(row) for row in range(self.count()))
        return tuple(f"{item.text()}\n{item.data(_SECOND_LINE)}" for item in items)

    def show_devices(self, devices: Sequence[DeviceInfo]) -> None:
        """Show these devices; the chosen one stays chosen while it is there, else the first one is."""
        chosen = self.chosen
        self._devices = tuple(devices)
        self.blockSignals(True)
        self.clear()
        for info in devices:
            self.addItem(self._item(info))
        self._draw_icons()
        ids = [info.id for info in devices]
        self.setCurrentRow(ids.index(chosen) if chosen in ids else 0)
        self.blockSignals(False)
        self.device_chosen.emit(self.chosen)

    def _item(self, info: DeviceInfo) -> QListWidgetItem:
        problem, remedy = state_words(info)
        item = QListWidgetItem(plain(info.name))
        item.setData(_ID, info.id)
        serial = info.id.partition(":")[2]
        item.setData(_SECOND_LINE, plain("  ·  ".join(part for part in (problem, serial) if part)))
        item.setData(_IS_READY, info.state == _READY)
        item.setToolTip(plain(" ".join(part for part in (problem, remedy) if part)))
        return item

    def _draw_icons(self) -> None:
        colors = colors_of(self)
        for row, info in enumerate(self._devices):
            color = colors.text if info.state == _READY else colors.warning
            self.item(row).setIcon(make_icon(_ICONS.get(info.kind, "phone"), color))

    @Slot()
    def _on_current_changed(self) -> None:
        self.device_chosen.emit(self.chosen)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and runs."""
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Mark the device under the pointer; beside the devices it is the window's drag."""
        data, item = event.mimeData(), self.itemAt(event.position().toPoint())
        is_ours = item is not None and bool(run_ids(data) or any(url.isLocalFile() for url in data.urls()))
        self._mark(self.row(item) if is_ours and item is not None else -1)
        if is_ours:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Unmark the device."""
        del event
        self._mark(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell what was dropped on which device."""
        self._mark(-1)
        item, data = self.itemAt(event.position().toPoint()), event.mimeData()
        if item is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        device, ids = str(item.data(_ID)), run_ids(data)
        if ids:
            self.runs_dropped.emit(device, ids)
        else:
            self.files_dropped.emit(device, tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()))

    def _mark(self, row: int) -> None:
        if row != self.drop_row:
            self.drop_row = row
            self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_devices"):
            self._draw_icons()


class _TwoLines(QStyledItemDelegate):
    """Draws an icon, a name and a dim line below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Ask for two lines."""
        del index
        return QSize(120, 2 * option.fontMetrics.height() + 14)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one device."""
        self.initStyleOption(option, index)
        widget = option.widget
        colors = colors_of(widget)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.highlight())
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, colors.hover)
        if isinstance(widget, DeviceList) and index.row() == widget.drop_row:
            painter.setPen(QPen(QColor(colors.accent), 2))
            painter.drawRect(option.rect.adjusted(1, 1, -1, -1))
        rect = option.rect.adjusted(_MARGIN, 5, -_MARGIN, -5)
        option.icon.paint(painter, QRect(rect.left(), rect.center().y() - _ICON // 2, _ICON, _ICON))
        text = rect.adjusted(_ICON + _MARGIN, 0, 0, 0)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(colors.selection_text if is_selected else colors.text)
        self._draw(painter, option, text.adjusted(0, 0, 0, -text.height() // 2), option.text)
        second = colors.dim_text if index.data(_IS_READY) else colors.warning
        painter.setPen(colors.selection_text if is_selected else second)
        self._draw(painter, option, text.adjusted(0, text.height() // 2, 0, 0), index.data(_SECOND_LINE))
        painter.restore()

    def _draw(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, text: str) -> None:
        cut = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)

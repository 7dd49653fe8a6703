"""Which models of a bundle to open."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from backends.reports.plain_text import plain
from backends.units import format_bytes
from profiler_gui.opening import BundleContent
from profiler_gui.widgets.label import plain_label


class BundleDialog(QDialog):
    """Lists the models in a bundle with their sizes.

    Signals:
        members_chosen: the path of the bundle, and the tuple of names to open.
    """

    members_chosen = Signal(object, object)

    def __init__(self, content: BundleContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self.setWindowTitle("Open from bundle")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 360)
        self._list = QTreeWidget()
        self._list.setAccessibleName("Models in the bundle")
        self._list.setHeaderLabels(["Model", "Size"])
        self._list.setRootIsDecorated(False)
        self._list.setUniformRowHeights(True)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.header().setStretchLastSection(False)
        self._list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        for member in content.members:
            item = QTreeWidgetItem([plain(member.name), format_bytes(member.size_bytes)])
            item.setData(0, Qt.ItemDataRole.UserRole, member.name)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._list.addTopLevelItem(item)
        first = self._list.topLevelItem(0)
        if first is not None:
            self._list.setCurrentItem(first)
        self._list.itemActivated.connect(self.accept)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(plain_label(f"{content.path.name} holds {len(content.members)} models", role="title"))
        column.addWidget(plain_label("Choose one or more to open, each in a tab of its own.", role="dim"))
        column.addWidget(self._list, 1)
        column.addWidget(buttons)

    def accept(self) -> None:
        """Open what is selected."""
        names = tuple(item.data(0, Qt.ItemDataRole.UserRole) for item in self._list.selectedItems())
        if names:
            self.members_chosen.emit(self._content.path, names)
            super().accept()

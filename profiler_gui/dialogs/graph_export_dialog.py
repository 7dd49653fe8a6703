"""How the graph is written or printed: whole or in part, as what, and how large."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from profiler_gui.widgets.label import plain_label

_LEAST_PERCENT, _MOST_PERCENT = 5, 1000
_PNG_PERCENT = 200
"""Sharp on screens of high density and on paper."""


class PictureKind(StrEnum):
    """What the graph can be written as."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    ONE_SHEET = "one sheet"
    SHEETS = "sheets"

    @property
    def suffix(self) -> str:
        """Give the suffix of a file."""
        return f".{self}" if self in (PictureKind.PNG, PictureKind.SVG) else ".pdf"

    @property
    def has_scale(self) -> bool:
        """Whether a scale can be chosen."""
        return self in (PictureKind.PNG, PictureKind.SHEETS)


TO_FILE = (PictureKind.PNG, PictureKind.SVG, PictureKind.PDF, PictureKind.ONE_SHEET, PictureKind.SHEETS)
TO_PRINTER = (PictureKind.ONE_SHEET, PictureKind.SHEETS)
_TITLES = {
    PictureKind.PNG: "PNG, pixels",
    PictureKind.SVG: "SVG, for editing and the web",
    PictureKind.PDF: "PDF, one page as large as the graph",
    PictureKind.ONE_SHEET: "PDF, fitted to one A4 sheet",
    PictureKind.SHEETS: "PDF, several A4 sheets to put together",
}
_PRINT_TITLES = {
    PictureKind.ONE_SHEET: "Fitted to one sheet",
    PictureKind.SHEETS: "Several sheets to put together",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWish:
    """What the user wants."""

    kind: PictureKind
    is_whole: bool
    scale: float
    """1 is the size on the screen at a zoom of 100 %, of the view its present size."""
    has_legend: bool
    has_marks: bool
    is_light: bool
    """In the colours for paper, whatever the theme."""


class GraphExportDialog(QDialog):
    """Asks how to write or print the graph, and says how large it will be.

    Signals:
        wanted(PictureWish): the user pressed the button.
    """

    wanted = Signal(object)

    def __init__(
        self,
        kinds: tuple[PictureKind, ...],
        tell_size: Callable[[PictureWish], str],
        *,
        is_dark: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tell_size = tell_size
        self._is_printing = kinds == TO_PRINTER
        self.setWindowTitle("Print graph" if self._is_printing else "Export graph")
        self.kind = QComboBox()
        titles = _PRINT_TITLES if self._is_printing else _TITLES
        for kind in kinds:
            self.kind.addItem(titles[kind], kind)
        self.part = QComboBox()
        self.part.addItem("The whole graph", True)
        self.part.addItem("What is in view", False)
        self.scale = QSpinBox()
        self.scale.setRange(_LEAST_PERCENT, _MOST_PERCENT)
        self.scale.setSingleStep(25)
        self.scale.setSuffix(" %")
        self.legend = QCheckBox("With the legend")
        self.legend.setChecked(True)
        self.marks = QCheckBox("With selection, matches and marked paths")
        self.light = QCheckBox("In light colours, for paper")
        self.light.setChecked(self._is_printing)
        self.light.setVisible(is_dark)
        self.size_line = plain_label("", role="dim")
        self._arrange()
        self.kind.currentIndexChanged.connect(self._on_kind_changed)
        self.part.currentIndexChanged.connect(self._show_size)
        self.scale.valueChanged.connect(self._show_size)
        self.legend.toggled.connect(self._show_size)
        self._on_kind_changed()

    @property
    def wish(self) -> PictureWish:
        """What is chosen now."""
        return PictureWish(
            kind=PictureKind(self.kind.currentData()),
            is_whole=bool(self.part.currentData()),
            scale=self.scale.value() / 100,
            has_legend=self.legend.isChecked(),
            has_marks=self.marks.isChecked(),
            is_light=self.light.isChecked(),
        )

    def offer_legend(self, has_legend: bool) -> None:
        """Ask about the legend only where there is one."""
        self.legend.setVisible(has_legend)

    def accept(self) -> None:
        """Hand over what is chosen."""
        wish = self.wish
        super().accept()
        self.wanted.emit(wish)

    def _arrange(self) -> None:
        self._form = form = QFormLayout()
        form.setVerticalSpacing(8)
        form.addRow("&As", self.kind)
        form.addRow("&Part", self.part)
        form.addRow("&Scale", self.scale)
        form.addRow("", self.legend)
        form.addRow("", self.marks)
        form.addRow("", self.light)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.button = QPushButton("Preview…" if self._is_printing else "Export…")
        self.button.setDefault(True)
        buttons.addButton(self.button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.size_line)
        column.addStretch(1)
        column.addWidget(buttons)
        self.setMinimumWidth(440)

    @Slot()
    def _on_kind_changed(self) -> None:
        kind = PictureKind(self.kind.currentData())
        self._form.setRowVisible(self.scale, kind.has_scale)
        if kind is PictureKind.PNG:
            self.scale.setValue(_PNG_PERCENT)
        elif kind is PictureKind.SHEETS:
            self.scale.setValue(100)
        self._show_size()

    @Slot()
    def _show_size(self) -> None:
        self.size_line.set_text(self._tell_size(self.wish))

"""What a device is, in words."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from backends.reports.device_content import fact_title
from backends.targets.chipsets import Accelerator
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.section import FactGrid, shown_texts

_HIDDEN = ("device",)
_NOT_LISTED = "The chipset table lists no accelerator for it; measure to see what it has."


class DeviceFactsView(QScrollArea):
    """Name, state, facts, and what the chipset table says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_device(
        self, title: str, sentences: Sequence[str], facts: Mapping[str, str], accelerators: Sequence[Accelerator]
    ) -> None:
        """Replace all.

        Args:
            title: the device's name.
            sentences: its state and what to do about it.
            facts: texts by key.
            accelerators: those of its chipset.
        """
        body = QWidget()
        body.setAutoFillBackground(True)
        body.setBackgroundRole(QPalette.ColorRole.Base)
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addWidget(plain_label(title, role="title"))
        for sentence in sentences:
            column.addWidget(plain_label(sentence, role="dim"))
        if facts:
            shown = ((fact_title(key), text) for key, text in facts.items() if key not in _HIDDEN)
            column.addWidget(FactGrid(shown))
        if "chipset" in facts:
            column.addWidget(plain_label("Accelerators of the chipset", role="section", is_selectable=False))
            if accelerators:
                column.addWidget(FactGrid((f"{row.vendor} {row.name}", _described(row)) for row in accelerators))
            else:
                column.addWidget(plain_label(_NOT_LISTED, role="dim"))
        column.addStretch(1)
        self.setWidget(body)

    def text(self) -> str:
        """Give all that is shown."""
        body = self.widget()
        return shown_texts(body) if body is not None else ""


def _described(row: Accelerator) -> str:
    text = f"{', '.join(row.precisions)}, through {', '.join(row.routes)}"
    return f"{text}. {row.note}" if row.note else text

"""Which samples are run through models, as rows of a form."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFormLayout, QSpinBox, QWidget

from backends.accuracy.dataset import RANDOM, RANGES, DataChoice
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.path_line import PathLine

_KINDS = "Arrays and images (*.npy *.npz *.png *.jpg *.jpeg *.bmp *.webp);;All files (*)"
_LABEL_KINDS = "Labels (*.csv *.txt *.tsv);;All files (*)"
_MOST_SAMPLES = 100_000
_RANDOM_WARNING = (
    "Random values: ranges calibrated with them, and accuracies measured on them, say little. "
    "Give representative images or arrays."
)


class SampleForm(QObject):
    """Adds rows for samples, their range, labels and reference images to a form.

    Args:
        form: where the rows go.
        count: how many samples are used at first.
        parent: owner.

    Signals:
        changed: something is another one.
    """

    changed = Signal()

    def __init__(self, form: QFormLayout, *, count: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.source = PathLine("Samples", kinds=_KINDS)
        self.source.line.setPlaceholderText("random values")
        self.count = QSpinBox()
        self.count.setRange(1, _MOST_SAMPLES)
        self.count.setValue(count)
        self.range = QComboBox()
        self.range.addItem("As the model tells", "")
        for name in RANGES:
            self.range.addItem(name.replace("..", " to "), name)
        self.range.setToolTip("What the pixels 0 to 255 of images are mapped to")
        self.labels = PathLine("Labels", kinds=_LABEL_KINDS)
        self.labels.line.setPlaceholderText("the right classes, if known")
        self.pictures = PathLine("Reference images")
        self.pictures.line.setPlaceholderText("the right pictures, if known")
        self._warning = plain_label(_RANDOM_WARNING, role="warning", is_selectable=False)
        form.addRow("Samples", self.source)
        form.addRow("", self._warning)
        form.addRow("At most", self.count)
        form.addRow("Pixel range", self.range)
        form.addRow("Labels", self.labels)
        form.addRow("References", self.pictures)
        self._form = form
        self.source.changed.connect(self._on_changed)
        self._on_changed()

    @property
    def choice(self) -> DataChoice:
        """What was chosen."""
        return DataChoice(
            source=self.source.path or RANDOM, count=self.count.value(), value_range=self.range.currentData()
        )

    @Slot()
    def _on_changed(self) -> None:
        self._form.setRowVisible(self._warning, not self.source.path)
        self.changed.emit()


def make_form() -> QFormLayout:
    """Make a form as the others look."""
    form = QFormLayout()
    form.setVerticalSpacing(6)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    return form

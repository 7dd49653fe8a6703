"""A tensor as an operator sees it: what it is, where it comes from or goes to, how it is quantised."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from backends.model.model import OperatorId, Quantization, Tensor
from backends.reports.plain_text import plain
from backends.units import format_shape
from profiler_gui.constants import ConstantPreview
from profiler_gui.widgets.channel_strip import ChannelStrip
from profiler_gui.widgets.constant_view import ConstantView
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.section import LinkButton

_SHOWN_LINKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorLink:
    """Another operator that writes or reads the tensor."""

    operator: OperatorId
    text: str


class TensorCard(QFrame):
    """Shows one tensor.

    Signals:
        operator_chosen: the ``OperatorId`` of a link.
        values_wanted: index of the constant tensor whose values shall be read.
        all_values_wanted: index of the constant tensor whose values shall be browsed.
    """

    operator_chosen = Signal(object)
    values_wanted = Signal(int)
    all_values_wanted = Signal(int)

    def __init__(self, role: str, tensor: Tensor, links: tuple[TensorLink, ...], *, verb: str) -> None:
        super().__init__()
        self.tensor = tensor
        self._values: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self._column.addWidget(plain_label(plain(tensor.name) or f"tensor {tensor.index}"))
        self._column.addWidget(plain_label(f"{role}  ·  {tensor_text(tensor)}", role="dim"))
        if links:
            self._column.addLayout(self._link_row(links, verb))
        if tensor.quantization is not None:
            self._column.addWidget(plain_label(quantization_text(tensor.quantization), role="dim"))
            if tensor.quantization.is_per_channel:
                self._column.addWidget(ChannelStrip(tensor.quantization))
        if tensor.is_constant:
            self._button = LinkButton("Show values")
            self._button.clicked.connect(self._on_values_wanted)
            self._column.addWidget(self._button)
            self._browse = LinkButton("Values…")
            self._browse.setToolTip("Browse, copy and save all values")
            self._browse.clicked.connect(partial(self.all_values_wanted.emit, tensor.index))

    def show_values(self, preview: ConstantPreview) -> None:
        """Show what was read of the constant."""
        if self._values is None and self.tensor.is_constant:
            self._button.hide()
            self._values = ConstantView(preview)
            self._column.addWidget(self._values)
            if preview.value_count:
                self._column.addWidget(self._browse)

    def _link_row(self, links: tuple[TensorLink, ...], verb: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        column = QVBoxLayout()
        column.setSpacing(2)
        for link in links[:_SHOWN_LINKS]:
            button = LinkButton(link.text)
            button.clicked.connect(partial(self.operator_chosen.emit, link.operator))
            column.addWidget(button)
        if len(links) > _SHOWN_LINKS:
            column.addWidget(plain_label(f"and {len(links) - _SHOWN_LINKS} more", role="dim"))
        label = plain_label(verb, role="dim", is_selectable=False)
        label.setWordWrap(False)
        row.addWidget(label)
        row.addLayout(column)
        row.addStretch(1)
        row.setAlignment(label, Qt.AlignmentFlag.AlignTop)
        return row

    def _on_values_wanted(self) -> None:
        self._button.setEnabled(False)
        self._button.setText("Reading values…")
        self.values_wanted.emit(self.tensor.index)


def tensor_text(tensor: Tensor) -> str:
    """Give shape, data type and what else is special."""
    shape = format_shape(tensor.display_shape) if tensor.has_rank else "unknown rank"
    kinds = ((tensor.is_constant, "constant"), (tensor.is_variable, "variable"), (tensor.is_sparse, "sparse"))
    return "  ·  ".join([shape, tensor.dtype, *(name for is_so, name in kinds if is_so), f"tensor\u00a0{tensor.index}"])


def quantization_text(quantization: Quantization) -> str:
    """Give scale and zero point, or what they range over and along which dimension."""
    scales, zeros = quantization.scale, quantization.zero_point
    if quantization.block_size:
        return f"scales per block of {quantization.block_size} along dimension {quantization.dimension}"
    if not scales:
        ranges = zip(quantization.minimum, quantization.maximum, strict=False)
        return "range " + ", ".join(f"{low:.5g} … {high:.5g}" for low, high in list(ranges)[:4])
    if not quantization.is_per_channel:
        return f"scale {scales[0]:.6g}, zero point {zeros[0] if zeros else 0}"
    zero = "zero point 0" if not any(zeros) else f"zero points {min(zeros)} … {max(zeros)}"
    return (
        f"{len(scales)} channels along dimension {quantization.dimension}: "
        f"scale {min(scales):.4g} … {max(scales):.4g}, {zero}"
    )

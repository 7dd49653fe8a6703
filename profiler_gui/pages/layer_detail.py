"""One layer of a comparison: values of both models, weights, and channels that do nothing."""

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from backends.accuracy.layers import LayerError
from backends.accuracy.weights import Weights
from backends.reports.columns import format_operator
from backends.reports.conversion_content import format_decibels
from backends.units import format_shape, format_share
from profiler_gui.widgets.histogram_view import HistogramView
from profiler_gui.widgets.label import plain_label

_SHOWN_CHANNELS = 24


class LayerDetail(QScrollArea):
    """Shows the histograms and the channels of the chosen layer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = plain_label("", role="section")
        self.text = plain_label("Choose a layer to see its values.", role="dim")
        self.activations = HistogramView(("this model", "original"))
        self.weights_title = plain_label("Weights", role="section")
        self.weights = HistogramView()
        self.weights_text = plain_label("", role="dim")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 8, 12, 8)
        for widget in (
            self.title, self.text, self.activations, self.weights_title, self.weights, self.weights_text,
        ):  # fmt: skip
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setWidget(body)
        self.show_layer(None)

    def show_layer(self, layer: LayerError | None) -> None:
        """Show another layer; its weights follow."""
        self.title.setVisible(layer is not None)
        self.activations.setVisible(layer is not None and layer.histogram is not None)
        self.show_weights(None)
        if layer is None:
            self.text.set_text("Choose a layer to see its values.")
            return
        self.title.set_text(f"{format_operator(layer.operator)}: {layer.kind}")
        self.text.set_text("\n".join(_facts(layer)))
        if layer.histogram is not None:
            self.activations.set_counts(layer.histogram.edges, layer.histogram.actual, layer.histogram.reference)

    def show_weights(self, weights: Weights | None) -> None:
        """Show the weights of the layer, where it has any."""
        has = weights is not None and weights.histogram is not None
        for widget in (self.weights_title, self.weights, self.weights_text):
            widget.setVisible(has)
        if weights is None or weights.histogram is None:
            return
        self.weights.set_counts(weights.histogram.edges, weights.histogram.counts)
        parts = [f"{weights.tensor}, {format_shape(weights.shape)}"]
        if weights.spread is not None:
            parts.append(f"The largest channel is {weights.spread:.1f} times the smallest.")
        if weights.dead:
            parts.append(f"All weights are 0 in channels {_list(weights.dead)}.")
        self.weights_text.set_text("\n".join(parts))


def _facts(layer: LayerError) -> list[str]:
    facts = [layer.tensor]
    if layer.sqnr_db is not None:
        facts.append(f"Signal to noise {format_decibels(layer.sqnr_db)}, error {format_share(layer.relative_error)}")
    if layer.added_db is not None and layer.added_db >= 0.1:
        facts.append(f"{layer.added_db:.1f} dB are lost here.")
    if layer.clipped:
        facts.append(f"{format_share(layer.clipped)} of the values are beyond what the integers can hold.")
    if layer.dead:
        facts.append(f"Always 0, in the original too: channels {_list(layer.dead)} of {layer.channels}.")
    if layer.lost:
        facts.append(f"Constant only after quantising: channels {_list(layer.lost)} of {layer.channels}.")
    return facts


def _list(channels: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, channels[:_SHOWN_CHANNELS]))
    return f"{shown} and {len(channels) - _SHOWN_CHANNELS} more" if len(channels) > _SHOWN_CHANNELS else shown

"""The errors of layers as numbers by operator: a heat map on the graph, a column in tables, a field in queries."""

import math

from backends.accuracy.layers import LayerReport
from backends.runs.operator_column import OperatorColumn

ERROR = "quantisation_error"
LOST = "error_added_db"


def error_columns(report: LayerReport) -> tuple[OperatorColumn, ...]:
    """Give the error of each operator's output, and how much of it enters there."""
    source = f"{report.actual} against {report.reference}, {report.samples} samples"
    errors = {layer.operator: layer.relative_error for layer in report.layers if math.isfinite(layer.relative_error)}
    added = {layer.operator: layer.added_db for layer in report.layers if layer.added_db is not None}
    return (
        OperatorColumn(
            id=ERROR,
            title="Quantisation error",
            values={id_: value * 100 for id_, value in errors.items()},
            unit="%",
            source=source,
            is_additive=False,
        ),
        OperatorColumn(
            id=LOST,
            title="Error entering",
            values=added,
            unit="dB",
            source=source,
            is_diverging=True,
            is_additive=False,
        ),
    )

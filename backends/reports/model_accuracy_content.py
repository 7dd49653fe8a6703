"""How far a model is from the original: its outputs, and its layers where they were looked at."""

import math
from collections.abc import Mapping, Sequence

from backends.accuracy.comparison import Comparison, OutputComparison
from backends.accuracy.layers import LayerError, LayerReport
from backends.reports.columns import Align, Column, format_operator
from backends.reports.content import Records, Section, Tree
from backends.reports.conversion_content import format_decibels
from backends.reports.tabulation import records_of, table_of
from backends.units import format_shape, format_share

_SHOWN_ENTRIES = 10


def _number(id_: str, title: str, form: str, description: str = "") -> Column[OutputComparison]:
    return Column(
        id=id_,
        title=title,
        value=lambda row: getattr(row, id_),
        format=form.format,
        align=Align.RIGHT,
        description=description,
    )


def _decibels(id_: str, title: str, description: str = "") -> Column[OutputComparison]:
    return Column(
        id=id_,
        title=title,
        value=lambda row: getattr(row, id_),
        format=format_decibels,
        align=Align.RIGHT,
        description=description,
    )


def _top(side: str, count: int, title: str, description: str) -> Column[OutputComparison]:
    return Column(
        id=f"{side}_{count}",
        title=title,
        value=lambda row: getattr(row, side).get(count),
        format=format_share,
        align=Align.RIGHT,
        description=description,
    )


def output_columns() -> tuple[Column[OutputComparison], ...]:
    """Give the columns of a table of outputs."""
    agrees = "How often the reference's best class is among the other's {} best."
    return (
        Column(id="name", title="Output", value=lambda row: row.name),
        Column(id="shape", title="Shape", value=lambda row: format_shape(row.shape)),
        _decibels("psnr_db", "PSNR", "Mean over the samples, related to 255 or 1 for pictures, else to the span."),
        _decibels("worst_psnr_db", "Worst PSNR", "Of the worst sample."),
        _number("ssim", "SSIM", "{:.4f}", "Structural similarity of pictures, 1 for equal ones."),
        _number("max_abs", "Max error", "{:.4g}"),
        _number("mean_abs", "Mean error", "{:.4g}"),
        _number("cosine", "Cosine", "{:.6f}"),
        *(_top("top", count, f"Top-{count} agrees", agrees.format(count)) for count in (1, 3, 5)),
        *(
            _top(side, count, f"Top-{count} {title}", f"How often the right class is among the {count} best.")
            for side, title in (("reference_top", "reference"), ("actual_top", "this"))
            for count in (1, 3, 5)
        ),
        _decibels("reference_truth_psnr_db", "PSNR reference", "Of the reference against the right pictures."),
        _decibels("actual_truth_psnr_db", "PSNR this", "Of this model against the right pictures."),
        _number("reference_truth_ssim", "SSIM reference", "{:.4f}"),
        _number("actual_truth_ssim", "SSIM this", "{:.4f}"),
    )


def layer_columns() -> tuple[Column[LayerError], ...]:
    """Give the columns of a table of layers."""
    return (
        Column(
            id="operator",
            title="#",
            value=lambda row: format_operator(row.operator),
            align=Align.RIGHT,
            sort_key=lambda row: row.operator,
        ),
        Column(id="kind", title="Type", value=lambda row: row.kind),
        Column(
            id="sqnr_db",
            title="SQNR",
            value=lambda row: row.sqnr_db,
            format=format_decibels,
            align=Align.RIGHT,
            description="Signal-to-quantisation-noise ratio of the output against the float model's.",
        ),
        Column(
            id="added_db",
            title="Lost here",
            value=lambda row: row.added_db,
            format="{:+.1f} dB".format,
            align=Align.RIGHT,
            description="How much lower the ratio is than at the worst of its inputs: the error that enters here.",
        ),
        Column(
            id="relative_error",
            title="Error",
            value=lambda row: row.relative_error,
            format=format_share,
            align=Align.RIGHT,
            description="Root of the noise's energy over the signal's.",
        ),
        Column(
            id="max_abs", title="Max error", value=lambda row: row.max_abs, format="{:.4g}".format, align=Align.RIGHT
        ),
        Column(
            id="clipped",
            title="Clipped",
            value=lambda row: row.clipped,
            format=format_share,
            align=Align.RIGHT,
            description="Share of the float values that the integers cannot hold.",
        ),
        Column(
            id="dead",
            title="Dead channels",
            value=lambda row: len(row.dead) if row.channels else None,
            align=Align.RIGHT,
            description="Channels that are always 0 in the float model too: work for nothing.",
        ),
        Column(
            id="lost",
            title="Lost channels",
            value=lambda row: len(row.lost) if row.channels else None,
            align=Align.RIGHT,
            description="Channels that vary in the float model and are constant after quantising.",
        ),
        Column(id="tensor", title="Tensor", value=lambda row: row.tensor, is_default=False),
    )


class ModelAccuracyContent:
    """What came out of a comparison.

    Args:
        comparison: the outputs.
        layers: the layers, where they were looked at.
    """

    schema = "tflite-profiler/accuracy/1"

    def __init__(self, comparison: Comparison, layers: LayerReport | None = None) -> None:
        self._comparison = comparison
        self._layers = layers

    @property
    def title(self) -> str:
        """Name both models."""
        found = self._comparison
        if found.reference == found.actual and found.kernels[0] != found.kernels[1]:
            return f"{found.actual}: {found.kernels[1]} against {found.kernels[0]} kernels"
        return f"{found.actual} against {found.reference}"

    def sections(self) -> Sequence[Section]:
        """Give outputs, traps, then layers."""
        found = self._comparison
        odd = tuple(f"In {row.odd} samples a value of {row.name} is not a number." for row in found.outputs if row.odd)
        traps = tuple(f"{trap.title}. {trap.message} {trap.remedy} [{trap.source}]" for trap in found.traps)
        return [
            Section(
                title="Outputs",
                facts=(("Samples", str(found.samples)),),
                sentences=(*found.notes, *odd),
                table=table_of(output_columns(), found.outputs),
            ),
            *([Section(title="Traps", sentences=traps)] if traps else []),
            *self._layer_sections(),
        ]

    def records(self) -> Records:
        """Give a record for each layer where layers were looked at, else for each output."""
        if self._layers is not None:
            return records_of(layer_columns(), self._layers.layers)
        return records_of(output_columns(), self._comparison.outputs)

    def tree(self) -> Mapping[str, Tree]:
        """Give everything; infinite ratios (equal values) are ``None`` beside a largest error of 0."""
        found = self._comparison
        tree: dict[str, Tree] = {
            "reference": found.reference,
            "model": found.actual,
            "kernels": list(found.kernels),
            "samples": found.samples,
            "is_random": found.is_random,
            "notes": list(found.notes),
            "outputs": [
                {
                    **{column.id: _finite(column.value(row)) for column in output_columns()},
                    "psnr_by_sample": [_finite(value) for value in row.psnr_by_sample],
                }
                for row in found.outputs
            ],
            "sample_names": list(found.names),
            "traps": [{"id": trap.id, "message": trap.message, "remedy": trap.remedy} for trap in found.traps],
        }
        if self._layers is not None:
            tree["layers"] = [
                {
                    **{column.id: _finite(column.value(row)) for column in layer_columns()},
                    "dead": list(row.dead),
                    "lost": list(row.lost),
                }
                for row in self._layers.layers
            ]
        return tree

    def _layer_sections(self) -> list[Section]:
        if self._layers is None:
            return []
        report = self._layers
        entries = report.entries[:_SHOWN_ENTRIES]
        sentence = (
            f"{report.compared} of {report.total} operators could be compared with the float model, on "
            f"{report.samples} samples."
        )
        return [
            Section(
                title="Where the error enters",
                sentences=(sentence,),
                table=table_of(layer_columns(), entries) if entries else None,
            ),
            Section(title="Layers", table=table_of(layer_columns(), report.layers)),
        ]


def _finite(value: Tree) -> Tree:
    return None if isinstance(value, float) and not math.isfinite(value) else value

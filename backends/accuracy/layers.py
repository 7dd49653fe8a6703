"""Where the error of a quantised model enters: every tensor beside the float model's, on the same samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backends.accuracy.alignment import TensorPair, align_tensors
from backends.accuracy.child import limits_of, open_child, pair_models, request_for
from backends.accuracy.dataset import DataChoice
from backends.accuracy.measures import sqnr_db
from backends.errors import RunError
from backends.model.model import NO_TENSOR, Model, OperatorId
from backends.progress import Progress

_BUILTIN = ("builtin", "builtin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Values of a tensor in both models: ``counts[i]`` lie between ``edges[i]`` and ``edges[i + 1]``."""

    edges: tuple[float, ...]
    reference: tuple[int, ...]
    actual: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerError:
    """How far one operator's output is from the float model's."""

    operator: OperatorId
    kind: str
    tensor: str
    sqnr_db: float | None
    """Signal-to-quantisation-noise ratio; infinite without an error, ``None`` where the signal is zero."""
    relative_error: float
    """Root of the noise's energy over the signal's; 0 without an error."""
    added_db: float | None
    """How much lower the ratio is than at the worst of its inputs: the error that enters here. Negative where the
    operator evens errors out."""
    max_abs: float
    clipped: float
    """Share of the float values that the tensor's integers cannot hold."""
    channels: int
    dead: tuple[int, ...]
    """Channels (of the last dimension) that are always 0 in the float model too."""
    lost: tuple[int, ...]
    """Channels that vary in the float model and are constant after quantising."""
    histogram: Histogram | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerReport:
    """All operators that could be compared, in execution order."""

    reference: str
    actual: str
    samples: int
    layers: tuple[LayerError, ...]
    compared: int
    total: int
    """Operators of the model; those that exist on one side only cannot be compared."""
    notes: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[LayerError, ...]:
        """The operators where error enters, most first."""
        entering = [layer for layer in self.layers if layer.added_db is not None and layer.added_db > 0]
        return tuple(sorted(entering, key=lambda layer: -(layer.added_db or 0.0)))


def find_layer_errors(
    reference: Model, actual: Model, data: DataChoice, progress: Progress | None = None
) -> LayerReport:
    """Run both models with all tensors kept, on TFLite's own kernels, and compare tensor by tensor.

    Args:
        reference: the float model.
        actual: the one made from it.
        data: the samples; a few are enough.
        progress: reports and cancels.

    Raises:
        Cancelled: the user cancelled.
        RunError: they cannot be compared, or the runtime fails.
    """
    progress = progress or Progress()
    pairing = pair_models(reference, actual)
    pairs = align_tensors(reference, actual, pairing.inputs)
    if all(pair.operator is None for pair in pairs):
        raise RunError(
            f"no tensor of {actual.name} was found in {reference.name}",
            hint="Compare models made from the same network.",
        )
    tensors = actual.subgraphs[0].tensors
    with request_for(reference, actual, pairing, data, _BUILTIN) as request, open_child(progress) as child:
        asked = {
            **request,
            "do": "layers",
            "pairs": [[pair.reference, pair.actual] for pair in pairs],
            "limits": [limits_of(tensors[pair.actual]) for pair in pairs],
        }
        answer = child.ask(asked, f"compare the layers of {actual.name} with {reference.name}")
    layers = _worst_of_each(_layers(actual, pairs, answer["layers"]))
    return LayerReport(
        reference=reference.name,
        actual=actual.name,
        samples=int(answer["samples"]),
        layers=layers,
        compared=len(layers),
        total=len(actual.subgraphs[0].operators),
        notes=tuple(map(str, answer["notes"])),
    )


def _layers(model: Model, pairs: Sequence[TensorPair], found: Sequence[Mapping[str, Any]]) -> tuple[LayerError, ...]:
    ratios: dict[int, float | None] = {}
    for pair, sums in zip(pairs, found, strict=True):
        if sums:
            ratios[pair.actual] = sqnr_db(float(sums["signal"]), float(sums["noise"]))
    _pass_through_seams(model, ratios)
    rows = []
    for pair, sums in zip(pairs, found, strict=True):
        if not sums or pair.operator is None:
            continue
        signal, noise = float(sums["signal"]), float(sums["noise"])
        ratio = ratios[pair.actual]
        operator = model.operator(pair.operator)
        rows.append(
            LayerError(
                operator=pair.operator,
                kind=operator.label,
                tensor=model.subgraphs[0].tensors[pair.actual].name,
                sqnr_db=ratio,
                relative_error=(noise / signal) ** 0.5 if signal else 0.0 if noise == 0 else float("inf"),
                added_db=_added(ratio, [ratios[i] for i in operator.inputs if i in ratios]),
                max_abs=float(sums["max_abs"]),
                clipped=float(sums["clipped"]),
                channels=int(sums["channels"]),
                dead=tuple(sums["dead"]),
                lost=tuple(sums["lost"]),
                histogram=Histogram(
                    edges=tuple(sums["edges"]), reference=tuple(sums["counts"][0]), actual=tuple(sums["counts"][1])
                ),
            )
        )
    return tuple(rows)


def _worst_of_each(layers: Sequence[LayerError]) -> tuple[LayerError, ...]:
    """Keep one row for each operator: of several outputs the one with the largest error."""
    rows: dict[OperatorId, LayerError] = {}
    for layer in layers:
        if layer.operator not in rows or layer.relative_error > rows[layer.operator].relative_error:
            rows[layer.operator] = layer
    return tuple(rows[operator] for operator in sorted(rows))


def _pass_through_seams(model: Model, ratios: dict[int, float | None]) -> None:
    """Give the outputs of QUANTIZE and DEQUANTIZE that have no counterpart the ratio of what they read."""
    for operator in model.subgraphs[0].operators:
        if operator.kind in ("QUANTIZE", "DEQUANTIZE") and operator.inputs[0] in ratios:
            for tensor in operator.outputs:
                if tensor != NO_TENSOR:
                    ratios.setdefault(tensor, ratios[operator.inputs[0]])


_NO_ERROR_DB = 120.0
"""What stands for an exact value where ratios are subtracted."""


def _added(ratio: float | None, inputs: Sequence[float | None]) -> float | None:
    known = [min(value, _NO_ERROR_DB) for value in inputs if value is not None]
    if ratio is None or not known:
        return None
    return min(known) - min(ratio, _NO_ERROR_DB)

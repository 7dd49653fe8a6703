"""The parent's side of the process that runs two models on the same samples."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backends.accuracy.dataset import RANGES, DataChoice, InputSpec
from backends.devices.dialogue import Dialogue
from backends.devices.shell import Outcome
from backends.errors import RunError
from backends.model.model import Model, Subgraph, Tensor
from backends.progress import Progress
from backends.units import format_shape

WORKER = (sys.executable, "-P", "-m", "backends.accuracy.worker")
KERNELS = ("xnnpack", "builtin", "reference")
"""What can run a model here: the delegate, TFLite's own kernels, its reference kernels."""
_SILENCE_S = 900.0
_FLOATS = ("float32", "float16", "float64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Inputs and outputs of two models that belong together, as tensor indices of their first subgraphs."""

    names: tuple[str, ...]
    inputs: tuple[tuple[int, int], ...]
    shapes: tuple[tuple[int, ...], ...]
    output_names: tuple[str, ...]
    outputs: tuple[tuple[int, int], ...]


class _Phrasing:
    """Sentences about the interpreter's process."""

    def error(self, error: Mapping[str, Any], what: str) -> RunError:
        """Phrase what the worker reported."""
        if "sentence" in error:
            return RunError(
                str(error["sentence"]), hint=str(error.get("hint", "")), detail=str(error.get("detail", ""))
            )
        text = str(error.get("text", ""))
        first = text.strip().splitlines()[0] if text.strip() else "no reason was given"
        hint = ""
        if "Flex" in text or "custom op" in text.lower() or "Encountered unresolved" in text:
            hint = "The model has operators that this runtime lacks, such as TensorFlow's (Flex)."
        return RunError(f"Could not {what}: {first}", hint=hint, detail=text)

    def silence(self, seconds: float, log: str, what: str) -> RunError:
        """Say that nothing came."""
        return RunError(
            f"Could not {what}: one sample took more than {seconds:.0f} s", hint="Use smaller inputs.", detail=log
        )

    def death(self, outcome: Outcome, what: str) -> RunError:
        """Say why the process is gone."""
        signal = outcome.signal_name
        why = (
            "the system ended the runtime, most likely because memory ran out"
            if signal == "SIGKILL"
            else f"the runtime crashed ({signal})"
            if signal
            else f"the runtime's process ended (code {outcome.code})"
        )
        return RunError(f"Could not {what}: {why}", hint="Try other kernels.", detail=outcome.stderr.strip())


def open_child(progress: Progress) -> Dialogue:
    """Start the process."""
    return Dialogue(WORKER, progress, _Phrasing(), silence_s=_SILENCE_S)


@contextmanager
def request_for(
    reference: Model, actual: Model, pairing: Pairing, data: DataChoice, kernels: tuple[str, str], threads: int = 1
) -> Iterator[dict[str, Any]]:
    """Give the part of a request that names models, inputs and samples; the models' bytes lie in a folder meanwhile."""
    with tempfile.TemporaryDirectory(prefix="tflite-profiler-") as folder:
        sides = {}
        for place, (side, model) in enumerate((("reference", reference), ("actual", actual))):
            path = Path(folder) / f"{side}.tflite"
            path.write_bytes(model.data)
            sides[side] = {
                "path": str(path),
                "name": model.name,
                "kernels": kernels[place],
                "threads": threads,
                "inputs": [pair[place] for pair in pairing.inputs],
                "outputs": [pair[place] for pair in pairing.outputs],
                "shapes": [list(shape) for shape in pairing.shapes],
            }
        specs = input_specs(reference, pairing)
        yield {
            **sides,
            "inputs": [{"name": spec.name, "shape": list(spec.shape), "dtype": spec.dtype} for spec in specs],
            "output_names": list(pairing.output_names),
            "data": data.to_json(),
            "range": likely_range(reference, actual),
        }


def input_specs(model: Model, pairing: Pairing) -> tuple[InputSpec, ...]:
    """Give the inputs in real values: quantised ones are filled with floats, which are quantised for each model."""
    specs = []
    for name, (index, _), shape in zip(pairing.names, pairing.inputs, pairing.shapes, strict=True):
        tensor = model.subgraphs[0].tensors[index]
        is_real = tensor.dtype in _FLOATS or has_scale(tensor)
        specs.append(InputSpec(name=name, shape=shape, dtype="float32" if is_real else tensor.dtype))
    return tuple(specs)


def has_scale(tensor: Tensor) -> bool:
    """Whether a tensor stores real values as integers."""
    return tensor.quantization is not None and any(scale > 0 for scale in tensor.quantization.scale)


def limits_of(tensor: Tensor) -> tuple[float, float] | None:
    """Give the least and largest real value that a tensor with one scale can hold."""
    found = tensor.quantization
    spans = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767)}
    if found is None or len(found.scale) != 1 or found.scale[0] <= 0 or tensor.dtype not in spans:
        return None
    zero = found.zero_point[0] if found.zero_point else 0
    low, high = spans[tensor.dtype]
    return (low - zero) * found.scale[0], (high - zero) * found.scale[0]


def likely_range(*models: Model) -> str:
    """Tell from a quantised input which values it was calibrated with; ``0..1`` where nothing tells."""
    for model in models:
        graph = model.subgraphs[0]
        quantised = {op.inputs[0]: op.outputs[0] for op in graph.operators if op.kind == "QUANTIZE"}
        for index in graph.inputs:
            limits = limits_of(graph.tensors[index]) or limits_of(graph.tensors[quantised.get(index, index)])
            if limits is not None:
                return min(RANGES, key=lambda name: _distance(RANGES[name], limits))
    return "0..1"


def _distance(known: tuple[float, float], found: tuple[float, float]) -> float:
    span = max(known[1] - known[0], found[1] - found[0])
    return (abs(known[0] - found[0]) + abs(known[1] - found[1])) / span if span else 0.0


def pair_models(reference: Model, actual: Model) -> Pairing:
    """Find which inputs and outputs of two models belong together: by the names of their signatures, else by place.

    Raises:
        RunError: they have different numbers of inputs or outputs, or shapes that do not fit.
    """
    first, second = reference.subgraphs[0], actual.subgraphs[0]
    inputs = _pair(reference, actual, "inputs")
    outputs = _pair(reference, actual, "outputs")
    if inputs is None or outputs is None:
        ends = "inputs" if inputs is None else "outputs"
        raise RunError(
            f"{reference.name} and {actual.name} have different {ends}, so they cannot be compared",
            hint="Compare models made from the same network.",
        )
    names, pairs = inputs
    shapes = tuple(_shape(first, second, pair, name) for pair, name in zip(pairs, names, strict=True))
    return Pairing(names=names, inputs=pairs, shapes=shapes, output_names=outputs[0], outputs=outputs[1])


Pairs = tuple[tuple[int, int], ...]


def _pair(reference: Model, actual: Model, ends: str) -> tuple[tuple[str, ...], Pairs] | None:
    places: list[Sequence[int]] = [getattr(model.subgraphs[0], ends) for model in (reference, actual)]
    if len(places[0]) != len(places[1]):
        return None
    named = [dict(_signature(model, ends)) for model in (reference, actual)]
    fits = all(set(found.values()) == set(place) for found, place in zip(named, places, strict=True))
    if fits and set(named[0]) == set(named[1]) and named[0]:
        # In the order of the first model's inputs, which a single array or image fills.
        names = sorted(named[0], key=lambda name: list(places[0]).index(named[0][name]))
        return tuple(names), tuple((named[0][name], named[1][name]) for name in names)
    titles = {index: name for name, index in named[0].items()}
    tensors = reference.subgraphs[0].tensors
    names = [titles.get(index) or tensors[index].name or f"{ends[:-1]} {i}" for i, index in enumerate(places[0])]
    return tuple(names), tuple(zip(places[0], places[1], strict=True))


def _signature(model: Model, ends: str) -> tuple[tuple[str, int], ...]:
    return next((getattr(item, ends) for item in model.signatures if item.subgraph == 0), ())


def _shape(first: Subgraph, second: Subgraph, pair: tuple[int, int], name: str) -> tuple[int, ...]:
    a, b = first.tensors[pair[0]], second.tensors[pair[1]]
    shapes = (a.display_shape, b.display_shape)
    if len(shapes[0]) != len(shapes[1]) or any(x != y and min(x, y) > 0 for x, y in zip(*shapes, strict=True)):
        raise RunError(
            f"input {name!r} is {format_shape(shapes[0])} in one model and {format_shape(shapes[1])} in the other",
            hint="Convert both with the same input shape.",
        )
    fixed = [max(x, y) for x, y in zip(*shapes, strict=True)]
    return tuple(size if size > 0 else max(1, stated) for size, stated in zip(fixed, a.shape, strict=True))

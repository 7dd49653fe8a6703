"""Accuracy beside speed: a delegate's outputs compared with those of the processor, on the same device and inputs."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backends.devices.device import RemoteDevice
from backends.errors import RunError
from backends.model.model import Model, Tensor
from backends.progress import Progress
from backends.runs.benchmark.command import Loop, check_options
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.benchmark.session import Session, open_session
from backends.runs.benchmark.similarity import Similarity, Values, compare_outputs, worst_deviation
from backends.runs.input_values import NUMPY_TYPES, size_bytes
from backends.runs.plan import Plan

_OUTPUT, _FLAG = "outputs.bin", "output_filepath"
_FIRST, _LAST = "first_node", "last_node"
_MAX_SECONDS = 60.0
_DEFAULT_TOLERANCE = 0.05
"""Of the largest value of an output: what float16 and 8-bit arithmetic may differ by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRange:
    """Operators of the first subgraph by position, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How far a delegate's outputs are from the processor's."""

    delegate: str
    outputs: tuple[Similarity, ...]
    deviation: float
    """Largest difference of all, relative to the largest value of its output; infinite where one is not a number."""
    tolerance: float
    culprit: NodeRange | None = None
    """The shortest range of operators that shows the deviation when only it is delegated, where that was looked for."""
    notes: tuple[str, ...] = ()

    @property
    def is_within_tolerance(self) -> bool:
        """Whether the outputs agree well enough."""
        return self.deviation <= self.tolerance


def measure_accuracy(  # noqa: PLR0913 - what, where and how exactly
    model_path: str | Path,
    model: Model,
    plan: Plan,
    device: RemoteDevice,
    progress: Progress | None = None,
    *,
    tolerance: float = _DEFAULT_TOLERANCE,
    finds_culprit: bool = False,
) -> Accuracy:
    """Compare the outputs of the plan's delegate with those of TFLite's own kernels on the device's processor.

    Args:
        model_path: the file, or a bundle that holds the model.
        model: what is run.
        plan: delegate, options and inputs.
        device: where.
        progress: reports and cancels.
        tolerance: difference that is accepted, relative to an output's largest value.
        finds_culprit: search for the operators that make the outputs deviate.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: the device refuses or went away.
        RunError: the tool cannot write outputs, or failed.
    """
    progress = progress or Progress()
    check_options(plan, load_delegates())
    with open_session(device, Path(model_path), model, plan, progress) as session:
        if _FLAG not in session.tool.flags:
            raise RunError("this benchmark_model cannot write outputs", hint="Use a newer build.")
        if not session.inputs:
            raise RunError(
                "outputs cannot be compared: the tool would make up other inputs in every run",
                hint="Use a newer build, and a model whose inputs have dimensions.",
            )
        progress.step("Running on the processor")
        shared = {key: value for key, value in plan.delegate_options.items() if key == "affinity"}
        reference = _outputs(_with(session, replace(plan, delegate="cpu", delegate_options=shared)), model, progress)
        progress.step(f"Running on {session.table.find(plan.delegate).name}")
        results, deviation = _compare(session, model, reference, progress)
        accuracy = Accuracy(
            delegate=plan.delegate,
            outputs=results,
            deviation=deviation,
            tolerance=tolerance,
            notes=tuple(session.notes),
        )
        if not finds_culprit or accuracy.is_within_tolerance:
            return accuracy
        culprit, note = _find_culprit(session, model, reference, accuracy, progress)
        return replace(accuracy, culprit=culprit, notes=(*accuracy.notes, note))


def _find_culprit(
    session: Session, model: Model, reference: dict[str, Values], accuracy: Accuracy, progress: Progress
) -> tuple[NodeRange | None, str]:
    """Halve the range of delegated operators from both ends; needs a build whose delegates obey the range."""
    count = len(model.subgraphs[0].operators)
    tried = 0

    def deviates(first: int, last: int) -> bool:
        nonlocal tried
        tried += 1
        progress.step(f"Delegating operators {first} to {last}", done=tried, total=2 * count.bit_length() + 1)
        options = {**session.plan.delegate_options, _FIRST: str(first), _LAST: str(last)}
        limited = _with(session, replace(session.plan, delegate_options=options))
        return _compare(limited, model, reference, progress)[1] > accuracy.tolerance

    if deviates(count, count):
        return None, (
            "The operators at fault could not be searched for: with none of them delegated the outputs deviate as "
            "much, so this build does not obey the range. Only builds made for debugging delegates do."
        )
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if deviates(0, middle) else (middle + 1, high)
    last = low
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if deviates(middle, last) else (low, middle - 1)
    return NodeRange(first=low, last=last), f"Found in {tried} runs by delegating ranges of operators only."


def _with(session: Session, plan: Plan) -> Session:
    return replace(session, plan=plan)


def _compare(
    session: Session, model: Model, reference: dict[str, Values], progress: Progress
) -> tuple[tuple[Similarity, ...], float]:
    actual = _outputs(session, model, progress)
    try:
        results = tuple(compare_outputs(name, reference[name], actual[name]) for name in reference)
    except (KeyError, ValueError) as error:
        raise RunError("the outputs have other sizes than on the processor", detail=str(error)) from error
    scales = [float(np.nanmax(np.abs(values), initial=0.0)) for values in reference.values()]
    return results, worst_deviation(results, scales)


def _outputs(session: Session, model: Model, progress: Progress) -> dict[str, Values]:
    """Run the model once and fetch its outputs as real values."""
    session.shell.remove(f"{session.folder}/{_OUTPUT}")
    loop = Loop(runs=1, warmup=1, max_seconds=_MAX_SECONDS)
    session.run(loop, progress, extra={_FLAG: f"{session.folder}/{_OUTPUT}"})
    data = session.pull(_OUTPUT, progress)
    if data is None:
        raise RunError("benchmark_model wrote no outputs", hint="Use a newer build.")
    return parse_outputs(data, _output_tensors(model, session.plan))


def parse_outputs(data: bytes, tensors: tuple[Tensor, ...]) -> dict[str, Values]:
    """Split what the tool wrote, all outputs one after the other, into real values by name.

    A single output may have another size than the file states. Integers are turned into real numbers with their
    scale where there is one for the whole tensor.

    Raises:
        RunError: the sizes do not fit, or a type cannot be compared.
    """
    values: dict[str, Values] = {}
    position = 0
    for index, tensor in enumerate(tensors):
        if tensor.dtype not in NUMPY_TYPES or tensor.dtype.startswith(("complex", "int4", "uint4", "int2")):
            raise RunError(f"outputs of type {tensor.dtype} cannot be compared")
        shape: tuple[int, ...] = tuple(max(1, size) for size in tensor.shape)
        size = size_bytes(tensor.dtype, int(np.prod(shape, dtype=np.int64)))
        if len(tensors) == 1 and size != len(data):
            shape, size = (-1,), len(data) - len(data) % size_bytes(tensor.dtype, 1)
        part = data[position : position + size]
        if len(part) != size:
            raise RunError(
                f"the tool wrote {len(data)} bytes of outputs, fewer than the model has",
                hint="Outputs whose size varies can only be compared where there is a single one.",
            )
        position += size
        values[f"{index}: {tensor.name}"] = _real(np.frombuffer(part, NUMPY_TYPES[tensor.dtype]), tensor).reshape(shape)
    return values


def _real(stored: NDArray[np.generic], tensor: Tensor) -> Values:
    if tensor.dtype == "bfloat16":
        stored = (stored.astype("<u4") << np.uint32(16)).view("<f4")
    real: Values = stored.astype(np.float64)
    quantization = tensor.quantization
    if quantization is not None and len(quantization.scale) == 1 and quantization.scale[0] > 0:
        zero = quantization.zero_point[0] if quantization.zero_point else 0
        real = (real - zero) * quantization.scale[0]
    return real


def _output_tensors(model: Model, plan: Plan) -> tuple[Tensor, ...]:
    """Give the outputs of the entry point in the order in which the tool writes them."""
    signature = next((item for item in model.signatures if item.key == plan.signature), None)
    graph = model.subgraphs[signature.subgraph if signature is not None else 0]
    return tuple(graph.tensors[index] for index in graph.outputs)

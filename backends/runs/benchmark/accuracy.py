"""Accuracy beside speed: a delegate's outputs compared with those of the processor, on the same device and inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backends.devices.device import RemoteDevice
from backends.errors import RunError
from backends.model.model import Model, Tensor
from backends.progress import Progress
from backends.runs.benchmark.command import Loop, check_options
from backends.runs.benchmark.culprit import NodeRange, find_by_range, find_by_results
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.benchmark.session import Session, open_session
from backends.runs.benchmark.similarity import Similarity, Values, compare_outputs, worst_deviation
from backends.runs.input_values import NUMPY_TYPES, size_bytes
from backends.runs.plan import Plan

_OUTPUT, _FLAG = "outputs.bin", "output_filepath"
_MAX_SECONDS = 60.0
DEFAULT_TOLERANCE = 0.05
"""Of the largest value of an output: what float16 and 8-bit arithmetic may differ by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How far a delegate's outputs are from the processor's."""

    delegate: str
    outputs: tuple[Similarity, ...]
    deviation: float
    """Largest difference of all, relative to the largest value of its output; infinite where one is not a number."""
    tolerance: float
    culprit: NodeRange | None = None
    """The operators that the deviation comes from, where they were looked for."""
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
    tolerance: float = DEFAULT_TOLERANCE,
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
    """Search with the range of operators where this build obeys it, else with results from the middle."""
    subgraph = _entry(model, session.plan)

    def deviates(plan: Plan) -> bool:
        return _compare(_with(session, plan), model, reference, progress)[1] > accuracy.tolerance

    found, note = find_by_range(session, len(model.subgraphs[subgraph].operators), deviates, progress)
    if found is not None:
        return replace(found, subgraph=subgraph), note

    def run(exposed: Session, further: Sequence[Tensor]) -> Mapping[str, Values]:
        return _outputs(exposed, model, progress, further=further)

    found, note = find_by_results(session, model, subgraph, run, accuracy.tolerance, progress)
    return (None if found is None else replace(found, subgraph=subgraph)), note


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


def _outputs(
    session: Session, model: Model, progress: Progress, *, further: Sequence[Tensor] = ()
) -> dict[str, Values]:
    """Run the model once and fetch its outputs as real values, with ``further`` ones behind its own."""
    session.shell.remove(f"{session.folder}/{_OUTPUT}")
    loop = Loop(runs=1, warmup=1, max_seconds=_MAX_SECONDS)
    session.run(loop, progress, extra={_FLAG: f"{session.folder}/{_OUTPUT}"})
    data = session.pull(_OUTPUT, progress)
    if data is None:
        raise RunError("benchmark_model wrote no outputs", hint="Use a newer build.")
    return parse_outputs(data, (*_output_tensors(model, session.plan), *further))


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
    graph = model.subgraphs[_entry(model, plan)]
    return tuple(graph.tensors[index] for index in graph.outputs)


def _entry(model: Model, plan: Plan) -> int:
    signature = next((item for item in model.signatures if item.key == plan.signature), None)
    return signature.subgraph if signature is not None else 0

"""Writes what the children read into a private folder: values of inputs, a bundle's model, rewritten models."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backends.devices.local import find_runtime
from backends.errors import RunError
from backends.model.model import Model
from backends.runs.host.child import Setup
from backends.runs.host.hidden import Range, hidden_ranges
from backends.runs.host.reference_model import REFERENCE_MODE
from backends.runs.host.rewrite import Rewrite, prefix_of
from backends.runs.inputs import PreparedInputs
from backends.runs.plan import Kernels, Plan

_IDENTIFIER = b"TFL3"
DELEGATE_MODE = "delegate"
"""The runtime's word for kernels of XNNPACK."""

_KERNEL_MODES = {Kernels.BUILTIN: "builtin", Kernels.REFERENCE: REFERENCE_MODE}
_INT32_ELEMENT = 2
_MAX_ISOLATED = 8000
"""Preparing so many partitions takes the runtime a time that grows with their square: 17 s for 20,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setups:
    """What each child loads.

    ``profiled`` is ``None`` for reference kernels, which have no profiler; ``isolated`` is ``None`` when the operators
    cannot or need not be isolated.
    """

    plain: Setup
    profiled: Setup | None
    isolated: Setup | None = None
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Folder:
    """Writes models once."""

    model: Model
    source: Path
    path: Path
    hidden: tuple[Range, ...]
    written: dict[Rewrite, tuple[Path, tuple[Range, ...]]] = field(default_factory=dict)

    def model_file(self, rewrite: Rewrite) -> tuple[Path, tuple[Range, ...]]:
        """Give the file of the model rewritten like this, and the bytes in it to hide."""
        if rewrite not in self.written:
            prefix = prefix_of(self.model.data, rewrite) if rewrite.is_needed else b""
            if prefix or not _holds_only(self.source, self.model):
                path = self.path / f"model-{len(self.written)}.tflite"
                _write(path, (prefix, self.model.data))
            else:
                path = self.source.resolve()
            self.written[rewrite] = path, tuple((start + len(prefix), size) for start, size in self.hidden)
        return self.written[rewrite]


def write_setups(source: Path, model: Model, plan: Plan, prepared: PreparedInputs, folder: Path) -> Setups:
    """Write the files of a measurement.

    Outputs whose size is only known after running are measured through their shapes: see ``PreparedInputs``.

    Raises:
        RunError: something cannot be written, or the model has no structure that the plan needs.
    """
    files = []
    for index, tensor in enumerate(prepared.inputs):
        files.append(folder / f"input-{index}.bin")
        _write(files[-1], (tensor.data,))
    writer = _Folder(model, source, folder, hidden_ranges(model.data))
    shaped = prepared.subgraph if prepared.shapes_outputs else -1
    if prepared.shapes_outputs:
        prepared = replace(prepared, output_elements=(_INT32_ELEMENT,) * len(prepared.output_elements))
    rewrite = Rewrite(isolates=plan.kernels is Kernels.EXACT, shaped_subgraph=shaped)
    path, hidden = writer.model_file(rewrite)
    plain = Setup(
        library=find_runtime(),
        model_path=path,
        kernels=_KERNEL_MODES.get(plan.kernels, DELEGATE_MODE),
        threads=plan.threads,
        inputs=prepared,
        files=tuple(files),
        hidden=hidden,
        rewrite=rewrite,
    )
    if plan.kernels is Kernels.REFERENCE:
        return Setups(plain=_for_interpreter(plain), profiled=None)
    profiled = replace(plain, is_profiled=True)
    if plan.kernels is not Kernels.FUSED:
        return Setups(plain=plain, profiled=profiled)
    count = sum(len(graph.operators) for graph in model.subgraphs)
    if count > _MAX_ISOLATED:
        warning = f"Kernels were matched to operators by their kind only: {count} are too many to run one by one."
        return Setups(plain=plain, profiled=profiled, warnings=(warning,))
    try:
        path, hidden = writer.model_file(replace(rewrite, isolates=True))
    except RunError as error:
        warning = f"Kernels were matched to operators by their kind only: {error.message}."
        return Setups(plain=plain, profiled=profiled, warnings=(warning,))
    isolated = replace(profiled, model_path=path, hidden=hidden, rewrite=replace(rewrite, isolates=True))
    return Setups(plain=plain, profiled=profiled, isolated=isolated)


def _for_interpreter(setup: Setup) -> Setup:
    """Give what the interpreter loads: nothing is hidden from it, and it runs the first subgraph only."""
    if setup.inputs.subgraph:
        raise RunError(
            "reference kernels run the first subgraph only, and this signature is another one",
            hint="Choose another signature, or built-in kernels.",
        )
    return replace(setup, hidden=())


def _holds_only(path: Path, model: Model) -> bool:
    """Say whether the file is this model, and not a bundle that holds it."""
    try:
        with path.open("rb") as file:
            return file.read(8)[4:] == _IDENTIFIER and path.stat().st_size == len(model.data)
    except OSError:
        return False


def _write(path: Path, parts: Sequence[bytes | memoryview]) -> None:
    try:
        with path.open("wb") as file:
            for part in parts:
                file.write(part)
    except OSError as error:
        raise RunError(
            f"{path.name} cannot be written: {error.strerror}", hint="Free space in the folder for temporary files."
        ) from error

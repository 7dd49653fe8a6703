"""PyTorch exports: litert-torch, an optional extra, makes float32 models of them; it quantises before the export only.

It runs in a child process like TensorFlow: loading an export runs pickled objects, which the user must have allowed.
"""

import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path

from backends.conversion.conversion import Conversion, KindResult, name_of
from backends.conversion.kinds import KINDS, Kind
from backends.conversion.request import ConversionRequest
from backends.devices.shell import run_command
from backends.errors import RunError
from backends.model.reader import read_model
from backends.progress import Progress

_TIMEOUT_S = 3600.0
_PROGRAM = """
import sys
import litert_torch, torch
program = torch.export.load(sys.argv[1])
arguments, keywords = program.example_inputs
litert_torch.convert(program.module(), arguments, sample_kwargs=keywords or None).export(sys.argv[2])
"""


def convert_torch(
    request: ConversionRequest,
    folder: Path,
    progress: Progress,
    on_result: Callable[[KindResult], None] | None = None,
) -> Conversion:
    """Convert a ``.pt2`` file; kinds other than float32 are answered with what to do instead.

    Raises:
        Cancelled: the user cancelled.
        RunError: litert-torch is not installed.
    """
    if importlib.util.find_spec("litert_torch") is None:
        raise RunError(
            "PyTorch exports need the converter litert-torch, which is not installed",
            hint="pip install 'tflite-profiler[torch]', or export the network to ONNX.",
        )
    results = []
    for kind in request.kinds:
        result = _make(request, kind, folder, progress)
        results.append(result)
        if on_result is not None:
            on_result(result)
    return Conversion(request=request, results=tuple(results))


def _make(request: ConversionRequest, kind: Kind, folder: Path, progress: Progress) -> KindResult:
    if kind is not Kind.FLOAT32:
        return KindResult(
            kind=kind,
            error=f"litert-torch makes no {KINDS[kind].title.lower()} model of an export.",
            hint="Quantise in PyTorch before exporting, or export to ONNX and convert that.",
        )
    out, start = folder / name_of(request, kind), time.monotonic()
    progress.step(f"{KINDS[kind].title}: Converting with litert-torch")
    argv = (sys.executable, "-P", "-c", _PROGRAM, str(request.source.path), str(out))
    outcome = run_command(argv, timeout_s=_TIMEOUT_S, progress=progress)
    seconds = time.monotonic() - start
    if not outcome.is_success or not out.is_file():
        lines = outcome.stderr.strip().splitlines()
        return KindResult(
            kind=kind,
            seconds=seconds,
            error=f"litert-torch could not convert {request.source.path.name}: {lines[-1] if lines else 'no reason'}",
            detail=outcome.stderr,
        )
    return KindResult(kind=kind, path=out, model=read_model(out), seconds=seconds)

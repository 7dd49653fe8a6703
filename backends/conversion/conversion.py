"""Converts one network into all chosen kinds; a kind that fails does not keep the others from being made."""

import re
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backends.conversion.child import ChildDied, ConversionChild
from backends.conversion.kinds import KINDS, Kind
from backends.conversion.request import ConversionRequest
from backends.conversion.source import CODE_HINT, SourceFormat, check_source
from backends.errors import ModelFileError, ProfilerError, RunError
from backends.model.model import Model
from backends.model.reader import read_model
from backends.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class KindResult:
    """What became of one kind: a model, or the reason why there is none."""

    kind: Kind
    path: Path | None = None
    model: Model | None = None
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    error: str = ""
    hint: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Everything that came out of a request."""

    request: ConversionRequest
    results: tuple[KindResult, ...]
    notes: tuple[str, ...] = ()
    """What holds for all kinds."""
    value_range: str = ""
    """What pixels were mapped to, a key of ``backends.accuracy.dataset.RANGES``."""
    original: Model | None = None
    """The float32 model that accuracy is measured against, also where that kind was not asked for."""

    @property
    def made(self) -> tuple[KindResult, ...]:
        """The kinds that there is a model of."""
        return tuple(result for result in self.results if result.model is not None)


def convert(
    request: ConversionRequest,
    folder: Path,
    progress: Progress | None = None,
    on_result: Callable[[KindResult], None] | None = None,
) -> Conversion:
    """Convert a network into the chosen kinds.

    Args:
        request: what and how.
        folder: where the models go, as ``NAME_KIND.tflite``; files there are replaced.
        progress: reports, stops after the kind in work, and cancels at once.
        on_result: called in this thread with each kind when it is done.

    Raises:
        Cancelled: the user cancelled.
        ModelFileError: the network cannot be read.
        RunError: it cannot be loaded, or holds code that is not allowed.
    """
    progress = progress or Progress()
    facts = check_source(request.source)
    if facts.code and not request.allows_code:
        raise RunError(
            f"{request.source.path.name} holds code that would run ({', '.join(facts.code)}), which was not run",
            hint=CODE_HINT,
        )
    if request.source.format is SourceFormat.TORCH:
        from backends.conversion.torch_export import convert_torch

        return convert_torch(request, folder, progress, on_result)
    with tempfile.TemporaryDirectory(prefix="tflite-profiler-") as temporary:
        return _Converter(request, folder, Path(temporary), progress, on_result).run()


def name_of(request: ConversionRequest, kind: Kind) -> str:
    """Give the name of the file that a kind is written to."""
    stem = re.sub(r"[^\w.+-]+", "_", request.source.stem) or "model"
    return f"{stem}_{str(kind).replace('-', '_')}.tflite"


class _Converter:
    """Keeps one child alive from kind to kind, and replaces it when it dies."""

    def __init__(
        self,
        request: ConversionRequest,
        folder: Path,
        temporary: Path,
        progress: Progress,
        on_result: Callable[[KindResult], None] | None,
    ) -> None:
        self._request = request
        self._folder = folder
        self._staging = temporary / "staged"
        self._progress = progress
        self._on_result = on_result
        self._child: ConversionChild | None = None
        self._stack = ExitStack()

    def run(self) -> Conversion:
        with self._stack:
            unrolls = any(KINDS[kind].needs_data for kind in self._request.kinds)
            staged = self._living().stage(self._request, self._staging, unrolls=unrolls)
            results: list[KindResult] = []
            for kind in self._request.kinds:
                if self._progress.is_stopping:
                    break
                results.append(self._make(kind, staged))
                if self._on_result is not None:
                    self._on_result(results[-1])
            return Conversion(
                original=self._original(results, staged),
                request=self._request,
                results=tuple(results),
                notes=tuple(staged["notes"]),
                value_range=self._request.data.value_range or staged["range"] or "0..1",
            )

    def _living(self) -> ConversionChild:
        if self._child is None:
            self._child = self._stack.enter_context(ConversionChild(self._progress))
        return self._child

    def _original(self, results: list[KindResult], staged: dict[str, Any]) -> Model | None:
        """Give the float32 model; made and read into memory where it was not asked for."""
        made = next((result.model for result in results if result.kind is Kind.FLOAT32), None)
        if made is not None or Kind.FLOAT32 in self._request.kinds or not any(result.model for result in results):
            return made
        out = self._staging.parent / "original.tflite"
        try:
            self._living().convert(self._request, Kind.FLOAT32, staged, self._staging, out)
            return read_model(out)
        except ProfilerError:
            return None

    def _make(self, kind: Kind, staged: dict[str, Any]) -> KindResult:
        out = self._folder / name_of(self._request, kind)
        start = time.monotonic()
        try:
            notes = self._living().convert(self._request, kind, staged, self._staging, out)
            model = read_model(out)
        except ProfilerError as error:
            if isinstance(error, ChildDied):
                self._stack.close()
                self._child = None
            is_odd = isinstance(error, ModelFileError)
            message = f"TensorFlow wrote a model that cannot be read: {error.message}" if is_odd else error.message
            return KindResult(
                kind=kind,
                seconds=time.monotonic() - start,
                error=message,
                hint=error.hint,
                detail=error.detail,
            )
        return KindResult(kind=kind, path=out, model=model, seconds=time.monotonic() - start, notes=notes)

"""One side of ``compare``: a model, a run that was saved here, or what another tool measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backends.cli.model_argument import ModelPlace, open_model, parse_place
from backends.cli.usage import UsageError
from backends.compare.comparison import Subject
from backends.errors import ModelFileError, StoreError
from backends.exchange.reading import looks_foreign, read_foreign
from backends.model.model import Model
from backends.reports.plain_text import plain
from backends.runs.run import Run
from backends.runs.store import read_run

_HEAD = 64
_MOST_BESIDE = 1000
"""Files of a folder that are looked through for the model of a foreign file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSide:
    """What was typed for one side."""

    letter: str
    """``A`` or ``B``."""
    text: str
    """A model or a run."""
    runs: tuple[Path, ...] = ()
    """What ``--run-a`` or ``--run-b`` names."""
    model: str = ""
    """What ``--model-a`` or ``--model-b`` names."""


def read_sides(a: NamedSide, b: NamedSide) -> tuple[Subject, Subject]:
    """Read both sides; a file of another tool without a model of its own belongs to the model of the other side.

    Raises:
        ModelFileError: a model cannot be read.
        StoreError: a run cannot be read.
        UsageError: runs and model of a side do not belong together, or the model of a foreign file is not known.
    """
    return _read_side(a, _model_text(b)), _read_side(b, _model_text(a))


def read_baseline(text: str, model: ModelPlace) -> Subject:
    """Read what a report's runs are compared with: a run, also what another tool measured of the report's model.

    Raises:
        ModelFileError: a model cannot be read.
        StoreError: the run cannot be read.
        UsageError: it is no run.
    """
    side = NamedSide(letter="A", text=text)
    if not _is_measured(Path(text)):
        raise UsageError(f"--baseline {plain(text)} is no run.")
    return _read_side(side, f"{model.path}:{model.entry}" if model.entry else str(model.path))


def _read_side(side: NamedSide, other_model: str) -> Subject:
    paths = list(side.runs)
    model_text = side.model
    if _is_measured(Path(side.text)):
        paths.insert(0, Path(side.text))
    elif model_text:
        raise UsageError(f"{side.letter} is a model already; --model-{side.letter.lower()} is for a run.")
    else:
        model_text = side.text
    foreign = [path for path in paths if looks_foreign(path)]
    own = [_read_run(path) for path in paths if path not in foreign]
    if foreign:
        model: Model | None = open_model(parse_place(model_text or _model_of_foreign(side, foreign[0], other_model)))
    elif model_text:
        model = open_model(parse_place(model_text))
    else:
        model = _model_beside(paths[0], own[0])
    runs = (*own, *(_foreign_runs(foreign, model) if foreign and model is not None else ()))
    _check_runs(side.letter, runs, model)
    return Subject(title=plain(Path(side.text).name), model=model, runs=runs)


def _foreign_runs(paths: Sequence[Path], model: Model) -> tuple[Run, ...]:
    """Read what other tools measured; all files that complete each other are one run."""
    found = read_foreign(paths, model)
    runs = tuple(item.run for item in found if item.run is not None)
    if not runs:
        names = ", ".join(plain(path.name) for path in paths)
        raise StoreError(
            f"{names} holds numbers for operators, but no measured run that could be compared.",
            hint="Compare output, CSV or proto of benchmark_model, or a profile of AI Hub or ONNX Runtime.",
        )
    return runs


def _check_runs(letter: str, runs: Sequence[Run], model: Model | None) -> None:
    for run in runs:
        if model is not None and run.model_sha256 != model.sha256:
            raise UsageError(
                f"The run {run.id} of side {letter} is of {run.model_name}, not of {model.name} as it is now."
            )
        if run.model_sha256 != runs[0].model_sha256:
            raise UsageError(f"The runs of side {letter} are of different models.")


def _model_text(side: NamedSide) -> str:
    """Give what names the model of a side, without reading it; empty where nothing does."""
    return side.model or ("" if _is_measured(Path(side.text)) else side.text)


def _model_of_foreign(side: NamedSide, path: Path, other_model: str) -> str:
    """Find the model of a foreign file: the one beside it whose name its name starts with, else the other side's."""
    try:
        beside = [item for item, _ in zip(path.parent.glob("*.tflite"), range(_MOST_BESIDE), strict=False)]
    except OSError:
        beside = []
    fitting = [item for item in beside if path.name.startswith(f"{item.stem}.")]
    if fitting:
        return str(max(fitting, key=lambda item: len(item.stem)))
    if other_model:
        return other_model
    raise UsageError(
        f"{plain(path.name)} does not hold the model that was measured: name it with --model-{side.letter.lower()} "
        "MODEL (one is enough if both sides are of the same model)."
    )


def _read_run(path: Path) -> Run:
    try:
        return read_run(path)
    except StoreError as error:
        raise StoreError(f"{path.name}: {error.message}", hint=error.hint, detail=error.detail) from error


def _is_measured(path: Path) -> bool:
    """Whether a path is something that was measured, and no model."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD).lstrip()
    except OSError:
        return False
    return head[:1] == b"{" or looks_foreign(path)


def _model_beside(path: Path, run: Run) -> Model | None:
    """Give the model that lies beside its run, if it is still the same."""
    name = Path(run.model_name).name
    candidate = path.parent / name
    if not name or not candidate.is_file():
        return None
    try:
        model = open_model(parse_place(str(candidate)))
    except (ModelFileError, StoreError):
        return None
    return model if model.sha256 == run.model_sha256 else None

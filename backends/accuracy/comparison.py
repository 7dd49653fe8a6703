"""Two models on the same samples: how far the outputs of one are from those of the other."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from backends.accuracy.child import KERNELS, open_child, pair_models, request_for
from backends.accuracy.dataset import IMAGE_SUFFIXES, DataChoice
from backends.accuracy.traps import Trap, find_traps
from backends.errors import RunError
from backends.model.model import Model
from backends.progress import Progress

_MOST_LABEL_BYTES = 64 << 20
_MOST_PICTURES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputComparison:
    """One output over all samples; ``None`` where a measure has no meaning or nothing was given to compare with.

    Shares are from 0 to 1. ``top`` holds, by count, how often the reference's best class is among the other's best;
    with labels ``reference_top`` and ``actual_top`` hold how often the right class is.
    """

    name: str
    shape: tuple[int, ...]
    samples: int
    odd: int = 0
    """Samples in which a value was not a number."""
    max_abs: float | None = None
    mean_abs: float | None = None
    psnr_db: float | None = None
    """Mean over the samples; infinite where all are equal."""
    worst_psnr_db: float | None = None
    peak: float = 1.0
    """What the PSNR is related to: 255 or 1 for pictures, else the span of the reference's values."""
    ssim: float | None = None
    cosine: float | None = None
    top: Mapping[int, float] = field(default_factory=dict)
    reference_top: Mapping[int, float] = field(default_factory=dict)
    actual_top: Mapping[int, float] = field(default_factory=dict)
    reference_truth_psnr_db: float | None = None
    actual_truth_psnr_db: float | None = None
    reference_truth_ssim: float | None = None
    actual_truth_ssim: float | None = None
    reference_range: tuple[float, float] | None = None
    actual_range: tuple[float, float] | None = None
    ends: tuple[float, float] = (0.0, 0.0)
    """Shares of an integer output's values at its least and its largest number."""
    psnr_by_sample: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came out of comparing two models."""

    reference: str
    actual: str
    kernels: tuple[str, str]
    samples: int
    outputs: tuple[OutputComparison, ...]
    traps: tuple[Trap, ...] = ()
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """What the samples are called."""
    is_random: bool = False

    @property
    def main(self) -> OutputComparison:
        """The first output."""
        return self.outputs[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is right, where it is known: classes by sample, and pictures by the samples' names without suffix."""

    labels: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    pictures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


NO_TRUTH = Truth()


def compare_models(
    reference: Model,
    actual: Model,
    data: DataChoice,
    progress: Progress | None = None,
    *,
    kernels: tuple[str, str] = (KERNELS[0], KERNELS[0]),
    truth: Truth = NO_TRUTH,
) -> Comparison:
    """Run two models on the same samples in a child process and compare their outputs.

    For a delegate against the processor, give the same model twice and different ``kernels``.

    Args:
        reference: the model that is right, usually the float one.
        actual: the one that is judged.
        data: the samples.
        progress: reports and cancels.
        kernels: what runs the first and the second, of ``KERNELS``.
        truth: labels and reference pictures.

    Raises:
        Cancelled: the user cancelled.
        RunError: they cannot be compared, a sample does not fit, or the runtime fails.
    """
    progress = progress or Progress()
    pairing = pair_models(reference, actual)
    with request_for(reference, actual, pairing, data, kernels) as request, open_child(progress) as child:
        asked = {
            **request,
            "do": "compare",
            "labels": dict(truth.labels),
            "pictures": dict(truth.pictures),
        }
        answer = child.ask(asked, f"compare {actual.name} with {reference.name}")
    outputs = tuple(_output(fields) for fields in answer["outputs"])
    return Comparison(
        reference=reference.name,
        actual=actual.name,
        kernels=kernels,
        samples=int(answer["samples"]),
        outputs=outputs,
        traps=find_traps(actual, {output.name: output for output in outputs}, pairing),
        notes=tuple(map(str, answer["notes"])),
        names=tuple(map(str, answer["names"])),
        is_random=data.is_random,
    )


def _output(fields: Mapping[str, Any]) -> OutputComparison:
    plain = (
        "max_abs", "mean_abs", "psnr_db", "worst_psnr_db", "ssim", "cosine", "reference_truth_psnr_db",
        "actual_truth_psnr_db", "reference_truth_ssim", "actual_truth_ssim",
    )  # fmt: skip
    tops = {
        side: {count: float(fields[f"{prefix}{count}"]) for count in (1, 3, 5) if f"{prefix}{count}" in fields}
        for side, prefix in (("top", "top"), ("reference_top", "reference_top"), ("actual_top", "actual_top"))
    }
    return OutputComparison(
        name=str(fields["name"]),
        shape=tuple(fields["shape"]),
        samples=int(fields["samples"]),
        odd=int(fields["odd"]),
        peak=float(fields["peak"]),
        reference_range=_pair(fields["reference_range"]),
        actual_range=_pair(fields["actual_range"]),
        ends=_pair(fields["ends"]) or (0.0, 0.0),
        psnr_by_sample=tuple(map(float, fields["psnr_by_sample"])),
        top=tops["top"],
        reference_top=tops["reference_top"],
        actual_top=tops["actual_top"],
        **{key: float(fields[key]) for key in plain if fields.get(key) is not None},
    )


def _pair(values: Any) -> tuple[float, float] | None:
    if None in values:
        return None
    return float(values[0]), float(values[1])


def read_labels(path: Path) -> Mapping[str, int]:
    """Read the right classes: a folder whose subfolders are classes in alphabetic order, or lines of name and number.

    Lines may be separated by commas, semicolons, tabs or spaces; a heading is left out.

    Raises:
        RunError: there is no such file or folder, or it holds no labels.
    """
    if path.is_dir():
        classes = sorted(child for child in path.iterdir() if child.is_dir())
        found = {
            str(file.relative_to(path)): number
            for number, folder in enumerate(classes)
            for file in folder.rglob("*")
            if file.is_file()
        }
        if not found:
            raise RunError(f"The folder {path.name} has no subfolders with files, which would be the classes")
        return found
    try:
        if path.stat().st_size > _MOST_LABEL_BYTES:
            raise RunError(f"{path.name} is too large for a file of labels")
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise RunError(f"The labels in {path.name} cannot be read: {error.strerror}") from error
    separator = next((mark for mark in ",;\t" if any(mark in line for line in lines)), " ")
    labels = {}
    for row in csv.reader(lines, delimiter=separator, skipinitialspace=True):
        if len(row) >= 2 and row[-1].strip().lstrip("-").isdecimal():
            labels[row[0].strip()] = int(row[-1])
    if not labels:
        raise RunError(f"{path.name} holds no labels", hint="Each line names a file and its class: cat.png,3")
    return labels


def find_pictures(folder: Path) -> Mapping[str, str]:
    """Find the right pictures: files that are called like the samples, whatever their suffix.

    Raises:
        RunError: there is no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise RunError(f"There is no folder {folder}", hint="Give the folder of the reference images.")
    found = {}
    for number, file in enumerate(folder.rglob("*")):
        if number > _MOST_PICTURES:
            raise RunError(f"{folder.name} holds more than {_MOST_PICTURES} files")
        if file.suffix.lower() in IMAGE_SUFFIXES and file.is_file():
            found[file.stem] = str(file)
    if not found:
        raise RunError(f"The folder {folder.name} holds no images")
    return found


def read_truth(labels: str, pictures: str) -> Truth:
    """Read labels and find pictures; empty paths stand for none.

    Raises:
        RunError: one of them cannot be read.
    """
    return Truth(
        labels=read_labels(Path(labels)) if labels else {}, pictures=find_pictures(Path(pictures)) if pictures else {}
    )

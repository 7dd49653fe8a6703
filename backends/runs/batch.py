"""Many models at once: finding them in folders, checking them against targets, and measuring them.

Each model is read when its turn comes and let go after that, so that a folder of hundreds needs the memory of one.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from backends.devices.device import Device
from backends.devices.discovery import list_devices
from backends.errors import ModelFileError, ProfilerError
from backends.model.bundle import is_bundle, list_members, read_member
from backends.model.cost import ModelSummary, estimate_model
from backends.model.file_content import is_model
from backends.model.model import Model
from backends.model.reader import read_model
from backends.progress import Progress
from backends.runs.execution import HOST, execute_plan
from backends.runs.plan import Plan
from backends.runs.run import Run
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.target import Target
from backends.targets.verdict import TargetSummary

MAX_FILES = 5000
"""Models that are taken from a folder."""
MAX_VISITED = 200_000
"""Files that are looked at: somebody may name the root of a disk."""
_SUFFIXES = frozenset({".tflite", ".lite", ".tfl", ".task"})
_HEAD_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchModel:
    """One model of a batch: a file, or a model in a bundle."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """Short name."""
        return Path(self.member).name if self.member else self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """What is known of one model."""

    model: BatchModel
    sha256: str = ""
    summary: ModelSummary | None = None
    verdicts: Mapping[str, TargetSummary] = field(default_factory=lambda: MappingProxyType({}))
    """By target id."""
    runs: Mapping[str, Run] = field(default_factory=lambda: MappingProxyType({}))
    """By device id."""
    failures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Sentences by device id, or by ``""`` where the model itself cannot be read."""


def find_models(paths: Iterable[Path], progress: Progress | None = None) -> tuple[BatchModel, ...]:
    """Find the models in files and folders, by content; bundles give all that they hold.

    Files with another ending are models too if they begin like one. Links to folders are not followed, hidden folders
    are left out. Bundles that cannot be read stay in the list, so that somebody hears of it.

    Raises:
        Cancelled: the user cancelled.
    """
    progress = progress or Progress()
    found: list[BatchModel] = []
    for number, path in enumerate(_files(paths)):
        if number >= MAX_VISITED or len(found) >= MAX_FILES:
            break
        if number % 200 == 0:
            progress.step("Looking for models", done=len(found))
        if path.suffix.lower() not in _SUFFIXES and not _begins_like_model(path):
            continue
        try:
            members = list_members(path) if is_bundle(path) else ()
        except ModelFileError:
            members = ()
        found.extend(BatchModel(path=path, member=member.name) for member in members)
        if not members:
            found.append(BatchModel(path=path))
    return tuple(found[:MAX_FILES])


def read_batch_model(model: BatchModel) -> Model:
    """Read a model of a batch.

    Raises:
        ModelFileError: it cannot be read.
    """
    return read_member(model.path, model.member) if model.member else read_model(model.path)


def check_item(item: BatchItem, targets: Sequence[Target]) -> BatchItem:
    """Give the item with its size and what each target says; a model that cannot be read is a failure in it."""
    try:
        model = read_batch_model(item.model)
    except ModelFileError as error:
        return replace(item, failures={**item.failures, "": _sentence(error)})
    facts = ModelFacts(model)
    verdicts = {target.id: check_model(model, target, facts=facts).summary for target in targets}
    failures = {key: text for key, text in item.failures.items() if key}
    return replace(
        item,
        sha256=model.sha256,
        summary=estimate_model(model)[1],
        verdicts={**item.verdicts, **verdicts},
        failures=failures,
    )


def measure_item(
    item: BatchItem, plan: Plan, progress: Progress, find_devices: Callable[[], Iterable[Device]] = list_devices
) -> BatchItem:
    """Give the item with a run on the plan's device; a failure is a sentence in it.

    Args:
        item: what is measured.
        plan: how and where; one made for several models, so that inputs are taken as they come.
        progress: reports, stops and cancels.
        find_devices: lists the devices there are.

    Raises:
        Cancelled: the user cancelled.
    """
    try:
        model = read_batch_model(item.model)
        # This computer is found without a look around.
        devices = None if plan.device == HOST else find_devices()
        run = execute_plan(item.model.path, model, plan, progress, devices=devices)
    except ProfilerError as error:
        return with_failure(item, plan.device, error)
    return with_run(item, plan.device, run)


def with_run(item: BatchItem, device: str, run: Run) -> BatchItem:
    """Give the item with a run; an earlier failure on that device is forgotten."""
    failures = {key: text for key, text in item.failures.items() if key != device}
    return replace(item, sha256=run.model_sha256, runs={**item.runs, device: run}, failures=failures)


def with_failure(item: BatchItem, device: str, error: ProfilerError) -> BatchItem:
    """Give the item with the sentence of what went wrong on a device."""
    return replace(item, failures={**item.failures, device: _sentence(error)})


def execute_batch(
    models: Sequence[BatchModel],
    targets: Sequence[Target],
    plans: Sequence[Plan],
    progress: Progress | None = None,
    on_item: Callable[[BatchItem], object] | None = None,
    find_devices: Callable[[], Iterable[Device]] = list_devices,
) -> tuple[BatchItem, ...]:
    """Check and measure all models, one after the other; one that fails does not keep the others from it.

    Stopping ends after the model that is measured; those not reached have neither verdicts nor runs.

    Args:
        models: what ``find_models`` gave.
        targets: what to check against.
        plans: one for each device to measure on; none to check only.
        progress: reports, stops and cancels.
        on_item: gets each model when it is done.
        find_devices: lists the devices there are.

    Raises:
        Cancelled: the user cancelled.
    """
    progress = progress or Progress()
    items: list[BatchItem] = []
    for number, model in enumerate(models):
        item = BatchItem(model=model)
        if not progress.is_stopping:
            progress.step(f"{model.name} ({number + 1} of {len(models)})", done=number, total=len(models))
            item = check_item(item, targets)
            for plan in plans:
                if not item.failures.get("") and not progress.is_stopping:
                    item = measure_item(item, plan, progress, find_devices)
            if on_item is not None:
                on_item(item)
        items.append(item)
    return tuple(items)


def _sentence(error: ProfilerError) -> str:
    message = error.message
    # A file's name stays as it is.
    if message.split(maxsplit=1)[0].isalpha():
        message = message[:1].upper() + message[1:]
    return message if message.endswith(".") else f"{message}."


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                yield Path(folder) / name


def _begins_like_model(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_model(file.read(_HEAD_BYTES))
    except OSError:
        return False

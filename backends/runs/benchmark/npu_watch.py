"""Layers of Synaptics' NPU: the driver's table, read on the device while a program of its own runs there."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import resources

from backends.devices.device import RemoteShell
from backends.errors import DeviceError, ResourceError
from backends.progress import Progress
from backends.runs.benchmark.command import Loop
from backends.runs.benchmark.session import Session
from backends.runs.benchmark.synap import parse_network_profile
from backends.runs.run import NpuLayer

TABLE_NAME = "network_profile.txt"
_ASK_SECONDS = 20.0
_WATCH_SECONDS = 4.0
"""Some readings long, after the model was compiled."""
_WATCH = (
    "out=$1; shift; poll=$1; shift; "
    "( while :; do sleep 1; for table in $poll; do "
    'cat "$table" > "$out.part" && grep -q lyr "$out.part" && mv "$out.part" "$out"; '
    "done; done ) >/dev/null 2>&1 & watcher=$!; "
    '"$@"; code=$?; kill $watcher 2>/dev/null; exit $code'
)
"""Runs a program and copies the driver's table each second, since networks are gone from it when the program ends.
Each reading takes the lock of the inferences, so that a process that is watched is not a measured one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A part of the NPU."""

    label: str
    """As the driver writes it."""
    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SynapTable:
    """Where the driver tells what."""

    profile_paths: tuple[str, ...]
    profile_property: str
    engines: tuple[Engine, ...]

    def engine_name(self, label: str) -> str:
        """Give an engine's name for its label; labels nobody listed are shown as they are."""
        return next((engine.name for engine in self.engines if engine.label == label), label)


@lru_cache(maxsize=1)
def load_synap_table() -> SynapTable:
    """Read the table that comes with the program.

    Raises:
        ResourceError: it is wrong.
    """
    table = tomllib.loads(resources.files("resources").joinpath("synap.toml").read_text(encoding="utf-8"))
    try:
        return SynapTable(
            profile_paths=tuple(table["profile_paths"]),
            profile_property=table["profile_property"],
            engines=tuple(
                Engine(label=row["label"], name=row["name"], description=row["description"]) for row in table["engine"]
            ),
        )
    except (KeyError, TypeError) as error:
        raise ResourceError("The table of SyNAP lacks a field or has a wrong one.", detail=str(error)) from error


def watch_npu(session: Session, environment: Mapping[str, str], progress: Progress) -> tuple[tuple[NpuLayer, ...], str]:
    """Run the model in a process of its own and give the layers that the driver tells, and a note about them.

    Args:
        session: the measurement, with a delegate that reaches the NPU.
        environment: the device's facts.
        progress: reports and cancels.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: the device refuses or went away.
        RunError: the tool failed.
    """
    if not has_npu(environment):
        return (), ""
    if environment.get("root") != "yes":
        return (
            (),
            "SyNAP tells the layers of its NPU to root only; 'adb root' can switch to it on boards for developers.",
        )
    progress.step("Asking the NPU for its layers")
    loop = Loop(runs=1, warmup=1, min_seconds=_WATCH_SECONDS, max_seconds=session.plan.max_seconds)
    with _layers_kept(session.shell):
        session.run(loop, progress, wrap=partial(watched, folder=session.folder))
    data = session.pull(TABLE_NAME, progress)
    layers = parse_layers(data) if data else ()
    if not layers:
        return (), "The driver of the NPU told no layers: it keeps their times for networks that NNAPI or SyNAP loads."
    return layers, (
        f"The NPU's driver tells of {len(layers)} layers of its own compiler, in another process; they cannot be "
        "matched with operators, and their times are of a run step by step."
    )


def has_npu(environment: Mapping[str, str]) -> bool:
    """Whether a device, by its facts, has the NPU."""
    return bool(environment.get("synap"))


def watched(argv: Sequence[str], folder: str) -> list[str]:
    """Give a command that runs another one and leaves the driver's table in a folder on the device."""
    paths = " ".join(load_synap_table().profile_paths)
    return ["sh", "-c", _WATCH, "sh", f"{folder}/{TABLE_NAME}", paths, *argv]


def parse_layers(data: bytes) -> tuple[NpuLayer, ...]:
    """Read the layers of the process whose network was loaded last; other programs may use the NPU too."""
    networks = [item for item in parse_network_profile(data.decode(errors="replace").splitlines()) if item.layers]
    if not networks:
        return ()
    newest = max(networks, key=lambda item: item.id)
    return tuple(layer for item in networks if item.pid == newest.pid for layer in item.layers)


@contextmanager
def _layers_kept(shell: RemoteShell) -> Iterator[None]:
    """Have networks that NNAPI loads in this block keep times of their layers.

    Raises:
        DeviceError: the device refuses or went away.
    """
    name = load_synap_table().profile_property
    shell.run(["setprop", name, "1"], timeout_s=_ASK_SECONDS)
    try:
        yield
    finally:
        # A device that is gone forgets it when it starts.
        with suppress(DeviceError):
            shell.run(["setprop", name, "0"], timeout_s=_ASK_SECONDS)

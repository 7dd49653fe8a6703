"""Which benchmark tool is used for which kind of device: the user's choices, and where builds can be fetched from."""

import json
import os
import platform
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from backends.devices.device import Device
from backends.errors import ResourceError, RunError, StoreError
from backends.runs.fields import Fields
from backends.runs.plan import Plan
from backends.user_folders import configuration_folder

_FILE = "runners.json"
_VERSION = 1
_MAX_BYTES = 1 << 20
_LINUX = "linux"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSource:
    """A build that is published."""

    id: str
    """The ABI as Android names it; with ``linux-`` before it for plain Linux."""
    machine: int
    """The processor in the header of such programs (ELF's ``e_machine``)."""
    url: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerChoice:
    """What the user set for one kind of device; empty where nothing is set."""

    path: str = ""
    """On this computer, or on the device."""
    url: str = ""
    """Where to fetch it from, instead of the published address."""
    sha256: str = ""
    """Of the file that was fetched."""


RunnerChoices = Mapping[str, RunnerChoice]
"""Choices by the ids of ``RunnerSource``."""


@lru_cache(maxsize=1)
def load_runner_sources() -> tuple[RunnerSource, ...]:
    """Read the table that comes with the program.

    Raises:
        ResourceError: the table is wrong.
    """
    table = tomllib.loads(resources.files("resources").joinpath("runners.toml").read_text(encoding="utf-8"))
    try:
        return tuple(
            RunnerSource(
                id=row["id"], machine=row["machine"], url=row["url"], source=table["sources"][row["source"]]["title"]
            )
            for row in table["runner"]
        )
    except (KeyError, TypeError) as error:
        raise ResourceError("The table of runners lacks a field or has a wrong one.", detail=str(error)) from error


def find_runner_source(id_: str) -> RunnerSource:
    """Give the published build with this id.

    Raises:
        RunError: there is none.
    """
    for source in load_runner_sources():
        if source.id == id_:
            return source
    known = ", ".join(source.id for source in load_runner_sources())
    raise RunError(f"no benchmark_model is known for {id_!r}", hint=f"Known are: {known}.")


def read_runner_choices(path: Path | None = None) -> RunnerChoices:
    """Read what the user chose; nothing where nothing was chosen.

    Args:
        path: the file, instead of the one in the configuration folder.

    Raises:
        StoreError: the file cannot be read, or is damaged.
    """
    path = path or _file()
    try:
        if not path.exists():
            return {}
        if path.stat().st_size > _MAX_BYTES:
            raise StoreError(f"{path} is too large for settings", hint="Remove the file; the choices start anew.")
        fields = Fields(json.loads(path.read_text(encoding="utf-8")), _FILE)
        runners = fields.child("runners")
        return MappingProxyType({id_: _choice(runners.child(id_)) for id_ in runners.names()})
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path} is damaged: {error}", hint="Remove the file; the choices start anew.") from error


def write_runner_choices(choices: RunnerChoices, path: Path | None = None) -> None:
    """Keep the choices; the file is complete or as it was.

    Raises:
        StoreError: it cannot be written.
    """
    path = path or _file()
    tree = {
        "version": _VERSION,
        "runners": {id_: {"path": c.path, "url": c.url, "sha256": c.sha256} for id_, c in sorted(choices.items())},
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error


def choose_runner(id_: str, choice: RunnerChoice, path: Path | None = None) -> None:
    """Keep one choice beside the others; raises as reading and writing do."""
    write_runner_choices({**read_runner_choices(path), id_: choice}, path)


def runner_ids_for(device: Device) -> tuple[str, ...]:
    """Give the ids under which a runner for a device may be chosen, the best one first.

    Raises:
        DeviceError: the device cannot be asked.
    """
    abis = [abi.strip() for abi in device.environment().get("abi", "").split(",") if abi.strip()]
    return tuple(f"{_LINUX}-{abi}" for abi in abis) if device.info.kind == _LINUX else tuple(abis)


def runner_for_host(choices: RunnerChoices) -> str:
    """Give the build that the user chose for computers like this one; empty where there is none."""
    names = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "arm64-v8a", "arm64": "arm64-v8a"}
    id_ = f"{_LINUX}-{names.get(platform.machine().lower(), '')}"
    return choices[id_].path if platform.system() == "Linux" and id_ in choices else ""


def with_chosen_runner(plan: Plan, device: Device, choices: RunnerChoices) -> Plan:
    """Give the plan with the runner that the user chose for such devices, unless the plan names one.

    Raises:
        DeviceError: the device cannot be asked.
    """
    if plan.runner or not choices:
        return plan
    paths = (choices[id_].path for id_ in runner_ids_for(device) if id_ in choices)
    return replace(plan, runner=next((path for path in paths if path), ""))


def _choice(fields: Fields) -> RunnerChoice:
    return RunnerChoice(
        path=fields.text_or("path", ""), url=fields.text_or("url", ""), sha256=fields.text_or("sha256", "")
    )


def _file() -> Path:
    return configuration_folder() / _FILE

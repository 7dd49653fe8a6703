"""Finds the benchmark tool for a device and asks which flags it knows."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from backends.devices.device import RemoteDevice, RemoteShell
from backends.errors import RunError
from backends.progress import Progress
from backends.runs.benchmark.command import Tool
from backends.runs.benchmark.faults import find_fault
from backends.runs.benchmark.known_flags import parse_help
from backends.runs.benchmark.tool_log import ToolLog

NAMES = ("benchmark_model", "benchmark_model_plus_flex", "benchmark_litert_model")
FOLDERS = ("/data/local/tmp", "/vendor/bin", "/system/bin", "/usr/bin", "/usr/local/bin")
_HELP_SECONDS = 30.0
_HEADER_BYTES = 20
_BIG_ENDIAN = 2
_MACHINES = {
    3: ("i686", "i386", "x86_64"),
    40: ("arm", "aarch64"),
    62: ("x86_64",),
    183: ("aarch64", "armv8"),
    243: ("riscv",),
}
"""The machine of a program's header (ELF's ``e_machine``) to what ``uname -m`` says where it runs."""


def find_tool(device: RemoteDevice, wanted: str, progress: Progress, *, needs: Iterable[str] = ()) -> Tool:
    """Find the tool and probe it.

    Args:
        device: where it shall run.
        wanted: a file on this computer, which is copied there once, or a path on the device; empty to search.
        progress: reports and cancels.
        needs: flags by which one is chosen where the device has several.

    Raises:
        DeviceError: the device refuses or went away.
        RunError: there is none, or it does not run there.
    """
    progress.step("Looking for benchmark_model")
    if wanted and Path(wanted).is_file():
        progress.step("Copying benchmark_model")
        path = device.shell.push_once(Path(wanted), is_executable=True, progress=progress)
        try:
            return probe_tool(device.shell, path, progress)
        except RunError as error:
            raise _for_other_processor(device.shell, Path(wanted), error) or error from error
    tool = _find_on_device(device.shell, [wanted] if wanted else _candidates(device), frozenset(needs), progress)
    if tool is not None:
        return tool
    if wanted:
        raise RunError(
            f"there is no benchmark_model at {wanted}, neither on this computer nor on the device",
            hint="Name the file of a build for this device.",
        )
    raise RunError(
        "there is no benchmark_model on the device",
        hint="Choose a build for the device's ABI on this computer, or have one downloaded; it is copied there.",
        detail="Looked for:\n" + "\n".join(_candidates(device)),
    )


def _find_on_device(shell: RemoteShell, paths: Iterable[str], needs: frozenset[str], progress: Progress) -> Tool | None:
    """Give the first one that knows the flags, else the first one, else say why there is none that runs."""
    others: list[Tool] = []
    error: RunError | None = None
    for path in paths:
        found = shell.stat(path)
        if found is None or found.is_folder:
            continue
        try:
            tool = probe_tool(shell, path, progress)
        except RunError as refusal:
            error = error or refusal
            continue
        if needs <= tool.flags.defaults.keys():
            return tool
        others.append(tool)
    if not others and error is not None:
        raise error
    return others[0] if others else None


def probe_tool(shell: RemoteShell, path: str, progress: Progress | None = None) -> Tool:
    """Ask a program for its flags.

    Raises:
        DeviceError: the device refuses or went away.
        RunError: it does not run there, or is no benchmark tool.
    """
    lines: list[str] = []
    outcome = shell.run(
        [path, "--help"], timeout_s=_HELP_SECONDS, progress=progress, on_line=lambda _, line: lines.append(line)
    )
    flags = parse_help(lines)
    if flags.is_benchmark_tool:
        return Tool(path=path, flags=flags)
    # Asking for help ends with an error on purpose, so the code alone says nothing.
    fault = find_fault(outcome, ToolLog(), wants_result=False) if outcome.code not in (0, 1) else None
    raise fault or RunError(
        f"{path.rpartition('/')[2]} on the device is not TFLite's benchmark_model",
        hint="Name the file of a build of benchmark_model for this device.",
        detail="\n".join(lines[-100:]),
    )


def _for_other_processor(shell: RemoteShell, local: Path, error: RunError) -> RunError | None:
    """Explain a failed start where the program's header names another processor than the device has.

    Some shells take a program they cannot start for a script, so its exit code alone does not tell.
    """
    with local.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(b"\x7fELF"):
        return None
    order: Literal["little", "big"] = "big" if header[5] == _BIG_ENDIAN else "little"
    names = _MACHINES.get(int.from_bytes(header[18:20], order), ())
    machine = shell.run(["uname", "-m"], timeout_s=_HELP_SECONDS).stdout.strip()
    if not machine or any(machine.startswith(name) for name in names):
        return None
    return RunError(
        f"{local.name} is built for another kind of processor ({names[0] if names else 'an unusual one'}) than the "
        f"device has ({machine[:40]})",
        hint="Choose the build for the device's ABI: arm64-v8a or armeabi-v7a on most devices.",
        detail=error.detail,
    )


def _candidates(device: RemoteDevice) -> Sequence[str]:
    folders = dict.fromkeys((device.work_folder.rstrip("/"), *FOLDERS))
    return [f"{folder}/{name}" for name in NAMES for folder in folders]

"""What should be looked at before a plan is carried out on a device: the device, the runner, the delegate."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backends.devices.device import Check, RemoteDevice
from backends.errors import DeviceError, ProfilerError, RunError
from backends.progress import Progress
from backends.runs.benchmark.command import Loop, Tool, affinity_mask, build_command
from backends.runs.benchmark.delegates import BENCHMARK_MODEL, Delegate, load_delegates
from backends.runs.benchmark.tool_search import find_tool
from backends.runs.plan import Plan
from backends.units import format_bytes

LIBRARY_FOLDERS = (
    "/vendor/lib64", "/system/lib64", "/system/vendor/lib64", "/odm/lib64", "/product/lib64",
    "/apex/com.android.neuralnetworks/lib64", "/vendor/lib", "/system/lib", "/odm/lib",
    "/apex/com.android.neuralnetworks/lib", "/usr/lib", "/usr/lib64", "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/arm-linux-gnueabihf",
)  # fmt: skip
"""Where a program of the shell finds libraries by their names alone."""
_WHICH_EXIST = 'for path; do if [ -e "$path" ]; then echo "$path"; fi; done'
_ASK_SECONDS = 20.0
_SPARE_BYTES = 64 << 20
"""What the runner, inputs and profiles take beside the model."""
_ANY_LOOP = Loop(runs=1, warmup=1, max_seconds=1)


def checks_for(
    plan: Plan, device: RemoteDevice, progress: Progress | None = None, *, model_bytes: int = 0
) -> tuple[Check, ...]:
    """Answer everything that can be known before a run; a failed check warns, the run may work nevertheless.

    Copies the runner to the device where that is a file on this computer.

    Args:
        plan: delegate, options and runner.
        device: where.
        progress: reports and cancels.
        model_bytes: size of the model, where it is known.

    Raises:
        Cancelled: the user cancelled.
    """
    progress = progress or Progress()
    of_device = device.checks()
    if any(check.name == "Connection" and not check.is_ok for check in of_device):
        return tuple(of_device)
    try:
        tool, of_runner = check_runner(plan, device, progress)
        return (*of_device, *of_runner, *check_delegate(plan, device, tool), *_check_room(device, model_bytes))
    except DeviceError as error:
        return (*of_device, failed_check("Connection", error))


def check_runner(plan: Plan, device: RemoteDevice, progress: Progress) -> tuple[Tool | None, tuple[Check, ...]]:
    """Look for the runner and give what was found.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: the device refuses or went away.
    """
    delegate = load_delegates().find(plan.delegate)
    if delegate.program != BENCHMARK_MODEL:
        return None, tuple(_check_program(plan.runner or delegate.program, device))
    try:
        tool = find_tool(device, plan.runner, progress, needs=delegate.flags)
    except RunError as error:
        return None, (failed_check("Runner", error),)
    message = f"{tool.path} knows {len(tool.flags.defaults)} settings."
    return tool, (Check(name="Runner", is_ok=True, message=message),)


def _check_program(program: str, device: RemoteDevice) -> Iterator[Check]:
    outcome = device.shell.run([program, "--version"], timeout_s=_ASK_SECONDS)
    is_ok = outcome.code not in (126, 127)
    yield Check(
        name="Runner",
        is_ok=is_ok,
        message=f"{program} {'is' if is_ok else 'is not'} on the device.",
        remedy="" if is_ok else "Choose another delegate; it comes with boards that have this accelerator.",
    )


def check_delegate(plan: Plan, device: RemoteDevice, tool: Tool | None = None) -> tuple[Check, ...]:
    """Answer whether a delegate's flags, libraries, driver and cores are there.

    Args:
        plan: delegate and options.
        device: where.
        tool: the runner, where it is known.

    Raises:
        DeviceError: the device refuses or went away.
    """
    try:
        delegate = load_delegates().find(plan.delegate)
        mask = affinity_mask(plan)
    except RunError as error:
        return (failed_check("Settings", error),)
    checks = [*_check_flags(plan, delegate, tool)]
    if not all(check.is_ok for check in checks):
        return tuple(checks)
    checks += [*_check_libraries(plan, delegate, device), *_check_nnapi(plan, delegate, device)]
    return (*checks, *(_check_cores(mask, device) if mask else ()))


def warnings_of(checks: Sequence[Check]) -> tuple[str, ...]:
    """Give a sentence or two for each failed check."""
    return tuple(f"{check.message} {check.remedy}".strip() for check in checks if not check.is_ok)


def failed_check(name: str, error: ProfilerError) -> Check:
    """Give an error as an answer."""
    return Check(name=name, is_ok=False, message=f"{error.message[:1].upper()}{error.message[1:]}.", remedy=error.hint)


def _check_flags(plan: Plan, delegate: Delegate, tool: Tool | None) -> Iterator[Check]:
    if tool is None or delegate.program != BENCHMARK_MODEL:
        return
    try:
        build_command(replace(plan, signature=""), load_delegates(), tool, "m", _ANY_LOOP)
    except RunError as error:
        yield failed_check(delegate.name, error)
        return
    yield Check(name=delegate.name, is_ok=True, message=f"The runner knows {delegate.name} and all settings.")


def _check_libraries(plan: Plan, delegate: Delegate, device: RemoteDevice) -> Iterator[Check]:
    given = plan.delegate_options.get("path", "") if delegate.id == "external" else ""
    wanted = (given,) if given else delegate.libraries or delegate.preferred_libraries
    if not wanted:
        return
    paths = [path for name in wanted for path in ([name] if "/" in name else [f"{f}/{name}" for f in LIBRARY_FOLDERS])]
    listed = device.shell.run(["sh", "-c", _WHICH_EXIST, "sh", *paths], timeout_s=_ASK_SECONDS).stdout.splitlines()
    found = [path for path in paths if path in listed]
    if found:
        yield Check(name=f"{delegate.name} library", is_ok=True, message=f"{found[0]} is there.")
        return
    names = " or ".join(wanted)
    remedy = f"{delegate.name} needs {delegate.needs}." if delegate.needs else "Copy the library to the device."
    yield Check(
        name=f"{delegate.name} library",
        is_ok=False,
        message=f"{names} was not found where libraries usually lie.",
        remedy=remedy,
    )


def _check_nnapi(plan: Plan, delegate: Delegate, device: RemoteDevice) -> Iterator[Check]:
    if delegate.id != "nnapi":
        return
    facts = device.environment()
    listed = [name for name in facts.get("nnapi_accelerators", "").split(", ") if name]
    wanted = plan.delegate_options.get("accelerator", "")
    if facts.get("api_level", "") and not facts.get("nnapi", ""):
        yield Check(
            name="NNAPI", is_ok=False, message="This Android has no NNAPI.", remedy="It needs Android 8.1 or newer."
        )
    elif wanted and listed and wanted not in listed:
        yield Check(
            name="NNAPI accelerator",
            is_ok=False,
            message=f"The device does not list an accelerator {wanted}.",
            remedy=f"It lists {', '.join(listed)}.",
        )
    elif not listed:
        yield Check(
            name="NNAPI accelerator",
            is_ok=False,
            message="The device lists no NNAPI driver.",
            remedy="NNAPI then computes on the processor, unless the device hides its drivers from the shell.",
        )
    else:
        yield Check(name="NNAPI accelerator", is_ok=True, message=f"The device lists {', '.join(listed)}.")


def _check_cores(mask: str, device: RemoteDevice) -> Iterator[Check]:
    outcome = device.shell.run(["taskset", mask, "true"], timeout_s=_ASK_SECONDS)
    yield Check(
        name="Cores",
        is_ok=outcome.is_success,
        message=f"Programs can be bound to the cores of mask {mask}."
        if outcome.is_success
        else f"Programs cannot be bound to the cores of mask {mask}.",
        remedy="" if outcome.is_success else "Leave the affinity out, or name cores that the device has.",
    )


def _check_room(device: RemoteDevice, model_bytes: int) -> Iterator[Check]:
    free = device.shell.free_bytes(device.work_folder) if model_bytes else None
    if free is None:
        return
    is_ok = free >= model_bytes + _SPARE_BYTES
    yield Check(
        name="Room for the model",
        is_ok=is_ok,
        message=f"The model has {format_bytes(model_bytes)}, {format_bytes(free)} are free.",
        remedy="" if is_ok else "Remove files from the device.",
    )

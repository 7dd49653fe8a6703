"""What is asked of a device when somebody looks at it; runs in the device's lane."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from backends.devices.adb.address import ServerAddress
from backends.devices.adb.environment import describe_facts
from backends.devices.adb.facts import DeviceFacts
from backends.devices.adb.provider import AdbProvider
from backends.devices.adb.server import AdbServer
from backends.devices.device import Check
from backends.devices.local import LocalDevice
from backends.errors import RunError
from backends.progress import Progress
from backends.runs.benchmark.command import Tool
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.benchmark.tool_search import find_tool
from backends.runs.plan import Plan
from backends.runs.runner_settings import read_runner_choices, runner_ids_for, with_chosen_runner
from backends.targets.chipsets import Accelerator, find_accelerators, load_chipsets


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What a device answered."""

    device_id: str
    facts: Mapping[str, str]
    """Texts by key, in the order to show them."""
    checks: tuple[Check, ...]
    accelerators: tuple[Accelerator, ...] = ()
    """What the chipset table lists for its chipset."""
    runner_kind: str = ""
    """Under which id a benchmark tool for it is chosen."""
    tool: Tool | None = None
    """The benchmark tool that would run there."""

    def knows(self, flag: str) -> bool:
        """Whether the benchmark tool has a flag; unknown tools are given the benefit of the doubt."""
        return self.tool is None or not flag or flag in self.tool.flags


def examine_host() -> Examination:
    """Ask this computer."""
    device = LocalDevice()
    return Examination(
        device_id=device.info.id, facts=MappingProxyType(dict(device.environment())), checks=tuple(device.checks())
    )


def examine_adb_device(device_id: str, address: ServerAddress, progress: Progress) -> Examination:
    """Ask a device for its facts, look at what should be looked at, and find the benchmark tool.

    Args:
        device_id: as in ``DeviceInfo``.
        address: the adb server that knows it.
        progress: reports and cancels.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: the device cannot be asked.
        StoreError: the choices of runners cannot be read.
    """
    progress.step("Asking the device")
    device = AdbProvider(AdbServer(address)).find_device(device_id)
    facts = device.facts(progress)
    checks = [*device.checks()]
    kinds = runner_ids_for(device)
    plan = with_chosen_runner(Plan(device=device_id), device, read_runner_choices())
    tool = None
    try:
        tool = find_tool(device, plan.runner, progress)
        checks.append(
            Check(name="Runner", is_ok=True, message=f"{tool.path} knows {len(tool.flags.defaults)} settings.")
        )
    except RunError as error:
        checks.append(_refusal("Runner", error))
    chipset = facts.chipset.name if facts.chipset else ""
    return Examination(
        device_id=device_id,
        facts=MappingProxyType(dict(describe_facts(facts))),
        checks=(*checks, *_check_delegates(tool, facts)),
        accelerators=find_accelerators(chipset, load_chipsets()) if chipset else (),
        runner_kind=kinds[0] if kinds else "",
        tool=tool,
    )


def _check_delegates(tool: Tool | None, facts: DeviceFacts) -> Iterator[Check]:
    if tool is not None:
        delegates = load_delegates().delegates
        names = [item.name for item in delegates if all(flag in tool.flags for flag in item.needed_flags)]
        yield Check(name="Delegates", is_ok=True, message=f"The runner can use: {', '.join(names)}.")
    if not facts.libraries and not facts.nnapi_accelerators:
        yield Check(
            name="Delegate libraries",
            is_ok=False,
            message="No library of an accelerator was found where vendors put them.",
            remedy="CPU and XNNPACK run in any case; copy the vendor's library to the device for its accelerator.",
        )


def _refusal(name: str, error: RunError) -> Check:
    message = error.message[:1].upper() + error.message[1:]
    return Check(name=name, is_ok=False, message=f"{message}.", remedy=error.hint)

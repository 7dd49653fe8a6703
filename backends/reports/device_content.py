"""Devices with their environment and preflight answers, as a report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from backends.devices.device import Check, Device, DeviceInfo
from backends.errors import DeviceError
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.plain_text import sentence_case
from backends.targets.chipsets import Accelerator, find_accelerators, load_chipsets

_SPELLINGS = {
    "Abi": "ABI", "Api": "API", "Nnapi": "NNAPI", "Opencl": "OpenCL", "Qnn": "QNN", "Synap": "SyNAP", "Vx": "VX",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a device said when it was asked once."""

    info: DeviceInfo
    environment: Mapping[str, str]
    checks: tuple[Check, ...]
    accelerators: tuple[Accelerator, ...]


class DeviceContent:
    """The devices that can be reached; each is asked once, here.

    Args:
        devices: what to list.
        find_checks: gives further answers about a device that is ready.
    """

    schema = "tflite-profiler/devices/1"
    title = "Devices"

    def __init__(
        self, devices: Sequence[Device], find_checks: Callable[[Device], Sequence[Check]] | None = None
    ) -> None:
        self._answers = tuple(_ask(device, find_checks) for device in devices)

    def sections(self) -> Sequence[Section]:
        """Give the list, then each device's environment and checks."""
        overview = Table(
            headings=("Id", "Kind", "State", "Name"),
            rows=tuple((a.info.id, a.info.kind, a.info.state, a.info.name) for a in self._answers),
        )
        return [Section(title="", table=overview), *(_device_section(answer) for answer in self._answers)]

    def records(self) -> Records:
        """Give a record for each device."""
        return Records(
            fields=("id", "name", "kind", "state", "failed_checks"),
            rows=[
                (a.info.id, a.info.name, a.info.kind, a.info.state, sum(not check.is_ok for check in a.checks))
                for a in self._answers
            ],
        )

    def tree(self) -> Mapping[str, Tree]:
        """Give all answers."""
        return {
            "devices": [
                {
                    **asdict(answer.info),
                    "environment": dict(answer.environment),
                    "accelerators": [_accelerator_tree(accelerator) for accelerator in answer.accelerators],
                    "checks": [
                        {"name": c.name, "ok": c.is_ok, "message": c.message, "remedy": c.remedy} for c in answer.checks
                    ],
                }
                for answer in self._answers
            ]
        }


def _ask(device: Device, find_checks: Callable[[Device], Sequence[Check]] | None) -> _Answer:
    """Ask a device once; one that goes away meanwhile is listed with the reason as its state."""
    info, environment, checks = device.info, dict[str, str](), tuple[Check, ...]()
    try:
        environment = dict(device.environment())
        checks = tuple(device.checks())
        if find_checks is not None and info.state == "ready":
            checks += tuple(find_checks(device))
    except DeviceError as error:
        info = replace(info, state=error.message)
    chipset = environment.get("chipset", "")
    accelerators = find_accelerators(chipset, load_chipsets()) if chipset else ()
    return _Answer(info=info, environment=environment, checks=checks, accelerators=accelerators)


def _accelerator_tree(accelerator: Accelerator) -> Mapping[str, Tree]:
    return {
        "id": accelerator.id,
        "name": accelerator.name,
        "kind": accelerator.kind,
        "precisions": list(accelerator.precisions),
        "routes": list(accelerator.routes),
        "targets": list(accelerator.targets),
        "note": accelerator.note,
    }


def fact_title(key: str) -> str:
    """Give the name of a fact about a device, as people read it."""
    first, space, rest = sentence_case(key).partition(" ")
    return _SPELLINGS.get(first, first) + space + rest


def _device_section(answer: _Answer) -> Section:
    checks = Table(
        headings=("Check", "Answer", "Finding"),
        rows=tuple(
            (check.name, "ok" if check.is_ok else "look", " ".join(t for t in (check.message, check.remedy) if t))
            for check in answer.checks
        ),
    )
    facts = [(fact_title(key), text) for key, text in answer.environment.items()]
    for accelerator in answer.accelerators:
        ways = f"{', '.join(accelerator.precisions)}; through {', '.join(accelerator.routes)}"
        facts.append(("Accelerator", f"{accelerator.vendor} {accelerator.name} ({ways})"))
    return Section(title=answer.info.name, facts=tuple(facts), table=checks if answer.checks else None)

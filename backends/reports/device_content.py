"""Devices with their environment and preflight answers, as a report."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from backends.devices.device import Check, Device, DeviceInfo
from backends.reports.content import Records, Section, Table, Tree
from backends.reports.plain_text import sentence_case


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a device said when it was asked once."""

    info: DeviceInfo
    environment: Mapping[str, str]
    checks: tuple[Check, ...]


class DeviceContent:
    """The devices that can be reached; each is asked once, here."""

    schema = "tflite-profiler/devices/1"
    title = "Devices"

    def __init__(self, devices: Sequence[Device]) -> None:
        self._answers = tuple(
            _Answer(info=device.info, environment=dict(device.environment()), checks=tuple(device.checks()))
            for device in devices
        )

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
                    "checks": [
                        {"name": c.name, "ok": c.is_ok, "message": c.message, "remedy": c.remedy} for c in answer.checks
                    ],
                }
                for answer in self._answers
            ]
        }


def _device_section(answer: _Answer) -> Section:
    checks = Table(
        headings=("Check", "Answer", "Finding"),
        rows=tuple(
            (check.name, "ok" if check.is_ok else "look", " ".join(t for t in (check.message, check.remedy) if t))
            for check in answer.checks
        ),
    )
    facts = tuple((sentence_case(key), text) for key, text in answer.environment.items())
    return Section(title=answer.info.name, facts=facts, table=checks if answer.checks else None)

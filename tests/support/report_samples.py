"""One content of each kind, with fixed values, for the reports' golden texts."""

from collections.abc import Callable, Mapping, Sequence

from backends.devices.device import Check, DeviceInfo
from backends.reports.content import Content
from backends.reports.device_content import DeviceContent
from backends.reports.verdict_content import VerdictContent
from backends.targets.verdict import Placement
from tests.support.builders import a_chain, a_verdict_of


class FixedDevice:
    """A device that always says the same and counts how often it is asked."""

    info = DeviceInfo(id="host", name="This computer (Example CPU)", kind="host")

    def __init__(self) -> None:
        self.asked = 0

    def environment(self) -> Mapping[str, str]:
        self.asked += 1
        return {"processor": "Example CPU", "cores": "2"}

    def checks(self) -> Sequence[Check]:
        return (
            Check(name="Runtime", is_ok=True, message="LiteRT 2.3.0 is installed."),
            Check(name="Load", is_ok=False, message="3.0 processes were running.", remedy="Close other programs."),
        )


def _verdicts() -> Content:
    model = a_chain(["CONV_2D", "ADD", "ADD", "SOFTMAX"])
    return VerdictContent(
        model,
        [
            a_verdict_of(model, {}),
            a_verdict_of(
                model,
                {1: Placement.FALLBACK, 2: Placement.FALLBACK, 3: Placement.UNKNOWN},
                target_id="dsp",
                target_name="Example DSP",
            ),
        ],
    )


SAMPLES: Mapping[str, Callable[[], Content]] = {
    "check": _verdicts,
    "devices": lambda: DeviceContent([FixedDevice()]),
}

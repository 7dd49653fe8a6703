from pathlib import Path

import pytest

from backends.devices.device import DeviceInfo
from backends.devices.local import LocalDevice
from backends.devices.local_shell import LocalToolDevice
from backends.errors import DeviceError
from backends.model.reader import read_model
from backends.runs.execution import execute_plan, find_device
from backends.runs.plan import Plan
from tests.support.benchmark_tool import delegated_answers, write_tool

_SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "samples" / "segmenter_int8.tflite"


class _Device(LocalToolDevice):
    """A device that is not this computer."""

    def __init__(self, folder: Path, state: str = "ready") -> None:
        super().__init__(folder)
        self._state = state

    @property
    def info(self) -> DeviceInfo:
        return DeviceInfo(id="adb:phone-1", name="Phone", kind="android", state=self._state)


def test_a_plan_runs_where_it_says(tmp_path: Path) -> None:
    model = read_model(_SAMPLE)
    tool = write_tool(tmp_path / "bm", delegated_answers(model, ()))
    for device in ("host", "adb:phone-1", "phone-1"):
        plan = Plan(device=device, delegate="cpu", runner=str(tool), runs=1)
        run = execute_plan(_SAMPLE, model, plan, devices=[LocalDevice(), _Device(tmp_path / "w")])

        assert run.plan == plan
        assert run.latencies_ns == (1_000_000,)


def test_a_device_that_is_missing_or_not_ready_is_told(tmp_path: Path) -> None:
    devices = [LocalDevice(), _Device(tmp_path, "offline")]

    with pytest.raises(DeviceError, match="no device 'tablet'") as caught:
        find_device("tablet", devices)
    assert caught.value.hint.endswith("Reachable now: host, adb:phone-1.")
    with pytest.raises(DeviceError, match="cannot be used: offline"):
        find_device("phone-1", devices)
    with pytest.raises(DeviceError, match="no device 'host'"):
        find_device("host", devices)

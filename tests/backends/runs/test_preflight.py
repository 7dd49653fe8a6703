"""What is looked at before a run, on a phone behind a real adb server."""

from pathlib import Path

import pytest

from backends.devices.adb.device import AdbDevice
from backends.devices.adb.provider import AdbProvider
from backends.devices.adb.server import AdbServer
from backends.devices.device import Check
from backends.errors import RunError
from backends.model.reader import read_model
from backends.runs.execution import execute_plan
from backends.runs.plan import Plan
from backends.runs.preflight import checks_for
from backends.runs.runner_settings import RunnerChoice, choose_runner
from tests.support.adb_peer import AdbPeer
from tests.support.benchmark_tool import KNOWN, Answer, a_help, a_log, delegated_answers, write_tool
from tests.support.elf_files import X86_64, write_program

_SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "samples" / "segmenter_int8.tflite"


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))


@pytest.fixture
def phone(server: AdbServer, peer: AdbPeer) -> AdbDevice:
    return AdbProvider(server).find_device(f"adb:{peer.address}")


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    return write_tool(tmp_path / "bm", {"plain": Answer(a_log())})


def _failed(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.name: f"{check.message} {check.remedy}" for check in checks if not check.is_ok}


def test_a_device_in_order_with_runner_and_driver_passes(phone: AdbDevice, tool: Path) -> None:
    options = {"accelerator": "qti-dsp", "affinity": "0"}
    plan = Plan(delegate="nnapi", delegate_options=options, runner=str(tool))
    checks = checks_for(plan, phone, model_bytes=1000)

    assert _failed(checks) == {}
    names = [check.name for check in checks]
    assert names[0] == "Connection"
    assert names[-6:] == ["Runner", "NNAPI", "NNAPI library", "NNAPI accelerator", "Cores", "Room for the model"]


@pytest.mark.parametrize(
    ("delegate", "options", "name", "words"),
    [
        ("vx", {}, "VX library", "libvx_delegate.so was not found"),
        ("hexagon", {}, "Hexagon", "built without Hexagon"),
        ("nnapi", {"accelerator": "edge"}, "NNAPI accelerator", "does not list an accelerator edge. It lists qti-de"),
        ("nnapi", {"preference": "low_power"}, "NNAPI", "does not know --nnapi_execution_preference"),
        ("external", {"path": "/vendor/lib64/libnone.so"}, "External delegate library", "/vendor/lib64/libnone.so"),
        ("cpu", {"affinity": "120"}, "Cores", "cannot be bound to the cores"),
        ("cpu", {"warp": "1"}, "Settings", "has no option 'warp'"),
    ],
)
def test_what_a_delegate_lacks_is_told(
    phone: AdbDevice, tmp_path: Path, delegate: str, options: dict[str, str], name: str, words: str
) -> None:
    flags = {**KNOWN, "external_delegate_path": "string"}
    tool = write_tool(tmp_path / "bm", {"plain": Answer(a_log())}, help_text=a_help(flags))
    failed = _failed(checks_for(Plan(delegate=delegate, delegate_options=options, runner=str(tool)), phone))

    assert words in failed[name]


def test_a_device_without_a_runner_is_told(phone: AdbDevice) -> None:
    assert "no benchmark_model on the device" in _failed(checks_for(Plan(delegate="cpu"), phone))["Runner"]


def test_a_runner_for_another_processor_is_told(phone: AdbDevice, tmp_path: Path) -> None:
    other = write_program(tmp_path / "bm", X86_64)
    failed = _failed(checks_for(Plan(delegate="cpu", runner=str(other)), phone))

    assert "built for another kind of processor" in failed["Runner"]


def test_too_little_room_is_told(phone: AdbDevice, tool: Path) -> None:
    failed = _failed(checks_for(Plan(delegate="cpu", runner=str(tool)), phone, model_bytes=1 << 40))

    assert "47.7 GiB are free" in failed["Room for the model"]


def test_a_device_that_is_gone_has_one_answer(phone: AdbDevice, peer: AdbPeer, tool: Path) -> None:
    peer.unplug()

    assert list(_failed(checks_for(Plan(delegate="cpu", runner=str(tool)), phone))) == ["Connection"]


def test_what_speaks_against_a_run_becomes_its_warning(phone: AdbDevice, peer: AdbPeer, tmp_path: Path) -> None:
    model = read_model(_SAMPLE)
    tool = write_tool(tmp_path / "bm", delegated_answers(model, [("TfLiteNnapiDelegate", range(2, 20))]))
    peer.files.write("/dumpsys/thermalservice", "Thermal Status: 3\n")
    peer.files.path("/system/lib64/libneuralnetworks.so").unlink()
    choose_runner("arm64-v8a", RunnerChoice(path=str(tool)))
    plan = Plan(device=phone.info.id, delegate="nnapi", runs=1)
    run = execute_plan(_SAMPLE, model, plan, devices=[phone])

    assert any("thermal throttling 'severe'" in warning for warning in run.warnings)
    assert any("libneuralnetworks.so was not found" in warning for warning in run.warnings)
    assert run.plan.runner == str(tool)
    with pytest.raises(RunError, match="built without GPU") as caught:
        execute_plan(_SAMPLE, model, Plan(device=phone.info.id, delegate="gpu", runs=1), devices=[phone])
    assert "thermal throttling" in caught.value.detail

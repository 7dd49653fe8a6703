import json
from pathlib import Path

import pytest

from backends.cli import main
from backends.model.reader import read_model
from tests.support.adb_peer import AdbPeer, OwnAdbServer, install_phone
from tests.support.benchmark_tool import delegated_answers, write_strict_tool, write_tool

_SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "samples" / "segmenter_int8.tflite"


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    return write_tool(tmp_path / "bm", delegated_answers(read_model(_SAMPLE), [("TfLiteNnapiDelegate", range(2, 20))]))


def test_a_tool_on_this_computer_gives_the_same_json(tool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--runner", str(tool), "--delegate", "nnapi", "--option", "accelerator=npu", "--runs", "2"]
    code = main(["profile", str(_SAMPLE), *words, "--format", "json"])
    captured = capsys.readouterr()
    tree = json.loads(captured.out)

    assert code == 0, captured.err
    assert tree["plan"]["delegate"] == "nnapi"
    assert tree["plan"]["delegate_options"] == {"accelerator": "npu"}
    assert tree["partitions"][0]["operators"] == list(range(2, 20))
    assert tree["operators"][2] | {"name": ""} == {
        "subgraph": 0,
        "index": 2,
        "kind": "HARD_SWISH",
        "name": "",
        "time_us": None,
        "share": None,
        "placement": "NNAPI",
        "fused_into": None,
        "kernel": "TfLiteNnapiDelegate",
        "calls": 1.0,
        "certainty": "not attributable",
        "group": 0,
    }
    spent = sum(row["time_us"] or 0 for row in (*tree["operators"], *tree["partitions"]))
    assert spent + tree["overhead_us"] == pytest.approx(tree["total_us"])
    assert tree["latency_us"]["chunks"][0]["count"] == 5


def test_a_device_is_profiled_by_its_serial_number(
    tool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "adb").mkdir()
    with OwnAdbServer(tmp_path / "adb") as server, AdbPeer(tmp_path / "phone") as peer:
        install_phone(peer.files)
        address = f"{server.host}:{server.port}"
        assert main(["devices", "--adb-server", address, "--connect", peer.address]) == 0
        words = ["--adb-server", address, "--device", peer.address, "--runner", str(tool), "--delegate", "nnapi"]
        code = main(["profile", str(_SAMPLE), *words, "--runs", "1"])
        captured = capsys.readouterr()

    assert code == 0, captured.err
    assert "nnapi" in captured.out
    assert "Partition of 18" in captured.out
    assert "Phone 7" in captured.out


def test_several_delegates_on_several_devices_give_a_table(
    tool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "adb").mkdir()
    with (
        OwnAdbServer(tmp_path / "adb") as server,
        AdbPeer(tmp_path / "one") as one,
        AdbPeer(tmp_path / "two") as two,
    ):
        address = f"{server.host}:{server.port}"
        for peer in (one, two):
            install_phone(peer.files)
            assert main(["devices", "--adb-server", address, "--connect", peer.address]) == 0
        capsys.readouterr()
        words = ["--adb-server", address, "--runner", str(tool), "--runs", "1", "--cool-down", "0.01"]
        words += ["--device", one.address, "--device", two.address, "--delegate", "nnapi", "--delegate", "xnnpack"]
        words += ["--precision", "int8"]
        code = main(["profile", str(_SAMPLE), *words, "--output", str(tmp_path / "all.json")])
        captured = capsys.readouterr()
        failed = main(["profile", str(_SAMPLE), *words, "--delegate", "gpu", "--format", "json"])
        cells = json.loads(capsys.readouterr().out)["cells"]

    assert code == 0, captured.err
    assert captured.out.count("XNNPACK") == 2
    assert f"adb:{two.address}: nnapi done." in captured.err
    saved = json.loads((tmp_path / "all.json").read_text())
    assert saved["schema"] == "tflite-profiler/profiles/1"
    assert [cell["state"] for cell in saved["cells"]] == ["done"] * 4
    assert failed == 4
    assert [cell["state"] for cell in cells] == ["done", "done", "failed"] * 2


def test_a_precision_that_does_not_fit_is_refused(tool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--runner", str(tool), "--delegate", "nnapi", "--precision", "fp16"]

    assert main(["profile", str(_SAMPLE), *words]) == 4
    assert "does not compute in FP16" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--device", "phone-9"], 2, "There is no device 'phone-9'"),
        (["--delegate", "gpu"], 2, "on this computer they need --runner"),
        (["--runner", "nowhere/bm"], 4, "there is no benchmark_model at nowhere/bm"),
        (["--runner", "x", "--delegate", "gpu", "--option", "backend=vulkan"], 4, "backend cannot be 'vulkan'"),
        (["--runner", "x", "--option", "backend"], 2, "should look like NAME=VALUE"),
        (["--runner", "x", "--rate", "-1"], 2, "not a number of at least 0"),
        (["--runner", "x", "--min-seconds", "1000"], 2, "min_seconds"),
    ],
)
def test_wrong_wishes_end_in_one_sentence(
    words: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", str(_SAMPLE), *words]) == code
    assert message in capsys.readouterr().err


def test_outputs_are_compared_and_the_operator_at_fault_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCHMARK_FAULTY", "12")
    sample = _SAMPLE.with_name("segmenter_float32.tflite")
    runner = write_strict_tool(tmp_path / "benchmark_model")
    words = ["--runner", str(runner), "--delegate", "external", "--option", "path=libexample.so", "--runs", "1"]
    code = main(["profile", str(sample), *words, "--find-culprit", "--format", "json"])
    accuracy = json.loads(capsys.readouterr().out)["accuracy"]

    assert code == 0
    assert not accuracy["is_within_tolerance"]
    assert accuracy["culprit"] == {"subgraph": 0, "first": 12, "last": 12}
    assert accuracy["outputs"][0]["max_abs"] == pytest.approx(1.5, rel=1e-3)


@pytest.mark.parametrize("words", [["--kernels", "fused"], ["--runner", "{tool}", "--delegate", "cpu"]])
def test_the_processor_is_not_compared_with_itself(
    tool: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    code = main(["profile", str(_SAMPLE), *(word.format(tool=tool) for word in words), "--compare-outputs"])

    assert code == 2
    assert "need a delegate to compare" in capsys.readouterr().err

"""The verb ``devices``, with a real adb server and a device that speaks with it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.cli import main
from backends.runs.runner_settings import read_runner_choices
from tests.support.adb_peer import AdbPeer, OwnAdbServer, install_phone
from tests.support.benchmark_tool import Answer, a_log, write_tool
from tests.support.command import imported_by
from tests.support.elf_files import ARM64, write_program


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnAdbServer]:
    with OwnAdbServer(tmp_path_factory.mktemp("adb")) as server:
        yield server


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[AdbPeer]:
    with AdbPeer(tmp_path / "device") as peer:
        install_phone(peer.files)
        yield peer


def test_a_device_is_connected_and_listed_with_its_facts(
    server: OwnAdbServer, phone: AdbPeer, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--adb-server", f"127.0.0.1:{server.port}", "--connect", phone.address]

    assert main(["devices", *arguments, "--format", "json"]) == 0

    host, device = json.loads(capsys.readouterr().out)["devices"]
    assert host["id"] == "host"
    assert device["id"] == f"adb:{phone.address}"
    assert device["environment"]["chipset"] == "Snapdragon 855"
    assert [accelerator["id"] for accelerator in device["accelerators"]] == ["qualcomm-hexagon", "qualcomm-adreno"]
    assert {check["name"]: check["ok"] for check in device["checks"]}["Connection"] is True


def test_what_a_device_says_cannot_steer_the_terminal(
    server: OwnAdbServer, phone: AdbPeer, capsys: pytest.CaptureFixture[str]
) -> None:
    phone.files.write("/properties", "[ro.product.model]: [\x1b[31mRed\u202e]\n")

    assert main(["devices", "--adb-server", f"127.0.0.1:{server.port}", "--connect", phone.address]) == 0

    shown = capsys.readouterr().out
    assert "Red" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_a_server_that_was_named_must_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--adb-server", "127.0.0.1:1"]) == 4
    assert "no adb server answers at 127.0.0.1:1" in capsys.readouterr().err


def test_without_a_server_this_computer_is_listed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--format", "json"]) == 0
    assert [device["id"] for device in json.loads(capsys.readouterr().out)["devices"]] == ["host"]


def test_a_device_that_does_not_answer_is_told(server: OwnAdbServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--adb-server", f"127.0.0.1:{server.port}", "--connect", "127.0.0.1:1"]) == 4
    assert "cannot connect to 127.0.0.1:1" in capsys.readouterr().err


def test_a_wrong_address_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--adb-server", "nowhere"]) == 2
    assert "HOST:PORT" in capsys.readouterr().err


def test_listing_imports_no_adb_client_where_no_server_runs() -> None:
    assert not {name for name in imported_by("devices") if name.split(".")[0] == "adbutils"}


def test_a_runner_is_fetched_on_request_with_its_checksum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = write_program(tmp_path / "build", ARM64)
    digest = hashlib.sha256(build.read_bytes()).hexdigest()
    words = ["devices", "--download-runner", "arm64-v8a", "--from", build.as_uri()]

    assert main([*words, "--sha256", digest]) == 0
    said = capsys.readouterr().err
    assert f"SHA-256 {digest}" in said
    assert read_runner_choices()["arm64-v8a"].path in said
    assert main([*words, "--sha256", "0" * 64]) == 4
    assert "not the one that was expected" in capsys.readouterr().err
    assert main(["devices", "--download-runner", "vax"]) == 4


def test_a_runner_of_ones_own_is_used_for_a_kind_of_device(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], server: OwnAdbServer, phone: AdbPeer
) -> None:
    tool = write_tool(tmp_path / "bm", {"plain": Answer(a_log())})
    assert main(["devices", "--use-runner", f"arm64-v8a={tmp_path / 'none'}"]) == 2
    assert main(["devices", "--use-runner", f"arm64-v8a={tool}"]) == 0
    capsys.readouterr()
    arguments = ["--adb-server", f"127.0.0.1:{server.port}", "--connect", phone.address, "--check", "--format", "json"]

    assert main(["devices", *arguments, "--delegate", "vx", "--delegate", "nnapi"]) == 0

    devices = {device["id"]: device for device in json.loads(capsys.readouterr().out)["devices"]}
    host, device = devices["host"], devices[f"adb:{phone.address}"]
    answers = {check["name"]: check["ok"] for check in device["checks"]}
    assert answers["Runner"] is True
    assert answers["NNAPI"] is True
    assert answers["VX"] is False
    assert "Runner" not in {check["name"] for check in host["checks"]}


def test_a_device_is_cleaned_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], server: OwnAdbServer, phone: AdbPeer
) -> None:
    phone.files.write("/data/local/tmp/tflite-profiler/x/model.tflite", "m")
    phone.files.write("/data/local/tmp/other", "o")
    arguments = ["--adb-server", f"127.0.0.1:{server.port}", "--connect", phone.address]

    assert main(["devices", *arguments, "--clean", phone.address]) == 0
    assert "Removed /data/local/tmp/tflite-profiler" in capsys.readouterr().err
    assert [path.name for path in phone.files.path("/data/local/tmp").iterdir()] == ["other"]
    assert main(["devices", *arguments, "--clean", "phone-9"]) == 4

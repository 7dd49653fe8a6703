"""The verb ``devices``, with a real adb server and a device that speaks with it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.cli import main
from tests.support.adb_peer import AdbPeer, OwnAdbServer, install_phone
from tests.support.command import imported_by


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

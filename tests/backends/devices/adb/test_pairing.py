"""Pairing with a code, through a real adb server: the device's side is ours, TLS and SPAKE2 included."""

import pytest

from backends.cli import main
from backends.devices.adb.server import AdbServer
from backends.errors import DeviceError
from tests.support.adb_peer.pairing import PairingPeer


def test_the_right_code_pairs_and_a_wrong_one_is_told(server: AdbServer) -> None:
    with PairingPeer("123456") as device:
        with pytest.raises(DeviceError, match="cannot pair with") as refused:
            server.pair(device.address, "654321")
        before = len(device.paired_keys)
        server.pair(device.address, " 123456 ")

    assert "Wrong password" in refused.value.detail
    assert "Pair device with pairing code" in refused.value.hint
    assert before == 0
    assert len(device.paired_keys) == 1


def test_the_command_line_pairs(server: AdbServer, capsys: pytest.CaptureFixture[str]) -> None:
    with PairingPeer("424242") as device:
        code = main(["devices", "--adb-server", str(server.address), "--pair", device.address, "424242"])

    assert code == 0, capsys.readouterr().err
    assert len(device.paired_keys) == 1

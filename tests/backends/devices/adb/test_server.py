"""An adb server: starting, connecting, pairing, and what it says when that fails."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backends.devices.adb.address import ServerAddress, default_address, parse_address
from backends.devices.adb.entries import describe_state, parse_entries
from backends.devices.adb.server import AdbServer
from backends.devices.adb.tracking import watch_devices
from backends.devices.device import DeviceInfo
from backends.errors import DeviceError
from backends.progress import Cancelled, Progress
from tests.support.adb_peer import AdbPeer, OwnAdbServer, own_environment


def test_connecting_gives_the_serial_number_and_may_be_repeated(peer: AdbPeer, server: AdbServer) -> None:
    assert server.connect(peer.address) == peer.address
    assert server.entry(peer.address) is not None


def test_connecting_to_nothing_is_told(server: AdbServer) -> None:
    with pytest.raises(DeviceError, match=r"cannot connect to 127\.0\.0\.1:1") as caught:
        server.connect("127.0.0.1:1")

    assert caught.value.hint
    assert caught.value.detail


@pytest.mark.parametrize("text", ["", "host", ":5", "host:", "host:0", "host:99999", "a b:5", "host:5x", "\n:5"])
def test_what_is_not_an_address_is_refused(text: str) -> None:
    with pytest.raises(DeviceError, match="is not an address"):
        parse_address(text)


def test_addresses_are_read_with_and_without_port() -> None:
    assert parse_address("10.0.0.1:5556") == ServerAddress(host="10.0.0.1", port=5556)
    assert parse_address("phone.local", default_port=5555) == ServerAddress(host="phone.local", port=5555)
    assert parse_address("[fe80::1]:7") == ServerAddress(host="fe80::1", port=7)


def test_the_server_that_adb_would_use_is_the_usual_one() -> None:
    variables = {"ANDROID_ADB_SERVER_ADDRESS": "10.0.0.2", "ANDROID_ADB_SERVER_PORT": "5038"}

    assert default_address(variables) == ServerAddress(host="10.0.0.2", port=5038)
    assert default_address({"ANDROID_ADB_SERVER_PORT": "odd"}) == ServerAddress(host="127.0.0.1", port=5037)


def test_a_wrong_pairing_code_is_told_with_a_remedy(server: AdbServer) -> None:
    with pytest.raises(DeviceError, match="cannot pair") as caught:
        server.pair("127.0.0.1:1", "123456")
    assert "port is not the one" in caught.value.hint
    assert "Unable to start pairing" in caught.value.detail
    with pytest.raises(DeviceError, match="letters and digits"):
        server.pair("127.0.0.1:1", "12:34")


def test_no_server_is_told_and_not_started() -> None:
    nowhere = AdbServer(ServerAddress(port=_free_port()))

    with pytest.raises(DeviceError, match="no adb server answers") as caught:
        nowhere.entries()

    assert "--start-adb" in caught.value.hint
    assert not nowhere.is_running()


def test_a_server_is_started_on_request_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import adbutils

    program = Path(adbutils.__file__).parent / "binaries" / "adb"
    for name, value in own_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ADBUTILS_ADB_PATH", str(program))
    server = AdbServer(ServerAddress(port=_free_port()))
    try:
        server.start()
        server.start()

        assert server.is_running()
        assert server.entries() == ()
    finally:
        subprocess.run([program, "-P", str(server.address.port), "kill-server"], check=True, capture_output=True)


def test_a_server_elsewhere_is_not_started_from_here() -> None:
    with pytest.raises(DeviceError, match=r"no adb server answers at 192\.0\.2\.1:1"):
        AdbServer(ServerAddress(host="192.0.2.1", port=1)).start()


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400", b"OKAY", b"OKAYzzzz", b"FAIL0005wrong"])
def test_something_else_on_the_port_is_an_error_and_no_traceback(answer: bytes) -> None:
    with _answering(answer) as port, pytest.raises(DeviceError):
        AdbServer(ServerAddress(port=port)).entries()


def test_states_are_read_and_put_in_words() -> None:
    text = (
        "0123456789ABCDEF       device product:x model:Phone_7 device:y transport_id:3\n"
        "R58M                   unauthorized usb:1-4 transport_id:4\n"
        "HT7                    no permissions (missing udev rules? user is in the plugdev group); "
        "see [http://developer.android.com/tools/device.html] usb:3-2 transport_id:5\n"
        "192.168.1.20:5555\toffline\n"
        "\n* daemon started\n"
    )

    entries = parse_entries(text)

    assert [(entry.serial, entry.state) for entry in entries[:4]] == [
        ("0123456789ABCDEF", "device"),
        ("R58M", "unauthorized"),
        ("HT7", "no permissions"),
        ("192.168.1.20:5555", "offline"),
    ]
    assert entries[0].tags["model"] == "Phone_7"
    assert "accept the dialog" in describe_state("unauthorized")
    assert "udev" in describe_state("no permissions")
    assert "'odd'" in describe_state("odd")


def test_devices_are_watched_coming_and_going(
    server: AdbServer,
    own_server: OwnAdbServer,
    make_peer: Callable[..., AdbPeer],
    eventually: Callable[[Callable[[], bool]], bool],
) -> None:
    told: list[tuple[DeviceInfo, ...]] = []
    with _watching(server, told):
        assert eventually(lambda: bool(told))
        peer = make_peer()
        assert eventually(lambda: _state(told[-1], peer) == "ready")
        peer.unplug()
        assert eventually(lambda: _state(told[-1], peer) != "ready")
        peer.plug()
        assert eventually(lambda: _state(told[-1], peer) == "ready")
        server.disconnect(peer.address)
        assert eventually(lambda: _state(told[-1], peer) == "")


def test_a_server_that_is_killed_and_comes_back_is_watched_on(
    server: AdbServer,
    own_server: OwnAdbServer,
    peer: AdbPeer,
    eventually: Callable[[Callable[[], bool]], bool],
) -> None:
    told: list[tuple[DeviceInfo, ...]] = []
    with _watching(server, told):
        assert eventually(lambda: bool(told) and _state(told[-1], peer) == "ready")
        own_server.stop()
        assert eventually(lambda: told[-1] == ())
        own_server.start()
        server.connect(peer.address)
        assert eventually(lambda: _state(told[-1], peer) == "ready")


def _state(devices: tuple[DeviceInfo, ...], peer: AdbPeer) -> str:
    return next((device.state for device in devices if device.id == f"adb:{peer.address}"), "")


@contextmanager
def _watching(server: AdbServer, told: list[tuple[DeviceInfo, ...]]) -> Iterator[None]:
    progress = Progress()

    def watch() -> None:
        with pytest.raises(Cancelled):
            watch_devices(server, told.append, progress)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        progress.cancel()
        thread.join(10)
    assert not thread.is_alive()


@contextmanager
def _answering(answer: bytes) -> Iterator[int]:
    """Listen, and answer every request so."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

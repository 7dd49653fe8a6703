"""Devices behind a real adb server of the tests' own, as meters see them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backends.devices.adb.address import ServerAddress
from backends.devices.adb.remote_shell import AdbShell
from backends.devices.adb.server import AdbServer
from backends.power.files import ShellFiles
from backends.power.meter import Place
from tests.support.adb_peer import AdbPeer, OwnAdbServer, install_board, install_linux, install_phone


@pytest.fixture(scope="session")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnAdbServer]:
    with OwnAdbServer(tmp_path_factory.mktemp("adb")) as server:
        yield server


@pytest.fixture
def make_device(own_server: OwnAdbServer, tmp_path: Path) -> Iterator[Callable[[str], tuple[AdbPeer, Place]]]:
    """Make a phone, a board or a Linux board; the device's clock is this computer's."""
    server = AdbServer(ServerAddress(host=own_server.host, port=own_server.port))
    peers: list[AdbPeer] = []

    def make(kind: str) -> tuple[AdbPeer, Place]:
        peer = AdbPeer(tmp_path / f"device{len(peers)}")
        peers.append(peer)
        {"phone": install_phone, "board": install_board, "linux": install_linux}[kind](peer.files)
        peer.files.path("/proc/uptime").unlink()
        peer.files.path("/proc/uptime").symlink_to("/proc/uptime")
        server.connect(peer.address)
        shell = AdbShell(server, peer.address)
        system = "linux" if kind == "linux" else "android"
        return peer, Place(device=f"adb:{peer.address}", kind=system, files=ShellFiles(shell), shell=shell)

    yield make
    for peer in peers:
        server.disconnect(peer.address)
        peer.close()


@pytest.fixture
def phone(make_device: Callable[[str], tuple[AdbPeer, Place]]) -> tuple[AdbPeer, Place]:
    return make_device("phone")

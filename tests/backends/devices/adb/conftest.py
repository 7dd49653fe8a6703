"""A real adb server of the tests' own, and devices that speak adb with it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backends.devices.adb.address import ServerAddress
from backends.devices.adb.remote_shell import AdbShell
from backends.devices.adb.server import AdbServer
from tests.support.adb_peer import AdbPeer, OwnAdbServer


@pytest.fixture(scope="session")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnAdbServer]:
    with OwnAdbServer(tmp_path_factory.mktemp("adb")) as server:
        yield server


@pytest.fixture
def server(own_server: OwnAdbServer) -> AdbServer:
    return AdbServer(ServerAddress(host=own_server.host, port=own_server.port))


@pytest.fixture
def make_peer(server: AdbServer, tmp_path: Path) -> Iterator[Callable[..., AdbPeer]]:
    """Make devices; they are connected, and gone after the test."""
    peers = []

    def make(**options: object) -> AdbPeer:
        peer = AdbPeer(tmp_path / f"device{len(peers)}", **options)  # type: ignore[arg-type]  # passed on
        peers.append(peer)
        server.connect(peer.address)
        return peer

    yield make
    for peer in peers:
        server.disconnect(peer.address)
        peer.close()


@pytest.fixture
def peer(make_peer: Callable[..., AdbPeer]) -> AdbPeer:
    return make_peer()


@pytest.fixture
def shell(server: AdbServer, peer: AdbPeer) -> AdbShell:
    return AdbShell(server, peer.address)


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Wait for something to become true, and say whether it did."""

    def wait(condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 10
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.01)
        return condition()

    return wait

"""Phones behind a real adb server of the tests' own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backends.devices.adb.address import ServerAddress
from backends.devices.adb.server import AdbServer
from tests.support.adb_peer import AdbPeer, OwnAdbServer, install_phone


@pytest.fixture(scope="session")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnAdbServer]:
    with OwnAdbServer(tmp_path_factory.mktemp("adb")) as server:
        yield server


@pytest.fixture
def server(own_server: OwnAdbServer) -> AdbServer:
    return AdbServer(ServerAddress(host=own_server.host, port=own_server.port))


@pytest.fixture
def make_peer(server: AdbServer, tmp_path: Path) -> Iterator[Callable[[], AdbPeer]]:
    """Make phones; they are connected, and gone after the test."""
    peers: list[AdbPeer] = []

    def make() -> AdbPeer:
        peer = AdbPeer(tmp_path / f"phone{len(peers)}")
        peers.append(peer)
        install_phone(peer.files)
        server.connect(peer.address)
        return peer

    yield make
    for peer in peers:
        if server.is_running():
            server.disconnect(peer.address)
        peer.close()


@pytest.fixture
def peer(make_peer: Callable[[], AdbPeer]) -> AdbPeer:
    return make_peer()

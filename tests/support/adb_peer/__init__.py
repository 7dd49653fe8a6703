"""A device for tests: speaks adb's wire protocol to a real adb server, and runs commands on this computer.

``python -m tests.support.adb_peer --help`` runs one for trying out the program by hand.
"""

from tests.support.adb_peer.faults import Faults
from tests.support.adb_peer.peer import NEW_FEATURES, OLD_FEATURES, AdbPeer
from tests.support.adb_peer.phones import install_board, install_linux, install_phone
from tests.support.adb_peer.server import OwnAdbServer, own_environment
from tests.support.adb_peer.shell_service import find_shells

__all__ = [
    "NEW_FEATURES",
    "OLD_FEATURES",
    "AdbPeer",
    "Faults",
    "OwnAdbServer",
    "find_shells",
    "install_board",
    "install_linux",
    "install_phone",
    "own_environment",
]

"""Runs a device for trying out the program by hand, until Ctrl+C."""

import argparse
import tempfile
import threading
from pathlib import Path

from tests.support.adb_peer import AdbPeer
from tests.support.adb_peer.phones import install_board, install_linux, install_phone

_KINDS = {"phone": install_phone, "board": install_board, "linux": install_linux}


def main() -> None:
    """Say how to connect, and wait."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.adb_peer", description=__doc__)
    parser.add_argument("kind", choices=_KINDS, nargs="?", default="phone")
    kind = parser.parse_args().kind
    with tempfile.TemporaryDirectory() as folder, AdbPeer(Path(folder) / "device") as peer:
        _KINDS[kind](peer.files)
        print(f"The device's files are in {peer.files.root}.")  # noqa: T201 - a script
        print(f"Connect with: adb connect {peer.address}", flush=True)  # noqa: T201 - a script
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


main()

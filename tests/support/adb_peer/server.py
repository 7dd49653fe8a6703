"""A real adb server of our own: another port, another home, no USB, ended afterwards."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest


class OwnAdbServer:
    """Runs the adb program that comes with adbutils; never touches the user's server or keys.

    Args:
        home: a folder for its keys and log.
    """

    def __init__(self, home: Path) -> None:
        if not sys.platform.startswith("linux"):
            pytest.skip("the devices of these tests run their commands as Linux processes")
        self.host = "127.0.0.1"
        self.port = _free_port()
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it listens."""
        import adbutils

        program = Path(adbutils.__file__).parent / "binaries" / "adb"
        with (self._home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, "-L", f"tcp:{self.port}", "server", "nodaemon"],
                env=own_environment(self._home),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 20
        while not self.is_listening():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._home / "server.log").read_text())
            time.sleep(0.02)

    def stop(self) -> None:
        """Kill it, as ``adb kill-server`` does, but at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def is_listening(self) -> bool:
        """Whether it can be reached."""
        with socket.socket() as probe:
            return probe.connect_ex((self.host, self.port)) == 0


def own_environment(home: Path) -> dict[str, str]:
    """Give an environment in which an adb server sees no device and no key of the user."""
    return {
        "HOME": str(home),
        "ANDROID_USER_HOME": str(home),
        "TMPDIR": str(home),
        "ADB_MDNS": "0",
        "ADB_USB": "0",
        "ADB_LIBUSB": "0",
        "PATH": "/usr/bin:/bin",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

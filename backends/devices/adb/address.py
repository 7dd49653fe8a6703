"""Where an adb server listens, and where a device does."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from backends.errors import DeviceError


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAddress:
    """Host and port of an adb server, which may be on another computer."""

    host: str = "127.0.0.1"
    port: int = 5037

    @property
    def is_local(self) -> bool:
        """Whether the server is on this computer, so that it can be started from here."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def default_address(environment: Mapping[str, str] | None = None) -> ServerAddress:
    """Give the server that adb itself would use: by its variables of the environment, else on this computer."""
    variables = os.environ if environment is None else environment
    port = variables.get("ANDROID_ADB_SERVER_PORT", "")
    usual = ServerAddress()
    return ServerAddress(
        host=variables.get("ANDROID_ADB_SERVER_ADDRESS", "").strip() or usual.host,
        port=int(port) if port.isdecimal() and 0 < int(port) < 65536 else usual.port,
    )


def parse_address(text: str, *, default_port: int | None = None) -> ServerAddress:
    """Read ``HOST:PORT``, ``[IPV6]:PORT``, or ``HOST`` alone where there is a default port.

    Raises:
        DeviceError: it does not read so.
    """
    host, separator, port = text.strip().rpartition(":")
    if default_port is not None and (not separator or text.endswith("]")):
        host, port = text.strip(), str(default_port)
    host = host.removeprefix("[").removesuffix("]")
    has_odd_characters = any(character.isspace() or not character.isprintable() for character in host)
    if not host or has_odd_characters or not port.isdecimal() or not 0 < int(port) < 65536:
        raise DeviceError(f"'{text}' is not an address", hint="Write it as HOST:PORT, for example 192.168.1.20:5555.")
    return ServerAddress(host=host, port=int(port))

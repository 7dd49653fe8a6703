"""The device's file system: a private folder on this computer, and how paths and commands are mapped to it."""

import os
import re
import stat
from pathlib import Path

_FOLDERS = ("data", "vendor", "system", "proc", "sys", "sdcard", "odm", "dev/synap", "etc/os-release")
# A path of the device begins where no path goes on: after a space, a quote, "=" or ":".
_DEVICE_PATH = re.compile(rb"(?<![\w./-])/(?=(?:%s)(?:[/\s'\";)*]|$))" % "|".join(_FOLDERS).encode(), re.MULTILINE)


class DeviceFiles:
    """Maps the device's paths below a folder.

    Args:
        root: an empty folder; gets the device's usual folders.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        for folder in ("data/local/tmp", "bin", "vendor/bin", "vendor/lib64", "system/lib64", "proc", "sys", "dumpsys"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)

    def path(self, remote: str) -> Path:
        """Give this computer's path for one of the device."""
        clean = os.path.normpath("/" + remote.lstrip("/"))
        return self.root / clean.lstrip("/")

    def write(self, remote: str, text: str, *, is_executable: bool = False) -> Path:
        """Make a file of the device."""
        path = self.path(remote)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if is_executable:
            path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        return path

    def map_command(self, command: bytes) -> bytes:
        """Turn the device's paths in a command into this computer's."""
        return _DEVICE_PATH.sub(os.fsencode(self.root) + b"/", command)

    def unmap_output(self, output: bytes) -> bytes:
        """Turn this computer's paths in an output into the device's."""
        return output.replace(os.fsencode(self.root), b"")

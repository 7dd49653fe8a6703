"""The adb server's list of devices, and its words for their states."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# With spaces in a state ("no permissions (...); see [...]") only the known tags tell where it ends.
_TAG = re.compile(r"\s(usb|product|model|device|features|transport_id):(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the list."""

    serial: str
    state: str
    """The server's word: ``device`` is ready."""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Whether commands can run there."""
        return self.state == "device"


def parse_entries(text: str) -> tuple[Entry, ...]:
    """Read the answer to ``devices``, ``devices-l`` or ``track-devices-l``; lines that say nothing are left out."""
    entries = []
    for line in text.splitlines():
        serial, _, rest = line.strip().replace("\t", " ").partition(" ")
        if not serial or not rest.strip():
            continue
        tags = _TAG.findall(" " + rest)
        first = _TAG.search(" " + rest)
        state = (" " + rest)[: first.start()] if first else rest
        entries.append(Entry(serial=serial, state=_known_state(state.strip()), tags=dict(tags)))
    return tuple(entries)


def describe_state(state: str) -> str:
    """Say in words what a state means, and what to do about it; ``ready`` when all is well."""
    return _WORDS.get(state, f"the adb server calls its state '{state}'")


def _known_state(state: str) -> str:
    return "no permissions" if state.startswith("no permissions") else state.split(" usb:")[0]


_WORDS = {
    "device": "ready",
    "unauthorized": "not authorised: unlock the device and accept the dialog that asks to allow USB debugging",
    "authorizing": "waiting for the device to authorise this computer",
    "connecting": "connecting",
    "offline": "offline: plug it in again, or switch USB debugging off and on",
    "no permissions": "no permissions: add a udev rule for the device (package android-sdk-platform-tools-common), "
    "and plug it in again",
    "recovery": "in recovery mode: restart it into Android",
    "sideload": "in sideload mode: restart it into Android",
    "rescue": "in rescue mode: restart it into Android",
    "bootloader": "in the boot loader: restart it into Android",
    "host": "another computer, not a device",
    "detached": "released by the adb server: attach it with 'adb attach'",
}

"""Commands for a device's shell: the one place where anything is quoted.

A device has mksh (Android), dash or busybox's sh (Linux boards): only what all of them know is used.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from backends.errors import DeviceError

_TEMPLATE = (
    # Input 3 is the connection: its end wakes the watcher, which ends the whole process group.
    "exec 3<&0 </dev/null; "
    "( read -r ended <&3; kill -9 -$$ ) >/dev/null 2>&1 & watcher=$!; "
    "echo {begin} $$; "
    "{program} 3<&-; code=$?; "
    "kill -9 $watcher 2>/dev/null; "
    "{report}exit $code"
)
_REPORT = "echo {end} $code; "


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A program's command line for a device.

    The first line of its output is ``begin`` and the number of its process group. A script that reports its end adds
    ``end`` and the exit code, in the same line as the program's last output if that has no end.
    """

    text: str
    begin: str
    end: str


def make_script(argv: Sequence[str], *, reports_end: bool) -> Script:
    """Make the command that runs a program and takes it along when the connection ends.

    Args:
        argv: program and arguments.
        reports_end: print the exit code, for devices whose connection does not carry it.

    Raises:
        DeviceError: a text cannot be passed to a program.
    """
    # Nobody can guess the marks, so no output can be taken for them.
    begin, end = (f"@{secrets.token_hex(8)}" for _ in range(2))
    report = _REPORT.format(end=end) if reports_end else ""
    text = _TEMPLATE.format(begin=begin, program=quote(argv), report=report)
    return Script(text=text, begin=begin, end=end)


def make_kill(group: int) -> str:
    """Make the command that ends a process group at once."""
    return f"kill -9 -{group} 2>/dev/null || kill -9 {group} 2>/dev/null"


def quote(argv: Sequence[str]) -> str:
    """Give words that a shell passes on exactly as they are.

    Every word is put between single quotes, also harmless ones: ``A=b`` and ``if`` would mean something else.

    Raises:
        DeviceError: a word holds a zero byte, which no program can be given, or there is no word.
    """
    if not argv or not argv[0] or any("\0" in word for word in argv):
        raise DeviceError("a program on a device needs a name, and words without zero bytes", detail=repr(list(argv)))
    return " ".join("'" + word.replace("'", "'\\''") + "'" for word in argv)

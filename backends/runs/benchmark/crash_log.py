"""Why the device's system ended a program, from its own log: Android's ``logcat``, the kernel's on Linux boards.

Wordings are those of AOSP: lmkd (system/memory/lmkd), debuggerd (system/core/debuggerd), and the kernel: its
oom_kill.c and the audit of SELinux.
"""

import re
from collections.abc import Sequence

from backends.devices.device import RemoteShell
from backends.devices.shell import Outcome
from backends.errors import DeviceError, RunError

_KILL, _LAST_SIGNAL = 9, 64
_ASK_SECONDS = 15.0
_SPARE_SECONDS = 3.0
_LINES = 600
_KEPT_LINES = 80
_MAX_REASON = 200
_ASK = (
    'date +%s; logcat -d -v epoch -t "$1" 2>/dev/null || logcat -d -t "$1" 2>/dev/null; dmesg 2>/dev/null | tail -n 60'
)
_EPOCH = re.compile(r"\s*(?P<seconds>\d{9,11})\.\d+\s")
_MEMORY = re.compile(
    r"(?:lowmemorykiller|lmkd)\W.*?\b[Kk]ill(?:ing)? '(?P<name>[^']{1,200})'.*?(?:reason: (?P<reason>.{1,160}))?$"
)
_KERNEL = re.compile(r"(?:[Oo]ut of memory|oom[-_]kill\w*).{0,80}?\((?P<name>[^)]{1,64})\)")
_DUMP = re.compile(r">>> (?P<name>.{1,300}?) <<<")
_ABORT = re.compile(r"Abort message: '(?P<text>.{1,300}?)'?\s*$")
_FRAME = re.compile(r"#\d\d pc [0-9a-f]+ +(?P<path>/\S+?\.so\b|/\S+)")
_DENIED = re.compile(r"avc: +denied +\{ (?P<what>[^}]{1,60}) \}.*?(?:path|name)=\"(?P<path>[^\"]{1,200})\"")
_SYSTEM_LIBRARIES = ("/libc.so", "/libc++.so", "/libm.so", "/libdl.so", "/linker64", "/linker")


def explain_crash(
    error: RunError, outcome: Outcome, shell: RemoteShell, program: str, seconds: float
) -> tuple[RunError, tuple[str, ...]]:
    """Give the error with what the device's system says about it, and the lines of its log.

    The error itself where the program did not crash, or the system says nothing.

    Args:
        error: what is known from the program.
        outcome: how the program ended.
        shell: of the device.
        program: name of the program's file.
        seconds: how long it ran, to leave out what was before.
    """
    signal = -outcome.code if outcome.code < 0 else outcome.code - 128
    if outcome.timed_out or not 0 < signal <= _LAST_SIGNAL:
        return error, ()
    try:
        said = shell.run(["sh", "-c", _ASK, "sh", str(_LINES)], timeout_s=_ASK_SECONDS).stdout
    except DeviceError:
        return error, ()
    lines = _since(said.splitlines(), seconds)
    reason = _memory_reason(lines, program) if signal == _KILL else _crash_reason(lines, program)
    own = tuple(line for line in lines if _is_about(line, program))[-_KEPT_LINES:]
    log = ("The device's own log:", *own) if own else ()
    detail = "\n".join((error.detail, *log))
    if not reason:
        return RunError(error.message, hint=error.hint, detail=detail), log
    message = error.message.replace(", probably for lack of memory", "") if signal == _KILL else error.message
    return RunError(f"{message}: {reason}", hint=error.hint, detail=detail), log


def _since(lines: Sequence[str], seconds: float) -> list[str]:
    """Keep what was written while the program ran, where lines tell when; the first line is the device's time."""
    now = lines[0].strip() if lines else ""
    if not now.isdecimal():
        return list(lines)
    began = int(now) - seconds - _SPARE_SECONDS
    kept = []
    for line in lines[1:]:
        match = _EPOCH.match(line)
        if match is None or float(match["seconds"]) >= began:
            kept.append(line)
    return kept


def _memory_reason(lines: Sequence[str], program: str) -> str:
    for line in reversed(lines):
        if (match := _MEMORY.search(line)) and _is_name(match["name"], program):
            why = f" ({match['reason'].strip()[:_MAX_REASON]})" if match["reason"] else ""
            return f"its low-memory killer (lmkd) freed memory{why}"
        if (match := _KERNEL.search(line)) and _is_name(match["name"], program):
            return "its kernel had no memory left"
    return ""


def _crash_reason(lines: Sequence[str], program: str) -> str:
    """Give the message of an abort and the first library of the stack that is not the system's."""
    dumps = [i for i, line in enumerate(lines) if (match := _DUMP.search(line)) and _is_name(match["name"], program)]
    if not dumps:
        return ""
    parts: list[str] = []
    for line in lines[dumps[-1] : dumps[-1] + _KEPT_LINES]:
        if not parts and (match := _ABORT.search(line)):
            parts.append(f"it said '{match['text'].strip()[:_MAX_REASON]}'")
        elif (match := _FRAME.search(line)) and not match["path"].endswith(_SYSTEM_LIBRARIES):
            parts.append(f"in {match['path'].rsplit('/', 1)[-1]}")
            break
    return " ".join(parts)


def _is_about(line: str, program: str) -> bool:
    names = (program, program[:15])
    return any(name in line for name in names) or bool(
        _MEMORY.search(line) or _KERNEL.search(line) or _DENIED.search(line) or re.search(r"\bDEBUG\b *:", line)
    )


def _is_name(name: str, program: str) -> bool:
    """Compare names; the kernel keeps 15 letters, and lmkd tells the whole path."""
    last = name.strip().rsplit("/", 1)[-1].split(" ", 1)[0]
    return last in (program, program[:15])

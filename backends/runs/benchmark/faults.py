"""Why the tool failed, in one sentence with what to do about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backends.devices.shell import Outcome
from backends.errors import RunError
from backends.runs.benchmark.delegates import Delegate
from backends.runs.benchmark.tool_log import ToolLog

_NOT_EXECUTABLE, _NOT_FOUND = 126, 127
_KILL, _ABORT, _SEGV, _BUS, _ILL = 9, 6, 11, 7, 4
_SIGNALS = {_KILL: "SIGKILL", _ABORT: "SIGABRT", _SEGV: "SIGSEGV", _BUS: "SIGBUS", _ILL: "SIGILL"}
_LAST_SIGNAL = 64
_EMPTY_ERRORS = ("Benchmarking failed.", "usage: ", "Failed to load model", "The model allocation is null")
_MAX_REASON = 300
_ABSENT = (
    r"Unable to load external delegate[^\n]*|[^\n:]* acceleration is unsupported on this platform"
    r"|Could not create [^\n]* delegate[^\n]*|Couldn't load NNAPI support library[^\n]*"
)
"""What the tool's providers say when they have no delegate (tflite/tools/delegates)."""


@dataclass(frozen=True, slots=True)
class _Complaint:
    """Words of a log, and what they mean; ``{0}`` is the first group of the pattern."""

    pattern: str
    message: str
    hint: str


_COMPLAINTS = (
    _Complaint(
        r"No space left on device", "there is no space left on the device", "Remove files from it and profile again."
    ),
    _Complaint(
        r"CANNOT LINK EXECUTABLE.*library \"([^\"]{1,200})\" not found",
        "the library {0} that benchmark_model needs is not on the device",
        "Use a build of benchmark_model that is linked statically, or put the library beside it.",
    ),
    _Complaint(
        r"error while loading shared libraries: ([^:\s]{1,200})",
        "the library {0} that benchmark_model needs is not on the device",
        "Use a build of benchmark_model that is linked statically, or put the library beside it.",
    ),
    _Complaint(
        r"Could not find the specified NNAPI accelerator: (.{1,100}?)\. Must be one of: \{(.{0,500}?)\}",
        "the device has no NNAPI accelerator named {0}",
        "It has: {1}.",
    ),
    _Complaint(
        r"Disallowed CPU fallback detected",
        "the delegate does not take the whole model, and a full delegation was required",
        "Leave the option require_full out to see which operators stay on the processor.",
    ),
    _Complaint(
        r"Select TensorFlow op\(s\), included in the given model",
        "the model holds TensorFlow operators that this benchmark_model does not include",
        "Use the build benchmark_model_plus_flex, or convert the model without SELECT_TF_OPS.",
    ),
    _Complaint(
        r"Encountered unresolved custom op: ([^\s.]{1,200})",
        "this benchmark_model does not know the custom operator {0}",
        "Use a build that includes it or a delegate that takes it, or cut it off the model.",
    ),
    _Complaint(
        r"(?:dlopen failed|Failed to load library|Could not load|cannot open shared object file)[^\n]{0,300}",
        "a library of the delegate cannot be loaded on the device",
        "Check the library's path and processor type; programs of the shell may not open every library of the vendor.",
    ),
    _Complaint(
        r"Failed to apply (.{1,100}?) delegate",
        "the {0} delegate refuses this model",
        "Its own words are in the log; choose another delegate or other options.",
    ),
    _Complaint(
        r"The model is not a valid Flatbuffer|Model provided has model identifier",
        "the runtime on the device cannot read this model",
        "It may need a newer benchmark_model.",
    ),
    _Complaint(
        r"Didn't find op for builtin opcode '([^']{1,100})' version '([^']{1,20})'",
        "the runtime on the device is too old for {0} version {1}",
        "Use a newer benchmark_model.",
    ),
    _Complaint(
        r"Failed to parse flag '([^']{1,100})'",
        "benchmark_model does not accept the value of --{0}",
        "Change the option; the tool's own words are in the log.",
    ),
)


def find_fault(outcome: Outcome, log: ToolLog, *, wants_result: bool = True) -> RunError | None:
    """Give what went wrong, or ``None``.

    Args:
        outcome: how the process ended.
        log: what it said.
        wants_result: whether latencies were expected.
    """
    text = (outcome.stdout + "\n" + outcome.stderr).strip()
    if log.unconsumed:
        flags = " ".join(log.unconsumed)[:_MAX_REASON]
        return RunError(
            f"benchmark_model ignored what it does not know: {flags}",
            hint="The figures would be of something else. Choose a newer build, or leave the option out.",
            detail=text,
        )
    for find in (_find_start_fault, _find_complaint, _find_crash):
        fault = find(outcome, log, text)
        if fault is not None:
            return fault
    if outcome.code != 0:
        return RunError(
            f"benchmark_model failed{_reason(log)}", hint="The whole log says more; try it on the CPU.", detail=text
        )
    if wants_result and not log.is_finished:
        return RunError(
            "benchmark_model ended without a result: its output was cut off in the middle",
            hint="Check the cable or the network, and profile again.",
            detail=text,
        )
    return None


def find_absence(delegate: Delegate, outcome: Outcome, log: ToolLog) -> RunError | None:
    """Say that the tool measured the processor because it could not make the delegate, which it tells in passing only.

    Args:
        delegate: the one that was asked for.
        outcome: how the process ended.
        log: what it said; every delegate that is applied is told there, also one that takes nothing.
    """
    if not log.is_finished or log.verdicts or any(delegate.may_have_made(item.delegate) for item in log.replacements):
        return None
    text = (outcome.stdout + "\n" + outcome.stderr).strip()
    match = re.search(_ABSENT, text)
    words = f": {match[0].strip()[:_MAX_REASON]}" if match else ""
    return RunError(
        f"benchmark_model did not apply {delegate.name}, and measured the processor instead{words}",
        hint="Check that the delegate's libraries are on the device, for the processor type of benchmark_model.",
        detail=text,
    )


def _find_start_fault(outcome: Outcome, log: ToolLog, text: str) -> RunError | None:
    if "not executable: " in text or "Exec format error" in text or "cannot execute binary file" in text:
        return RunError(
            "benchmark_model is built for another kind of processor",
            hint="Choose the build for the device's ABI: arm64-v8a or armeabi-v7a on most devices.",
            detail=text,
        )
    if outcome.argv[:1] == ("taskset",) and re.search(r"taskset[^\n]*(?:not found|failed|[Ii]nvalid)", text):
        return RunError(
            "programs cannot be bound to these processor cores on the device",
            hint="Leave the option affinity out, or name cores that the device has.",
            detail=text,
        )
    if outcome.code == _NOT_EXECUTABLE:
        return RunError(
            "benchmark_model cannot be executed on the device",
            hint="It must be built for the device's ABI and lie in a folder where programs may run.",
            detail=text,
        )
    if outcome.code == _NOT_FOUND and "CANNOT LINK" not in text and "shared libraries" not in text:
        return RunError(
            "benchmark_model, or the loader it needs, is not on the device",
            hint="Choose the build for this system: Android's does not start on plain Linux, nor the other way round.",
            detail=text,
        )
    return None


def _find_complaint(outcome: Outcome, log: ToolLog, text: str) -> RunError | None:
    if outcome.code == 0 and log.is_finished:
        return None
    for complaint in _COMPLAINTS:
        if match := re.search(complaint.pattern, text):
            words = [group for group in match.groups() if group is not None]
            return RunError(_filled(complaint.message, words), hint=_filled(complaint.hint, words), detail=text)
    return None


def _filled(sentence: str, words: Sequence[str]) -> str:
    """Put words of a log into a sentence; they are never a format themselves."""
    for number, word in enumerate(words):
        sentence = sentence.replace(f"{{{number}}}", word)
    return sentence


def _find_crash(outcome: Outcome, log: ToolLog, text: str) -> RunError | None:
    if outcome.timed_out:
        return RunError(
            f"benchmark_model did not end in time and was stopped{_phase(log)}",
            hint="Use fewer runs or allow more time; if it hangs, the driver may: restart the device.",
            detail=text,
        )
    signal = -outcome.code if outcome.code < 0 else outcome.code - 128
    if not 0 < signal <= _LAST_SIGNAL:
        return None
    if signal == _KILL:
        return RunError(
            f"the device's system killed benchmark_model{_phase(log)}, probably for lack of memory",
            hint="Close apps on the device, or use a smaller model or fewer threads.",
            detail=text,
        )
    name = _SIGNALS.get(signal, f"signal {signal}")
    return RunError(
        f"benchmark_model crashed ({name}){_phase(log)}",
        hint="Try the CPU without a delegate: if that works, the delegate or its driver is at fault.",
        detail=text,
    )


def _phase(log: ToolLog) -> str:
    """Tell how far it had come."""
    if log.is_finished:
        return " after measuring"
    return (" while preparing the model", " while warming up", " while measuring")[min(log.loops_begun, 2)]


def _reason(log: ToolLog) -> str:
    words = next((error for error in log.errors if not error.startswith(_EMPTY_ERRORS)), "")
    words = words or next(iter(log.errors), "")
    return f": {words[:_MAX_REASON]}" if words else ""

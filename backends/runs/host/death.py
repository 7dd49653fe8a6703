"""Why a child is gone although nobody ended it, and how much memory it may take before that."""

from backends.devices import host_facts
from backends.devices.shell import Outcome
from backends.errors import RunError
from backends.units import format_bytes

_MEMORY_SHARE = 0.85


def memory_limit_bytes() -> int:
    """Most of what is free now, so that a greedy model fails alone instead of stalling the computer; 0 is no limit."""
    _total, available = host_facts.memory_bytes()
    return int(available * _MEMORY_SHARE) if available else 0


def death_of(outcome: Outcome, doing: str) -> RunError:
    """Phrase why the child is gone although nobody ended it."""
    log = outcome.stderr.strip()
    signal = outcome.signal_name
    if signal == "SIGKILL":
        return RunError(
            f"the system ended the runtime while {doing}, most likely because memory ran out",
            hint="Close other programs, or use smaller inputs.",
            detail=log,
        )
    if "bad_alloc" in log or "MemoryError" in log or "std::length_error" in log:
        return RunError(
            f"the runtime ran out of memory while {doing}",
            hint=f"It may use {format_bytes(memory_limit_bytes())} here: close other programs, or use smaller inputs.",
            detail=log,
        )
    if signal:
        return RunError(
            f"the runtime crashed ({signal}) while {doing}",
            hint="Try another kind of kernels: built-in kernels do not use the delegate.",
            detail=log,
        )
    return RunError(f"the runtime's process ended (code {outcome.code}) while {doing}", detail=log)

"""Memory and scheduling numbers of the own process, on any system; standard library only."""

import contextlib
import ctypes
import sys

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


def read() -> dict[str, int]:
    """Give the resident memory now and at its peak, in bytes; empty where the system does not say."""
    if sys.platform == "win32":
        return _read_windows()
    with contextlib.suppress(OSError), open("/proc/self/status", encoding="ascii", errors="replace") as file:  # noqa: PTH123 - keeps the child small
        fields = dict(line.split(":", 1) for line in file if line.startswith(("VmHWM", "VmRSS")))
        return {"rss": _kilobytes(fields["VmRSS"]), "peak": _kilobytes(fields["VmHWM"])}
    # macOS counts in bytes, and has no cheap way to the present size.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"rss": peak, "peak": peak}


def reset_peak() -> None:
    """Let the peak start at the present size, where the system can (Linux)."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as file:  # noqa: PTH123 - keeps the child small
        file.write("5")


def limit(size_bytes: int) -> None:
    """Let allocations beyond ``size_bytes`` of address space fail, and offer this process first when memory ends."""
    if resource is not None and sys.platform.startswith("linux") and size_bytes > 0:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (size_bytes, size_bytes))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:  # noqa: PTH123 - keeps the child small
        file.write("1000")


def involuntary_switches() -> int:
    """Count how often the system took the processor away so far; 0 where it does not say."""
    if resource is None:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def _kilobytes(text: str) -> int:
    return int(text.split()[0]) * 1024


def _read_windows() -> dict[str, int]:
    class Counters(ctypes.Structure):
        _fields_ = (
            ("size", ctypes.c_uint32),
            ("faults", ctypes.c_uint32),
            *((name, ctypes.c_size_t) for name in ("peak", "now", "a", "b", "c", "d", "paged", "peak_paged")),
        )

    counters = Counters()
    counters.size = ctypes.sizeof(counters)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]  # Windows only
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    query = kernel.K32GetProcessMemoryInfo
    query.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
    if not query(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size):
        return {}
    return {"rss": counters.now, "peak": counters.peak}

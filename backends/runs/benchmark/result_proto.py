"""Reads the summary that newer tools write with ``--result_file_path``.

Field numbers are those of ``tflite/tools/benchmark/proto/benchmark_result.proto`` in LiteRT.
"""

from dataclasses import dataclass, replace
from typing import overload

from backends.runs.benchmark.tool_log import ToolLog
from backends.runs.benchmark.wire import Message

_WHAT = "benchmark result"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkResult:
    """The summary of one process; ``None`` where the tool left a number out. Times in ms, sizes in kB."""

    mean_ms: float | None
    min_ms: float | None
    max_ms: float | None
    std_ms: float | None
    median_ms: float | None
    p5_ms: float | None
    p95_ms: float | None
    init_ms: float | None
    first_ms: float | None
    warmup_ms: float | None
    init_kb: float | None
    overall_kb: float | None
    peak_mb: float | None
    runs: int
    warmup_runs: int

    def refine(self, log: ToolLog) -> ToolLog:
        """Give the log with this summary's figures, which have more digits; unchanged where it is about other runs."""
        printed = log.runs
        if printed is None or printed.count != self.runs or self.mean_ms is None:
            return log
        runs = replace(
            printed,
            mean_ns=_ns(self.mean_ms, printed.mean_ns),
            std_ns=_ns(self.std_ms, printed.std_ns),
            median_ns=_ns(self.median_ms, printed.median_ns),
            p5_ns=_ns(self.p5_ms, printed.p5_ns),
            p95_ns=_ns(self.p95_ms, printed.p95_ns),
        )
        overall = log.overall_bytes if self.overall_kb is None else int(1024 * self.overall_kb)
        initial = log.init_bytes if self.init_kb is None else int(1024 * self.init_kb)
        return replace(log, runs=runs, overall_bytes=overall, init_bytes=initial)


def parse_result(data: bytes) -> BenchmarkResult:
    """Read a ``BenchmarkResult`` message.

    Raises:
        RunError: it is damaged.
    """
    whole = Message(data, _WHAT)
    empty = Message(b"", _WHAT)
    times, memory, counts = (whole.message(number) or empty for number in (2, 3, 4))
    return BenchmarkResult(
        mean_ms=times.real(1),
        min_ms=times.real(2),
        max_ms=times.real(3),
        std_ms=times.real(4),
        median_ms=times.real(5),
        p5_ms=times.real(6),
        p95_ms=times.real(7),
        init_ms=times.real(8),
        first_ms=times.real(9),
        warmup_ms=times.real(10),
        init_kb=_kilobytes(memory, 1),
        overall_kb=_kilobytes(memory, 2),
        peak_mb=memory.real(3),
        runs=max(0, counts.integer(2)),
        warmup_runs=max(0, counts.integer(3)),
    )


def _kilobytes(memory: Message, number: int) -> float | None:
    return float(memory.integer(number)) if memory.has(number) else None


@overload
def _ns(milliseconds: float | None, printed: float) -> float: ...
@overload
def _ns(milliseconds: float | None, printed: float | None) -> float | None: ...
def _ns(milliseconds: float | None, printed: float | None) -> float | None:
    """Give whole nanoseconds; a number that makes no sense gives way to the printed one."""
    return printed if milliseconds is None or not 0 <= milliseconds < 1e12 else float(round(1e6 * milliseconds))

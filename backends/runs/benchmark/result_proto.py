"""Reads the summary that newer tools write with ``--result_file_path``.

Field numbers are those of ``tflite/tools/benchmark/proto/benchmark_result.proto`` in LiteRT.
"""

from dataclasses import dataclass

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

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.runs.benchmark.known_flags import parse_help
from backends.runs.benchmark.tool_log import LogReader, ToolLog, parse_log
from tests.support.benchmark_tool import KNOWN, a_help, a_log
from tests.support.shared import SHARED

_FOLDER = SHARED / "recordings" / "benchmark_model" if SHARED else None
_CASES = sorted(path.name.removesuffix(".stdout") for path in _FOLDER.glob("*.stdout")) if _FOLDER else []
needs_recordings = pytest.mark.skipif(not _CASES, reason="the recordings are not here")


def _recorded(case: str) -> ToolLog:
    assert _FOLDER is not None
    texts = [(_FOLDER / f"{case}.{stream}").read_text(encoding="utf-8") for stream in ("stdout", "stderr")]
    return parse_log("\n".join(texts).splitlines())


@needs_recordings
@pytest.mark.parametrize("case", _CASES)
def test_a_recorded_process_has_latencies_exactly_if_it_succeeded_with_them(case: str) -> None:
    assert _FOLDER is not None
    code = int((_FOLDER / f"{case}.exit").read_text())

    assert _recorded(case).is_finished == (code == 0)


@needs_recordings
def test_a_recorded_measurement_reads_in_full() -> None:
    log = _recorded("mnv1_025_128_u8.xnnpack.text")

    assert log.runs is not None
    assert log.warmup is not None
    assert (log.runs.count, log.runs.min_ns, log.runs.max_ns) == (55, 1_380_000, 2_793_000)
    assert (log.runs.p5_ns, log.runs.median_ns, log.runs.p95_ns) == (1_445_000, 1_773_000, 2_656_000)
    assert (log.init_ns, log.first_ns, log.warmup.count) == (3_450_000, 1_838_000, 29)
    assert (log.init_bytes, log.peak_bytes) == (int(5.37891 * 2**20), int(11.957 * 2**20))
    assert [(v.delegate, v.how, v.kernels) for v in log.verdicts] == [("XNNPACK", "partially", 2)]


@needs_recordings
@pytest.mark.parametrize(
    ("case", "read", "expected"),
    [
        ("unknown_flag", lambda log: log.unconsumed, ("--use_warp_drive=true",)),
        ("gpu_absent", lambda log: log.unconsumed, ("--use_gpu=true",)),
        ("full_delegation_required", lambda log: log.errors[0], "Disallowed CPU fallback detected."),
        ("nofile", lambda log: "Could not open" in log.errors[0], True),
        ("abort", lambda log: (log.errors, log.loops_begun), ((), 0)),
        ("mp_selfie_segmentation.xnnpack.plain", lambda log: log.verdicts[0].how, "completely"),
    ],
)
def test_recorded_words_are_understood(case: str, read: Callable[[ToolLog], object], expected: object) -> None:
    assert read(_recorded(case)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("INFO: Replacing 31 node(s) with delegate (TfLiteNnapiDelegate) node, yielding 1 partitions.", (31, 0, 0)),
        (
            "VERBOSE: Replacing 31 out of 40 node(s) with delegate (Vx Delegate) node, yielding 3 partitions for the "
            "whole graph.",
            (31, 40, 0),
        ),
        (
            "INFO: Replacing 2 out of 4 node(s) with delegate (TfLiteXNNPackDelegate) node, yielding 3 partitions for "
            "subgraph 1 (body).",
            (2, 4, 1),
        ),
    ],
)
def test_every_wording_of_a_partitioning_is_understood(line: str, expected: tuple[int, int, int]) -> None:
    (found,) = parse_log([line]).replacements

    assert (found.taken, found.of, found.subgraph) == expected


def test_accelerators_of_the_device_are_read() -> None:
    lines = [
        "NNAPI accelerators available: [synap-npu,nnapi-reference]",
        "ERROR: Could not find the specified NNAPI accelerator: abc. Must be one of: {synap-npu,nnapi-reference}.",
    ]
    log = parse_log(lines)

    assert (log.accelerators, log.unknown_accelerator) == (("synap-npu", "nnapi-reference"), "abc")


def test_statistics_may_be_short_or_in_exponents() -> None:
    begin = "Running benchmark for at least 1 iterations and at least 0 seconds"
    log = parse_log([begin, "count=1 curr=2531", begin, "count=7 curr=1.59906e+06(all same)"])

    assert log.warmup is not None
    assert log.runs is not None
    assert (log.warmup.mean_ns, log.warmup.std_ns) == (2_531_000, None)
    assert (log.runs.count, log.runs.mean_ns, log.runs.std_ns) == (7, 1_599_060_000, 0.0)


def test_statistics_of_a_profile_are_not_taken_for_those_of_the_loop() -> None:
    log = parse_log([*a_log(mean_us=80).splitlines(), "Timings (microseconds): count=1 curr=466"])

    assert log.runs is not None
    assert log.runs.mean_ns == 80_000


def test_a_reader_tells_of_each_loop_as_it_ends() -> None:
    reader = LogReader()
    told = [stats.mean_ns for line in a_log(mean_us=80).splitlines() if (stats := reader.feed(line))]

    assert told == [400_000, 80_000]


@needs_recordings
def test_the_recorded_help_tells_the_flags() -> None:
    assert _FOLDER is not None
    flags = parse_help((_FOLDER / "help.stderr").read_text(encoding="utf-8").splitlines())

    assert flags.is_benchmark_tool
    assert "use_xnnpack" in flags
    assert "use_gpu" not in flags
    assert (flags.defaults["num_runs"], flags.defaults["op_profiling_output_mode"]) == ("50", "stdout")


def test_help_of_another_program_is_no_benchmark_tool() -> None:
    assert not parse_help(["usage: ls", "\t--all=false\tbool\toptional\tx"]).is_benchmark_tool
    assert parse_help(a_help(KNOWN).splitlines()).is_benchmark_tool


@given(st.text(max_size=300))
def test_any_line_is_read_without_a_crash(line: str) -> None:
    parse_log([line, f"INFO: {line}", f"count=5 {line}"])
    parse_help([line])

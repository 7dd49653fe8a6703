from dataclasses import replace

import pytest

from backends.reports.rows import run_row
from backends.reports.run_columns import RUN_COLUMNS
from tests.support.builders import a_chain, a_run


def texts(run):
    row = run_row(run)
    return {column.id: column.text(row) for column in RUN_COLUMNS}


@pytest.fixture
def run():
    return a_run(a_chain(["RELU"]), latencies_ns=(1_000_000, 3_000_000))


def test_a_run_tells_plan_and_statistics(run):
    shown = texts(run)

    assert shown["started_at"] == "2026-03-01 12:00:00"
    assert (shown["kernels"], shown["threads"], shown["runs"]) == ("fused", "1", "2")
    assert (shown["mean_ns"], shown["p50_ns"], shown["min_ns"]) == ("2.00 ms", "2.00 ms", "1.00 ms")
    assert (shown["init_ns"], shown["first_ns"], shown["warmup_ns"]) == ("20.0 ms", "3.00 ms", "2.25 ms")
    assert (shown["peak_memory_bytes"], shown["inferences_per_second"]) == ("30.0 MiB", "500")


def test_what_was_not_measured_is_not_shown_as_zero(run):
    bare = replace(run, latencies_ns=(), warmup_ns=(), init_ns=None, first_ns=None, memory=None)
    shown = texts(bare)

    missing = ("mean_ns", "p99_ns", "std_ns", "init_ns", "first_ns", "warmup_ns", "peak_memory_bytes")
    assert {shown[id_] for id_ in (*missing, "inferences_per_second")} == {"–"}


def test_a_run_stopped_early_says_so(run):
    assert texts(replace(run, is_complete=False))["is_complete"] == "stopped early"

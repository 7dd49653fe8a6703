"""Statistics of latencies hold for every series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.runs.summary import (
    count_warmup,
    ecdf,
    find_outliers,
    histogram,
    measure_drift,
    summarize_latencies,
)

series = st.lists(st.integers(1, 10**12), min_size=1, max_size=200)


@given(series)
def test_numbers_are_ordered_and_within_the_values(values: list[int]) -> None:
    summary = summarize_latencies(values)

    assert summary.min_ns <= summary.p50_ns <= summary.p90_ns <= summary.p99_ns <= summary.max_ns
    assert summary.min_ns <= summary.mean_ns * (1 + 1e-12)
    assert summary.mean_ns <= summary.max_ns * (1 + 1e-12)
    assert (summary.min_ns, summary.max_ns, summary.count) == (min(values), max(values), len(values))


def test_percentiles_interpolate_and_the_deviation_is_that_of_a_sample() -> None:
    summary = summarize_latencies([10, 20, 30, 40])

    assert (summary.p50_ns, summary.p90_ns) == (25.0, 37.0)
    assert summary.std_ns == pytest.approx(np.std([10, 20, 30, 40], ddof=1))


def test_a_single_run_has_no_spread() -> None:
    assert summarize_latencies([7]).std_ns == 0.0


def test_nothing_cannot_be_summarised() -> None:
    with pytest.raises(ValueError, match="nothing"):
        summarize_latencies([])


@given(series)
def test_a_histogram_counts_every_value_once(values: list[int]) -> None:
    result = histogram(values)

    assert sum(result.counts) == len(values)
    assert len(result.edges_ns) == len(result.counts) + 1
    assert result.edges_ns[0] <= min(values)
    assert result.edges_ns[-1] >= max(values)


@given(series)
def test_the_distribution_rises_to_one(values: list[int]) -> None:
    result = ecdf(values)

    assert list(result.values_ns) == sorted(result.values_ns)
    assert list(result.shares) == sorted(result.shares)
    assert result.shares[-1] == 1.0


@given(st.integers(0, 10), st.integers(30, 60), st.integers(10**3, 10**9))
def test_slow_runs_at_the_start_are_warm_up(slow: int, steady: int, latency: int) -> None:
    values = [latency * 2] * slow + [latency] * steady

    assert count_warmup(values) == slow


def test_a_few_runs_do_not_tell_whether_the_first_ones_were_warm_up() -> None:
    assert count_warmup([110, 100, 101, 100, 101]) == 0


def test_a_single_slow_run_later_is_an_outlier_and_not_warm_up() -> None:
    values = [100, 101, 99, 100, 500, 100, 101, 99, 100, 100]

    assert count_warmup(values) == 0
    assert find_outliers(values) == (4,)


@given(series)
def test_warm_up_is_never_more_than_half(values: list[int]) -> None:
    assert 0 <= count_warmup(values) <= len(values) / 2


def test_a_slow_climb_is_drift() -> None:
    drift = measure_drift([1000 + 5 * i for i in range(60)])

    assert drift.is_notable
    assert drift.relative == pytest.approx(200 / 1147.5, rel=1e-6)


def test_noise_is_not_drift() -> None:
    generator = np.random.default_rng(5)

    drift = measure_drift((10_000 + generator.normal(0, 300, 90)).astype(int).tolist())

    assert not drift.is_notable


@given(series)
def test_a_constant_shift_of_all_values_is_no_drift(values: list[int]) -> None:
    assert measure_drift([values[0]] * len(values)).relative == 0.0

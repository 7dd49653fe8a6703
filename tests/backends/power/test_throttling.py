"""Slowing down is found where it happened, and nowhere else."""

import numpy as np
import pytest

from backends.power.sustained import describe_sustained
from backends.power.throttling import find_throttling
from backends.power.traces import Quantity, Trace, Window, WindowKind

_LOOP = Window(kind=WindowKind.LOOP, start_s=10.0, end_s=310.0)


def a_trace(quantity: Quantity, times: np.ndarray, values: np.ndarray) -> Trace:
    return Trace(
        id=str(quantity), title=f"The {quantity}", quantity=quantity, times_s=tuple(times.tolist()),
        values=tuple(values.tolist()),
    )  # fmt: skip


def latencies(slow_from: float | None, *, factor: float = 1.3, seed: int = 0, end: float = 310.0) -> Trace:
    times = np.arange(10.05, end, 0.1)
    rng = np.random.default_rng(seed)
    values = 20 + rng.normal(0, 1.0, len(times)) + rng.exponential(1.0, len(times))
    if slow_from is not None:
        values[times >= slow_from] *= factor
    return a_trace(Quantity.LATENCY, times, values)


@pytest.mark.parametrize("slow_from", [80.0, 200.0])
def test_a_latency_that_rises_for_good_is_marked_where_it_does(slow_from: float) -> None:
    found = find_throttling([latencies(slow_from)], [_LOOP])

    assert len(found) == 1
    assert found[0].start_s == pytest.approx(slow_from, abs=6)
    assert found[0].end_s is None
    assert found[0].change == pytest.approx(0.3, abs=0.03)
    assert "rose by 30%" in found[0].sentence or "rose by 29%" in found[0].sentence


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_no_throttling(seed: int) -> None:
    assert find_throttling([latencies(None, seed=seed)], [_LOOP]) == ()


def test_one_slow_moment_is_no_throttling() -> None:
    trace = latencies(None)
    values = np.array(trace.values)
    values[1500:1560] *= 2

    assert find_throttling([a_trace(Quantity.LATENCY, np.array(trace.times_s), values)], [_LOOP]) == ()


def test_a_clock_that_falls_and_recovers_has_an_end() -> None:
    times = np.arange(10.0, 310.0, 0.5)
    values = np.full(len(times), 2400.0)
    values[(times >= 100) & (times < 200)] = 1800.0

    found = find_throttling([a_trace(Quantity.CLOCK, times, values)], [_LOOP])

    assert len(found) == 1
    assert found[0].start_s == pytest.approx(100, abs=6)
    assert found[0].end_s == pytest.approx(200, abs=6)
    assert "fell by 25%" in found[0].sentence


def test_androids_own_word_counts() -> None:
    trace = a_trace(Quantity.STATUS, np.array([20.0, 100.0, 200.0]), np.array([0.0, 2.0, 1.0]))

    found = find_throttling([trace], [_LOOP])

    assert [item.start_s for item in found] == [100.0]
    assert "status 2" in found[0].sentence


def test_a_status_from_before_a_short_loop_holds_in_it() -> None:
    trace = a_trace(Quantity.STATUS, np.array([1.0, 9.0, 400.0]), np.array([0.0, 2.0, 0.0]))
    over = a_trace(Quantity.STATUS, np.array([1.0, 9.0, 400.0]), np.array([2.0, 0.0, 2.0]))

    assert [item.start_s for item in find_throttling([trace], [_LOOP])] == [10.0]
    assert find_throttling([over], [_LOOP]) == ()


def test_clocks_that_fall_after_the_loop_are_no_throttling() -> None:
    times = np.arange(0.0, 330.0, 0.5)
    values = np.where(times < 312, 2400.0, 300.0)

    assert find_throttling([a_trace(Quantity.CLOCK, times, values)], [_LOOP]) == ()


def test_a_sustained_run_compares_first_and_last_minute() -> None:
    times = np.arange(0.0, 320.0, 1.0)
    heat = a_trace(Quantity.TEMPERATURE, times, 60 - 30 * np.exp(-np.maximum(times - 10, 0) / 40))

    found = describe_sustained([latencies(160.0), heat], [_LOOP])

    assert found is not None
    assert found.part_seconds == 60
    assert found.changes[0].share == pytest.approx(0.3, abs=0.02)
    assert found.seconds_to_throttle == pytest.approx(150, abs=6)
    assert found.steady_from_s == pytest.approx(150, abs=12)
    assert found.steady_latency_ms == pytest.approx(27, abs=0.5)
    assert found.is_warm is True


def test_a_device_that_is_still_heating_up_is_not_steady() -> None:
    times = np.arange(10.0, 310.0, 0.1)
    rising = a_trace(Quantity.LATENCY, times, 20 + 0.05 * times)
    heat = a_trace(Quantity.TEMPERATURE, times, 30 + 0.05 * times)

    found = describe_sustained([rising, heat], [_LOOP])

    assert found is not None
    assert found.steady_latency_ms is None
    assert found.slope_celsius_per_minute == pytest.approx(3.0)
    assert found.is_warm is False


def test_without_a_long_loop_there_is_nothing_to_describe() -> None:
    assert describe_sustained([latencies(None)], []) is None
    short = Window(kind=WindowKind.LOOP, start_s=10, end_s=20)
    assert describe_sustained([latencies(None)], [short]) is None

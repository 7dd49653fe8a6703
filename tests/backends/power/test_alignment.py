"""Clocks of others are found again: with jitter, skew, delay, and in recordings that began long before."""

import numpy as np
import pytest

from backends.power.alignment import map_clock, match_load
from tests.support.power_signals import idle_busy, sampled


def test_the_offset_of_a_device_is_the_shortest_delay() -> None:
    rng = np.random.default_rng(1)
    written = np.arange(100.0, 130.0, 0.1)
    arrived = written - 95.0 + 0.002 + rng.exponential(0.02, len(written))

    found = map_clock(written, arrived)

    assert found.apply(np.array([110.0]))[0] == pytest.approx(15.002, abs=0.002)
    assert 0 < found.error_s < 0.02


def test_a_clock_that_runs_fast_is_noticed_over_minutes() -> None:
    rng = np.random.default_rng(2)
    own = np.arange(0.0, 600.0, 0.2)
    written = 1000 + own * 1.0001
    arrived = own + 0.002 + rng.exponential(0.01, len(own))

    found = map_clock(written, arrived, resolution_s=0.01)

    assert found.rate == pytest.approx(1 / 1.0001, abs=5e-6)
    mapped = found.apply(written)
    assert np.max(np.abs(mapped - own)) < 0.01
    assert found.error_s >= 0.01 / 12**0.5


def test_a_clock_needs_pairs() -> None:
    with pytest.raises(ValueError, match="pairs"):
        map_clock([], [])


@pytest.mark.parametrize("shift", [-40.0, 0.0, 2.21])
@pytest.mark.parametrize("hz", [20.0, 1000.0])
def test_a_recording_is_found_by_the_load(shift: float, hz: float) -> None:
    """The run was busy from 3 to 13 s; the meter began ``shift`` before or after the run, by its own clock at 0."""
    power = idle_busy(500, 2500, start_s=3 - shift, end_s=13 - shift)
    signal = sampled(power, 60, hz, noise_mw=300, seed=3)

    found = match_load(signal.times_s, signal.values, [(3.0, 13.0)])

    assert found is not None
    assert found.is_trustworthy
    assert abs(found.offset_s - shift) < 3 * found.error_s
    assert found.error_s < 0.05


def test_several_bursts_are_matched_together() -> None:
    busy = [(3.0, 5.0), (6.0, 6.5), (9.0, 14.0)]
    times = np.arange(0.0, 40.0, 0.01)
    values = np.full(len(times), 400.0)
    for first, last in busy:
        values[(times >= first + 12.5) & (times < last + 12.5)] = 1800.0
    values += np.random.default_rng(4).normal(0, 100, len(times))

    found = match_load(times, values, busy)

    assert found is not None
    assert found.offset_s == pytest.approx(-12.5, abs=0.03)


def test_noise_is_no_match() -> None:
    times = np.arange(0.0, 60.0, 0.05)
    noise = np.random.default_rng(5).normal(1000, 100, len(times))

    found = match_load(times, noise, [(3.0, 13.0)])

    assert found is None or not found.is_trustworthy


def test_a_flat_or_short_recording_cannot_be_matched() -> None:
    times = np.arange(0.0, 60.0, 0.05)

    assert match_load(times, np.full(len(times), 5.0), [(3.0, 13.0)]) is None
    assert match_load(times[:3], times[:3], [(3.0, 13.0)]) is None
    assert match_load(times, times, []) is None

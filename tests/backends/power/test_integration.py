"""Energies of signals with known answers lie within the stated uncertainty."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.power.integration import Signal, distinct_rate, integrate
from tests.support.power_signals import Power, constant, duty_cycle, idle_busy, ramp, sampled, true_energy

_SEEDS = range(40)

SIGNALS = {
    "constant": (constant(1500), 50.0, {}),
    "ramp": (ramp(500, 100), 20.0, {}),
    "duty cycle": (duty_cycle(400, 2400, period_s=1.3, share=0.35), 20.0, {}),
    "duty cycle, slow meter": (duty_cycle(400, 2400, period_s=5.3, share=0.35), 2.0, {}),
    "jittered clock": (duty_cycle(400, 2400, period_s=1.3, share=0.35), 50.0, {"jitter_s": 0.004}),
    "noise": (constant(1500), 50.0, {"noise_mw": 300}),
    "means of a counter": (duty_cycle(400, 2400, period_s=1.3, share=0.35), 4.0, {"is_mean": True}),
}


@pytest.mark.parametrize("name", SIGNALS)
def test_the_true_energy_lies_within_the_uncertainty(name: str) -> None:
    power, hz, options = SIGNALS[name]
    true = true_energy(power, 3.0, 27.0)
    off = []
    for seed in _SEEDS:
        found = integrate(sampled(power, 30, hz, seed=seed, **options), 3.0, 27.0)
        assert found is not None
        off.append((found.energy_mj - true) / max(found.error_mj, 1e-6 * true))
    # Two standard uncertainties hold 95 % of normal errors: of 40, 38 on average.
    assert np.count_nonzero(np.abs(off) <= 2.0) >= 36
    assert abs(np.mean(off)) < 1.0


@pytest.mark.parametrize("name", ["constant", "ramp"])
def test_what_straight_lines_can_follow_is_exact(name: str) -> None:
    power, hz, _ = SIGNALS[name]

    found = integrate(sampled(power, 30, hz), 3.0, 27.0)

    assert found is not None
    assert found.energy_mj == pytest.approx(true_energy(power, 3.0, 27.0), rel=1e-5)


def test_the_uncertainty_is_no_excuse() -> None:
    """It falls with the rate of the meter, and is a few per cent where there are some values for each period."""
    power = duty_cycle(400, 2400, period_s=1.3, share=0.35)
    errors = []
    for hz in (5.0, 50.0, 1000.0):
        found = integrate(sampled(power, 30, hz), 3.0, 27.0)
        assert found is not None
        errors.append(found.error_mj / found.energy_mj)
    assert errors[0] > 3 * errors[1] > 9 * errors[2]
    assert errors[1] < 0.03


def test_a_gap_is_bridged_and_widens_the_uncertainty() -> None:
    whole = sampled(duty_cycle(400, 2400, period_s=1.3, share=0.35), 30, 50.0)
    keep = (whole.times_s < 12) | (whole.times_s > 14)
    cut = dataclasses.replace(whole, times_s=whole.times_s[keep], values=whole.values[keep])

    full, found = integrate(whole, 3.0, 27.0), integrate(cut, 3.0, 27.0)

    assert full is not None
    assert found is not None
    assert found.gap_seconds == pytest.approx(2.0, abs=0.05)
    assert found.error_mj > 2 * full.error_mj
    assert abs(found.energy_mj - full.energy_mj) < 2 * found.error_mj


def test_a_gauge_that_repeats_values_is_as_slow_as_its_changes() -> None:
    power = ramp(500, 100)
    slow = sampled(power, 30, 1.0)
    times = np.arange(0.0, 29.0, 0.02)
    held = Signal(times_s=times, values=slow.values[(np.searchsorted(slow.times_s, times) - 1).clip(0, 28)])

    found = integrate(held, 3.0, 27.0)

    assert found is not None
    assert found.count == pytest.approx(24, abs=1)
    assert distinct_rate(held, 3.0, 27.0) == pytest.approx(1.0, abs=0.05)
    assert abs(found.energy_mj - true_energy(power, 3.0, 27.0)) < 2 * found.error_mj


def test_the_error_of_the_clock_counts_where_the_power_steps() -> None:
    power = idle_busy(500, 2500, start_s=5, end_s=15)
    good = integrate(sampled(power, 20, 1000.0), 5.0, 15.0)
    bad = integrate(sampled(power, 20, 1000.0, clock_error_s=0.05), 5.0, 15.0)

    assert good is not None
    assert bad is not None
    assert bad.error_mj == pytest.approx(np.hypot(good.error_mj, 2**0.5 * 2000 * 0.05), rel=0.05)


def test_a_stated_scale_error_is_part_of_the_uncertainty() -> None:
    found = integrate(sampled(constant(1000), 20, 50.0, relative_error=0.02), 5.0, 15.0)

    assert found is not None
    assert found.error_mj == pytest.approx(0.02 * found.energy_mj, rel=1e-4)


def test_what_was_not_sampled_is_not_guessed() -> None:
    signal = sampled(constant(1000), 10, 50.0)

    assert integrate(signal, 20.0, 30.0) is None
    part = integrate(signal, 5.0, 15.0)
    assert part is not None
    assert part.seconds == pytest.approx(5.0, abs=0.2)
    assert integrate(Signal(times_s=np.array([]), values=np.array([])), 0.0, 1.0) is None


@given(st.floats(100, 5000), st.floats(0.05, 0.95), st.floats(0.5, 3), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_no_duty_cycle_is_far_off(high: float, share: float, period: float, seed: int) -> None:
    power: Power = duty_cycle(50, 50 + high, period_s=period, share=share)

    found = integrate(sampled(power, 30, 40.0, seed=seed), 2.0, 28.0)

    assert found is not None
    assert abs(found.energy_mj - true_energy(power, 2.0, 28.0)) <= 4 * found.error_mj + 1e-6


def test_only_a_stretch_with_a_length_has_energy() -> None:
    with pytest.raises(ValueError, match="end"):
        integrate(sampled(constant(1000), 10, 50.0), 5.0, 5.0)

"""Energy of one inference: baseline, uncertainty, and what is said of figures that may be wrong."""

import numpy as np
import pytest

from backends.power.energy import MeterWords, compute_energy
from backends.power.integration import Signal
from backends.power.operator_energy import estimate_operators
from backends.power.traces import Window, WindowKind
from tests.support.power_signals import idle_busy, sampled

_METER = MeterWords(id="test", title="Test meter", measures="All.")
_WINDOWS = (
    Window(kind=WindowKind.IDLE_BEFORE, start_s=0.5, end_s=4.5),
    Window(kind=WindowKind.LOOP, start_s=5.0, end_s=15.0),
    Window(kind=WindowKind.IDLE_AFTER, start_s=15.5, end_s=19.5),
)


def test_one_inference_costs_what_it_adds_to_idle() -> None:
    off = []
    for seed in range(20):
        signal = sampled(idle_busy(500, 2500, start_s=5, end_s=15), 20, 100.0, seed=seed, noise_mw=50)
        energy = compute_energy(signal, _WINDOWS, inferences=400, meter=_METER)
        assert energy is not None
        assert energy.per_inference_mj is not None
        assert energy.per_inference_error_mj is not None
        assert energy.per_inference_mj == pytest.approx(50.0, rel=0.01)
        off.append((energy.per_inference_mj - 50.0) / energy.per_inference_error_mj)
    assert np.count_nonzero(np.abs(off) < 2) >= 18
    assert energy.idle_mw == pytest.approx(500, abs=10)
    assert energy.mean_mw == pytest.approx(2500, rel=0.01)
    assert energy.peak_mw == pytest.approx(2640, abs=60)
    assert energy.inferences_per_joule == pytest.approx(20, rel=0.01)
    assert energy.total_per_inference_mj == pytest.approx(62.5, rel=0.01)
    assert energy.warnings == ()


def test_a_baseline_that_drifts_widens_the_uncertainty_and_is_told() -> None:
    t = np.arange(0, 20, 0.01)
    drifting = Signal(times_s=t, values=idle_busy(500, 2500, start_s=5, end_s=15)(t) + 40 * t)

    energy = compute_energy(drifting, _WINDOWS, inferences=400, meter=_METER)

    assert energy is not None
    assert energy.idle_drift_mw == pytest.approx(600, rel=0.02)
    assert energy.per_inference_mj == pytest.approx(50.0, rel=0.01)
    # Half of the drift over the root of three, for ten seconds and 400 inferences.
    assert energy.per_inference_error_mj == pytest.approx(600 / 2 / 3**0.5 * 10 / 400, rel=0.05)
    assert any("Idle power changed by +600 mW" in text for text in energy.warnings)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (lambda t: np.full_like(t, 3000.0), "may be frozen"),
        (lambda t: -idle_busy(500, 2500, start_s=5, end_s=15)(t) - t, "sign of the meter"),
        (lambda t: idle_busy(500, 400, start_s=5, end_s=15)(t) + np.sin(40 * t), "no more than idle"),
        (lambda t: np.floor(t / 9) * 10 + 1000, "gave 2 values"),
        (lambda t: np.floor(t / 4) * 10 + 1000, "only 3 new values"),
    ],
)
def test_figures_that_may_be_wrong_say_why(values: object, said: str) -> None:
    t = np.arange(0, 20, 0.01)

    energy = compute_energy(Signal(times_s=t, values=values(t)), _WINDOWS, inferences=9, meter=_METER)  # type: ignore[operator]

    assert energy is not None
    assert any(said in text for text in energy.warnings), energy.warnings


def test_without_idle_there_are_totals_only() -> None:
    signal = sampled(idle_busy(500, 2500, start_s=5, end_s=15), 20, 100.0, noise_mw=5)

    energy = compute_energy(signal, _WINDOWS[1:2], inferences=400, meter=_METER)

    assert energy is not None
    assert energy.per_inference_mj is None
    assert energy.inferences_per_joule is None
    assert energy.total_mj == pytest.approx(25_000, rel=0.01)


def test_a_recording_that_ends_early_is_scaled_and_told() -> None:
    whole = sampled(idle_busy(500, 2500, start_s=5, end_s=15), 20, 100.0, noise_mw=5)
    keep = whole.times_s < 12
    cut = Signal(times_s=whole.times_s[keep], values=whole.values[keep])

    energy = compute_energy(cut, _WINDOWS, inferences=400, meter=_METER)

    assert energy is not None
    assert energy.per_inference_mj == pytest.approx(50.0, rel=0.02)
    assert any("cover 7.0 of the 10.0 s" in text for text in energy.warnings)


def test_a_typed_power_is_called_so_and_has_no_baseline() -> None:
    t = np.array([0.0, 20.0])
    words = MeterWords(id="constant", title="Typed", measures="Nothing.", is_typed=True)

    energy = compute_energy(Signal(times_s=t, values=np.full(2, 1500.0)), _WINDOWS, inferences=100, meter=words)

    assert energy is not None
    assert energy.total_per_inference_mj == pytest.approx(150)
    assert energy.per_inference_mj is None
    assert "typed" in energy.warnings[0]


def test_operators_of_one_compute_unit_share_the_energy_by_time() -> None:
    shares, reason = estimate_operators([("a", 1.0, "XNNPACK"), ("b", 3.0, "CPU"), ("c", None, "CPU")], 8.0)

    assert shares == {"a": 2.0, "b": 6.0}
    assert not reason


def test_operators_of_several_compute_units_have_no_energy() -> None:
    shares, reason = estimate_operators([("a", 1.0, "GPU delegate"), ("b", 3.0, "CPU")], 8.0)

    assert shares == {}
    assert "2 compute units (CPU, GPU delegate)" in reason

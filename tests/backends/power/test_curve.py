"""The power-performance curve: the formula, its envelope, and the hull."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.power.curve import (
    OperatingPoint,
    best_for_budget,
    best_for_rate,
    envelope,
    hull,
    knee,
    power_for_rate,
    sustained_rate,
)


def a_point(ms: float, mj: float, label: str = "") -> OperatingPoint:
    return OperatingPoint(label=label or f"{ms} ms", series="m", seconds=ms / 1000, energy_mj=mj)


SLOW, FAST = a_point(20, 10, "slow"), a_point(10, 40, "fast")
points = st.lists(st.builds(a_point, st.floats(0.1, 1000), st.floats(0.01, 5000)), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("budget", "rate"), [(0, 0), (100, 10), (500, 50), (1000, 50), (2000, 50), (2400, 60), (4000, 100), (9000, 100)]
)
def test_the_sustained_rate_is_the_least_of_speed_and_budget(budget: float, rate: float) -> None:
    """SLOW takes 500 mW at its 50 a second, FAST 4000 mW at 100; from 2000 mW on FAST does more than 50."""
    found = best_for_budget([SLOW, FAST], budget)

    assert (found.rate_hz if found else 0) == pytest.approx(rate)


def test_thirty_frames_a_second_need_thirty_energies() -> None:
    assert power_for_rate(SLOW, 30) == pytest.approx(300)
    assert power_for_rate(SLOW, 51) is None
    found = best_for_rate([SLOW, FAST], 30)
    assert found is not None
    assert found.point is SLOW
    assert best_for_rate([SLOW, FAST], 60).point is FAST  # type: ignore[union-attr]
    assert best_for_rate([SLOW, FAST], 101) is None


def test_the_envelope_has_a_plateau_where_neither_point_is_better() -> None:
    np.testing.assert_allclose(envelope([SLOW, FAST]), ((0, 0), (500, 50), (2000, 50), (4000, 100)))


def test_the_hull_mixes_points_by_turns() -> None:
    np.testing.assert_allclose(hull([SLOW, FAST]), ((0, 0), (500, 50), (4000, 100)))
    np.testing.assert_allclose(hull([a_point(10, 40), a_point(20, 90)]), ((0, 0), (4000, 100)))


def test_the_knee_is_where_power_buys_little() -> None:
    assert knee([SLOW, FAST]) == pytest.approx(500)
    assert knee([SLOW]) is None


def test_points_that_draw_no_more_than_idle_make_no_curve() -> None:
    assert envelope([a_point(10, 0), a_point(10, -1)]) == ()
    assert hull([a_point(10, 0)]) == ()
    assert sustained_rate(a_point(10, 0), 5) == pytest.approx(100)


@given(points, st.floats(0, 1e6))
def test_the_envelope_is_the_best_answer_and_lies_below_the_hull(some: list[OperatingPoint], budget: float) -> None:
    best = max(sustained_rate(point, budget) for point in some)

    assert at(envelope(some), budget) == pytest.approx(best, rel=1e-6, abs=1e-9)
    assert at(hull(some), budget) >= best * (1 - 1e-6)


def at(line: tuple[tuple[float, float], ...], x: float) -> float:
    for (x0, y0), (x1, y1) in pairwise(line):
        if x0 <= x <= x1 and x1 > x0:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return line[-1][1]

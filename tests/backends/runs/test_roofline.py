import pytest

from backends.model.estimate import OperatorCost
from backends.model.model import OperatorId
from backends.runs.host.peak import Peak
from backends.runs.roofline import is_memory_bound, peak_of_points, roof_at, roofline_of
from tests.support.builders import a_chain, a_run

PEAK = Peak(macs_per_second=10e9, bytes_per_second=5e9, source="")


def a_cost(macs, moved):
    return OperatorCost(macs=macs, parameter_count=0, weight_bytes=0, read_bytes=moved, written_bytes=0)


def test_points_have_the_work_of_what_was_fused_into_them():
    model = a_chain(("CONV_2D", "CONV_2D", "RELU", "CONV_2D"))
    costs = {
        OperatorId(0, 0): a_cost(2_000_000, 1_000_000),
        OperatorId(0, 1): a_cost(1_000_000, 500_000),
        OperatorId(0, 2): a_cost(None, 100),
        OperatorId(0, 3): a_cost(1_000, None),
    }
    run = a_run(model, [1e6, None, 1e6, 2e6], fused={1: 0})

    roofline = roofline_of(model, costs, run)

    (point,) = roofline.points
    assert point.operator == OperatorId(0, 0)
    assert point.macs_per_byte == pytest.approx(3)
    assert point.macs_per_second == pytest.approx(3e9)
    assert roofline.left_out == 2
    assert roofline.left_out_share == pytest.approx(3e6 / 4.1e6)


def test_the_roof_rises_to_the_bend_and_is_flat_behind_it():
    assert roof_at(PEAK, 1) == 5e9
    assert roof_at(PEAK, 2) == 10e9
    assert roof_at(PEAK, 100) == 10e9
    assert is_memory_bound(PEAK, 1.9)
    assert not is_memory_bound(PEAK, 2.1)


def test_a_device_without_a_measured_peak_has_the_largest_rates_of_its_run():
    model = a_chain(("CONV_2D", "CONV_2D"))
    costs = {OperatorId(0, 0): a_cost(4_000, 1_000), OperatorId(0, 1): a_cost(1_000, 10_000)}
    points = roofline_of(model, costs, a_run(model, [1e3, 1e3])).points

    peak = peak_of_points(points)

    assert peak.macs_per_second == pytest.approx(4e9)
    assert peak.bytes_per_second == pytest.approx(1e10)
    assert "not measured" in peak.source
    assert peak_of_points(()) is None

import pytest

from backends.model.model import OperatorId
from backends.runs.operator_column import OperatorColumn
from profiler_gui.canvas.colour_map import DIVERGING
from profiler_gui.value_colours import value_overlay

IDS = [OperatorId(0, index) for index in range(4)]


def column(*values, unit="", is_diverging=False):
    return OperatorColumn(
        id="c", title="C", unit=unit, values=dict(zip(IDS, values, strict=False)), is_diverging=is_diverging
    )


def places(overlay):
    return [round(overlay.values[id_], 3) for id_ in IDS if id_ in overlay.values]


def test_a_linear_scale_runs_from_nothing_to_the_largest():
    overlay = value_overlay("T", column(0.0, 5e6, 1e7, unit="ns"), is_logarithmic=False)

    assert places(overlay) == [0, 0.5, 1]
    assert (overlay.minimum_text, overlay.maximum_text, overlay.scale) == ("0", "10.0 ms", "linear")
    assert overlay.labels[IDS[1]] == "5.00 ms"


def test_negative_numbers_without_a_middle_extend_the_scale_downwards():
    overlay = value_overlay("T", column(-10, 0, 10), is_logarithmic=False)

    assert places(overlay) == [0, 0.5, 1]
    assert overlay.minimum_text == "-10"


def test_equal_ratios_are_equal_steps_on_a_logarithmic_scale():
    overlay = value_overlay("T", column(1, 10, 100, 0), is_logarithmic=True)

    assert places(overlay) == [0, 0.5, 1, 0]


@pytest.mark.parametrize("is_logarithmic", [False, True])
def test_differences_keep_zero_in_the_middle_and_both_sides_on_one_scale(is_logarithmic):
    overlay = value_overlay("T", column(-8e6, 0, 4e6, 8e6, unit="ns", is_diverging=True), is_logarithmic=is_logarithmic)

    low, middle, some, high = places(overlay)
    assert (low, middle, high) == (0, 0.5, 1)
    assert 0.5 < some < 1
    assert overlay.colour_map == DIVERGING
    assert overlay.labels[IDS[2]] == "+4.00 ms"
    assert overlay.labels[IDS[0]] == "-8.00 ms"


def test_what_is_no_number_is_left_out():
    overlay = value_overlay("T", column(float("nan"), float("inf"), 3), is_logarithmic=False)

    assert list(overlay.values) == [IDS[2]]
    assert value_overlay("T", column(float("nan")), is_logarithmic=False) is None
    assert value_overlay("T", column(), is_logarithmic=True) is None


def test_nothing_but_zeros_is_shown_as_nothing():
    for is_diverging in (False, True):
        overlay = value_overlay("T", column(0, 0, is_diverging=is_diverging), is_logarithmic=False)

        assert set(places(overlay)) == {0.5 if is_diverging else 0}


def test_sums_of_groups_are_put_on_a_scale_of_the_same_kind():
    overlay = value_overlay("T", column(1e6, 3e6, unit="ns"), is_logarithmic=False)

    rolled = overlay.rescale({IDS[0]: 4e6, IDS[3]: 2e6})

    assert overlay.amounts == {IDS[0]: 1e6, IDS[1]: 3e6}
    assert rolled.values == {IDS[0]: 1.0, IDS[3]: 0.5}
    assert rolled.labels[IDS[0]] == "4.00 ms"
    assert overlay.rescale({}).title == "T"


def test_what_does_not_add_up_has_no_sums():
    assert value_overlay("T", column(1, 2, unit="MAC/byte"), is_logarithmic=False).rescale is None

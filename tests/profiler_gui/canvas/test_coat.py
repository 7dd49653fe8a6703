from backends.query.tint import Tint
from backends.targets.verdict import Placement
from profiler_gui.canvas.coat import NO_REGION, Pattern, dress
from profiler_gui.canvas.colour_map import DIVERGING, STEPS, colour_table, text_on
from profiler_gui.canvas.overlay import CategoryOverlay, PlacementOverlay, ValueOverlay
from profiler_gui.canvas.palette import DARK, LIGHT
from tests.profiler_gui.canvas.conftest import ADD, CONV, LOGISTIC


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_titles_can_be_read_on_every_colour():
    for palette in (LIGHT, DARK):
        for colour in (*palette.categories.values(), palette.ends, palette.other_category):
            assert contrast(colour, palette.header_text) >= 4.5, colour
        for name in ("viridis", "cividis", DIVERGING):
            for colour in colour_table(name, is_dark=palette.is_dark):
                assert contrast(colour, text_on(colour)) >= 4.5, colour


def test_texts_can_be_read_on_nodes_and_ground():
    for palette in (LIGHT, DARK):
        assert contrast(palette.text, palette.node) >= 7
        assert contrast(palette.dim_text, palette.node) >= 4.5
        assert contrast(palette.edge_text, palette.background) >= 4.5
        assert contrast(palette.tab_text, palette.tab) >= 4.5


def test_every_category_of_the_operator_table_has_a_colour():
    from backends.model.operators import operator_table

    for palette in (LIGHT, DARK):
        assert set(operator_table().categories) == set(palette.categories)


def test_the_largest_value_stands_out_from_the_ground():
    for palette in (LIGHT, DARK):
        table = colour_table("viridis", is_dark=palette.is_dark)
        assert len(table) == STEPS
        assert contrast(table[-1], palette.background) > contrast(table[0], palette.background)


def test_an_operator_without_a_value_is_hatched_not_zero(residual):
    coat = dress(residual, LIGHT, ValueOverlay(title="Time", values={CONV: 0.0, ADD: 1.0}))
    conv, logistic, add = (residual.node_of[operator] for operator in (CONV, LOGISTIC, ADD))

    assert coat.pattern[logistic] == Pattern.HATCHED
    assert (coat.colour[conv], coat.colour[add]) == (0, STEPS - 1)
    assert coat.pattern[conv] == Pattern.PLAIN


def test_placements_differ_by_pattern_and_badge_too(residual):
    placements = {CONV: Placement.ACCELERATED, LOGISTIC: Placement.FALLBACK, ADD: Placement.UNKNOWN}
    coat = dress(residual, LIGHT, PlacementOverlay(title="NPU", placements=placements, regions={CONV: 3}))
    nodes = [residual.node_of[operator] for operator in (CONV, LOGISTIC, ADD)]

    assert len({coat.pattern[node] for node in nodes}) == 3
    assert len({coat.badges[node] for node in nodes}) == 3
    assert [coat.region[node] for node in nodes] == [3, NO_REGION, NO_REGION]


def test_an_operator_nobody_judged_is_unknown(residual):
    coat = dress(residual, LIGHT, PlacementOverlay(title="NPU", placements={}))

    assert coat.badges[residual.node_of[ADD]] == "?"
    assert coat.badges[0] == ""


def test_rules_colour_over_any_overlay_and_the_first_one_is_on_top(residual):
    tints = (
        Tint(name="first", colour="#112233", operators=frozenset({CONV})),
        Tint(name="second", colour="#ddeeff", operators=frozenset({CONV, ADD})),
    )
    values = ValueOverlay(title="Time", values={CONV: 0.0, ADD: 1.0}, tints=tints)
    for overlay in (values, CategoryOverlay(title="", tints=tints)):
        coat = dress(residual, LIGHT, overlay)
        conv, logistic, add = (residual.node_of[operator] for operator in (CONV, LOGISTIC, ADD))

        assert coat.colours[coat.colour[conv]] == "#112233"
        assert coat.colours[coat.colour[add]] == "#ddeeff"
        assert coat.colours[coat.colour[logistic]] not in ("#112233", "#ddeeff")
        assert contrast(coat.text_colours[coat.colour[add]], "#ddeeff") >= 4.5
        assert [coat.badges[node] for node in (conv, add, logistic)] == ["R1", "R2", ""]


def test_both_ends_of_a_difference_stand_out_from_the_ground_and_none_recedes_into_it():
    for palette in (LIGHT, DARK):
        table = colour_table(DIVERGING, is_dark=palette.is_dark)
        for end in (table[0], table[-1]):
            assert contrast(end, palette.background) > 4 * contrast(table[STEPS // 2], palette.background)

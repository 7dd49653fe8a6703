import re

import pytest

from profiler_gui.widgets.shape_line import ShapeLine, parse_shape


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1x224x224x3", (1, 224, 224, 3)),
        ("1, 224, 224, 3", (1, 224, 224, 3)),
        (" [1 8 9 3] ", (1, 8, 9, 3)),
        ("1×8×9×3", (1, 8, 9, 3)),
    ],
)
def test_shapes_are_read_in_the_ways_people_write_them(text, shape):
    assert parse_shape(text, (1, -1, -1, 3)) == shape


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1xax2x3", "whole numbers"),
        ("1x-2x2x3", "whole numbers"),
        ("1x2x3", "4 sizes are needed, as in 1x?x?x3"),
        ("1x0x2x3", "at least 1"),
        ("2x8x8x3", "1 is fixed"),
        ("1x99999999999x8x3", "is too large"),
        ("1x²x8x3", "whole numbers"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse_shape(text, (1, -1, -1, 3))


def test_an_empty_line_means_automatic(qtbot):
    line = ShapeLine("x", (-1, 4))
    qtbot.addWidget(line)

    assert line.shape is None
    assert line.problem == ""
    assert line.placeholderText() == "automatic (?x4)"


def test_a_problem_names_the_input(qtbot):
    line = ShapeLine("x", (-1, 4))
    qtbot.addWidget(line)
    line.setText("3x5")

    assert line.problem == "x: 4 is fixed in ?x4"

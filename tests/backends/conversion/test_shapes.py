import pytest

from backends.conversion.shapes import FreeInput, fix_shapes
from backends.errors import RunError


def test_a_free_batch_becomes_the_one_that_is_wanted() -> None:
    shapes, notes = fix_shapes([FreeInput(name="x", shape=(-1, 8))], {}, 4)

    assert shapes == ((4, 8),)
    assert notes == ()


def test_images_of_free_size_get_a_usual_one_and_a_note() -> None:
    shapes, notes = fix_shapes([FreeInput(name="x", shape=(-1, -1, -1, 3))], {}, 1)

    assert shapes == ((1, 256, 256, 3),)
    assert "fixed to 1x256x256x3" in notes[0]


@pytest.mark.parametrize("name", ["x", ""])
def test_a_given_shape_is_taken(name: str) -> None:
    shapes, _ = fix_shapes([FreeInput(name="x", shape=(-1, -1, -1, 3))], {name: (2, 16, 24, 3)}, 1)

    assert shapes == ((2, 16, 24, 3),)


@pytest.mark.parametrize("given", [(1, 16, 16), (1, 16, 16, 4), (0, 16, 16, 3), (1 << 20, 1 << 20, 16, 3)])
def test_shapes_that_do_not_fit_are_refused(given: tuple[int, ...]) -> None:
    with pytest.raises(RunError, match="does not fit input 'x'"):
        fix_shapes([FreeInput(name="x", shape=(-1, -1, -1, 3))], {"x": given}, 1)


def test_unknown_names_and_sizes_are_named() -> None:
    with pytest.raises(RunError, match="no input 'y'"):
        fix_shapes([FreeInput(name="x", shape=(1, 2))], {"y": (1, 2)}, 1)
    with pytest.raises(RunError, match="cannot be guessed"):
        fix_shapes([FreeInput(name="x", shape=(-1, -1, 8))], {}, 1)
    with pytest.raises(RunError, match="rank of input 'x' is not known"):
        fix_shapes([FreeInput(name="x", shape=None)], {}, 1)

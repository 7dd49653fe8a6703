import argparse

import pytest

from backends.cli.usage import at_least, named_file, named_shape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x=1x224x224x3", ("x", (1, 224, 224, 3))),
        ("serving_default_x:0=1,2", ("serving_default_x:0", (1, 2))),
        ("a=b=5", ("a=b", (5,))),
    ],
)
def test_a_shape_is_read(text: str, expected: tuple[str, tuple[int, ...]]) -> None:
    assert named_shape(text) == expected


@pytest.mark.parametrize("text", ["x", "=1x2", "x=", "x=1x", "x=1x-2", "x=axb", "1x2"])
def test_a_wrong_shape_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="does not read"):
        named_shape(text)


def test_a_file_keeps_what_follows_the_first_equals_sign() -> None:
    assert named_file("x=a=b.npy") == ("x", "a=b.npy")


@pytest.mark.parametrize("text", ["x", "=f", "x="])
def test_a_wrong_file_argument_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="does not read"):
        named_file(text)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_a_count_below_its_least_value_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        at_least(1)(text)

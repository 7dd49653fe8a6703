import pytest

from backends.graph.scopes import fill_gaps, runs_of, scope_of


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("net/block_1/conv/Relu", ("net", "block_1", "conv")),
        ("net/a/Relu6;net/b/Conv2D", ("net", "a")),
        ("Identity", ()),
        ("", ()),
        ("//x//", ("x",)),
        ("a/" * 1_000_000, ("a",) * 12),
    ],
)
def test_the_scope_is_the_path_without_the_last_part(name, scope):
    assert scope_of(name) == scope


def test_what_has_no_name_belongs_to_what_its_neighbours_share():
    assert fill_gaps([("a", "b"), (), ("a", "c"), ()]) == [("a", "b"), ("a",), ("a", "c"), ()]


def test_a_stray_operator_does_not_end_a_run():
    scopes = [("a",), ("b",), ("a",), ("c",), ("c",), ("c",), ("a",), ()]

    assert list(runs_of(scopes, 0, 8, 0)) == [(0, 3, "a"), (3, 6, "c"), (6, 7, "a"), (7, 8, "")]

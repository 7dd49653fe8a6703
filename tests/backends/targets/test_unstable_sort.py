from hypothesis import given
from hypothesis import strategies as st

from backends.targets.unstable_sort import order_by_size

# Orders that a program built with GNU C++ gave for these sizes.
TWENTY = [0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1]
TWENTY_SORTED = [10, 19, 18, 17, 11, 9, 8, 5, 2, 7, 6, 0, 4, 12, 13, 14, 15, 16, 3, 1]
MIXED = [3, 6, 1, 6, 2, 1, 3, 3, 6, 5, 4, 5, 1, 6, 3, 3, 3, 6, 6, 5, 0, 1, 3]
MIXED_SORTED = [1, 3, 18, 17, 13, 8, 11, 19, 9, 10, 7, 0, 6, 14, 15, 16, 22, 4, 12, 5, 2, 21, 20]


def test_equal_sizes_come_in_the_order_of_the_cpp_library() -> None:
    assert order_by_size(TWENTY) == TWENTY_SORTED
    assert order_by_size(MIXED) == MIXED_SORTED


@given(st.lists(st.integers(0, 5), max_size=16))
def test_few_equal_sizes_keep_their_order(sizes: list[int]) -> None:
    assert order_by_size(sizes) == sorted(range(len(sizes)), key=lambda place: -sizes[place])


@given(st.lists(st.integers(0, 40), max_size=300))
def test_the_largest_come_first_and_none_is_lost(sizes: list[int]) -> None:
    order = order_by_size(sizes)

    assert sorted(order) == list(range(len(sizes)))
    assert [sizes[place] for place in order] == sorted(sizes, reverse=True)


def test_sizes_in_any_pattern_do_not_exhaust_the_recursion() -> None:
    for pattern in (range(2000), range(2000, 0, -1), [1] * 2000, [0, 1] * 1000):
        assert sorted(order_by_size(list(pattern))) == list(range(2000))

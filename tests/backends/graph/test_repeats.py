import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backends.graph.repeats import Series, find_series


def series_in(text, costs=None):
    return find_series(np.asarray([ord(letter) for letter in text], np.int64), costs)


def test_the_shortest_blocks_that_cover_a_series_are_found():
    assert series_in("xabcabcabcabcy") == [Series(start=1, length=3, count=4)]


def test_equal_items_in_a_row_are_a_series_of_single_ones():
    assert series_in("abcccccccd") == [Series(start=2, length=1, count=7)]


def test_several_series_stand_side_by_side():
    assert series_in("abcabc-defgdefgdefg") == [
        Series(start=0, length=3, count=2),
        Series(start=7, length=4, count=3),
    ]


def test_blocks_begin_where_least_is_cut():
    costs = np.asarray([9, 9, 1] * 5)

    assert series_in("abcabcabcabcabc", costs) == [Series(start=2, length=3, count=4)]


def test_nothing_repeats_in_a_few_items():
    assert series_in("abab") == series_in("a") == series_in("") == []


@given(st.lists(st.integers(0, 3), max_size=80))
def test_series_never_overlap_and_their_blocks_are_alike(kinds):
    end = 0
    for series in find_series(np.asarray(kinds, np.int64)):
        block = kinds[series.start : series.start + series.length]
        assert series.start >= end
        assert kinds[series.start : series.end] == block * series.count
        end = series.end

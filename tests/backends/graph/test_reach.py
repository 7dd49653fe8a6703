import numpy as np

from backends.graph.reach import critical_path, neighbourhood, ways_through

#   0 → 1 → 3 → 4     5 alone
#    ↘ 2 ↗
SOURCE = np.asarray([0, 0, 1, 2, 3])
TARGET = np.asarray([1, 2, 3, 3, 4])


def marked(marks):
    return np.flatnonzero(marks).tolist()


def test_the_critical_path_takes_the_heavier_branch():
    assert critical_path(SOURCE, TARGET, np.asarray([1.0, 5.0, 2.0, 1.0, 1.0, 3.0])) == [0, 1, 3, 4]
    assert critical_path(SOURCE, TARGET, np.asarray([1.0, 2.0, 5.0, 1.0, 1.0, 3.0])) == [0, 2, 3, 4]


def test_a_heavy_node_apart_is_the_whole_critical_path():
    assert critical_path(SOURCE, TARGET, np.asarray([1.0, 1.0, 1.0, 1.0, 1.0, 30.0])) == [5]


def test_nodes_without_cost_at_the_ends_belong_to_the_path():
    assert critical_path(SOURCE, TARGET, np.asarray([0.0, 5.0, 2.0, 1.0, 0.0, 0.0])) == [0, 1, 3, 4]


def test_edges_against_the_order_do_not_make_the_path_endless():
    source, target = np.append(SOURCE, 4), np.append(TARGET, 0)

    assert critical_path(source, target, np.ones(6)) == [0, 1, 3, 4]


def test_nothing_has_no_critical_path():
    assert critical_path(SOURCE[:0], TARGET[:0], np.zeros(0)) == []


def test_the_neighbourhood_grows_by_hops_in_both_directions():
    assert marked(neighbourhood(SOURCE, TARGET, 6, [3], 0)) == [3]
    assert marked(neighbourhood(SOURCE, TARGET, 6, [3], 1)) == [1, 2, 3, 4]
    assert marked(neighbourhood(SOURCE, TARGET, 6, [3], 2)) == [0, 1, 2, 3, 4]


def test_ways_through_a_node_leave_out_the_other_branch():
    assert marked(ways_through(SOURCE, TARGET, 6, [1])) == [0, 1, 3, 4]

import numpy as np

from backends.graph.rank import WIDEST_RANK, mark_back_edges, rank_boxes, wrap_wide_ranks
from tests.support.graph_builders import a_box_graph


def ranks(count, edges):
    graph = a_box_graph(count, edges)
    return rank_boxes(graph, mark_back_edges(graph)).tolist()


def test_a_box_lies_below_the_longest_path_to_it():
    assert ranks(4, [(0, 1), (1, 2), (0, 3), (2, 3)]) == [0, 1, 2, 3]


def test_a_box_without_inputs_lies_right_above_its_first_reader():
    assert ranks(4, [(0, 1), (1, 2), (3, 2)]) == [0, 1, 2, 1]


def test_a_side_branch_moves_down_as_a_whole():
    assert ranks(6, [(0, 1), (1, 2), (2, 3), (4, 5), (5, 3)]) == [0, 1, 2, 3, 1, 2]


def test_a_box_read_elsewhere_too_stays_where_it_is():
    assert ranks(5, [(0, 1), (1, 2), (2, 3), (0, 4), (4, 3)])[4] == 1


def test_edges_of_an_acyclic_graph_out_of_order_are_kept():
    assert not mark_back_edges(a_box_graph(3, [(2, 1), (1, 0)])).any()


def test_of_a_cycle_only_the_edge_against_the_order_is_left_out():
    assert mark_back_edges(a_box_graph(4, [(0, 1), (1, 2), (2, 1), (2, 3)])).tolist() == [False, False, True, False]


def test_a_box_that_reads_itself_is_a_cycle():
    assert mark_back_edges(a_box_graph(2, [(0, 1), (1, 1)])).tolist() == [False, True]


def test_a_wide_rank_is_wrapped_and_those_below_stay_below():
    rank = wrap_wide_ranks(np.asarray([0] + [1] * (WIDEST_RANK + 1) + [2]))

    assert np.bincount(rank).max() <= WIDEST_RANK
    assert rank[0] == 0
    assert rank[-1] == rank.max() > rank[-2]

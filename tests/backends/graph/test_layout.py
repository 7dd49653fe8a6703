import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.graph.boxes import BoxGraph
from backends.graph.layout import layout_graph
from backends.progress import Cancelled, Progress
from tests.support.graph_builders import a_box_graph
from tests.support.layout_quality import count_overlaps, count_pieces_through_boxes, measure_quality


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 40))
    box = st.integers(0, count - 1)
    edges = draw(st.lists(st.tuples(box, box, st.integers(0, 60)), max_size=90, unique=True))
    sizes = draw(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 120)), min_size=count, max_size=count))
    graph = a_box_graph(count, edges)
    width, height = np.asarray(sizes, float).T
    return BoxGraph(width=width, height=height, source=graph.source, target=graph.target, tensor=graph.tensor)


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_boxes_never_overlap_and_edges_never_run_through_boxes(graph):
    layout = layout_graph(graph)

    assert count_overlaps(layout) == 0
    assert count_pieces_through_boxes(layout) == 0


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_an_edge_is_a_stub_or_leads_from_its_source_to_its_target(graph):
    layout = layout_graph(graph)
    for edge in range(len(graph.source)):
        source, target = graph.source[edge], graph.target[edge]
        if layout.is_stub[edge]:
            assert len(layout.pieces_of(edge)) == 0
            assert layout.has_bottom_tab[source]
            assert layout.has_top_tab[target]
            continue
        chain = layout.pieces[layout.pieces_of(edge)]
        assert layout.left[source] <= chain[0, 0] <= layout.left[source] + layout.width[source]
        assert layout.left[target] <= chain[-1, 3] <= layout.left[target] + layout.width[target]
        assert chain[0, 1] >= layout.top[source] + layout.height[source]
        assert chain[-1, 5] <= layout.top[target]
        assert np.allclose(chain[:-1, 3:6:2], chain[1:, :2])


@settings(max_examples=50, deadline=None)
@given(graphs())
def test_everything_lies_within_the_bounds(graph):
    layout = layout_graph(graph)
    left, top, right, bottom = layout.bounds

    assert left <= layout.left.min()
    assert top <= layout.top.min()
    assert right >= (layout.left + layout.width).max()
    assert bottom >= (layout.top + layout.height).max()


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_the_same_graph_is_laid_out_the_same_way_again(graph):
    first, second = layout_graph(graph), layout_graph(graph)

    assert np.array_equal(first.left, second.left)
    assert np.array_equal(first.pieces, second.pieces)


def test_an_empty_graph_has_an_empty_layout():
    layout = layout_graph(a_box_graph(0, []))

    assert layout.bounds == (0.0, 0.0, 0.0, 0.0)
    assert len(layout.left) == 0


def test_a_chain_is_a_straight_line():
    layout = layout_graph(a_box_graph(20, [(i, i + 1) for i in range(19)]))

    assert np.ptp(layout.left) == 0.0
    assert np.all(np.diff(layout.top) > 0)


def test_beside_a_skipping_edge_the_main_path_stays_straight():
    layout = layout_graph(a_box_graph(6, [(0, 1), (1, 2), (2, 3), (3, 4), (1, 4), (4, 5)]))

    assert np.ptp(layout.left) == 0.0


def test_loose_inputs_do_not_push_the_main_path_aside():
    edges = [(0, 1), (1, 2), (2, 3), (4, 2), (5, 2), (6, 3), (7, 3)]
    layout = layout_graph(a_box_graph(8, edges))

    assert np.ptp(layout.left[:4]) == 0.0


def test_unconnected_parts_stand_side_by_side():
    layout = layout_graph(a_box_graph(4, [(0, 1), (2, 3)]))

    assert layout.top[0] == layout.top[2]
    assert layout.left[0] + layout.width[0] < layout.left[2]


def test_readers_of_one_tensor_share_a_lane():
    edges = [(i, i + 1, i) for i in range(10)] + [(0, reader, 99) for reader in range(2, 11)]
    layout = layout_graph(a_box_graph(11, edges))
    lane = layout.piece_tensor == 99

    # Nine ranks to pass, and a way out to each reader; one lane per reader would take 54 pieces.
    assert lane.sum() == 9 + 9


def test_far_edges_of_a_long_graph_become_stubs():
    count = 4000
    edges = [(i, i + 1, i) for i in range(count - 1)] + [(0, reader, 9999) for reader in range(100, count, 100)]
    layout = layout_graph(a_box_graph(count, edges))

    assert layout.is_stub.sum() == len(range(100, count, 100))
    assert np.ptp(layout.left) == 0.0


def test_a_hub_with_thousands_of_readers_stays_near_a_rectangle():
    count = 2000
    edges = [(0, i, 0) for i in range(1, count)] + [(i, count, i) for i in range(1, count)]
    graph = a_box_graph(count + 1, edges)
    layout = layout_graph(graph)
    left, top, right, bottom = layout.bounds
    quality = measure_quality(graph, layout)

    assert (right - left) / (bottom - top) < 5
    assert (quality.overlaps, quality.through_boxes, quality.stubs) == (0, 0, 0)


def test_a_cancel_ends_the_layout():
    progress = Progress()
    progress.cancel()

    with pytest.raises(Cancelled):
        layout_graph(a_box_graph(3, [(0, 1), (1, 2)]), progress=progress)

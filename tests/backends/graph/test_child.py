from dataclasses import fields

import numpy as np
import pytest

from backends.errors import ProfilerError
from backends.graph import child
from backends.graph.boxes import Spacing
from backends.graph.child import layout_sideways
from backends.graph.layout import layout_graph
from backends.progress import Cancelled, Progress
from tests.support.graph_builders import a_box_graph


def test_a_child_process_gives_the_same_layout():
    graph = a_box_graph(6, [(0, 1), (0, 2), (1, 3), (2, 3), (4, 5)])
    here, there = layout_graph(graph), child.layout_in_child(graph, Progress())

    for field in fields(here):
        assert np.array_equal(getattr(here, field.name), getattr(there, field.name)), field.name


def test_only_big_graphs_are_worth_a_child(monkeypatch):
    asked = []
    monkeypatch.setattr(child, "layout_in_child", lambda graph, progress: asked.append(graph.count))
    child.layout_anywhere(a_box_graph(10, []), Progress())
    child.layout_anywhere(a_box_graph(5000, []), Progress())

    assert asked == [5000]


def test_a_cancel_before_the_child_starts_work_is_obeyed():
    progress = Progress()
    progress.cancel()

    with pytest.raises(Cancelled):
        child.layout_in_child(a_box_graph(2, [(0, 1)]), progress)


def test_a_child_that_fails_is_told_with_its_log(monkeypatch):
    monkeypatch.setattr(child, "_pack", lambda graph: b"no arrays")

    with pytest.raises(ProfilerError, match="child process") as caught:
        child.layout_in_child(a_box_graph(2, [(0, 1)]), Progress())

    assert "Error" in caught.value.detail


def test_a_graph_can_run_from_left_to_right():
    graph = a_box_graph(4, [(0, 1), (0, 2), (1, 3), (2, 3)], width=120, height=40)
    layout = layout_sideways(graph, Progress())

    assert layout.is_sideways
    assert layout.left[0] + 120 < layout.left[1] == layout.left[2]
    assert layout.left[1] + 120 < layout.left[3]
    assert abs(layout.top[1] - layout.top[2]) >= 40 + Spacing().between_boxes
    assert set(layout.height.tolist()) == {40}
    left, top, right, bottom = layout.bounds
    assert left <= layout.left.min()
    assert right >= (layout.left + 120).max()
    assert top <= layout.top.min()
    assert bottom >= (layout.top + 40).max()
    first = layout.pieces[layout.pieces_of(0)[0]]
    assert first[1] == layout.left[0] + 120

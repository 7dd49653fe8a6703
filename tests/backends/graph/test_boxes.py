import numpy as np
import pytest

from backends.graph.boxes import BoxGraph


def test_an_edge_to_a_missing_box_is_refused():
    one = np.ones(1)
    with pytest.raises(ValueError, match="does not exist"):
        BoxGraph(width=one, height=one, source=np.asarray([0]), target=np.asarray([1]), tensor=np.asarray([0]))


def test_arrays_of_different_lengths_are_refused():
    none = np.zeros(0, np.int64)
    with pytest.raises(ValueError, match="width and a height"):
        BoxGraph(width=np.ones(2), height=np.ones(1), source=none, target=none, tensor=none)

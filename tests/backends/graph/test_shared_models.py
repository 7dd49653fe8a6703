import numpy as np
import pytest

from backends.errors import ModelFileError
from backends.graph.boxes import BoxGraph
from backends.graph.layout import layout_graph
from backends.graph.nodes import build_scene
from backends.model.reader import read_model
from tests.support.layout_quality import measure_quality
from tests.support.shared import MODEL_FILES

MODELS = [path for path in MODEL_FILES if path.suffix == ".tflite"]
MOST_BOXES = 6000
"""Counting what goes wrong in a larger drawing takes longer than drawing it."""


def scenes(path):
    try:
        model = read_model(path)
    except ModelFileError:
        return []
    return [build_scene(model, index) for index in range(len(model.subgraphs))]


@pytest.mark.skipif(not MODELS, reason="needs the reference models")
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_model_is_drawn_without_overlaps(path):
    for scene in scenes(path):
        count = len(scene.nodes)
        width = np.asarray([90.0 + 7.0 * len(node.title) for node in scene.nodes])
        height = np.asarray([40.0 + 15.0 * len(node.lines) for node in scene.nodes])
        graph = BoxGraph(width=width, height=height, source=scene.source, target=scene.target, tensor=scene.tensor)
        layout = layout_graph(graph)

        assert len(layout.left) == count
        assert np.isfinite(layout.left).all()
        assert np.isfinite(layout.pieces).all()
        if count <= MOST_BOXES:
            quality = measure_quality(graph, layout)
            assert (quality.overlaps, quality.through_boxes) == (0, 0)

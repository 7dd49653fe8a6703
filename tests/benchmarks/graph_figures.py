"""The figures of one model file in a process of its own: ``python -m tests.benchmarks.graph_figures FILE [whole]``.

Prints one line of JSON: seconds to parse, to group and lay out, and to the first paint; frames while panning and
zooming, in milliseconds; peak memory. ``whole`` expands all groups first, as the user can.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from backends.graph.sight import expand_all, whole_graph
from backends.model.reader import read_model
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.canvas.picture import draw_sight
from profiler_gui.canvas.text import TextMetrics

_SIZE = (1280, 800)
_PAN = [(-3, -25)] * 40 + [(18, 9)] * 40
_ZOOM = [1.02] * 30 + [1 / 1.02] * 30
_MOST_FOR_QUALITY = 1500


def main() -> None:
    path, is_whole = Path(sys.argv[1]), "whole" in sys.argv[2:]
    app = QApplication([])
    canvas = GraphCanvas()
    canvas.resize(*_SIZE)
    start = time.perf_counter()
    model = read_model(path)
    parsed = time.perf_counter()
    whole = whole_graph(model, 0, {})
    sight = whole.first_sight
    picture = draw_sight(whole, expand_all(whole, sight) if is_whole else sight, TextMetrics(canvas.font()))
    drawn = time.perf_counter()
    canvas.set_graph(picture)
    canvas.show()
    app.processEvents()
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    canvas.render(image)
    painted = time.perf_counter()
    frames = {}
    middle = next(node.key for node in picture.nodes[len(picture.nodes) // 2 :] if node.key is not None)
    canvas.show_operator(middle, animate=False)
    frames["read"] = _frames(app, canvas, image)
    canvas.show_all(animate=False)
    frames["fit"] = _frames(app, canvas, image)
    figures = {
        "operators": len(model.subgraphs[0].operators),
        "nodes": len(picture.nodes),
        "parse": parsed - start,
        "layout": drawn - parsed,
        "paint": painted - drawn,
        "frames": frames,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    if len(picture.nodes) <= _MOST_FOR_QUALITY:
        from tests.support.drawing_quality import drawing_of, measure_drawing

        figures["quality"] = str(measure_drawing(drawing_of(picture.layout)))
    print(json.dumps(figures))


def _frames(app: QApplication, canvas: GraphCanvas, image: QImage) -> dict[str, tuple[float, float]]:
    """Give median and 99th percentile of the frames of a pan and of a zoom."""
    view = canvas.view
    result = {}
    for name, moves in (
        ("pan", [lambda step=step: canvas.show_view(canvas.view.moved(*step)) for step in _PAN]),
        ("zoom", [lambda factor=factor: canvas.zoom_by(factor) for factor in _ZOOM]),
    ):
        taken = []
        canvas.render(image)
        for move in moves:
            start = time.perf_counter()
            move()
            canvas.render(image)
            taken.append((time.perf_counter() - start) * 1e3)
            app.processEvents()
        result[name] = (float(np.percentile(taken, 50)), float(np.percentile(taken, 99)))
        canvas.show_view(view)
    return result


if __name__ == "__main__":
    main()

"""Layout and drawing of graphs: time to the first picture, frames, memory and quality.

``python -m tests.benchmarks.bench_graph [--size 1280x800] [MODEL FILE | COUNT]...``

A number stands for a made-up network of so many operators (blocks with skips, and long skips between them). Frames are
given in milliseconds and as a share of the 16.7 ms that 60 a second leave; ``wait`` is the longest time that the event
loop of the window stood still while the graph was laid out beside it.
"""

import argparse
import os
import resource
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtGui import QFont, QImage
from PySide6.QtWidgets import QApplication

from backends.graph.boxes import BoxGraph
from backends.model.model import Model, Operator, OperatorId, Subgraph
from backends.model.reader import read_model
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.canvas.picture import GraphPicture, build_picture
from profiler_gui.canvas.text import TextMetrics
from tests.support.builders import a_tensor
from tests.support.layout_quality import measure_quality
from tests.support.shared import MODEL_FILES

_FRAME_MS = 1000 / 60
_SHARED = (
    "mnv2_100_224_u8_coral",
    "movenet_lightning_ptq",
    "mp_face_landmark_attention",
    "mai25_srgb_dyn",
    "gen_scale_star_2000",
    "gen_scale_chain_5000",
    "gen_scale_branchy_20000",
)
_MADE_UP = ("65", "1000", "5000", "20000", "100000")
_MOST_FOR_QUALITY = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """Milliseconds a frame."""

    p50: float
    p99: float

    def __str__(self) -> str:
        return f"{self.p50:5.1f}/{self.p99:5.1f} ms ({self.p99 / _FRAME_MS:4.0%})"


def main() -> None:
    """Print a block of lines for each graph."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("graphs", nargs="*")
    given = parser.parse_args()
    app = QApplication([])
    width, height = map(int, given.size.split("x"))
    known = {path.stem: path for path in MODEL_FILES}
    names = given.graphs or [*(str(known[name]) for name in _SHARED if name in known), *_MADE_UP]
    for name in names:
        _report(app, name, width, height)


def made_up_model(count: int) -> Model:
    """Blocks of six operators with a skip each, and a skip over ten blocks now and then."""
    operators: list[Operator] = []
    rng = np.random.default_rng(7)

    def add(kind: str, *inputs: int) -> int:
        tensor = len(operators) + 1
        operators.append(Operator(id=OperatorId(0, len(operators)), kind=kind, inputs=inputs, outputs=(tensor,)))
        return tensor

    last, block_ends = 0, [0]
    while len(operators) < count:
        start = last
        wide = add("CONV_2D", start)
        left = add("DEPTHWISE_CONV_2D", wide)
        right = add("AVERAGE_POOL_2D", wide)
        joined = add("CONCATENATION", left, right)
        last = add("ADD", start, add("CONV_2D", joined))
        if len(block_ends) > 10 and rng.random() < 0.1:
            last = add("ADD", last, block_ends[-10])
        block_ends.append(last)
    subgraph = Subgraph(
        index=0,
        name="main",
        tensors=tuple(a_tensor(index, shape=(1, 56, 56, 8 * (1 + index % 9))) for index in range(len(operators) + 1)),
        inputs=(0,),
        outputs=(last,),
        operators=tuple(operators),
    )
    return Model(
        name=str(count),
        path="",
        sha256="",
        size_bytes=0,
        schema_version=3,
        description="",
        subgraphs=(subgraph,),
    )


def _report(app: QApplication, name: str, width: int, height: int) -> None:
    start = time.perf_counter()
    model = made_up_model(int(name)) if name.isdecimal() else read_model(Path(name))
    read = time.perf_counter() - start
    picture, built, wait = _build_beside(app, model)
    start = time.perf_counter()
    canvas = GraphCanvas()
    canvas.resize(width, height)
    canvas.set_graph(picture)
    canvas.show()
    app.processEvents()
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    canvas.render(image)
    paint = time.perf_counter() - start
    count = len(model.subgraphs[0].operators)
    print(f"{Path(name).stem}: {count} operators, {len(picture.layout.pieces)} pieces of edges")
    times = [
        f"{title} {seconds * 1e3:.0f} ms" for title, seconds in (("read", read), ("picture", built), ("paint", paint))
    ]
    print(f"  {', '.join(times)}, wait {wait * 1e3:.0f} ms")
    middle = model.subgraphs[0].operators[count // 2].id
    canvas.show_operator(middle, animate=False)
    for title, zoom in (("reading", 1.0), ("titles", 0.3), ("boxes", 0.05)):
        canvas.zoom_by(zoom / canvas.view.zoom)
        print(f"  {title:8} pan {_pan(canvas, image)}  zoom {_zoom(canvas, image)}")
    canvas.show_all(animate=False)
    print(f"  {'fit':8} pan {_pan(canvas, image)}  zoom {_zoom(canvas, image)}")
    print(f"  {_quality(picture)}, peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    canvas.close()


def _build_beside(app: QApplication, model: Model) -> tuple[GraphPicture, float, float]:
    """Build a picture in a thread; give it, its seconds, and the longest wait of the event loop meanwhile."""
    done: list[GraphPicture] = []
    metrics = TextMetrics(QFont(app.font()))
    worker = threading.Thread(target=lambda: done.append(build_picture(model, 0, metrics)))
    start = last = time.perf_counter()
    longest = 0.0
    worker.start()
    while worker.is_alive():
        app.processEvents()
        time.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return done[0], time.perf_counter() - start, longest


def _pan(canvas: GraphCanvas, image: QImage) -> Frames:
    view = canvas.view
    steps = [(-3, -25)] * 30 + [(18, 9)] * 30
    frames = _frames([lambda step=step: canvas.show_view(canvas.view.moved(*step)) for step in steps], canvas, image)
    canvas.show_view(view)
    return frames


def _zoom(canvas: GraphCanvas, image: QImage) -> Frames:
    view = canvas.view
    frames = _frames([lambda f=f: canvas.zoom_by(f) for f in [1.02] * 15 + [1 / 1.02] * 15], canvas, image)
    canvas.show_view(view)
    return frames


def _frames(moves: list[Callable[[], object]], canvas: GraphCanvas, image: QImage) -> Frames:
    taken = []
    canvas.render(image)
    for move in moves:
        start = time.perf_counter()
        move()
        canvas.render(image)
        taken.append((time.perf_counter() - start) * 1e3)
    return Frames(p50=float(np.percentile(taken, 50)), p99=float(np.percentile(taken, 99)))


def _quality(picture: GraphPicture) -> str:
    layout = picture.layout
    left, top, right, bottom = layout.bounds
    size = f"{right - left:.0f} x {bottom - top:.0f}"
    if len(picture.nodes) > _MOST_FOR_QUALITY:
        return f"{size}, {int(layout.is_stub.sum())} stubs"
    graph = BoxGraph(
        width=layout.width, height=layout.height, source=picture.source, target=picture.target, tensor=picture.tensor
    )
    found = measure_quality(graph, layout)
    return (
        f"{size}, {found.crossings} crossings, {found.through_boxes} edges through nodes, {found.overlaps} overlaps, "
        f"{found.stubs} stubs, {found.mean_sideways:.0f} sideways on average"
    )


if __name__ == "__main__":
    main()

"""Layout of big graphs in a child process: a busy Python thread would make the window stutter."""

import io
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from backends.errors import ProfilerError
from backends.graph.boxes import BoxGraph, Layout
from backends.graph.layout import layout_graph
from backends.progress import Progress

_BOXES_WORTH_A_CHILD = 3000
"""A child takes some 0.2 s to start; as much as laying out this many boxes."""
_BOUNDS = "bounds"
_SIDEWAYS_GAP = 18.0
"""What is kept free above and below the boxes of one rank together, for labels and the names of frames."""


def layout_sideways(graph: BoxGraph, progress: Progress) -> Layout:
    """Lay out a graph from left to right.

    Raises:
        Cancelled: the user cancelled.
        ProfilerError: the child process ended early.
    """
    # Room is kept above boxes, which is beside the flow here: there is some anyway.
    upright = replace(graph, width=graph.height + _SIDEWAYS_GAP, height=graph.width, room_above=np.zeros(0))
    turned = layout_anywhere(upright, progress).turned()
    # Labels at the ends of edges that are not drawn hang below boxes here, not between them and their edges.
    drawn = np.flatnonzero(np.diff(turned.edge_start) > 0)
    pieces = turned.pieces.copy()
    pieces[turned.edge_pieces[turned.edge_start[drawn]], 1] = (turned.left + graph.width)[graph.source[drawn]]
    pieces[turned.edge_pieces[turned.edge_start[drawn + 1] - 1], 5] = turned.left[graph.target[drawn]]
    return replace(turned, top=turned.top + _SIDEWAYS_GAP / 2, height=graph.height, pieces=pieces)


def layout_anywhere(graph: BoxGraph, progress: Progress) -> Layout:
    """Lay out small graphs here, and big ones in a child process.

    Raises:
        Cancelled: the user cancelled.
        ProfilerError: the child process ended early.
    """
    if graph.count < _BOXES_WORTH_A_CHILD:
        return layout_graph(graph, progress=progress)
    return layout_in_child(graph, progress)


def layout_in_child(graph: BoxGraph, progress: Progress) -> Layout:
    """Lay out a graph in a child process, which a cancel ends at once.

    Raises:
        Cancelled: the user cancelled.
        ProfilerError: the child process ended early.
    """
    environment = dict(os.environ)
    root = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        # On Windows a console would flash up.
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as child:
        try:
            with progress.closing(child.kill):
                answer, log = child.communicate(_pack(graph))
        finally:
            child.kill()
    progress.check()
    if child.returncode:
        message = f"Laying out the graph failed: the child process ended with code {child.returncode}"
        raise ProfilerError(message, detail=log.decode("utf-8", "replace"))
    return _unpack_layout(answer)


def _pack(value: BoxGraph | Layout) -> bytes:
    stream = io.BytesIO()
    arrays: dict[str, Any] = {field.name: np.asarray(getattr(value, field.name)) for field in fields(value)}
    np.savez(stream, **arrays)
    return stream.getvalue()


def _unpack_layout(data: bytes) -> Layout:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        values: dict[str, Any] = {name: arrays[name] for name in arrays.files if name != _BOUNDS}
        values["is_sideways"] = bool(values["is_sideways"])
        left, top, right, bottom = arrays[_BOUNDS].tolist()
    return Layout(**values, bounds=(left, top, right, bottom))


def _serve() -> None:
    """Read a graph from standard input and write its layout to standard output."""
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as arrays:
        graph = BoxGraph(**{name: arrays[name] for name in arrays.files})
    sys.stdout.buffer.write(_pack(layout_graph(graph)))


if __name__ == "__main__":
    _serve()

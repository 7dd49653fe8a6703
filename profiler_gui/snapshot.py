"""Pictures without a window: ``python -m profiler_gui.snapshot MODEL RUN.json FOLDER``.

Writes the graph coloured by measured time (``graph.png``) and the latency of each run (``latency.png``).
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from backends.errors import ProfilerError
from backends.model.cost import estimate_model
from backends.model.reader import read_model
from backends.runs.run import Run
from backends.runs.store import read_run

_PLOT_SIZE = (900, 420)
_GRAPH_SCALE = 2.0


def main(argv: Sequence[str] | None = None) -> int:
    """Draw the pictures and give the exit code; an error is one sentence.

    Args:
        argv: the arguments without the program's name; those of the process when left out.
    """
    parser = argparse.ArgumentParser(prog="profiler_gui.snapshot", description="Draw a saved run.")
    parser.add_argument("model", type=Path, help="the model that ran")
    parser.add_argument("run", type=Path, help="its run, as saved by `profile --output`")
    parser.add_argument("folder", type=Path, help="where to write the pictures")
    arguments = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        write_snapshots(arguments.model, read_run(arguments.run), arguments.folder)
    except ProfilerError as error:
        sys.stderr.write(" ".join(part for part in (error.message, error.hint) if part) + "\n")
        return 1
    return 0


def write_snapshots(path: Path, run: Run, folder: Path) -> None:
    """Write both pictures; makes the Qt application where there is none.

    Raises:
        ModelFileError: the model cannot be read.
        StoreError: a picture cannot be written.
    """
    # Qt is imported late, so that `--help` and a wrong file are answered at once.
    from PySide6.QtWidgets import QApplication

    from profiler_gui.app import make_application
    from profiler_gui.theme import Theme, ThemeMode

    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = make_application()
    Theme(application, ThemeMode.LIGHT).apply()
    _draw_graph(path, run, folder / "graph.png")
    _draw_latency(run, folder / "latency.png")


def _draw_graph(path: Path, run: Run, target: Path) -> None:
    from profiler_gui.canvas.canvas import GraphCanvas
    from profiler_gui.canvas.picture import build_picture
    from profiler_gui.canvas.text import TextMetrics
    from profiler_gui.colouring import overlay_of
    from profiler_gui.session import OpenedFile, OpenModel, Overlay, OverlayChoice

    model = read_model(path)
    costs, summary = estimate_model(model)
    record = OpenModel(OpenedFile(model=model, path=path, costs=costs, summary=summary))
    record.add_run(run)
    record.choose_overlay(OverlayChoice(overlay=Overlay.TIME))
    canvas = GraphCanvas()
    canvas.set_graph(build_picture(model, 0, TextMetrics(canvas.font())))
    canvas.set_overlay(overlay_of(record))
    canvas.render_png(target, _GRAPH_SCALE)
    canvas.deleteLater()


def _draw_latency(run: Run, target: Path) -> None:
    from profiler_gui.widgets.latency_plots import Latencies, latency_timeline
    from profiler_gui.widgets.picture import write_picture

    plot = latency_timeline()
    plot.resize(*_PLOT_SIZE)
    plot.show_latencies(Latencies(warmup_ns=run.warmup_ns, runs_ns=run.latencies_ns))
    write_picture(plot, target, plot.title)
    plot.deleteLater()


if __name__ == "__main__":
    sys.exit(main())

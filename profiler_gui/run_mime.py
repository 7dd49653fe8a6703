"""Runs of this window as what is dragged; beside their ids go files, for other programs."""

from PySide6.QtCore import QMimeData

RUNS_MIME = "application/x-tflite-profiler-runs"
"""Ids of runs, one a line."""


def run_ids(data: QMimeData) -> tuple[str, ...]:
    """Give the ids of the runs that are dragged; none if something else is."""
    if not data.hasFormat(RUNS_MIME):
        return ()
    text = bytes(data.data(RUNS_MIME).data()).decode("utf-8", errors="replace")
    return tuple(dict.fromkeys(line for line in text.split("\n") if line))

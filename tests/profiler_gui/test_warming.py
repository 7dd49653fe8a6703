import sys

from backends.progress import Progress
from profiler_gui.warming import Warming, load_pages


def test_the_modules_of_all_pages_are_loaded():
    load_pages(Progress())

    assert "profiler_gui.pages.profile_page" in sys.modules
    assert "pyqtgraph" in sys.modules


def test_pages_are_loaded_after_the_first_graph(window, services, qtbot):
    warming = Warming(window, services.jobs)
    warming._soon.setInterval(1)
    with qtbot.waitSignal(services.jobs.job_started):
        window.graph_painted.emit()
    qtbot.waitUntil(lambda: not services.jobs.jobs)

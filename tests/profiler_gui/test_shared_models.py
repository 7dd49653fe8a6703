"""Every reference model through the window: shown, or refused in one sentence; never a bug."""

import pytest

from profiler_gui.notices import Severity
from tests.support.shared import MODEL_FILES

_SMALL_BYTES = 4000
_SHOWN_SUBGRAPHS = 3
_SHOWN_OPERATORS = 3

pytestmark = pytest.mark.skipif(not MODEL_FILES, reason="no reference models beside the checkout")


def show_all(window, services, qtbot, paths):
    """Open, walk through, paint and close each file; give the notices that tell of bugs."""
    bugs = []
    for path in paths:
        services.opener.open_paths([path])
        qtbot.waitUntil(lambda: not services.jobs.jobs, timeout=30_000)
        for child in window.children():
            if child.inherits("QDialog"):
                child.close()
        record = services.session.current
        if record is not None:
            for subgraph in record.model.subgraphs[:_SHOWN_SUBGRAPHS]:
                for operator in subgraph.operators[:_SHOWN_OPERATORS]:
                    record.reveal(operator.id)
                    qtbot.wait(1)
            qtbot.waitUntil(lambda: not services.jobs.jobs, timeout=30_000)
            window.grab()
            services.session.close(record)
        else:
            assert services.notices.notices or path.suffix != ".tflite", path.name
        bugs += [(path.name, n.detail) for n in services.notices.notices if n.severity is Severity.BUG]
        for notice in services.notices.notices:
            services.notices.dismiss(notice)
    return bugs


@pytest.mark.timeout(400)
def test_small_and_broken_files_are_shown_or_refused(window, services, qtbot):
    paths = [path for path in MODEL_FILES if path.stat().st_size < _SMALL_BYTES or "_bad_" in path.name]

    assert show_all(window, services, qtbot, paths) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_file_is_shown_or_refused(window, services, qtbot):
    assert show_all(window, services, qtbot, MODEL_FILES) == []

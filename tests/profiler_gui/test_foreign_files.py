"""Files of other tools, dropped on the window."""

import json

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent

from profiler_gui.notices import Severity
from profiler_gui.session import Overlay
from tests.support import foreign_files


@pytest.fixture
def drop(window):
    """Drop files on the window as a user does."""

    def drop_(*paths):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        place, buttons = QPoint(200, 200), Qt.MouseButton.LeftButton
        event = QDropEvent(place, Qt.DropAction.CopyAction, data, buttons, Qt.KeyboardModifier.NoModifier)
        window.dropEvent(event)

    return drop_


@pytest.fixture
def profile(tmp_path):
    """An AI Hub profile of two of the small model's three operators, and of a layer that it does not have."""
    details = [
        {"name": "block/conv_2d_0", "type": "CONV_2D", "compute_unit": "NPU", "execution_time": 120},
        {"name": "block/logistic_2", "type": "LOGISTIC", "compute_unit": "CPU", "execution_time": 30},
        {"name": "added", "type": "Cast", "compute_unit": "NPU", "execution_time": 5},
    ]
    path = tmp_path / "hub.json"
    path.write_text(foreign_files.ai_hub(details, all_inference_times=[200]))
    return path


def test_a_dropped_profile_becomes_a_run_of_the_open_model(
    window, services, open_file, model_file, profile, drop, qtbot
):
    record = open_file(model_file)
    drop(profile)
    qtbot.waitUntil(lambda: record.run is not None)

    assert [item.time_ns for item in record.run.operators] == [120_000, None, 30_000]
    assert record.overlay.overlay is Overlay.TIME
    assert services.runs.find(record.run.id).title == "hub.json"
    notice = services.notices.notices[-1]
    assert "2 of 3 entries fit" in notice.message
    assert notice.severity is Severity.WARNING


def test_dropping_the_same_file_again_adds_nothing(window, services, open_file, model_file, profile, drop, qtbot):
    record = open_file(model_file)
    for _ in range(2):
        with qtbot.waitSignal(services.notices.posted):
            drop(profile)

    assert len(record.runs) == 1


def test_a_profile_that_comes_first_waits_for_its_model(window, services, open_file, model_file, profile, drop, qtbot):
    drop(profile)
    assert "waits for its model" in services.notices.notices[-1].message
    record = open_file(model_file)
    qtbot.waitUntil(lambda: record.run is not None)

    assert not any("waits" in notice.message for notice in services.notices.notices)


def test_a_profile_goes_to_the_open_model_that_it_fits(
    window, services, open_file, model_file, other_file, profile, drop, qtbot
):
    record = open_file(model_file)
    other = open_file(other_file)
    drop(profile)
    qtbot.waitUntil(lambda: record.run is not None)

    assert other.run is None
    assert services.session.current is record


def test_numbers_become_a_column_that_colours_the_graph(window, services, open_file, model_file, tmp_path, drop, qtbot):
    record = open_file(model_file)
    results = {"block/conv_2d_0": {"value": 4.5}, "2": {"value": 1}}
    path = tmp_path / "energy.json"
    path.write_text(json.dumps({"main": {"name": "Energy (mJ)", "results": results}}))
    drop(path)
    qtbot.waitUntil(lambda: bool(record.columns))

    assert record.columns[0].unit == "mJ"
    assert (record.overlay.overlay, record.overlay.column) == (Overlay.COLUMN, record.columns[0].id)


def test_what_fits_no_operator_is_told_and_changes_nothing(
    window, services, open_file, model_file, tmp_path, drop, qtbot
):
    record = open_file(model_file)
    path = tmp_path / "other.json"
    path.write_text(foreign_files.ai_hub([{"name": "nobody", "type": "LSTM", "execution_time": 1}]))
    with qtbot.waitSignal(services.notices.posted):
        drop(path)

    notice = services.notices.notices[-1]
    assert notice.severity is Severity.ERROR
    assert "None of the 1 layers in other.json" in notice.message
    assert record.runs == ()


def test_protos_of_benchmark_model_are_no_networks_to_convert(
    window, services, open_file, model_file, tmp_path, drop, qtbot
):
    record = open_file(model_file)
    path = tmp_path / "graph.pb"
    path.write_bytes(foreign_files.runtime_info(3, [0, 1]))
    drop(path)
    qtbot.waitUntil(lambda: record.run is not None)

    assert record.overlay.overlay is Overlay.RAN_ON
    assert window.tabs.count() == 1

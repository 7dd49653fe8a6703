import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from backends.runs.plan import Kernels, Plan
from backends.runs.store import write_run
from profiler_gui.pages.batch_page import BatchPage
from profiler_gui.run_mime import RUNS_MIME
from tests.profiler_gui.conftest import a_small_model
from tests.support.builders import a_run

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY = Qt.DropAction.CopyAction


def dragged(*paths) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drag(widget, data, point) -> QDragMoveEvent:
    """Bring a drag over a widget, as Qt does: by events that it may refuse."""
    QApplication.sendEvent(widget, QDragEnterEvent(point, COPY, data, LEFT, NONE))
    event = QDragMoveEvent(point, COPY, data, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event


def let_go(widget, data, point) -> None:
    """Drag over a widget and let go; Qt itself takes no drop that no drag came before."""
    drag(widget, data, point)
    QApplication.sendEvent(widget, QDropEvent(QPointF(point), COPY, data, LEFT, NONE))


def at(window, share: float) -> QPoint:
    """A point of the covered part of the window, so far from its left edge."""
    middle = window.centralWidget()
    return middle.mapTo(window, QPoint(round(middle.width() * share), middle.height() // 2))


def test_a_second_model_can_be_opened_or_compared_by_where_it_is_let_go(
    window, services, open_file, model_file, other_file, qtbot
):
    first = open_file(model_file)
    data = dragged(other_file)
    drag(window, data, at(window, 0.25))

    assert window.drops.overlay.isVisible()
    assert window.drops.overlay.texts == ("Drop to open other.tflite", "Drop to compare with small.tflite")
    assert window.drops.overlay.marked == 0

    drag(window, data, at(window, 0.75))

    assert window.drops.overlay.marked == 1

    with qtbot.waitSignal(services.session.compare_wanted) as caught:
        let_go(window, data, at(window, 0.75))

    sides = caught.args[0]
    assert [side.title for side in sides] == ["small.tflite", "other.tflite"]
    assert sides[0].model is first.model
    assert len(services.session.models) == 2
    assert not window.drops.overlay.isVisible()


def test_the_left_place_just_opens(window, services, open_file, model_file, other_file, qtbot):
    open_file(model_file)
    compared = []
    services.session.compare_wanted.connect(compared.append)
    drag(window, dragged(other_file), at(window, 0.1))
    let_go(window, dragged(other_file), at(window, 0.1))
    qtbot.waitUntil(lambda: len(services.session.models) == 2)

    assert compared == []


def test_two_models_can_be_compared_with_each_other(window, services, model_file, other_file, qtbot):
    data = dragged(model_file, other_file)
    drag(window, data, at(window, 0.9))

    assert window.drops.overlay.texts[1] == "Drop to compare the two models"

    with qtbot.waitSignal(services.session.compare_wanted) as caught:
        let_go(window, data, at(window, 0.9))

    assert {side.title for side in caught.args[0]} == {"small.tflite", "other.tflite"}


def test_the_first_model_and_files_of_another_kind_have_one_place(window, open_file, model_file, tmp_path):
    drag(window, dragged(model_file), at(window, 0.9))

    assert window.drops.overlay.texts == ("Drop to open small.tflite",)

    window.dragLeaveEvent(QDragLeaveEvent())
    open_file(model_file)
    text = tmp_path / "x.json"
    text.write_text("{}")
    drag(window, dragged(text), at(window, 0.9))

    assert window.drops.overlay.texts == ("Drop to open x.json",)


def test_runs_of_the_own_list_are_not_opened_as_files(window, open_file, model_file):
    open_file(model_file)
    data = dragged(model_file)
    data.setData(RUNS_MIME, b"run-1")
    event = QDragEnterEvent(at(window, 0.5), COPY, data, LEFT, NONE)
    window.dragEnterEvent(event)

    assert not event.isAccepted()
    assert not window.drops.overlay.isVisible()


def test_a_dropped_run_attaches_to_the_open_model(window, services, open_file, model_file, tmp_path, qtbot):
    record = open_file(model_file)
    path = tmp_path / "saved.json"
    write_run(a_run(record.model, id_="saved"), path)
    let_go(window, dragged(path), at(window, 0.5))
    qtbot.waitUntil(lambda: bool(record.runs))

    assert record.run.id == "saved"
    assert services.notices.notices[-1].message == "1 run added."

    let_go(window, dragged(path), at(window, 0.5))
    qtbot.waitUntil(lambda: "already" in services.notices.notices[-1].message)

    assert len(record.runs) == 1


def test_a_run_of_another_model_is_listed_and_says_what_to_open(
    window, services, open_file, model_file, tmp_path, qtbot
):
    record = open_file(model_file)
    path = tmp_path / "saved.json"
    write_run(replace(a_run(record.model, id_="saved"), model_sha256="ee" * 32, model_name="net.tflite"), path)
    broken = tmp_path / "broken.json"
    broken.write_text(path.read_text()[:-40])
    let_go(window, dragged(path, broken), at(window, 0.5))
    qtbot.waitUntil(lambda: len(services.notices.notices) == 2)

    assert record.runs == ()
    assert [kept.run.id for kept in services.runs.runs] == ["saved"]
    messages = [f"{notice.message} {notice.hint}" for notice in services.notices.notices]
    assert "broken.json" in messages[0]
    assert "Open net.tflite" in messages[1]


# Folders ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, model_file, other_file):
    folder = tmp_path / "models"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.tflite").write_bytes(model_file.read_bytes())
    (folder / "deep" / "b.bin").write_bytes(other_file.read_bytes())
    (folder / "broken.tflite").write_bytes(model_file.read_bytes()[:200])
    (folder / "readme.txt").write_text("hello")
    return folder


def batch_of(window) -> BatchPage:
    return next(view for view in window.tabs.views if isinstance(view, BatchPage))


def cells(page, column: str) -> dict[str, str]:
    place = [c.id for c in page.table.columns].index(column)
    return {page.table.row(row).model.name: page.table.index(row, place).data() for row in range(page.table.rowCount())}


def test_a_dropped_folder_is_checked_as_a_whole(window, services, folder, qtbot):
    data = dragged(folder)
    drag(window, data, at(window, 0.5))

    assert window.drops.overlay.texts == ("Drop to check and profile all models in models",)

    let_go(window, data, at(window, 0.5))
    page = batch_of(window)
    qtbot.waitUntil(lambda: bool(page.items) and not page.is_running, timeout=20_000)
    page._show_items()

    assert cells(page, "operators") == {"a.tflite": "3", "broken.tflite": "–", "b.bin": "2"}
    assert "broken.tflite" in cells(page, "problem")["broken.tflite"]
    assert cells(page, "target_xnnpack")["a.tflite"].endswith("%")
    assert window.tabs.tabText(0) == "models"
    assert page.state.plain_text == "3 models, 1 with a problem"

    page.view.row_opened.emit(page.items[0])
    qtbot.waitUntil(lambda: services.session.current is not None)

    assert services.session.current.path == folder / "a.tflite"


def test_a_folder_is_measured_and_its_runs_are_in_the_list(window, services, folder, qtbot, monkeypatch):
    import backends.runs.batch as batch

    def execute(path, model, plan, progress, *, devices):
        return replace(a_run(model, id_=f"run of {path.name}"), plan=plan)

    monkeypatch.setattr(batch, "execute_plan", execute)
    services.opener.open_paths([folder])
    page = batch_of(window)
    qtbot.waitUntil(lambda: bool(page.items) and not page.is_running, timeout=20_000)
    page.runs.setValue(7)
    qtbot.mouseClick(page.profile_button, LEFT)
    qtbot.waitUntil(lambda: not page.is_running, timeout=20_000)
    page._show_items()

    assert {kept.run.id for kept in services.runs.runs} == {"run of a.tflite", "run of b.bin"}
    assert {kept.run.plan.runs for kept in services.runs.runs} == {7}
    assert cells(page, "latency_ns_host") == {"a.tflite": "1.07 ms", "broken.tflite": "–", "b.bin": "1.07 ms"}
    assert window.docks["runs"].isVisible()


def test_stopping_a_batch_keeps_what_was_measured(window, services, folder, qtbot, monkeypatch):
    import backends.runs.batch as batch

    seen = []

    def execute(path, model, plan, progress, *, devices):
        seen.append(path.name)
        while not progress.is_stopping:
            progress.sleep(0.01)
        return a_run(model, id_=path.name)

    monkeypatch.setattr(batch, "execute_plan", execute)
    services.opener.open_paths([folder])
    page = batch_of(window)
    qtbot.waitUntil(lambda: bool(page.items) and not page.is_running, timeout=20_000)
    page.profile_all()
    qtbot.waitUntil(lambda: seen == ["a.tflite"])

    assert page.stop_button.isVisible()

    qtbot.mouseClick(page.stop_button, LEFT)
    qtbot.waitUntil(lambda: not page.is_running)

    assert seen == ["a.tflite"]
    assert [kept.run.id for kept in services.runs.runs] == ["a.tflite"]


def test_closing_a_batch_ends_its_work(window, services, folder, qtbot, monkeypatch):
    import backends.runs.batch as batch

    def execute(path, model, plan, progress, *, devices):
        while True:
            progress.sleep(0.01)

    monkeypatch.setattr(batch, "execute_plan", execute)
    services.opener.open_paths([folder])
    page = batch_of(window)
    qtbot.waitUntil(lambda: bool(page.items) and not page.is_running, timeout=20_000)
    page.profile_all()
    window.tabs.tabCloseRequested.emit(0)
    qtbot.waitUntil(lambda: services.jobs.jobs == (), timeout=10_000)

    assert services.runs.runs == ()


def test_a_folder_without_models_says_so(window, services, tmp_path, qtbot):
    empty = tmp_path / "empty"
    empty.mkdir()
    services.opener.open_paths([empty])
    page = batch_of(window)
    qtbot.waitUntil(lambda: page._empty.text.startswith("No model was found in empty"))


# Devices ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def host_row(window, open_file, model_file):
    """The list of devices, and the middle of the row of this computer."""
    open_file(model_file)
    window.docks.raise_panel("devices")
    devices = window.docks.page("devices").devices
    window.docks.page("devices").show()
    return devices, devices.visualItemRect(devices.item(0)).center()


@pytest.fixture
def measured(monkeypatch):
    """Plans that are carried out; nothing is measured."""
    import backends.runs.matrix as matrix

    plans = []

    def execute(path, model, plan, progress=None, **_others):
        plans.append((Path(path).name, plan))
        return replace(a_run(model, id_=f"fresh-{len(plans)}"), plan=plan)

    monkeypatch.setattr(matrix, "execute_plan", execute)
    return plans


def test_a_model_dropped_on_a_device_is_opened_and_measured_there(
    window, services, host_row, other_file, measured, qtbot
):
    devices, point = host_row
    event = drag(devices.viewport(), dragged(other_file), point)

    assert event.isAccepted()
    assert devices.drop_row == 0

    let_go(devices.viewport(), dragged(other_file), point)
    qtbot.waitUntil(lambda: bool(measured), timeout=10_000)
    qtbot.waitUntil(lambda: bool(services.runs.runs))

    assert measured[0][0] == "other.tflite"
    assert measured[0][1].device == "host"
    assert services.session.current.path == other_file
    assert devices.drop_row == -1


def test_a_run_dropped_on_a_device_is_repeated_in_the_same_way(window, services, host_row, measured, qtbot):
    devices, point = host_row
    record = services.session.current
    plan = Plan(runs=11, warmup=2, kernels=Kernels.BUILTIN, seed=5)
    record.add_run(a_run(record.model, id_="before", plan=plan))
    window.docks.page("runs").refresh()
    table = window.docks.page("runs").table
    data = table.mimeData([table.index(0, 0)])
    let_go(devices.viewport(), data, point)
    qtbot.waitUntil(lambda: bool(measured), timeout=10_000)
    qtbot.waitUntil(lambda: len(record.runs) == 2)

    assert replace(measured[0][1], max_seconds=plan.max_seconds) == plan


def test_several_models_dropped_on_a_device_become_a_batch_there(
    window, services, host_row, model_file, other_file, qtbot, monkeypatch
):
    import backends.runs.batch as batch

    monkeypatch.setattr(
        batch, "execute_plan", lambda path, model, plan, progress, *, devices: a_run(model, id_=path.name)
    )
    devices, point = host_row
    let_go(devices.viewport(), dragged(model_file, other_file), point)
    page = batch_of(window)
    qtbot.waitUntil(lambda: len(services.runs.runs) == 2, timeout=20_000)
    qtbot.waitUntil(lambda: not page.is_running, timeout=20_000)

    assert page.device_choice.chosen == ("host",)


def test_beside_the_devices_a_drag_is_the_windows(window, host_row, other_file):
    devices, _ = host_row
    below = QPoint(5, devices.viewport().height() - 2)

    drag(devices.viewport(), dragged(other_file), below)

    assert devices.drop_row == -1
    assert window.drops.overlay.isVisible()


def test_the_numbers_of_a_run_are_shown_against_the_baseline(window, services, open_file, model_file, qtbot):
    record = open_file(model_file)
    record.add_run(a_run(record.model, (2e6, 1e6, 1e6), id_="base", latencies_ns=(2_000_000,) * 4))
    record.add_run(a_run(record.model, (1e6, 2e6, 1e6), id_="fresh", latencies_ns=(1_000_000,) * 4))
    services.runs.choose_baseline("base")

    column = next(column for column in record.columns if column.id == "baseline_percent")
    assert {id_.index: value for id_, value in column.values.items()} == {0: -50.0, 1: 100.0, 2: 0.0}
    assert column.is_diverging

    page = window.docks.page("profile")
    page.refresh()
    from PySide6.QtWidgets import QLabel

    changes = [
        label.text() for label in page.tiles.findChildren(QLabel) if label.property("role") in ("better", "worse")
    ]
    assert changes[0] == "−50.0 %"

    record.choose_run(record.runs[0])

    assert record.columns == ()


def test_saved_files_are_told_from_other_json(tmp_path):
    from profiler_gui.drop_commands import is_saved_run

    other = tmp_path / "other.json"
    other.write_text(json.dumps({"schema": "something else"}))

    assert not is_saved_run(other)
    assert not is_saved_run(tmp_path)
    assert not is_saved_run(tmp_path / "missing.json")
    assert a_small_model()


def test_plots_are_dragged_out_as_pictures_and_numbers(window, services, open_file, model_file, qtbot, monkeypatch):
    record = open_file(model_file)
    record.add_run(a_run(record.model, (2e6, 1e6, 1e6)))
    window.docks.raise_panel("plots")
    page = window.docks.page("plots")
    qtbot.waitUntil(lambda: bool(page.pictures()) and bool(page.plots), timeout=20_000)
    dragged_data = []
    monkeypatch.setattr("profiler_gui.pages.drag_out.QDrag.exec", lambda drag, *_: dragged_data.append(drag.mimeData()))
    qtbot.mousePress(page.handle, LEFT, pos=QPoint(5, 5))
    qtbot.mouseMove(page.handle, QPoint(60, 5))
    from PySide6.QtGui import QMouseEvent

    move = QMouseEvent(
        QMouseEvent.Type.MouseMove, QPointF(60, 5), page.handle.mapToGlobal(QPointF(60, 5)), LEFT, LEFT, NONE
    )
    QApplication.sendEvent(page.handle, move)

    paths = [Path(url.toLocalFile()) for url in dragged_data[0].urls()]
    assert [path.suffix for path in paths] == [".png", ".png", ".png", ".csv"]
    assert paths[0].read_bytes().startswith(b"\x89PNG")
    assert paths[-1].read_text().splitlines()[:2] == ["phase,number,latency_us", "warmup,0,3000.000"]
    assert dragged_data[0].hasImage()

    page.show_operators()
    names = [Path(url.toLocalFile()).name for url in page.handle.mime().urls()]
    assert names == ["Most-expensive-operators.png", "By-type.png", "operators.csv"]

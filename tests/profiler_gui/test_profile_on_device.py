"""The window from a phone that appears to its time per layer, with a real adb server in between."""

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from backends.model.reader import read_model
from backends.runs.run import Certainty
from backends.runs.runner_settings import read_runner_choices
from profiler_gui.dialogs.runners_dialog import RunnersDialog
from tests.support.benchmark_tool import delegated_answers, write_tool

_SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "segmenter_int8.tflite"
_TOOL = "/data/local/tmp/benchmark_model"


@pytest.fixture
def profiled(window, services, open_file, make_phone, qtbot, tmp_path, monkeypatch):
    """Open the sample, let a phone appear, and choose it; gives the means to go on."""
    # Choices of runners are kept there.
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))

    def begin(**faults):
        record = open_file(_SAMPLE)
        phone = make_phone()
        put_tool(phone, **faults)
        window.docks.raise_panel("devices")
        devices = window.docks.page("devices")
        qtbot.mouseClick(devices.look_button, Qt.MouseButton.LeftButton)
        devices.form.target.setText(phone.address)
        qtbot.mouseClick(devices.form.connect_button, Qt.MouseButton.LeftButton)
        page = window.docks.page("profile")
        window.docks.raise_panel("profile")
        qtbot.waitUntil(lambda: page.form.device.count() == 2, timeout=30_000)
        page.form.device.setCurrentIndex(1)
        device_id = page.form.device.currentData()
        qtbot.waitUntil(lambda: services.devices.examination(device_id) is not None, timeout=30_000)
        page.form.runs.setValue(2)
        delegate = page.form.on_device.delegates.delegate
        delegate.setCurrentIndex(delegate.findData("nnapi"))
        return record, page, phone

    return begin


def put_tool(phone, *, seconds=0.0, **fault):
    answers = delegated_answers(read_model(_SAMPLE), [("TfLiteNnapiDelegate", range(2, 20))])
    return write_tool(phone.files.path(_TOOL), answers, seconds=seconds, fault=fault)


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def finish(qtbot, page):
    qtbot.waitUntil(lambda: not page.is_running, timeout=90_000)


def test_a_phone_is_chosen_and_its_time_per_layer_shown(profiled, window, services, qtbot):
    record, page, phone = profiled()
    press(qtbot, page.run_button)
    lines = page.lanes.views[0].log
    finish(qtbot, page)
    run = record.run
    window.docks.raise_panel("layers")
    layers = window.docks.page("layers")
    qtbot.waitUntil(lambda: "certainty" in layers.operator_view.visible_column_ids())
    rows = layers.operator_view.table.visible_rows

    assert services.notices.notices == ()
    assert run.plan.device == f"adb:{phone.address}"
    assert run.plan.delegate == "nnapi"
    assert run.environment["model"] == "Phone 7"
    assert "Inference timings in us" in lines.toPlainText()
    assert [row.placement for row in rows[:3]] == ["CPU", "CPU", "NNAPI"]
    assert rows[0].time_ns > 0
    assert rows[2].certainty is Certainty.NOT_ATTRIBUTABLE
    assert {"placement", "agreement"} <= set(layers.operator_view.visible_column_ids())
    assert "Phone 7, NNAPI, 10 runs in 2 processes" in page._result_title.plain_text
    assert set(page.tiles.texts()) >= {"Init, cold", "Init, cached", "First, cold", "First, cached"}


def test_prediction_and_run_stand_side_by_side(profiled, window, qtbot):
    record, page, _ = profiled()
    press(qtbot, page.run_button)
    finish(qtbot, page)
    pane = page.details.prediction
    qtbot.waitUntil(lambda: "NNAPI 1.3" in pane.summary.plain_text)
    (first, *_) = pane.view.table.visible_rows
    page.details.setCurrentWidget(pane)
    pane.view.row_opened.emit(first)

    assert page.details.tabText(page.details.indexOf(pane)).startswith("Prediction (")
    assert first.is_finding
    assert first.actual == "CPU"
    assert record.selection == {first.operator}


def test_what_the_tool_was_not_built_with_cannot_be_chosen(profiled):
    _, page, _ = profiled()
    combo = page.form.on_device.delegates.delegate
    titles = {combo.itemData(i): combo.itemText(i) for i in range(combo.count())}
    gpu = combo.model().item(combo.findData("gpu"))

    assert titles["gpu"] == "GPU (not in this runner)"
    assert not gpu.isEnabled()
    assert titles["nnapi"] == "NNAPI"


def test_stop_keeps_what_the_phone_measured_and_cancel_does_not(profiled, qtbot):
    record, page, _ = profiled(seconds=0.3)
    page.form.runs.setValue(6)
    press(qtbot, page.run_button)
    qtbot.waitUntil(lambda: len(page.lanes.views[0].live.samples) >= 2, timeout=30_000)
    press(qtbot, page.stop_button)
    finish(qtbot, page)
    stopped = record.runs
    press(qtbot, page.run_button)
    qtbot.waitUntil(lambda: bool(page.lanes.views[0].live.samples), timeout=30_000)
    press(qtbot, page.cancel_button)
    finish(qtbot, page)

    assert len(stopped) == 1
    assert not stopped[0].is_complete
    assert record.runs == stopped


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"signal": "SIGSEGV"}, "benchmark_model crashed (SIGSEGV)"),
        ({"signal": "SIGKILL"}, "the device's system killed benchmark_model"),
        ({"part": 0.1}, "its output was cut off in the middle"),
        ({"exit": 1, "stderr": "ERROR: Failed to apply NNAPI delegate.\n"}, "the NNAPI delegate refuses this model"),
        ({"exit": 1, "stderr": "No space left on device\n"}, "there is no space left on the device"),
    ],
)
def test_a_failure_is_one_sentence_with_remedy_and_log_and_the_phone_is_usable_again(
    profiled, services, qtbot, fault, sentence
):
    record, page, phone = profiled()
    press(qtbot, page.run_button)
    finish(qtbot, page)
    put_tool(phone, **fault)
    press(qtbot, page.run_button)
    finish(qtbot, page)
    (notice,) = services.notices.notices
    after_failure = record.runs
    put_tool(phone)
    press(qtbot, page.run_button)
    finish(qtbot, page)

    assert notice.message.startswith("Peer Phone, NNAPI: ")
    assert sentence.lower() in notice.message.lower()
    assert notice.hint
    assert "benchmark_model" in notice.detail
    assert len(after_failure) == 1
    assert len(record.runs) == 2


def test_a_phone_unplugged_in_the_middle_is_told_and_works_again_when_it_is_back(profiled, services, qtbot):
    record, page, phone = profiled(seconds=2.0)
    press(qtbot, page.run_button)
    qtbot.waitUntil(lambda: page.lanes.views[0].phase.plain_text == "Measuring", timeout=30_000)
    phone.reboot()
    finish(qtbot, page)
    (notice,) = services.notices.notices
    qtbot.waitUntil(lambda: bool(page.form.problem), timeout=30_000)
    problem = page.form.problem
    phone.plug()
    put_tool(phone)
    services.devices.connect_to(phone.address)
    qtbot.waitUntil(lambda: not page.form.problem, timeout=20_000)
    press(qtbot, page.run_button)
    finish(qtbot, page)

    assert "was unplugged or restarted" in notice.message
    assert notice.hint
    assert "cannot be used now" in problem
    assert len(record.runs) == 1


def test_a_matrix_runs_every_delegate_on_every_phone(profiled, services, make_phone, qtbot):
    record, page, phone = profiled()
    other = make_phone()
    put_tool(other)
    services.devices.connect_to(other.address)
    qtbot.waitUntil(lambda: page.form.device.count() == 3, timeout=30_000)
    page.form.also_on.choose([f"adb:{other.address}"])
    page.form.on_device.delegates.others.choose(["xnnpack"])
    page.form.on_device.cool_down.setValue(0.2)
    press(qtbot, page.run_button)
    titles = [view.title.plain_text for view in page.lanes.views]
    is_apart = all(view.stop_button.isVisible() for view in page.lanes.views)
    finish(qtbot, page)
    made = {(run.plan.device, run.plan.delegate) for run in record.runs}

    assert len(titles) == 2
    assert is_apart
    assert made == {(f"adb:{p.address}", delegate) for p in (phone, other) for delegate in ("nnapi", "xnnpack")}
    assert sorted(cell.waited_seconds >= 0.2 for cell in page.lanes.matrix.cells) == [False, False, True, True]
    assert services.notices.notices == ()


def test_a_tool_on_this_computer_is_remembered_for_the_abi_and_copied(profiled, services, qtbot, tmp_path):
    _, page, phone = profiled()
    build = put_tool_here(tmp_path)
    phone.files.path(_TOOL).unlink()
    press(qtbot, page.form.on_device.runners_button)
    (dialog,) = page.window().findChildren(RunnersDialog)
    dialog.file.setText(str(build))
    dialog.file.editingFinished.emit()
    kind = dialog.kind.currentData()
    dialog.close()
    device_id = page.form.device.currentData()
    qtbot.waitUntil(partial(_is_pushed, services, device_id), timeout=30_000)
    press(qtbot, page.run_button)
    finish(qtbot, page)

    assert kind == "arm64-v8a"
    assert read_runner_choices()["arm64-v8a"].path == str(build)
    assert services.notices.notices == ()
    assert page.record.run.plan.runner == str(build)


def put_tool_here(folder):
    return write_tool(folder / "bm_arm64", delegated_answers(read_model(_SAMPLE), []))


def _is_pushed(services, device_id):
    found = services.devices.examination(device_id)
    return found is not None and found.tool is not None and found.tool.path.endswith("bm_arm64")


def test_checks_before_measuring_tell_what_is_missing(profiled, qtbot):
    _, page, phone = profiled()
    press(qtbot, page.check_button)
    qtbot.waitUntil(lambda: page.check_button.isEnabled(), timeout=30_000)
    before = {check.name: check for check in page.checks.checks}
    phone.files.path(_TOOL).unlink()
    press(qtbot, page.check_button)
    qtbot.waitUntil(lambda: page.check_button.isEnabled(), timeout=30_000)
    after = {check.name: check for check in page.checks.checks}

    assert {"Connection", "Heat", "Runner", "NNAPI library", "Room for the model"} <= set(before)
    assert before["Runner"].is_ok
    assert not after["Runner"].is_ok
    assert page.checks.isVisible()


def test_the_table_of_a_matrix_leads_to_its_runs_and_compares_them(profiled, services, qtbot):
    record, page, _ = profiled()
    page.form.on_device.delegates.others.choose(["xnnpack"])
    press(qtbot, page.run_button)
    finish(qtbot, page)
    pane = page.details.matrix
    rows = pane.view.table.visible_rows
    pane.view.row_opened.emit(rows[0])
    with qtbot.waitSignal(services.session.compare_wanted) as wanted:
        press(qtbot, pane.compare_button)
    (sides,) = wanted.args

    assert [side.title for side in sides] == ["Peer Phone, NNAPI", "Peer Phone, XNNPACK"]
    assert [side.run for side in sides] == [row.run for row in rows]
    assert [(row.delegate, str(row.state)) for row in rows] == [("nnapi", "done"), ("xnnpack", "done")]
    assert {"device", "delegate", "mean_ns", "init_ns", "state"} <= set(pane.view.visible_column_ids())
    assert page.details.currentWidget() is pane
    assert record.run is rows[0].run

"""The window measures the energy of a phone: from the form to the Power panel, with a real adb server in between."""

from pathlib import Path

from PySide6.QtCore import Qt

from backends.model.reader import read_model
from backends.power.traces import Quantity
from tests.support.adb_peer.power import SAMSUNG_BATTERY, write_dump, write_gauge
from tests.support.benchmark_tool import Answer, a_log, delegated_answers, write_tool

_SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "segmenter_int8.tflite"


def test_energy_of_a_phone(window, services, open_file, make_phone, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    record = open_file(_SAMPLE)
    phone = make_phone()
    put_gauge_and_tool(phone, tmp_path)
    window.docks.raise_panel("devices")
    devices = window.docks.page("devices")
    qtbot.mouseClick(devices.look_button, Qt.MouseButton.LeftButton)
    devices.form.target.setText(phone.address)
    qtbot.mouseClick(devices.form.connect_button, Qt.MouseButton.LeftButton)
    window.docks.raise_panel("profile")
    page = window.docks.page("profile")
    qtbot.waitUntil(lambda: page.form.device.count() == 2, timeout=10_000)
    page.form.device.setCurrentIndex(1)
    device_id = page.form.device.currentData()
    qtbot.waitUntil(lambda: services.devices.examination(device_id) is not None, timeout=10_000)
    page.form.runs.setValue(1)
    delegate = page.form.on_device.delegates.delegate
    delegate.setCurrentIndex(delegate.findData("nnapi"))
    meter = page.form.meter
    meter.meter.setCurrentIndex(meter.meter.findData("battery"))
    meter.loop.setValue(1.0)
    meter.idle.setValue(1.2)

    qtbot.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    window.docks.raise_panel("power")
    power = window.docks.page("power")
    qtbot.waitUntil(lambda: Quantity.POWER in power.traces.lanes() and power.is_live, timeout=10_000)
    qtbot.waitUntil(lambda: not page.is_running, timeout=30_000)
    qtbot.waitUntil(lambda: "Idle power" in power.tiles.texts(), timeout=5000)

    run = record.run
    assert run.energy is not None
    assert run.energy.inferences == 5
    assert 1000 < run.energy.idle_mw < 1500
    assert run.energy.per_inference_mj > 0
    assert "Battery gauge" in power._words.plain_text
    assert any(column.id == "energy_mj" for column in record.columns) or any(
        operator.placement == "NNAPI" for operator in run.operators
    )


def put_gauge_and_tool(phone, folder):
    """The gauge shows 300 mA at rest and 900 mA while the tool runs, five inferences in a second."""
    phone.files.path("/proc/uptime").unlink()
    phone.files.path("/proc/uptime").symlink_to("/proc/uptime")
    write_gauge(phone.files, current="-300000")
    write_dump(phone.files, "battery", SAMSUNG_BATTERY.format(usb="false", current="-300"))
    answers = delegated_answers(read_model(_SAMPLE), [("TfLiteNnapiDelegate", range(2, 20))])
    slow = a_log(mean_us=200_000, count=5)
    tool = write_tool(folder / "tool", {key: Answer(slow, files=a.files) for key, a in answers.items()}, seconds=1.0)
    gauge = "$PEER_ROOT/sys/class/power_supply/battery/current_now"
    phone.files.write(
        "/data/local/tmp/benchmark_model",
        f'#!/bin/sh\necho -900000 > "{gauge}"\n{tool} "$@"\ncode=$?\necho -300000 > "{gauge}"\nexit $code\n',
        is_executable=True,
    )

"""Meters of devices, over a real adb server and the device-side peer, with what can go wrong."""

import os
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from backends.errors import MeterError
from backends.power.dumps import DumpSource, parse_thermal
from backends.power.meter import POWER_ID, Meter, Place
from backends.power.meters import open_meter
from backends.power.probes import FileSource
from backends.power.rails import HAL_2, IIO, parse_rails
from backends.power.recorder import Channel, Recorder
from backends.power.sensors import find_sensors
from backends.power.traces import Quantity, Trace, Window, WindowKind
from tests.support.adb_peer import AdbPeer
from tests.support.adb_peer.power import (
    IIO_RAILS,
    PLAIN_BATTERY,
    RAILS_1,
    RAILS_2,
    SAMSUNG_BATTERY,
    SUPPLY,
    THERMAL,
    count_up,
    write_dump,
    write_gauge,
)

Device = tuple[AdbPeer, Place]


_OPEN: list[Recorder] = []


@pytest.fixture(autouse=True)
def _no_files_left() -> Iterator[None]:
    yield
    for recorder in _OPEN:
        recorder.__exit__()
    _OPEN.clear()


def a_recorder() -> Recorder:
    _OPEN.append(Recorder())
    return _OPEN[-1]


def record(meter: Meter, seconds: float, during: Callable[[], object] | None = None) -> Recorder:
    """Sample for a while; the recorder's files stay until the end of the test."""
    recorder = a_recorder()
    recorder.start(meter.sources())
    end = time.monotonic() + seconds
    if during is not None:
        during()
    while time.monotonic() < end:
        time.sleep(0.02)
    recorder.end()
    return recorder


def power(recorder: Recorder) -> Trace:
    return next(trace for trace in recorder.traces() if trace.id == POWER_ID)


def test_the_kernels_gauge_gives_power_in_one_clock(phone: Device) -> None:
    peer, place = phone
    write_gauge(peer.files, current="-350000")

    recorder = record(open_meter("battery", place), 1.5)

    trace = power(recorder)
    assert len(trace.values) >= 4
    np.testing.assert_allclose(trace.values, 350 * 4.012)
    assert 0 <= trace.times_s[0] < 1.5
    assert trace.times_s[-1] < 1.7
    assert trace.clock_error_s < 0.3
    assert peer.shell.running_groups() == []


@pytest.mark.parametrize(
    ("current", "argument", "expected"),
    [
        ("350", "battery", 1404.2),
        ("350000", "battery", 1404.2),
        ("-350", "battery", 1404.2),
        ("350", "battery=+mA", 1404.2),
    ],
)
def test_sign_and_unit_are_found_and_remembered(
    phone: Device, monkeypatch: pytest.MonkeyPatch, tmp_path: object, current: str, argument: str, expected: float
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    peer, place = phone
    write_gauge(peer.files, current=current)
    write_dump(peer.files, "battery", SAMSUNG_BATTERY.format(usb="false", current=current))
    meter = open_meter(argument, place)
    recorder = record(meter, 0.6)
    signal = recorder.signal(POWER_ID)
    assert signal is not None
    windows = (Window(kind=WindowKind.LOOP, start_s=0.0, end_s=2.0),)

    factor, said = meter.calibrate(signal, windows)

    np.testing.assert_allclose(signal.values * factor, expected, rtol=1e-3)
    assert "battery gauge was read as" in said
    again = open_meter(argument, place)
    fresh = record(again, 0.5)
    np.testing.assert_allclose(power(fresh).values, expected, rtol=1e-3)


def test_while_charging_the_sign_comes_from_the_load(
    phone: Device, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """The charger gives 900 mA into the battery, and less under load: positive is into the battery here."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    peer, place = phone
    write_gauge(peer.files, current="900000", status="Charging")
    meter = open_meter("battery", place)
    recorder = record(
        meter, 2.4, lambda: (time.sleep(1.2), write_gauge(peer.files, current="300000", status="Charging"))
    )
    signal = recorder.signal(POWER_ID)
    assert signal is not None
    windows = (
        Window(kind=WindowKind.IDLE_BEFORE, start_s=0.0, end_s=1.0),
        Window(kind=WindowKind.LOOP, start_s=1.5, end_s=3.0),
    )

    factor, said = meter.calibrate(signal, windows)

    scaled = signal.values * factor
    assert scaled[-1] - scaled[0] == pytest.approx(600 * 4.012, rel=0.01)
    assert "change that the load made" in said
    charging = next(check for check in meter.checks() if check.name == "Charging")
    assert not charging.is_ok
    assert "Wi-Fi" in charging.remedy
    assert not next(check for check in meter.checks() if check.name == "Screen").is_ok


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_gauge_that_is_denied_is_asked_through_dumpsys_as_a_user(phone: Device) -> None:
    peer, place = phone
    write_gauge(peer.files, current="-1")
    for name in ("current_now", "voltage_now"):
        peer.files.path(f"{SUPPLY}/{name}").chmod(0)
    write_dump(peer.files, "battery", SAMSUNG_BATTERY.format(usb="false", current="-350"))

    meter = open_meter("battery", place)

    assert any("may not be read" in check.message for check in meter.checks())


def test_without_a_gauge_in_the_kernel_dumpsys_is_asked(phone: Device) -> None:
    peer, place = phone
    write_dump(peer.files, "battery", SAMSUNG_BATTERY.format(usb="false", current="-350"))

    meter = open_meter("battery=mA", place)
    trace = power(record(meter, 1.5))

    assert "dumpsys battery" in meter.info.measures
    np.testing.assert_allclose(trace.values, 350 * 4.012)


def test_a_charge_counter_alone_gives_mean_powers(phone: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    """1 mAh a second is 3.6 C a second: 3.6 A."""
    monkeypatch.setattr("backends.power.battery._CHARGE_PERIOD_S", 0.3)
    peer, place = phone
    count_up(peer.files, "battery", PLAIN_BATTERY.replace("{usb}", "false"), {"charge": (3e9, -1000.0)})

    meter = open_meter("battery", place)
    trace = power(record(meter, 2.2))

    assert "charge counter" in meter.info.measures
    assert trace.is_mean
    assert np.mean(trace.values) == pytest.approx(3600 * 4.012, rel=0.15)


def test_a_phone_that_tells_no_current_says_so(make_device: Callable[[str], Device]) -> None:
    _, place = make_device("board")

    with pytest.raises(MeterError, match="has no battery"):
        open_meter("battery", place)


def test_absurd_values_are_left_out_and_counted(phone: Device) -> None:
    peer, place = phone
    write_gauge(peer.files, current="-350000")

    recorder = record(
        open_meter("battery", place),
        2.0,
        lambda: (time.sleep(0.8), write_gauge(peer.files, current="-9" + "9" * 14), time.sleep(0.6),
                 write_gauge(peer.files, current="-350000")),
    )  # fmt: skip

    np.testing.assert_allclose(power(recorder).values, 350 * 4.012)
    assert any("impossible value" in text for text in recorder.warnings)


def test_a_file_that_vanishes_keeps_what_was_read(phone: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.power.probes._MISSES", 2)
    peer, place = phone
    write_gauge(peer.files, current="-350000")

    recorder = record(
        open_meter("battery", place),
        2.2,
        lambda: (time.sleep(0.9), peer.files.path(f"{SUPPLY}/current_now").unlink()),
    )

    assert len(power(recorder).values) >= 2
    assert any("could not be read any more" in text for text in recorder.warnings)


def test_nonsense_in_the_files_is_no_value(phone: Device) -> None:
    peer, place = phone
    write_gauge(peer.files, current="-350000")

    def spoil() -> None:
        time.sleep(0.8)
        peer.files.path(f"{SUPPLY}/current_now").write_text("nan|; reboot\n")

    recorder = record(open_meter("battery", place), 1.8, spoil)

    np.testing.assert_allclose(power(recorder).values, 350 * 4.012)


def test_a_device_that_goes_away_leaves_a_warning(phone: Device) -> None:
    peer, place = phone
    write_gauge(peer.files, current="-350000")

    recorder = record(open_meter("battery", place), 2.0, lambda: (time.sleep(0.9), peer.unplug()))

    assert len(power(recorder).values) >= 2
    assert any("after 0 s" in text or "after 1 s" in text for text in recorder.warnings), recorder.warnings


@pytest.mark.parametrize(
    ("template", "count"), [(RAILS_2.format(tpu="10.50", big="20.00"), 3), (RAILS_1.format(tpu="1", big="2"), 2)]
)
def test_rails_are_read_in_both_formats(template: str, count: int) -> None:
    rails = parse_rails(template)

    assert len(rails) == count
    assert next(value for name, value in rails.items() if "CPUCL2" in name) in (20.0, 2.0)


def test_rails_of_the_kernel_are_microjoules() -> None:
    assert parse_rails(IIO_RAILS) == {"VSYS_PWR_RFFE": 88.0, "S2M_VDD_CPUCL2": 761.33}
    assert parse_rails("Can't find service: android.hardware.power.stats.IPowerStats/default") == {}


def test_rails_give_the_slope_of_their_own_totals(phone: Device) -> None:
    peer, place = phone
    name = HAL_2.partition(" ")[2]
    count_up(peer.files, name, RAILS_2, {"tpu": (1e5, 400.0), "big": (5e5, 1100.0)})

    meter = open_meter("auto", place)
    recorder = record(meter, 2.4)

    assert meter.info.id == "rails"
    traces = {trace.id: trace for trace in recorder.traces()}
    assert np.mean(traces[POWER_ID].values) == pytest.approx(1500, rel=0.1)
    assert np.mean(traces["power:[S7M_VDD_TPU]:TPU"].values) == pytest.approx(400, rel=0.1)
    assert "power:[VSYS_PWR_MODEM]:Modem" not in traces or not traces["power:[VSYS_PWR_MODEM]:Modem"].values
    assert all(trace.is_mean for trace in traces.values())


def test_some_rails_can_be_chosen(phone: Device) -> None:
    peer, place = phone
    write_dump(peer.files, HAL_2.partition(" ")[2].replace("/default", "_"), "")
    count_up(peer.files, HAL_2.partition(" ")[2], RAILS_2, {"tpu": (1e5, 400.0), "big": (5e5, 1100.0)})

    trace = power(record(open_meter("rails=tpu", place), 2.4))

    assert np.mean(trace.values) == pytest.approx(400, rel=0.1)
    with pytest.raises(MeterError, match="no power rail"):
        open_meter("rails=gpu", place)


def test_a_phone_without_rails_says_so_and_falls_back(phone: Device) -> None:
    peer, place = phone
    write_gauge(peer.files, current="-350000")

    with pytest.raises(MeterError, match="no power rails"):
        open_meter("rails", place)
    assert open_meter("auto", place).info.id == "battery"
    assert IIO.startswith("cat ")


def test_a_board_with_an_ina_is_read_through_hwmon(make_device: Callable[[str], Device]) -> None:
    peer, place = make_device("linux")
    folder = "/sys/class/hwmon/hwmon2"
    texts = {"name": "ina226", "in0_input": "2", "in1_input": "5034", "curr1_input": "842", "power1_input": "4238000"}
    for name, text in texts.items():
        peer.files.write(f"{folder}/{name}", f"{text}\n")

    meter = open_meter("auto", place)
    trace = power(record(meter, 1.2))

    assert meter.info.id == "hwmon"
    np.testing.assert_allclose(trace.values, 4238.0)


def test_a_board_without_anything_gives_all_reasons(make_device: Callable[[str], Device]) -> None:
    _, place = make_device("linux")

    with pytest.raises(MeterError, match="no meter of its own") as caught:
        open_meter("auto", place)

    assert caught.value.detail.count("\n") == 2


def test_temperatures_and_clocks_are_sampled(phone: Device) -> None:
    peer, place = phone
    peer.files.write("/sys/devices/system/cpu/cpufreq/policy4/scaling_cur_freq", "1555200\n")
    peer.files.write("/sys/class/kgsl/kgsl-3d0/devfreq/cur_freq", "427000000\n")
    probes = find_sensors(place.files)

    recorder = a_recorder()
    recorder.start([FileSource(place.files, probes, 0.1, is_remote=True)])
    time.sleep(1.2)
    recorder.end()

    found = {trace.id: (trace.quantity, trace.values[-1]) for trace in recorder.traces()}
    assert found["temperature:cpu-0-0-usr"] == (Quantity.TEMPERATURE, 38.1)
    assert found["clock:cpu4"] == (Quantity.CLOCK, 1555.2)
    assert found["clock:GPU"] == (Quantity.CLOCK, 427.0)


def test_the_hals_temperatures_and_the_status_are_read() -> None:
    assert parse_thermal(THERMAL) == {"status": 1.0, "temperature:skin": 41.3, "temperature:CPU0": 62.5}
    assert parse_thermal("Can't find service: thermalservice") == {}


def test_a_service_that_falls_silent_is_told(phone: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.power.dumps._EMPTY_ANSWERS", 2)
    peer, place = phone
    write_dump(peer.files, "thermalservice", THERMAL)
    assert place.shell is not None
    channels = {"temperature:skin": Channel(id="temperature:skin", title="Skin", quantity=Quantity.TEMPERATURE)}
    recorder = a_recorder()
    recorder.start([DumpSource(place.shell, "dumpsys thermalservice", 0.1, channels, parse_thermal)])
    threading.Event().wait(0.8)
    peer.files.path("/dumpsys/thermalservice").unlink()
    threading.Event().wait(1.2)
    recorder.end()

    assert recorder.traces()[0].values[0] == 41.3
    assert any("hold no power any more" in text for text in recorder.warnings)

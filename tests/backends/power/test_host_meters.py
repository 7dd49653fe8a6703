"""Meters of this computer, with folders that stand for its system files."""

import sys
import time
import types
from pathlib import Path

import numpy as np
import pytest

from backends.errors import MeterError
from backends.power.files import HostFiles
from backends.power.meter import POWER_ID, Place, parse_choice
from backends.power.meters import KINDS, check_choice, open_meter
from backends.power.recorder import CAPACITY, Channel, Recorder
from backends.power.thinning import ThinCurve, thin, thin_around_median
from backends.power.traces import Quantity


def a_place(root: Path) -> Place:
    return Place(device="host", kind="host", files=HostFiles(root))


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")


RAPL = {
    "sys/class/powercap/intel-rapl:0/name": "package-0",
    "sys/class/powercap/intel-rapl:0/energy_uj": "262143000000",
    "sys/class/powercap/intel-rapl:0/max_energy_range_uj": "262143328850",
    "sys/class/powercap/intel-rapl:0:0/name": "core",
    "sys/class/powercap/intel-rapl:0:0/energy_uj": "1000",
    "sys/class/powercap/intel-rapl:0:0/max_energy_range_uj": "262143328850",
}


def test_rapl_counts_over_its_end(tmp_path: Path) -> None:
    write(tmp_path, RAPL)
    counter = tmp_path / "sys/class/powercap/intel-rapl:0/energy_uj"
    meter = open_meter("rapl", a_place(tmp_path))
    with Recorder() as recorder:
        recorder.start(meter.sources())
        began = time.monotonic()
        while (passed := time.monotonic() - began) < 0.8:
            # 5 W, beginning just below the end of the counter.
            counter.write_text(f"{int((262143000000 + passed * 5e6) % 262143328850)}\n")
            time.sleep(0.01)
        recorder.end()
        trace = next(trace for trace in recorder.traces() if trace.id == POWER_ID)

    assert trace.is_mean
    assert np.mean(trace.values) == pytest.approx(5000, rel=0.15)
    assert all(value >= 0 for value in trace.values)


def test_rapl_says_why_it_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MeterError, match="no RAPL energy counters"):
        open_meter("rapl", a_place(tmp_path))
    write(tmp_path, {name: text for name, text in RAPL.items() if not name.endswith("energy_uj")})
    write(tmp_path, {"sys/class/powercap/intel-rapl:0/energy_uj": "denied"})

    with pytest.raises(MeterError, match="may not be read") as caught:
        open_meter("rapl", a_place(tmp_path))

    assert "chmod" in caught.value.hint
    write(tmp_path, RAPL)
    with pytest.raises(MeterError, match="no domain"):
        open_meter("rapl=dram", a_place(tmp_path))


def test_an_ina_without_a_power_register_is_current_times_voltage(tmp_path: Path) -> None:
    chip = "sys/class/hwmon/hwmon1"
    write(tmp_path, {
        "sys/class/hwmon/hwmon0/name": "acpitz",
        f"{chip}/name": "ina3221",
        f"{chip}/in1_input": "5000", f"{chip}/curr1_input": "400", f"{chip}/in1_label": "VDD_IN",
        f"{chip}/in2_input": "1000", f"{chip}/curr2_input": "150", f"{chip}/in2_label": "VDD_CPU",
    })  # fmt: skip

    meter = open_meter("hwmon", a_place(tmp_path))
    with Recorder() as recorder:
        recorder.start(meter.sources())
        time.sleep(0.3)
        recorder.end()
        values = {trace.id: trace.values[0] for trace in recorder.traces()}

    assert values == {POWER_ID: 2000.0, "power:VDD_CPU": 150.0}


def test_sensors_that_measure_no_power_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"sys/class/hwmon/hwmon0/name": "coretemp", "sys/class/hwmon/hwmon0/in0_input": "1"})

    with pytest.raises(MeterError, match="none of the sensors") as caught:
        open_meter("hwmon", a_place(tmp_path))

    assert "coretemp" in caught.value.hint
    with pytest.raises(MeterError, match="no sensors of its own"):
        open_meter("hwmon", a_place(tmp_path / "none"))


def test_a_laptops_gauge_may_tell_power(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = "sys/class/power_supply/BAT0"
    files = {"type": "Battery", "power_now": "8250000", "status": "Discharging"}
    write(tmp_path, {f"{folder}/{name}": text for name, text in files.items()})

    meter = open_meter("auto", a_place(tmp_path))
    with Recorder() as recorder:
        recorder.start(meter.sources())
        time.sleep(0.5)
        recorder.end()
        signal = recorder.signal(POWER_ID)
        assert signal is not None
        factor, _ = meter.calibrate(signal, ())

    np.testing.assert_allclose(signal.values * factor, 8250.0)
    assert [check.is_ok for check in meter.checks()] == [True]


def test_nothing_at_all_gives_every_reason(tmp_path: Path) -> None:
    with pytest.raises(MeterError, match="no meter of its own") as caught:
        open_meter("auto", a_place(tmp_path))

    assert [line.partition(":")[0] for line in caught.value.detail.splitlines()] == ["rapl", "hwmon", "battery"]


@pytest.mark.parametrize(("text", "mw"), [("1500", 1500), ("1500mW", 1500), ("1.5W", 1500), ("2 w", 2000)])
def test_typed_powers_are_read(text: str, mw: float, tmp_path: Path) -> None:
    assert open_meter(f"constant={text}", a_place(tmp_path)).power_mw == mw  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text", ["", "=5", "thermometer", "constant", "constant=much", "constant=-5", "constant=0", "constant=1e99", "file"]
)
def test_choices_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(MeterError):
        check_choice(text)


def test_choices_survive_writing() -> None:
    assert str(parse_choice("file=/a=b.csv")) == "file=/a=b.csv"
    assert len({kind.id for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("name", ["joulescope", "monsoon", "otii"])
def test_instruments_without_their_package_say_how_to_get_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pyjoulescope_driver", "Monsoon", "otii_tcp_client"):
        monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(MeterError, match="not installed") as caught:
        open_meter(name, a_place(tmp_path))

    assert "pip install" in caught.value.hint


class _Driver:
    """Answers as pyjoulescope_driver's Driver does, with one statistics value."""

    paths = ("u/js220/001122",)
    published: list[tuple[str, object]] = []  # noqa: RUF012 - read by the test

    def __enter__(self) -> "_Driver":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def device_paths(self) -> list[str]:
        return list(self.paths)

    def open(self, path: str) -> None:
        assert path in self.paths

    def close(self, path: str) -> None:
        pass

    def publish(self, topic: str, value: object) -> None:
        self.published.append((topic, value))

    def subscribe(self, topic: str, flags: str, listen) -> None:  # type: ignore[no-untyped-def]
        for watts in (1.0, 1.5):
            listen(topic, {"signals": {"power": {"avg": {"value": watts}}}})


def test_a_joulescope_is_read_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyjoulescope_driver", types.SimpleNamespace(Driver=_Driver))
    meter = open_meter("joulescope=js220", a_place(tmp_path))
    with Recorder() as recorder:
        recorder.start(meter.sources())
        time.sleep(0.2)
        recorder.end()
        trace = recorder.traces()[0]

    assert trace.values == (1000.0, 1500.0)
    assert ("u/js220/001122/s/stats/scnt", 10_000) in _Driver.published
    with pytest.raises(MeterError, match="no Joulescope 'js110'"):
        open_meter("joulescope=js110", a_place(tmp_path))


def test_long_recordings_keep_their_peaks_and_all_samples_on_disk(tmp_path: Path) -> None:
    with Recorder() as recorder:
        recorder.declare(Channel(id=POWER_ID, title="P", quantity=Quantity.POWER))
        for i in range(100_000):
            recorder.add(POWER_ID, i / 1000, 9000.0 if i == 77_777 else float(i % 7))
        trace, live = recorder.traces()[0], recorder.snapshot()[0]
        signal = recorder.signal(POWER_ID)
        names = recorder.keep_files(tmp_path, "run")

    assert len(live.times_s) <= CAPACITY + 1
    assert len(trace.times_s) <= CAPACITY + 1
    assert max(live.values) == max(trace.values) == 9000.0
    assert trace.sample_count == 100_000
    assert signal is not None
    assert len(signal.values) == 100_000
    assert (tmp_path / names[POWER_ID]).read_text().count("\n") == 100_001


def test_thinning_keeps_order_and_extremes() -> None:
    times = np.arange(10_000.0)
    values = np.sin(times / 50)
    values[1234], values[4321] = 5.0, -5.0

    few_t, few_v = thin(times, values, 200)

    assert len(few_t) <= 202
    assert np.all(np.diff(few_t) >= 0)
    assert (few_v.max(), few_v.min()) == (5.0, -5.0)
    curve = ThinCurve(64)
    curve.extend(times, values)
    assert curve.count == 10_000
    assert curve.points()[1].max() == 5.0


def test_a_source_that_dies_is_a_warning(tmp_path: Path) -> None:
    class Dying:
        def record(self, recorder: Recorder, progress: object) -> None:
            recorder.declare(Channel(id=POWER_ID, title="P", quantity=Quantity.POWER))
            recorder.add(POWER_ID, 0.0, 1.0)
            raise MeterError("the meter fell off the desk", hint="Pick it up.")

    with Recorder() as recorder:
        recorder.start([Dying()])
        time.sleep(0.1)
        recorder.end()

        assert recorder.warnings == ("The meter fell off the desk, after 0 s. Pick it up.",)
        assert recorder.traces()[0].values == (1.0,)


def test_thinning_around_the_median_keeps_it() -> None:
    rng = np.random.default_rng(1)
    times = np.arange(60_000.0)
    values = 5 + rng.exponential(1.0, len(times))
    values[777] = 500.0

    few_t, few_v = thin_around_median(times, values, 3000)

    assert len(few_t) <= 3003
    assert np.all(np.diff(few_t) > 0)
    assert np.median(few_v) == pytest.approx(np.median(values), rel=0.01)
    assert few_v.max() == 500.0
    # What the other way would make of it.
    assert np.median(thin(times, values, 3000)[1]) > 1.03 * np.median(values)

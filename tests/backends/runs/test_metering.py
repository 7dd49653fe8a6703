"""Runs with a meter, on this computer and on a phone of the tests' own."""

import csv
import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backends.cli import main
from backends.devices.adb.device import AdbDevice
from backends.devices.adb.entries import Entry
from backends.devices.adb.server import AdbServer
from backends.errors import MeterError
from backends.model.model import Model
from backends.model.reader import read_model
from backends.power.recorder import LiveBoard
from backends.power.traces import Quantity, WindowKind
from backends.progress import Cancelled, Progress
from backends.runs.execution import execute_plan
from backends.runs.metering import execute_metered
from backends.runs.operating_points import describe_point, point_of, sweep_plans
from backends.runs.plan import Plan
from backends.runs.recordings import add_recording
from backends.runs.run import Run
from backends.runs.store import read_run, write_run
from tests.support.adb_peer import AdbPeer
from tests.support.adb_peer.power import SAMSUNG_BATTERY, THERMAL, write_dump, write_gauge
from tests.support.benchmark_tool import Answer, a_log, delegated_answers, write_tool
from tests.support.builders import a_run

_SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "samples" / "segmenter_int8.tflite"
_QUICK = Plan(runs=3, warmup=1, meter="constant=2000", loop_seconds=1.0, idle_seconds=0.3)


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(_SAMPLE)


@pytest.fixture(scope="module")
def powered(model: Model) -> Run:
    """A run of this computer with a typed power; several tests look at it."""
    pytest.importorskip("ai_edge_litert", reason="LiteRT has no package for this system")
    return execute_plan(_SAMPLE, model, _QUICK)


def test_a_run_has_windows_traces_and_energy_in_one_clock(powered: Run) -> None:
    kinds = [window.kind for window in powered.windows]
    loop = powered.windows[2]
    latency = next(trace for trace in powered.traces if trace.quantity is Quantity.LATENCY)
    inside = [value for time_s, value in zip(latency.times_s, latency.values, strict=True) if time_s >= loop.start_s]

    assert kinds == [WindowKind.IDLE_BEFORE, WindowKind.MEASURE, WindowKind.LOOP, WindowKind.IDLE_AFTER]
    assert all(a.end_s <= b.start_s + 0.05 for a, b in zip(powered.windows, powered.windows[1:], strict=False))
    assert loop.inferences == len(inside)
    assert loop.seconds == pytest.approx(1.0, abs=0.5)
    assert powered.energy is not None
    assert powered.energy.total_per_inference_mj == pytest.approx(2000 * loop.seconds / loop.inferences, rel=0.01)
    assert powered.latencies_ns
    assert any("typed and not measured" in text for text in powered.warnings)


def test_it_survives_saving(powered: Run, tmp_path: Path) -> None:
    write_run(powered, tmp_path / "run.json")

    assert read_run(tmp_path / "run.json") == powered


def a_recording(run: Run, path: Path, *, offset_s: float, epoch_s: float | None = None) -> None:
    """Write what an external meter would have recorded beside a run: 400 mW idle, 2400 mW while it was busy."""
    busy = [(w.start_s, w.end_s) for w in run.windows if w.kind in (WindowKind.MEASURE, WindowKind.LOOP)]
    times = np.arange(-2.0, run.windows[-1].end_s + 3.0, 0.002)
    power = np.full(len(times), 0.4)
    for start, end in busy:
        power[(times >= start) & (times < end)] = 2.4
    power += np.random.default_rng(1).normal(0, 0.02, len(times))
    shown = times - offset_s if epoch_s is None else times + epoch_s
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Time (s)", "Current (A)", "Voltage (V)"])
        writer.writerows((f"{t:.6f}", f"{p / 5:.6f}", "5.0") for t, p in zip(shown, power, strict=True))


def test_a_meters_file_is_matched_by_the_load(powered: Run, tmp_path: Path) -> None:
    a_recording(powered, tmp_path / "meter.csv", offset_s=1234.5)

    run = add_recording(powered, tmp_path / "meter.csv")

    loop = powered.windows[2]
    assert run.energy is not None
    assert run.energy.per_inference_mj == pytest.approx(2000 * loop.seconds / loop.inferences, rel=0.02)
    assert run.energy.idle_mw == pytest.approx(400, abs=20)
    assert run.traces[0].clock_error_s < 0.01
    assert any("matched with the load" in note for note in run.notes)
    point = point_of(run)
    assert point is not None
    assert not point.is_total
    assert point.power_mw == pytest.approx(2000, rel=0.03)


def test_a_meter_that_tells_the_time_of_day_is_placed_by_it(powered: Run, tmp_path: Path) -> None:
    import datetime

    began = datetime.datetime.fromisoformat(powered.environment["recording_began"]).timestamp()
    a_recording(powered, tmp_path / "meter.csv", offset_s=0.0, epoch_s=began)

    run = add_recording(powered, tmp_path / "meter.csv")

    assert run.energy is not None
    assert run.energy.mean_mw == pytest.approx(2400, rel=0.02)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("".join(f"{i / 10},{1 + (i % 3) / 100}\n" for i in range(300)), "does not show the load"),
        ("".join(f"{1.2e9 + i},{i % 2}\n" for i in range(30)), "from the time of this run"),
    ],
)
def test_a_file_of_something_else_is_refused(powered: Run, tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "meter.csv").write_text(f"Time (s),Power (W)\n{rows}")

    with pytest.raises(MeterError, match=said):
        add_recording(powered, tmp_path / "meter.csv")


def test_a_run_without_a_loop_takes_no_file(tmp_path: Path, model: Model) -> None:
    with pytest.raises(MeterError, match="no loop"):
        add_recording(a_run(model), tmp_path / "meter.csv")


def test_a_file_that_is_not_there_yet_loses_nothing(model: Model, tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert", reason="LiteRT has no package for this system")
    plan = replace(_QUICK, meter=f"file={tmp_path / 'later.csv'}", idle_seconds=0.4, loop_seconds=0.8)

    run = execute_plan(_SAMPLE, model, plan)
    a_recording(run, tmp_path / "later.csv", offset_s=-7.0)

    assert run.energy is None
    assert any("Add the recording to this run later" in text for text in run.warnings)
    assert add_recording(run, tmp_path / "later.csv").energy is not None


def test_a_meter_that_is_not_there_is_an_error_before_anything_runs(model: Model) -> None:
    def never(plan: Plan, progress: Progress) -> Run:
        raise AssertionError

    with pytest.raises(MeterError):
        execute_metered(_SAMPLE, model, replace(_QUICK, meter="rails"), measure=never)


def test_stopping_keeps_the_measurement(model: Model) -> None:
    progress = Progress()

    def usual(plan: Plan, inner: Progress) -> Run:
        assert plan.meter == ""
        progress.stop()
        assert inner.is_stopping
        return a_run(model)

    run = execute_metered(_SAMPLE, model, _QUICK, progress, measure=usual)

    assert run.latencies_ns
    assert not run.is_complete
    assert run.energy is None
    assert any("stopped before the loop" in text for text in run.warnings)


def test_cancelling_ends_everything(model: Model) -> None:
    progress = Progress()
    threading.Timer(0.5, progress.cancel).start()

    with pytest.raises(Cancelled):
        execute_metered(_SAMPLE, model, replace(_QUICK, idle_seconds=30.0), progress)


def test_live_curves_can_be_seen_while_it_runs(model: Model) -> None:
    board, seen = LiveBoard(), list[str]()

    def usual(plan: Plan, progress: Progress) -> Run:
        for _ in range(20):
            progress.sample("run", 2_000_000)
            time.sleep(0.02)
        seen.extend(curve.channel.id for curve in board.snapshot()["host"])
        progress_of_run.stop()
        return a_run(model)

    progress_of_run = Progress()
    execute_metered(_SAMPLE, model, replace(_QUICK, idle_seconds=0), progress_of_run, board=board, measure=usual)

    assert {"power", "latency"} <= set(seen)
    assert board.snapshot() == {}


def test_sweeps_make_every_combination() -> None:
    plans = sweep_plans(Plan(), threads=(1, 2, 2), rates_hz=(0, 30), options=(("affinity", "4-7"), ("affinity", "0-3")))

    assert len(plans) == 8
    assert describe_point(plans[1]) == "affinity=4-7, 1 thread, 30 Hz"
    assert sweep_plans(Plan()) == (Plan(),)


def test_the_verbs_write_curve_and_energy(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert", reason="LiteRT has no package for this system")
    quick = ("--runs", "2", "--warmup", "0", "--loop-seconds", "1", "--idle-seconds", "0", "--format", "json")

    code = main(["sweep", str(_SAMPLE), "--meter", "constant=1W", "--vary-rates", "0,40", "--budget", "500", *quick])
    tree = json.loads(capsys.readouterr().out)

    assert code == 0
    assert [point["label"] for point in tree["points"]] == ["1 thread", "1 thread, 40 Hz"]
    assert tree["points"][1]["rate_hz"] == pytest.approx(40, rel=0.1)
    assert tree["curves"][0]["envelope"][0] == [0.0, 0.0]
    (tmp_path / "run.json").write_text(json.dumps(tree["runs"][0]))
    assert main(["power", str(tmp_path / "run.json")]) == 0
    assert "Average power" in capsys.readouterr().out
    assert main(["power", "--format", "json"]) == 0
    assert {row["id"] for row in json.loads(capsys.readouterr().out)["meters"]} >= {"rapl", "file", "constant"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("profile", "--meter", "thermometer"),
        ("profile", "--meter", "constant=x"),
        ("profile", "--meter", "constant=1W", "--loop-seconds", "0"),
        ("sweep", "--vary-threads", "0"),
        ("sweep", "--vary-rates", "fast"),
        ("sweep", "--budget", "-3"),
        ("sustain", "--minutes", "0"),
    ],
)
def test_wrong_use_is_told(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([arguments[0], str(_SAMPLE), *arguments[1:]]) == 2
    assert capsys.readouterr().err


def test_a_phone_is_measured_with_its_battery(
    peer: AdbPeer, server: AdbServer, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gauge shows 300 mA at rest, and 900 mA while the tool runs: 600 mA at 4.012 V for 200 ms each."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    peer.files.path("/proc/uptime").unlink()
    peer.files.path("/proc/uptime").symlink_to("/proc/uptime")
    write_gauge(peer.files, current="-300000")
    write_dump(peer.files, "battery", SAMSUNG_BATTERY.format(usb="false", current="-300"))
    write_dump(peer.files, "thermalservice", THERMAL)
    answers = delegated_answers(model, [("TfLiteNnapiDelegate", range(2, 20))])
    slow = a_log(mean_us=200_000, count=5)
    tool = write_tool(tmp_path / "tool", {key: Answer(slow, files=a.files) for key, a in answers.items()}, seconds=1.0)
    gauge = "$PEER_ROOT/sys/class/power_supply/battery/current_now"
    peer.files.write(
        "/data/local/tmp/benchmark_model",
        f'#!/bin/sh\necho -900000 > "{gauge}"\n{tool} "$@"\ncode=$?\necho -300000 > "{gauge}"\nexit $code\n',
        is_executable=True,
    )
    device = AdbDevice(server, Entry(serial=peer.address, state="device", tags={"product": "p", "model": "Phone_7"}))
    plan = Plan(
        device=f"adb:{peer.address}", delegate="nnapi", runs=1, warmup=1, meter="battery", loop_seconds=1.0,
        idle_seconds=1.6,
    )  # fmt: skip

    run = execute_plan(_SAMPLE, model, plan, devices=(device,))

    energy = run.energy
    assert energy is not None, run.warnings
    assert energy.inferences == 5
    assert energy.idle_mw == pytest.approx(300 * 4.012, rel=0.05)
    assert energy.mean_mw == pytest.approx(900 * 4.012, rel=0.2)
    assert energy.per_inference_mj == pytest.approx(600 * 4.012 * 0.2, rel=0.35)
    quantities = {trace.quantity for trace in run.traces}
    assert {Quantity.POWER, Quantity.LATENCY, Quantity.TEMPERATURE, Quantity.STATUS} <= quantities
    assert any("Android reported throttling" in text for text in run.warnings)
    assert any("The screen is on" in text for text in run.warnings)
    assert any("discharging is negative" in note for note in run.notes)

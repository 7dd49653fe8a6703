"""Recordings of external meters: their columns are found, whatever they are called."""

import json
from pathlib import Path

import numpy as np
import pytest

from backends.errors import MeterError
from backends.power.meter_files import read_meter_file

# Header and numbers as PyMonsoon 0.1.88 writes them; with numpy 2 its numbers are written as repr() gives them.
MONSOON = "Time(ms),Main(mA),Main Voltage(V),\n" + "".join(
    f"np.float64({i * 0.0002}),np.float64({500 + i}.0),np.float64(4.0),\n" for i in range(50)
)
# Columns as pyjoulescope_driver 2.2.12's "statistics" prints them.
JOULESCOPE = (
    "#device,sampled_id,i_avg,i_std,i_min,i_max,v_avg,v_std,v_min,v_max,p_avg,p_std,p_min,p_max,charge,energy\n"
    + "".join(f"u/js220/001122,{i * 500_000},0.25,0,0,1,4.0,0,4,4,{1.0 + i},0,0,2,{i},{i}\n" for i in range(6))
)
FILES = {
    "monsoon.csv": (MONSOON, 0.0098, 2000.0),
    "joulescope.csv": (JOULESCOPE, 2.5, 1000.0),
    "otii.csv": (
        "Timestamp;Main current (A);Main voltage (V)\n" + "".join(f"{i / 10};0,2;5,0\n" for i in range(9)), 0.8, 1000.0
    ),
    "powerz.csv": ("Time(ms),VBUS(V),IBUS(A)\n" + "".join(f"{i * 100},9.0,0.5\n" for i in range(9)), 0.8, 4500.0),
    "plain.txt": ("# made by hand\ntime_s\tpower_mw\n" + "".join(f"{i}\t750\n" for i in range(5)), 4.0, 750.0),
    "watts.json": (json.dumps([{"t (s)": i, "power (W)": 1.25} for i in range(5)]), 4.0, 1250.0),
    "lists.json": (json.dumps({"time_ms": [0, 10, 20], "current_ma": [1, 2, 3], "voltage_v": [4, 4, 4]}), 0.02, 4.0),
    "otii.json": (json.dumps({"timestamp": 0.0, "interval": 0.25, "values": [2.0] * 5}), 1.0, 2000.0),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_time_and_power_are_found(name: str, tmp_path: Path) -> None:
    text, last_s, first_mw = FILES[name]
    (tmp_path / name).write_text(text)

    found = read_meter_file(tmp_path / name)

    assert found.times_s[-1] - found.times_s[0] == pytest.approx(last_s)
    assert found.values[0] == pytest.approx(first_mw)
    assert not found.is_epoch
    assert "power from" in found.how


def test_times_of_day_are_told_from_own_times(tmp_path: Path) -> None:
    rows = "".join(f"2026-03-01T12:00:0{i}+00:00,1.5\n" for i in range(5))
    (tmp_path / "a.csv").write_text(f"Date,Power (W)\n{rows}")
    (tmp_path / "b.csv").write_text("timestamp,power\n" + "".join(f"{1.7e12 + i * 1000:.0f},1.5\n" for i in range(5)))

    for name in ("a.csv", "b.csv"):
        found = read_meter_file(tmp_path / name)
        assert found.is_epoch
        np.testing.assert_allclose(np.diff(found.times_s), 1.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no line with the names"),
        ("1,2\n3,4\n", "no line with the names"),
        ("Time (s),Speed (m/s)\n0,1\n1,2\n2,3\n", "no power"),
        ("Current (A),Voltage (V)\n0,1\n1,2\n2,3\n", "no column of times"),
        ("Time (s),Power (W)\n0,1\n", "too few"),
        ("Time (s),Power (W)\n1,1\n1,1\n1,1\n1,2\n", "do not advance"),
        ("[1, 2, 3]", "no samples"),
        ("Time,Power\n\0\0\n", "no text"),
        ("{broken", "damaged"),
        ("[" * 100_000, "damaged"),
    ],
)
def test_files_that_make_no_sense_say_what_is_missing(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)

    with pytest.raises(MeterError, match=said):
        read_meter_file(tmp_path / "a.csv")


def test_a_missing_file_is_an_error_of_the_meter(tmp_path: Path) -> None:
    with pytest.raises(MeterError, match="cannot be read"):
        read_meter_file(tmp_path / "none.csv")


def test_gaps_and_words_among_the_numbers_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Time (s),Power (W)\n0,1\n1,\n2,over\n3,4\n4,5\n")

    found = read_meter_file(tmp_path / "a.csv")

    np.testing.assert_allclose(found.times_s, [0, 3, 4])

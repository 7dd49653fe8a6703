"""Runs survive saving; files that are not runs do not survive reading."""

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import StoreError
from backends.model.model import OperatorId
from backends.power.figures import Energy
from backends.power.traces import Quantity, Trace, Window, WindowKind
from backends.runs.plan import InputKind, Kernels, Plan
from backends.runs.run import Memory, OperatorTime, Run, RunPartition
from backends.runs.store import read_run, run_from_json, run_to_json, write_run

counts = st.integers(0, 10**13)
texts = st.text(max_size=20)
ids = st.builds(OperatorId, st.integers(0, 9), st.integers(0, 10**6))
operators = st.builds(
    OperatorTime,
    operator=ids,
    kind=texts,
    name=texts,
    time_ns=st.none() | counts.map(float),
    share=st.none() | st.floats(0, 1),
    placement=texts,
    fused_into=st.none() | ids,
    kernel=texts,
    calls=st.floats(0, 1000),
)
plans = st.builds(
    Plan,
    kernels=st.sampled_from(Kernels),
    input_kind=st.sampled_from(InputKind),
    runs=st.integers(1, 10**6),
    seed=st.integers(0, 10**9),
    signature=texts,
    input_files=st.dictionaries(texts, texts, max_size=2),
    input_shapes=st.dictionaries(texts, st.lists(st.integers(1, 999), max_size=4).map(tuple), max_size=2),
)
runs = st.builds(
    Run,
    id=texts,
    model_name=texts,
    model_sha256=texts,
    started_at=texts,
    plan=plans,
    environment=st.dictionaries(texts, texts, max_size=3),
    init_ns=st.none() | counts,
    first_ns=st.none() | counts,
    warmup_ns=st.lists(counts, max_size=3).map(tuple),
    latencies_ns=st.lists(counts, max_size=5).map(tuple),
    memory=st.none() | st.builds(Memory, baseline_bytes=counts, peak_bytes=counts, after_init_bytes=st.none() | counts),
    operators=st.lists(operators, max_size=3).map(tuple),
    overhead_ns=st.none() | counts.map(float),
    profiled_total_ns=st.none() | counts.map(float),
    partitions=st.lists(
        st.builds(
            RunPartition,
            subgraph=st.integers(0, 9),
            delegate=texts,
            operators=st.lists(st.integers(0, 99), max_size=3).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    is_complete=st.booleans(),
    warnings=st.lists(texts, max_size=2).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
)


def example_run() -> Run:
    return Run(
        id="1",
        model_name="a.tflite",
        model_sha256="00",
        started_at="2026-01-01T00:00:00+00:00",
        plan=Plan(),
        environment={"processor": "some"},
        init_ns=5_000,
        first_ns=4_000,
        warmup_ns=(3_000,),
        latencies_ns=(1_000, 3_000),
        memory=Memory(baseline_bytes=10, peak_bytes=30),
        operators=(
            OperatorTime(
                operator=OperatorId(0, 0), kind="ADD", name="sum", time_ns=1_500.0, share=0.75, placement="XNNPACK"
            ),
        ),
        overhead_ns=500.0,
        profiled_total_ns=2_000.0,
        partitions=(RunPartition(subgraph=0, delegate="XNNPACK", operators=(0,)),),
    )


@given(runs)
def test_what_is_written_comes_back(run: Run) -> None:
    assert run_from_json(json.loads(json.dumps(run_to_json(run)))) == run


def test_a_file_comes_back(tmp_path: Path) -> None:
    write_run(example_run(), tmp_path / "run.json")

    assert read_run(tmp_path / "run.json") == example_run()
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_the_promised_keys_are_there() -> None:
    value = run_to_json(example_run())

    assert value["schema"] == "tflite-profiler/profile/1"
    assert {"environment", "plan", "memory_bytes", "operators", "overhead_us", "partitions"} <= value.keys()
    assert {"runs", "mean", "std", "min", "p50", "p90", "p99", "first", "init"} <= value["latency_us"].keys()
    assert value["latency_us"]["mean"] == 2.0
    assert value["operators"][0]["time_us"] == 1.5


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [place for key, child in value.items() for place in [(*path, key), *_places(child, (*path, key))]]
    if isinstance(value, list):
        return [place for i, child in enumerate(value) for place in [(*path, i), *_places(child, (*path, i))]]
    return []


_CALCULATED = {"mean", "std", "min", "max", "p50", "p90", "p99", "over_baseline"}


@pytest.mark.parametrize("wrong", [object, [1, "x"], {"a": 1}, float("nan")])
def test_a_wrong_type_anywhere_is_refused(wrong: object) -> None:
    original = run_to_json(example_run())
    for place in _places(original):
        if place[-1] in _CALCULATED:
            continue
        damaged = copy.deepcopy(original)
        target = damaged
        for key in place[:-1]:
            target = target[key]
        target[place[-1]] = wrong
        if wrong == {"a": 1} and place[-1] in ("environment", "input_files", "input_shapes"):
            continue

        with pytest.raises(StoreError):
            run_from_json(damaged)


def test_a_missing_field_is_refused_by_name() -> None:
    value = run_to_json(example_run())
    del value["plan"]["threads"]

    with pytest.raises(StoreError, match=r"plan\.threads should be a whole number"):
        run_from_json(value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not a saved run"),
        (b"[]", "should be an object"),
        (b'{"schema": "else"}', "not a saved run of this program"),
        (b"[" * 100_000, "not a saved run"),
        (b"\xff\xfe", "not a saved run"),
    ],
)
def test_files_that_are_no_runs_are_refused_in_one_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)

    with pytest.raises(StoreError, match=message):
        read_run(path)


def test_a_run_of_a_newer_version_is_refused() -> None:
    with pytest.raises(StoreError, match="newer"):
        run_from_json({**run_to_json(example_run()), "version": 99})


def test_an_impossible_plan_is_refused() -> None:
    value = run_to_json(example_run())
    value["plan"]["threads"] = 0

    with pytest.raises(StoreError, match="plan"):
        run_from_json(value)


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write_run(example_run(), tmp_path / "missing" / "run.json")
    with pytest.raises(StoreError, match="cannot be read"):
        read_run(tmp_path / "missing.json")


def a_powered_run() -> Run:
    trace = Trace(
        id="power", title="Battery", quantity=Quantity.POWER, times_s=(0.0, 0.5), values=(900.25, 1200.0),
        source="battery", is_mean=True, relative_error=0.01, clock_error_s=0.02, sample_count=1000,
        distinct_hz=2.5, file="a.csv",
    )  # fmt: skip
    energy = Energy(
        meter="battery", meter_title="Battery gauge", measures="The whole device.", trace="power", inferences=40,
        seconds=10.0, mean_mw=1500.0, peak_mw=2000.5, total_mj=15000.0, total_error_mj=12.0, idle_mw=500.0,
        idle_error_mw=3.0, per_inference_mj=250.0, per_inference_error_mj=4.0, warnings=("It was charging.",),
    )  # fmt: skip
    windows = (Window(kind=WindowKind.LOOP, start_s=0.25, end_s=10.25),)
    return dataclasses.replace(example_run(), traces=(trace,), energy=energy, windows=windows)


def test_power_survives_saving(tmp_path: Path) -> None:
    run = a_powered_run()

    write_run(run, tmp_path / "run.json")

    assert read_run(tmp_path / "run.json") == run


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("traces", {"quantity": "smell"}),
        ("traces", {"times_s": [1.0]}),
        ("traces", {"times_s": [1.0, 0.5]}),
        ("traces", {"values": [1.0, "2"]}),
        ("windows", {"kind": "nap"}),
        ("energy", {"inferences": 0}),
        ("energy", {"mean_mw": None}),
    ],
)
def test_power_that_makes_no_sense_is_refused(part: str, change: dict[str, Any]) -> None:
    tree = json.loads(json.dumps(run_to_json(a_powered_run())))
    (tree[part] if part == "energy" else tree[part][0]).update(change)

    with pytest.raises(StoreError):
        run_from_json(tree)

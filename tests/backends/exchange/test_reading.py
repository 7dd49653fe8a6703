"""Files of neighbours: what they are is told by their content, and numbers find their operators."""

import json
import random
from contextlib import suppress
from pathlib import Path

import pytest

from backends.errors import ProfilerError, StoreError
from backends.exchange.imported import Imported
from backends.exchange.reading import looks_foreign, read_foreign
from backends.model.model import Model, OperatorId
from backends.model.reader import read_model
from backends.runs.run import Certainty
from backends.runs.store import write_run
from tests.support import foreign_files
from tests.support.builders import a_chain, a_run
from tests.support.shared import SHARED
from tests.support.wire_writer import message

KINDS = ("CONV_2D", "ADD", "ADD", "SOFTMAX")


def _read(tmp_path: Path, content: str | bytes, model: Model | None = None, name: str = "given") -> Imported:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (found,) = read_foreign([path], model or a_chain(KINDS))
    return found


def _times_us(found: Imported) -> list[float | None]:
    assert found.run is not None
    return [None if item.time_ns is None else round(item.time_ns / 1000, 3) for item in found.run.operators]


def test_the_table_of_benchmark_model_gives_each_operator_its_time(tmp_path: Path) -> None:
    found = _read(tmp_path, foreign_files.benchmark_csv(KINDS, [2.0, 1.0, 0.5, 0.25]))

    assert _times_us(found) == [2000.0, 1000.0, 500.0, 250.0]
    assert (found.matched, found.total) == (4, 4)
    assert found.run is not None
    assert found.run.latencies_ns == ()
    assert any("no latency of a whole inference" in note for note in found.run.notes)


def test_files_of_one_measurement_become_one_run(tmp_path: Path) -> None:
    model = a_chain(KINDS)
    contents = {
        "a.profile.csv": foreign_files.benchmark_csv(KINDS, [2.0, 1.0, 0.5, 0.25]).encode(),
        "a.runtime_info.pb": foreign_files.runtime_info(4, []),
        "a.stdout": foreign_files.benchmark_output(5000.0).encode(),
        "a.result.pb": foreign_files.benchmark_result(4.5),
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    (found,) = read_foreign([tmp_path / name for name in contents], model)

    assert found.run is not None
    assert found.run.latencies_ns == (5_000_000,)
    assert found.run.init_ns == 2_500_000
    assert found.run.overhead_ns == pytest.approx(5e6 - 3.75e6)
    assert found.sources == tuple(contents)


def test_runtime_information_alone_says_who_ran_what(tmp_path: Path) -> None:
    found = _read(tmp_path, foreign_files.runtime_info(4, [0, 1, 2]), name="graph.pb")

    assert found.run is not None
    assert [item.placement for item in found.run.operators] == ["XNNPACK"] * 3 + ["CPU"]
    assert _times_us(found) == [None] * 4
    assert found.run.partitions[0].operators == (0, 1, 2)


def test_a_result_alone_gives_the_latency(tmp_path: Path) -> None:
    found = _read(tmp_path, foreign_files.benchmark_result(4.5), name="result.pb")

    assert found.run is not None
    assert found.run.latencies_ns == (4_500_000,)
    assert found.run.operators == ()


def test_ai_hub_layers_go_by_the_names_of_tensors_and_cycles_stay_cycles(tmp_path: Path) -> None:
    details = [
        {"name": "tensor_1", "type": "CONV_2D", "compute_unit": "NPU", "execution_time": 127, "execution_cycles": 9000},
        {"name": "tensor_2", "type": "ADD", "compute_unit": "npu", "execution_cycles": 500},
        {"name": "tensor_4", "type": "SOFTMAX", "compute_unit": "CPU", "execution_time": 23},
        {"name": "added by the compiler", "type": "Cast", "compute_unit": "NPU", "execution_time": 3},
    ]
    found = _read(tmp_path, foreign_files.ai_hub(details, all_inference_times=[200, 180], warm_load_time=50))

    assert found.run is not None
    assert _times_us(found) == [127.0, None, None, 23.0]
    assert [item.placement for item in found.run.operators] == ["NPU", "NPU", "", "CPU"]
    assert found.run.latencies_ns == (200_000, 180_000)
    assert found.run.overhead_ns == pytest.approx(40_000)
    assert found.columns[0].unit == "cycles"
    assert found.columns[0].values == {OperatorId(0, 0): 9000.0, OperatorId(0, 1): 500.0}
    assert (found.matched, found.total) == (3, 4)
    assert [(part.delegate, part.operators) for part in found.run.partitions] == [("NPU", (0, 1)), ("", (3,))]


def test_layers_without_known_names_go_by_type_and_order_and_count_as_estimated(tmp_path: Path) -> None:
    details = [
        {"name": f"layer {i}", "type": kind, "compute_unit": "GPU", "execution_time": 10 * (i + 1)}
        for i, kind in enumerate(KINDS)
    ]
    found = _read(tmp_path, foreign_files.ai_hub(details))

    assert found.run is not None
    assert _times_us(found) == [10.0, 20.0, 30.0, 40.0]
    assert {item.certainty for item in found.run.operators} == {Certainty.ESTIMATED}


def test_a_profile_of_another_model_is_refused(tmp_path: Path) -> None:
    details = [{"name": "other", "type": "LSTM", "compute_unit": "NPU", "execution_time": 1}]

    with pytest.raises(StoreError, match="None of the 1 layers"):
        _read(tmp_path, foreign_files.ai_hub(details))
    with pytest.raises(StoreError, match="was not measured with"):
        _read(tmp_path, foreign_files.runtime_info(7, [1]), name="graph.pb")
    with pytest.raises(StoreError, match="no tensor has one of the names"):
        _read(tmp_path, foreign_files.benchmark_csv(KINDS, [1, 1, 1, 1]).replace("tensor_", "else_"))


def test_onnx_runtime_times_are_means_over_its_inferences(tmp_path: Path) -> None:
    found = _read(tmp_path, foreign_files.onnx_profile([[90, 9], [10, 2], [30, 4]]))

    assert found.kind == "ONNX Runtime profile"
    assert found.run is not None
    assert _times_us(found)[:2] == [round(130 / 3, 3), 5.0]
    assert found.run.first_ns == 104_000
    assert found.run.latencies_ns == (17_000, 39_000)
    assert found.run.operators[0].placement == "CPU"


def test_a_trace_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    text = foreign_files.onnx_profile([[10, 2]])

    found = _read(tmp_path, text[: text.rindex("]")] + ",\n")

    assert _times_us(found)[:2] == [10.0, 2.0]


def test_begin_and_end_events_are_paired_by_thread(tmp_path: Path) -> None:
    events = [
        {"ph": "B", "name": "tensor_1", "ts": 0, "pid": 1, "tid": 1},
        {"ph": "B", "name": "tensor_2", "ts": 1, "pid": 1, "tid": 2},
        {"ph": "E", "ts": 10, "pid": 1, "tid": 1},
        {"ph": "E", "ts": 4, "pid": 1, "tid": 2},
    ]
    found = _read(tmp_path, json.dumps({"traceEvents": events}))

    assert _times_us(found)[:2] == [10.0, 3.0]


@pytest.mark.parametrize("newer", [False, True])
def test_vela_gives_columns_and_never_times(tmp_path: Path, newer: bool) -> None:
    text = foreign_files.VELA
    if newer:
        text = text.replace("TFLite_operator", "Original Operator").replace("SRAM Usage", "Staging Usage")
    found = _read(tmp_path, text)

    assert found.run is None
    columns = {column.id: column for column in found.columns}
    assert columns["vela_cycles_cycles"].values == {OperatorId(0, 0): 7312.0, OperatorId(0, 1): 2992.0}
    assert columns["mac_utilisation_percent"].values[OperatorId(0, 0)] == 3.9
    assert not any(column.unit in ("ns", "µs", "ms") for column in found.columns)


def test_node_data_goes_by_tensor_or_by_index(tmp_path: Path) -> None:
    results = {"tensor_1": {"value": 3.5}, "2": {"value": -1}, "nobody": {"value": 1}, "tensor_2": {"value": "slow"}}
    found = _read(tmp_path, json.dumps({"main": {"name": "Latency (ms)", "results": results}}))

    assert found.columns[0].values == {OperatorId(0, 0): 3.5, OperatorId(0, 2): -1.0}
    assert (found.columns[0].title, found.columns[0].unit, found.columns[0].is_diverging) == ("Latency", "ms", True)
    assert (found.matched, found.total) == (2, 4)


def test_a_netron_attachment_goes_by_identifier(tmp_path: Path) -> None:
    metrics = [
        {"kind": "node", "identifier": "1", "name": "energy (mJ)", "value": 4},
        {"kind": "value", "target": "tensor_4", "name": "energy (mJ)", "value": 6},
        {"kind": "model", "target": "", "name": "score", "value": 6},
    ]
    found = _read(tmp_path, json.dumps({"signature": "netron:attachment", "metrics": metrics}))

    assert found.columns[0].values == {OperatorId(0, 1): 4.0, OperatorId(0, 3): 6.0}
    assert found.columns[0].unit == "mJ"


def test_a_saved_run_is_taken_for_its_model_only(tmp_path: Path) -> None:
    model = a_chain(KINDS)
    write_run(a_run(model), tmp_path / "run.json")

    (found,) = read_foreign([tmp_path / "run.json"], model)

    assert found.run == a_run(model)
    other = a_chain(["ADD"])
    write_run(a_run(a_chain(KINDS, name="else.tflite")), tmp_path / "run.json")
    with pytest.raises(StoreError, match=r"is a run of else\.tflite"):
        read_foreign([tmp_path / "run.json"], Model(**{**_fields(other), "sha256": "00"}))


def _fields(model: Model) -> dict[str, object]:
    return {name: getattr(model, name) for name in model.__dataclass_fields__}


HOSTILE = {
    "empty": b"",
    "zeros": b"\0" * 5000,
    "deep": b"[" * 200_000,
    "deep trace": b'[{"ph":' + b"[" * 200_000,
    "cut": b'{"execution_detail": [{"name": "tensor_1"',
    "wrong types": b'{"execution_detail": {"a": 1}, "execution_summary": [1, 2]}',
    "huge number": b'{"execution_detail": [{"name": "tensor_1", "execution_time": 1' + b"0" * 5000 + b"}]}",
    "nan": b'{"execution_detail": [{"name": "x", "execution_time": NaN}]}',
    "odd events": b'{"traceEvents": [1, null, "x", {"ph": "X", "dur": -5, "name": 3}, {"ph": "E"}]}',
    "odd results": b'{"g": {"results": {"1": [], "2": {"value": {}}, "99999999999999": 3}}}',
    "attachment": b'{"signature": "netron:attachment", "metrics": [1, {"kind": []}, {"kind": "node", "value": 1}]}',
    "vela": b"TFLite_operator,NNG Operator,Name\n" + b"a,b\n" * 10,
    "text": b"hello\nworld\n",
    "html": b"<html><script>alert(1)</script></html>",
    "log": b"INFO: Min num runs: [5]\nERROR: it died\n",
    "list": b"[1, 2, 3]",
    "null": b"null",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_broken_gives_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError) as caught:
        _read(tmp_path, HOSTILE[name], name="file.json")

    assert caught.value.message.endswith(".")
    assert "file.json" in caught.value.message
    assert caught.value.hint


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as stream:
        stream.truncate(200 << 20)

    with pytest.raises(StoreError, match="too large"):
        read_foreign([path], a_chain(KINDS))


def test_damaged_files_never_raise_anything_else(tmp_path: Path) -> None:
    chance = random.Random(6)
    good = [
        foreign_files.benchmark_csv(KINDS, [2.0, 1.0, 0.5, 0.25]).encode(),
        foreign_files.runtime_info(4, [0, 1]),
        foreign_files.benchmark_result(3.0),
        foreign_files.onnx_profile([[1, 2]]).encode(),
        foreign_files.VELA.encode(),
        foreign_files.ai_hub([{"name": "tensor_1", "execution_time": 5}]).encode(),
    ]
    model, path = a_chain(KINDS), tmp_path / "damaged"
    for _ in range(300):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data[: chance.randint(1, len(data))])
        with suppress(ProfilerError):
            read_foreign([path], model)


def test_a_model_or_a_session_is_not_taken_for_a_foreign_file(tmp_path: Path) -> None:
    for number, head in enumerate((b"\x20\0\0\0TFL3" + bytes(100), b"PK\x03\x04aaa", b"SQLite format 3\0")):
        path = tmp_path / f"{number}.pb"
        path.write_bytes(head)
        assert not looks_foreign(path)
    graph_def = tmp_path / "frozen.pb"
    node = message({1: "x", 2: "Placeholder", 5: message({1: "dtype", 2: message({6: 1})})})
    graph_def.write_bytes(message({1: [node], 4: message({1: 21})}) * 3)
    assert not looks_foreign(graph_def)
    write_run(a_run(a_chain(KINDS)), tmp_path / "run.json")
    assert not looks_foreign(tmp_path / "run.json")
    (tmp_path / "graph.bin").write_bytes(foreign_files.runtime_info(4, [0]))
    assert looks_foreign(tmp_path / "graph.bin")
    assert not looks_foreign(tmp_path / "missing")
    assert not looks_foreign(tmp_path)


@pytest.mark.skipif(SHARED is None, reason="needs the reference recordings")
def test_every_recording_of_a_measurement_is_imported() -> None:
    assert SHARED is not None
    folder = SHARED / "recordings" / "benchmark_model"
    files = SHARED / "models" / "files"
    imported = 0
    models: dict[str, Model] = {}
    for path in sorted(folder.iterdir()):
        exit_code = path.with_name(path.name.removesuffix(path.suffix) + ".exit")
        is_output = path.suffix == ".stdout" and exit_code.read_text().strip() == "0"
        if not is_output and path.suffix not in (".csv", ".pb"):
            continue
        stem = path.name.split(".")[0]
        if stem == "td_multi_signatures":
            continue  # lists signatures and measures nothing
        place = files / f"{stem}.tflite"
        name = place.name if place.exists() else "mnv1_025_224_float_meta.tflite"
        model = models.setdefault(name, read_model(files / name))
        (found,) = read_foreign([path], model)

        assert found.run is not None, path.name
        assert found.matched == found.total, path.name
        if found.run.profiled_total_ns is not None:
            parts = sum(part.time_ns or 0.0 for part in found.run.partitions)
            spent = sum(item.time_ns or 0.0 for item in found.run.operators) + parts + (found.run.overhead_ns or 0.0)
            assert spent == pytest.approx(found.run.profiled_total_ns), path.name
        imported += 1

    assert imported > 60

"""Layers that the driver of an NPU tells, on a board behind a real adb server."""

from pathlib import Path

import pytest

from backends.devices.adb.device import AdbDevice
from backends.devices.adb.provider import AdbProvider
from backends.devices.adb.server import AdbServer
from backends.model.model import Model
from backends.model.reader import read_model
from backends.reports.run_content import RunContent
from backends.runs.benchmark.measuring import measure_on_device
from backends.runs.benchmark.npu_watch import load_synap_table, parse_layers
from backends.runs.plan import Plan
from backends.runs.run import Run
from backends.runs.store import run_from_json, run_to_json
from tests.support.adb_peer import AdbPeer, install_board
from tests.support.benchmark_tool import delegated_answers, write_tool

_SAMPLE = Path(__file__).resolve().parents[4] / "resources" / "samples" / "segmenter_int8.tflite"
_TABLE = """\
pid: 77, nid: 3, inference_count: 900, inference_time: 9, inference_last: 9, layers: 1
| lyr |    cycle | time_us |  byte_rd |  byte_wr | ot | name
|   0 |     1000 |      10 |        1 |        2 | NN | OfAnotherProgram
pid: 3628, nid: 38, inference_count: 22, inference_time: 40048, inference_last: 1843, layers: 2
| lyr |    cycle | time_us |  byte_rd |  byte_wr | ot | name
|   0 |   153811 |     202 |   151344 |    12288 | TP | TensorTranspose
|   1 |   125706 |     408 |   120720 |        0 | XX | FullyConnectedReluLayer
"""
_PATH = load_synap_table().profile_paths[0]


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(_SAMPLE)


@pytest.fixture
def board(server: AdbServer, peer: AdbPeer) -> AdbDevice:
    install_board(peer.files)
    peer.files.write("/bin/setprop", '#!/bin/sh\necho "$*" >> "$PEER_ROOT/properties-set"\n', is_executable=True)
    return AdbProvider(server).find_device(f"adb:{peer.address}")


def _measure(tmp_path: Path, model: Model, board: AdbDevice, *, seconds: float = 0.0) -> Run:
    answers = delegated_answers(model, [("TfLiteNnapiDelegate", range(2, 20))])
    tool = write_tool(tmp_path / "benchmark_model", answers, seconds=seconds)
    return measure_on_device(_SAMPLE, model, Plan(delegate="nnapi", runs=1, warmup=1, runner=str(tool)), board)


def test_root_gets_the_layers_of_our_process(tmp_path: Path, model: Model, board: AdbDevice, peer: AdbPeer) -> None:
    peer.files.write("/bin/id", "#!/bin/sh\necho 0\n", is_executable=True)
    peer.files.write(_PATH, _TABLE)
    run = _measure(tmp_path, model, board, seconds=1.3)

    assert run.is_complete
    assert [(x.network, x.index, x.name, x.engine, x.time_ns) for x in run.npu_layers] == [
        (38, 0, "TensorTranspose", "TP", 202_000.0),
        (38, 1, "FullyConnectedReluLayer", "XX", 408_000.0),
    ]
    assert peer.files.path("/properties-set").read_text().splitlines() == [
        "vendor.NNAPI_SYNAP_PROFILE 1",
        "vendor.NNAPI_SYNAP_PROFILE 0",
    ]
    assert run_from_json(run_to_json(run)) == run
    table = next(section.table for section in RunContent(model, run).sections() if section.title == "Layers of the NPU")
    assert table is not None
    assert [row[3] for row in table.rows] == ["Tensor processor", "XX"]
    assert not [path for path in peer.files.path(board.work_folder).rglob("*") if "run-" in str(path)]


def test_without_root_the_way_to_it_is_told(tmp_path: Path, model: Model, board: AdbDevice, peer: AdbPeer) -> None:
    run = _measure(tmp_path, model, board)

    assert run.npu_layers == ()
    assert any("adb root" in note for note in run.notes)
    assert not peer.files.path("/properties-set").exists()


def test_a_driver_that_tells_no_layers_is_a_note(tmp_path: Path, model: Model, board: AdbDevice, peer: AdbPeer) -> None:
    peer.files.write("/bin/id", "#!/bin/sh\necho 0\n", is_executable=True)
    run = _measure(tmp_path, model, board)

    assert run.is_complete
    assert run.npu_layers == ()
    assert any("told no layers" in note for note in run.notes)


def test_tables_without_layers_give_none() -> None:
    assert parse_layers(b"") == ()
    assert parse_layers(b"pid: 1, nid: 2, inference_count: 0") == ()


def test_engines_have_names_and_sources() -> None:
    engines = load_synap_table().engines

    assert [engine.label for engine in engines] == ["NN", "TP", "SH", "--"]
    assert all(engine.name and engine.description.endswith(".") for engine in engines)

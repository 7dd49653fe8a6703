"""Measuring converted models with a stand-in for ``synap_cli``, on a board behind a real adb server."""

from pathlib import Path

import pytest

from backends.devices.adb.device import AdbDevice
from backends.devices.adb.provider import AdbProvider
from backends.devices.adb.server import AdbServer
from backends.errors import RunError
from backends.model.model import Model
from backends.model.reader import read_model
from backends.progress import Progress, Sample, Step
from backends.runs.benchmark.measuring import measure_on_device
from backends.runs.benchmark.npu_watch import load_synap_table
from backends.runs.plan import Plan
from backends.runs.preflight import checks_for
from backends.runs.run import Run
from backends.runs.store import run_from_json, run_to_json
from tests.support.adb_peer import AdbPeer, install_board

_SAMPLE = Path(__file__).resolve().parents[4] / "resources" / "samples" / "segmenter_int8.tflite"
_TOOL = """\
#!/bin/sh
[ "$1" = --version ] && { echo 3.2.0; exit 0; }
[ "$1" = -m ] && [ "$3" = -r ] || exit 2
i=0
while [ $i -lt $4 ]; do [ $i -ge 9 ] || echo "Predict #$i: $((2 + i)).50 ms"; i=$((i+1)); done
PART
echo "Inference timings (ms):  load: 55.91  init: 3.84  min: 2.50  median: 3.50  max: 4.50  stddev: 0.13  mean: 3.50"
"""
_TABLE = """\
pid: 3628, nid: 38, inference_count: 22, inference_time: 40048, inference_last: 1843, layers: 1
| lyr |    cycle | time_us |  byte_rd |  byte_wr | ot | name
|   0 |   153811 |     202 |   151344 |    12288 | NN | ConvolutionReluPoolingLayer2
"""


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(_SAMPLE)


@pytest.fixture
def board(server: AdbServer, peer: AdbPeer) -> AdbDevice:
    install_board(peer.files)
    return AdbProvider(server).find_device(f"adb:{peer.address}")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "model.synap"
    path.write_bytes(b"PK")
    return path


def _install(peer: AdbPeer, part: str = "") -> None:
    peer.files.write("/bin/synap_cli", _TOOL.replace("PART", part), is_executable=True)


def _measure(model: Model, board: AdbDevice, bundle: Path | str, progress: Progress | None = None) -> Run:
    plan = Plan(delegate="synap", delegate_options={"bundle": str(bundle)}, runs=3, warmup=1)
    return measure_on_device(_SAMPLE, model, plan, board, progress)


def test_each_inference_has_its_own_latency(model: Model, board: AdbDevice, peer: AdbPeer, bundle: Path) -> None:
    _install(peer)
    samples: list[Step | Sample] = []
    run = _measure(model, board, bundle, Progress(samples.append))

    assert run.is_complete
    assert run.latencies_ns == (3_500_000, 4_500_000, 5_500_000)
    assert (run.warmup_ns, run.first_ns, run.init_ns) == ((2_500_000,), 2_500_000, 59_750_000)
    assert [event.latency_ns for event in samples if isinstance(event, Sample)][:2] == [2_500_000, 3_500_000]
    assert run.environment["bundle"] == str(bundle)
    assert run_from_json(run_to_json(run)) == run


def test_root_gets_the_layers(model: Model, board: AdbDevice, peer: AdbPeer, bundle: Path) -> None:
    peer.files.write("/bin/id", "#!/bin/sh\necho 0\n", is_executable=True)
    peer.files.write(load_synap_table().profile_paths[0], _TABLE)
    _install(peer, part="[ $4 -gt 99 ] && sleep 1.3")
    run = _measure(model, board, bundle)

    assert [(layer.name, layer.engine) for layer in run.npu_layers] == [("ConvolutionReluPoolingLayer2", "NN")]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("echo 'error: NPU is reserved by another user' >&2; exit 1", "reserved by another user"),
        ("kill -9 $$", "SIGKILL"),
    ],
)
def test_a_failure_later_keeps_what_was_measured(
    model: Model, board: AdbDevice, peer: AdbPeer, bundle: Path, part: str, words: str
) -> None:
    _install(peer, part)
    run = _measure(model, board, bundle)

    assert len(run.latencies_ns) == 3
    assert not run.is_complete
    assert words in run.warnings[-1]


def test_a_failure_at_once_is_one_sentence(model: Model, board: AdbDevice, peer: AdbPeer, bundle: Path) -> None:
    peer.files.write("/bin/synap_cli", "#!/bin/sh\necho 'cannot load model' >&2; exit 3\n", is_executable=True)

    with pytest.raises(RunError, match="synap_cli ended with code 3: cannot load model"):
        _measure(model, board, bundle)
    peer.files.path("/bin/synap_cli").unlink()
    with pytest.raises(RunError, match="no synap_cli on the device"):
        _measure(model, board, bundle)
    with pytest.raises(RunError, match="no converted model at nowhere"):
        _measure(model, board, "nowhere")


def test_settings_of_other_programs_are_refused(model: Model, board: AdbDevice, bundle: Path) -> None:
    plan = Plan(delegate="synap", delegate_options={"bundle": str(bundle), "max_partitions": "1"})

    with pytest.raises(RunError, match="does not know the option max_partitions"):
        measure_on_device(_SAMPLE, model, plan, board)


def test_preflight_looks_for_the_program(board: AdbDevice, peer: AdbPeer, bundle: Path) -> None:
    plan = Plan(delegate="synap", delegate_options={"bundle": str(bundle)})
    _install(peer)
    found = {check.name: check.is_ok for check in checks_for(plan, board)}
    peer.files.path("/bin/synap_cli").unlink()
    missing = {check.name: check.is_ok for check in checks_for(plan, board)}

    assert (found["Runner"], missing["Runner"]) == (True, False)

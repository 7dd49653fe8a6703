"""Several delegates on several devices, with stand-ins of the tool behind a real adb server."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from backends.devices.adb.server import AdbServer
from backends.devices.device import Device
from backends.devices.discovery import list_devices
from backends.errors import RunError
from backends.model.model import Model
from backends.model.reader import read_model
from backends.progress import Cancelled, Progress, Sample, Step
from backends.reports.matrix_content import MatrixContent
from backends.runs.cool_down import NO_COOL_DOWN, CoolDown
from backends.runs.matrix import Cell, CellState, Matrix, execute_matrix, make_matrix
from backends.runs.plan import Kernels, Plan
from backends.runs.precision import Precision
from tests.support.adb_peer import AdbPeer
from tests.support.benchmark_tool import delegated_answers, write_tool

_SAMPLES = Path(__file__).resolve().parents[3] / "resources" / "samples"
_SAMPLE = _SAMPLES / "segmenter_int8.tflite"
_PARTITIONS = (("TfLiteNnapiDelegate", range(2, 20)),)
_HOT = "Thermal Status: 3\n"


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(_SAMPLE)


@pytest.fixture
def tool(tmp_path: Path, model: Model) -> Path:
    return _tool(tmp_path, model)


@pytest.fixture
def find_devices(server: AdbServer) -> Callable[[], Sequence[Device]]:
    return lambda: list_devices(server)


def _tool(tmp_path: Path, model: Model, *, seconds: float = 0.0) -> Path:
    answers = delegated_answers(model, _PARTITIONS)
    return write_tool(tmp_path / "benchmark_model", answers, seconds=seconds)


def _matrix(
    model: Model,
    tool: Path,
    peers: Sequence[AdbPeer],
    delegates: Sequence[str],
    cool_down: CoolDown = NO_COOL_DOWN,
) -> Matrix:
    plan = Plan(runs=1, warmup=1, runner=str(tool))
    devices = [f"adb:{peer.address}" for peer in peers]
    return make_matrix(model, plan, devices=devices, delegates=delegates, cool_down=cool_down)


def _states(matrix: Matrix) -> list[CellState]:
    return [cell.state for cell in matrix.cells]


def test_a_cell_that_fails_keeps_the_others(
    model: Model, tool: Path, make_peer: Callable[[], AdbPeer], find_devices: Callable[[], Sequence[Device]]
) -> None:
    one, two = make_peer(), make_peer()
    events: list[tuple[str, Step | Sample]] = []
    settled: list[Cell] = []
    # The stand-in knows no GPU.
    matrix = execute_matrix(
        _SAMPLE,
        model,
        _matrix(model, tool, [one, two], ["gpu", "nnapi", "xnnpack"]),
        find_devices=find_devices,
        on_event=lambda device, event: events.append((device, event)),
        on_cell=lambda _, cell: settled.append(cell),
    )

    assert _states(matrix) == [CellState.FAILED, CellState.DONE, CellState.DONE] * 2
    assert "built without GPU" in matrix.cells[0].reason
    assert matrix.cells[0].hint
    assert [cell.plan.device for cell in matrix.cells[2:4]] == [f"adb:{one.address}", f"adb:{two.address}"]
    assert matrix.cells[1].run is not None
    assert matrix.cells[1].run.plan == matrix.cells[1].plan
    assert sorted(settled, key=repr) == sorted(matrix.cells, key=repr)
    assert {device for device, _ in events} == {f"adb:{one.address}", f"adb:{two.address}"}


def test_devices_measure_beside_each_other(
    tmp_path: Path, model: Model, make_peer: Callable[[], AdbPeer], find_devices: Callable[[], Sequence[Device]]
) -> None:
    """Each device waits in its first process until the other one has begun its own."""
    tool = _tool(tmp_path, model, seconds=0.05)
    both = threading.Barrier(2, timeout=20)
    met: set[str] = set()

    def listen(device: str, event: Step | Sample) -> None:
        if isinstance(event, Step) and event.text == "Measuring" and device not in met:
            met.add(device)
            both.wait()

    matrix = execute_matrix(
        _SAMPLE,
        model,
        _matrix(model, tool, [make_peer(), make_peer()], ["nnapi"]),
        find_devices=find_devices,
        on_event=listen,
    )

    assert _states(matrix) == [CellState.DONE] * 2


def test_a_device_that_is_lost_keeps_the_others(
    model: Model, tool: Path, make_peer: Callable[[], AdbPeer], find_devices: Callable[[], Sequence[Device]]
) -> None:
    one, two = make_peer(), make_peer()
    one.unplug()
    matrix = execute_matrix(
        _SAMPLE, model, _matrix(model, tool, [one, two], ["nnapi", "xnnpack"]), find_devices=find_devices
    )

    assert _states(matrix) == [CellState.FAILED, CellState.FAILED, CellState.DONE, CellState.DONE]


def test_stopping_keeps_what_was_measured(
    tmp_path: Path, model: Model, peer: AdbPeer, find_devices: Callable[[], Sequence[Device]]
) -> None:
    progress = Progress()
    matrix = execute_matrix(
        _SAMPLE,
        model,
        _matrix(model, _tool(tmp_path, model), [peer], ["nnapi", "xnnpack", "cpu"], CoolDown(seconds=30)),
        progress,
        find_devices=find_devices,
        on_cell=lambda *_: progress.stop(),
    )

    assert _states(matrix) == [CellState.DONE, CellState.NOT_RUN, CellState.NOT_RUN]


def test_cancelling_ends_all_lanes(
    tmp_path: Path, model: Model, make_peer: Callable[[], AdbPeer], find_devices: Callable[[], Sequence[Device]]
) -> None:
    peers = [make_peer(), make_peer()]
    tool = _tool(tmp_path, model, seconds=60)
    progress = Progress()
    measuring: set[str] = set()

    def listen(device: str, event: Step | Sample) -> None:
        if isinstance(event, Step) and event.text == "Measuring":
            measuring.add(device)
            if len(measuring) == 2:
                threading.Thread(target=progress.cancel).start()

    with pytest.raises(Cancelled):
        execute_matrix(
            _SAMPLE, model, _matrix(model, tool, peers, ["nnapi"]), progress, find_devices=find_devices, on_event=listen
        )

    deadline = time.monotonic() + 10
    while any(peer.shell.running_groups() for peer in peers) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [peer.shell.running_groups() for peer in peers] == [[], []]


def test_a_device_cools_down_between_its_runs(
    model: Model, tool: Path, peer: AdbPeer, find_devices: Callable[[], Sequence[Device]]
) -> None:
    cool = CoolDown(seconds=0.3, waits_for_heat=True)
    matrix = execute_matrix(
        _SAMPLE, model, _matrix(model, tool, [peer], ["nnapi", "xnnpack"], cool), find_devices=find_devices
    )

    assert matrix.cells[0].waited_seconds == 0
    assert matrix.cells[1].waited_seconds >= 0.3


def test_a_hot_device_is_waited_for(
    model: Model,
    tool: Path,
    peer: AdbPeer,
    find_devices: Callable[[], Sequence[Device]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("backends.runs.cool_down._HEAT_POLL_SECONDS", 0.05)
    monkeypatch.setattr("backends.devices.adb.device._FRESH_S", 0.0)
    usual = peer.files.path("/dumpsys/thermalservice").read_text(encoding="utf-8")
    waited: list[str] = []

    def heat(index: int, _cell: Cell) -> None:
        if index == 0:
            peer.files.write("/dumpsys/thermalservice", _HOT)

    def listen(_device: str, event: Step | Sample) -> None:
        if isinstance(event, Step) and event.text == "Waiting until the device is cooler":
            waited.append(event.text)
            peer.files.write("/dumpsys/thermalservice", usual)

    matrix = execute_matrix(
        _SAMPLE,
        model,
        _matrix(model, tool, [peer], ["nnapi", "xnnpack"], CoolDown(waits_for_heat=True)),
        find_devices=find_devices,
        on_event=listen,
        on_cell=heat,
    )

    assert waited
    assert _states(matrix) == [CellState.DONE] * 2


def test_options_go_to_the_delegates_that_have_them(model: Model) -> None:
    plan = Plan(delegate_options={"accelerator": "npu", "affinity": "4-7"}, runner="x")
    matrix = make_matrix(model, plan, devices=["adb:1"], delegates=["nnapi", "xnnpack", "nnapi"])

    assert [dict(cell.plan.delegate_options) for cell in matrix.cells] == [
        {"accelerator": "npu", "affinity": "4-7"},
        {"affinity": "4-7"},
    ]
    with pytest.raises(RunError, match="none of the delegates has the option 'accelerator'"):
        make_matrix(model, plan, devices=["adb:1"], delegates=["gpu", "cpu"])


def test_what_does_not_fit_the_model_is_skipped_with_the_reason(model: Model) -> None:
    floats = read_model(_SAMPLES / "segmenter_float32.tflite")
    of_floats = make_matrix(floats, Plan(), devices=["adb:1"], delegates=["hexagon", "gpu"])
    both = make_matrix(model, Plan(), devices=["adb:1"], delegates=["gpu"], precisions=list(Precision))

    assert _states(of_floats) == [CellState.SKIPPED, CellState.PENDING]
    assert of_floats.cells[0].reason == "Hexagon does not compute models of this kind (float32)."
    assert _states(both) == [CellState.SKIPPED, CellState.SKIPPED, CellState.PENDING]
    assert both.cells[0].reason == "The model (full integer int8) does not compute in FP32."


def test_a_precision_sets_the_options_that_keep_to_it() -> None:
    floats = read_model(_SAMPLES / "segmenter_float32.tflite")
    matrix = make_matrix(
        floats,
        Plan(),
        devices=["adb:1"],
        delegates=["gpu", "cpu"],
        precisions=[Precision.FP32, Precision.FP16],
    )

    assert [dict(cell.plan.delegate_options) for cell in matrix.cells] == [
        {"precision_loss": "false"},
        {"precision_loss": "true"},
        {},
        {},
    ]
    assert matrix.cells[3].reason == "CPU has no setting that makes it compute this model in FP16."
    with pytest.raises(RunError, match="precision_loss=true contradicts FP32"):
        make_matrix(
            floats,
            Plan(delegate_options={"precision_loss": "true"}),
            devices=["adb:1"],
            delegates=["gpu"],
            precisions=[Precision.FP32],
        )


def test_this_computer_joins_with_its_own_runtime(model: Model) -> None:
    matrix = make_matrix(model, Plan(), devices=["host"], delegates=["xnnpack", "cpu", "gpu"])

    assert [(cell.plan.delegate, cell.plan.kernels) for cell in matrix.cells[:2]] == [
        ("", Kernels.FUSED),
        ("", Kernels.BUILTIN),
    ]
    assert [cell.delegate for cell in matrix.cells] == ["xnnpack", "cpu", "gpu"]
    assert matrix.cells[2].reason == "This computer has GPU only with a build of benchmark_model as the runner."


def test_a_report_lists_all_cells(
    model: Model, tool: Path, peer: AdbPeer, find_devices: Callable[[], Sequence[Device]]
) -> None:
    matrix = _matrix(model, tool, [peer], ["nnapi", "gpu"])
    content = MatrixContent(model, execute_matrix(_SAMPLE, model, matrix, find_devices=find_devices))
    cells = content.tree()["cells"]
    table = content.sections()[0].table

    assert content.title.endswith("1 of 2 measurements done")
    assert [(cell["delegate"], cell["state"], cell["run"] is None) for cell in cells] == [
        ("nnapi", "done", False),
        ("gpu", "failed", True),
    ]
    assert cells[0]["run"]["plan"]["delegate"] == "nnapi"
    assert table is not None
    row = dict(zip(table.headings, table.rows[0], strict=True))
    assert (row["Delegate"], row["Mean"], row["Fastest"]) == ("NNAPI", "1.00 ms", "900 µs")
    assert row["Accelerated"] == f"18/{len(model.subgraphs[0].operators)}"
    assert [section.title for section in content.sections()] == ["", "Failed"]

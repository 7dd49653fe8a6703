"""LiteRT's newer benchmark tool, with a stand-in that prints what its sources print."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from backends.devices.local_shell import LocalToolDevice
from backends.errors import RunError
from backends.model.model import Model
from backends.model.reader import read_model
from backends.progress import Progress
from backends.runs.benchmark.known_flags import parse_help
from backends.runs.benchmark.litert_profile import parse_litert_profile
from backends.runs.benchmark.measuring import measure_on_device
from backends.runs.benchmark.op_profile import RowKind
from backends.runs.benchmark.tool_search import find_tool
from backends.runs.plan import Plan
from backends.runs.run import Run
from tests.support.benchmark_tool import GRAPH_FILE, KNOWN, Answer, a_graph, a_help, a_log, write_tool

_SAMPLE = Path(__file__).resolve().parents[4] / "resources" / "samples" / "segmenter_int8.tflite"
_SHARED_FLAGS = ("num_runs", "min_secs", "max_secs", "num_threads", "warmup_runs", "warmup_min_secs", "graph")
_FLAGS = {name: KNOWN[name] for name in _SHARED_FLAGS} | {
    "use_cpu": "bool", "use_gpu": "bool", "use_npu": "bool", "use_profiler": "bool", "gpu-precision": "string",
    "model_runtime_info_output_file": "string", "dispatch_library_path": "string", "require_full_delegation": "bool",
}  # fmt: skip
_BANNER = "=" * 69 + " Run Order " + "=" * 70
_HEADER = "".join(f"{cell:>11}" for cell in ("[start]", "[first]", "[avg ms]", "[%]", "[cdf%]", "[mem KB]"))


def _table(rows: Sequence[tuple[str, int, float, int]]) -> str:
    """Give the table of rows: type, index, µs per call, calls."""
    total = sum(time * count for _, _, time, count in rows)
    lines = [_BANNER, f"{'[node type]':>60}{_HEADER} [times called]   [Name]"]
    for kind, index, time, count in rows:
        share = 100 * time * count / total
        name = f"[{'Delegate' if kind.startswith('Delegate/') else 'Builtin'}]:{index}"
        lines.append(
            f"{kind:>60} {0:>10.3f} {time / 1000:>10.3f} {time / 1000:>10.3f} {share:>9.3f}% {share:>9.3f}% {0:>10.3f} "
            f"{count:>14}   {name}"
        )
    lines += ["", f"{'=' * 60} Top by Computation Time {'=' * 60}", lines[2], ""]
    return "\n".join(["INFO: ", *lines, f"Timings (microseconds): count={len(rows)} curr={round(total)}", ""])


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(_SAMPLE)


def _measure(tmp_path: Path, model: Model, *, graph: bytes | None, delegate: str = "litert-gpu") -> Run:
    # 1 warm-up and 5 runs are counted.
    rows = [("LITERT_CL", len(model.subgraphs[0].operators), 500.25, 6)]
    rows += [(op.kind, op.id.index, 10.0, 6) for op in model.subgraphs[0].operators if op.id.index >= 30]
    files = {} if graph is None else {GRAPH_FILE: graph}
    profiled = Answer(a_log(words=[]), stderr=_table(rows), files=files)
    answers = {"plain": Answer(a_log(words=[])), "litert": profiled}
    tool = write_tool(tmp_path / "benchmark_model", answers, help_text=a_help(_FLAGS))
    options = {"dispatch_folder": "/vendor/lib64"} if delegate == "litert-npu" else {}
    plan = Plan(delegate=delegate, delegate_options=options, runs=2, runner=str(tool))
    return measure_on_device(_SAMPLE, model, plan, LocalToolDevice(tmp_path / "work"), Progress())


def test_a_table_is_read_per_inference() -> None:
    rows = [("CONV_2D", 0, 120.0, 12), ("Delegate/conv 3x3 (f16)", 4, 7.0, 24)]
    profile = parse_litert_profile(_table(rows).splitlines(), inferences=12)
    first, second = profile.runs[0].rows

    assert (first.kind, first.node_type, first.index, first.calls) == (RowKind.NODE, "CONV_2D", 0, 1.0)
    assert first.time_us == pytest.approx(120, rel=1e-3)
    assert (second.kind, second.node_type, second.index, second.calls) == (RowKind.KERNEL, "conv 3x3 (f16)", 4, 2.0)
    assert second.time_us == pytest.approx(14, rel=1e-2)
    assert parse_litert_profile(["nothing", _BANNER], inferences=1).is_empty


def test_a_model_is_measured_operator_by_operator(tmp_path: Path, model: Model) -> None:
    operators = model.subgraphs[0].operators
    run = _measure(tmp_path, model, graph=a_graph([op.kind for op in operators], [("LITERT_CL", range(30))]))

    assert run.is_complete
    assert run.warnings == model.warnings
    assert [part.delegate for part in run.partitions] == ["LITERT_CL"]
    assert run.partitions[0].operators == tuple(range(30))
    assert run.partitions[0].time_ns == pytest.approx(500_250, rel=1e-3)
    assert run.operators[30].time_ns == pytest.approx(10_000, rel=1e-2)
    assert run.operators[30].placement == "CPU"


def test_a_model_that_was_compiled_into_another_graph_has_its_latency_only(tmp_path: Path, model: Model) -> None:
    run = _measure(tmp_path, model, graph=a_graph(["DISPATCH_OP"], []), delegate="litert-npu")

    assert run.operators == ()
    assert run.latencies_ns == (1_000_000,) * 2
    assert any("another graph" in warning for warning in run.warnings)


def test_the_tool_is_chosen_that_knows_the_delegate(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    write_tool(folder / "benchmark_model", {"plain": Answer(a_log())})
    write_tool(folder / "benchmark_litert_model", {"plain": Answer(a_log())}, help_text=a_help(_FLAGS))
    device = LocalToolDevice(folder)

    assert find_tool(device, "", Progress()).path.endswith("benchmark_model")
    assert find_tool(device, "", Progress(), needs=["use_npu"]).path.endswith("benchmark_litert_model")
    assert find_tool(device, "", Progress(), needs=["use_npu"]).is_for_litert
    assert find_tool(device, "", Progress(), needs=["warp"]).path.endswith("benchmark_model")


def test_a_tool_of_the_other_kind_is_refused(tmp_path: Path, model: Model) -> None:
    tool = write_tool(tmp_path / "bm", {"plain": Answer(a_log())})
    plan = Plan(delegate="litert-gpu", runs=1, runner=str(tool))

    with pytest.raises(RunError, match="was built without LiteRT GPU"):
        measure_on_device(_SAMPLE, model, plan, LocalToolDevice(tmp_path / "work"), Progress())


def test_the_tool_that_comes_with_litert_for_python_measures_really(tmp_path: Path, model: Model) -> None:
    """The real one: it has a help, flags and results in Python's manner."""
    tool = tmp_path / "litert-benchmark"
    tool.write_text(f"#!{sys.executable}\nfrom ai_edge_litert.tools.benchmark_litert_model import main\nmain()\n")
    tool.chmod(0o755)
    (tmp_path / "w").mkdir()
    device = LocalToolDevice(tmp_path / "w")
    run = measure_on_device(_SAMPLE, model, Plan(delegate="litert-cpu", runner=str(tool), runs=4, warmup=2), device)
    with pytest.raises(RunError, match="built without XNNPACK") as refused:
        measure_on_device(_SAMPLE, model, Plan(delegate="xnnpack", runner=str(tool)), device)

    assert sum(chunk.count for chunk in run.chunks) == 4
    assert all(chunk.min_ns <= chunk.mean_ns <= chunk.max_ns for chunk in run.chunks)
    assert run.init_ns
    assert run.first_ns
    assert run.is_complete
    assert run.operators == ()
    assert "has no profiler" in " ".join(run.notes)
    assert "litert-cpu, litert-gpu, litert-npu" in refused.value.hint


def test_flags_are_written_as_the_tool_for_python_wants_them(tmp_path: Path) -> None:
    usage = [
        "usage: litert-benchmark [-h] --model MODEL [--signature SIGNATURE] [--use_cpu]",
        " [--no_cpu] [--use_gpu]",
    ]
    flags = parse_help([*usage, " [--num_runs NUM_RUNS]", "", "  --ignored IGNORED"])

    assert flags.is_benchmark_tool
    assert "ignored" not in flags
    assert [flags.write(name, "true") for name in ("use_cpu", "use_gpu")] == [[], ["--use_gpu"]]
    assert flags.write("use_cpu", "false") == ["--no_cpu"]
    assert flags.write("graph", "/data/m.tflite") == ["--model=/data/m.tflite"]

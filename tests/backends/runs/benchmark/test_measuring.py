"""Measuring with stand-ins of the tool, on this computer and on devices behind a real adb server."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from backends.devices.adb.provider import AdbProvider
from backends.devices.adb.server import AdbServer
from backends.devices.device import RemoteDevice
from backends.devices.local_shell import LocalToolDevice
from backends.errors import DeviceError, ProfilerError, RunError
from backends.model.model import Model
from backends.model.reader import read_model
from backends.progress import Cancelled, Progress, Sample, Step
from backends.runs.benchmark.measuring import measure_on_device
from backends.runs.plan import Plan
from backends.runs.run import Certainty, Run
from backends.runs.store import run_from_json, run_to_json
from tests.support.adb_peer import AdbPeer
from tests.support.benchmark_tool import (
    GRAPH_FILE,
    KNOWN,
    PROFILE_FILE,
    Answer,
    a_help,
    a_log,
    delegated_answers,
    recorded_answers,
    write_tool,
)
from tests.support.shared import SHARED
from tests.support.wire_writer import message

_SAMPLE = Path(__file__).resolve().parents[4] / "resources" / "samples" / "segmenter_int8.tflite"
_PARTITIONS = (("TfLiteNnapiDelegate", range(2, 20)), ("TfLiteNnapiDelegate", range(25, 30)))
_FOLDER = SHARED / "recordings" / "benchmark_model" if SHARED else None


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(_SAMPLE)


@pytest.fixture
def phone(server: AdbServer, peer: AdbPeer) -> RemoteDevice:
    return AdbProvider(server).find_device(f"adb:{peer.address}")


@pytest.fixture
def here(tmp_path: Path) -> LocalToolDevice:
    return LocalToolDevice(tmp_path / "work")


@pytest.fixture(params=["here", "phone"])
def device(request: pytest.FixtureRequest) -> RemoteDevice:
    found: RemoteDevice = request.getfixturevalue(request.param)
    return found


def _measure(  # the stand-in's recipe is spelled by each test
    model: Model, device: RemoteDevice, tool: Path, progress: Progress | None = None, **plan: Any
) -> Run:
    plan = {"delegate": "nnapi", "runs": 4, "warmup": 2, "runner": str(tool)} | plan
    return measure_on_device(_SAMPLE, model, Plan(**plan), device, progress)


def _tool(tmp_path: Path, model: Model, *, fault: Mapping[str, Any] | None = None, seconds: float = 0.0) -> Path:
    return write_tool(tmp_path / "benchmark_model", delegated_answers(model, _PARTITIONS), fault=fault, seconds=seconds)


def test_a_measurement_is_whole(tmp_path: Path, model: Model, device: RemoteDevice) -> None:
    events: list[Step | Sample] = []
    lines: list[str] = []
    run = _measure(model, device, _tool(tmp_path, model), Progress(events.append, lines.append))

    assert run.is_complete
    assert run.warnings == model.warnings
    assert [chunk.count for chunk in run.chunks] == [5] * 4
    assert run.latencies_ns == (1_000_000,) * 4
    assert (run.init_ns, run.first_ns) == (2_500_000, 5_000_000)
    assert [part.operators for part in run.partitions] == [tuple(range(2, 20)), tuple(range(25, 30))]
    assert {item.placement for item in run.operators} == {"CPU", "NNAPI"}
    assert sum(item.certainty is Certainty.NOT_ATTRIBUTABLE for item in run.operators) == 23
    spent = sum(item.time_ns or 0 for item in run.operators) + sum(part.time_ns or 0 for part in run.partitions)
    assert run.overhead_ns is not None
    assert spent + run.overhead_ns == run.profiled_total_ns == 1_000_000
    assert run_from_json(run_to_json(run)) == run
    texts = list(dict.fromkeys(event.text for event in events if isinstance(event, Step)))
    assert texts[0] == "Looking for benchmark_model"
    assert texts[-1] == "Adding up"
    assert texts.index("Measuring") < texts.index("Profiling operators")
    assert [event.latency_ns for event in events if isinstance(event, Sample) and event.phase == "run"] == [10**6] * 5
    assert "INFO: STARTING!" in lines


def test_nothing_of_a_measurement_stays_but_what_need_not_be_copied_again(
    tmp_path: Path, model: Model, phone: RemoteDevice
) -> None:
    tool = _tool(tmp_path, model)
    _measure(model, phone, tool, runs=2)
    before = phone.shell.run(["ls", "-R", phone.work_folder], timeout_s=10).stdout
    _measure(model, phone, tool, runs=2)

    assert "run-" not in before
    assert phone.shell.run(["ls", "-R", phone.work_folder], timeout_s=10).stdout == before


@pytest.mark.skipif(_FOLDER is None, reason="the recordings are not here")
@pytest.mark.parametrize("case", ["mnv1_025_128_u8.xnnpack", "ssd_mnv3_int8_arm.builtin"])
def test_recordings_of_the_real_tool_become_runs(tmp_path: Path, case: str, device: RemoteDevice) -> None:
    assert SHARED is not None
    assert _FOLDER is not None
    name, kernels = case.split(".")
    path = SHARED / "models" / "files" / f"{name}.tflite"
    model = read_model(path)
    tool = write_tool(
        tmp_path / "bm", recorded_answers(_FOLDER, case), help_text=(_FOLDER / "help.stderr").read_text("utf-8")
    )
    plan = Plan(delegate="xnnpack" if kernels == "xnnpack" else "cpu", runs=4, runner=str(tool))
    run = measure_on_device(path, model, plan, device)

    assert run.is_complete
    assert run.warnings == model.warnings
    assert all(item.time_ns is not None for item in run.operators)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"signal": "SIGSEGV"}, r"crashed \(SIGSEGV\)"),
        ({"signal": "SIGKILL"}, "killed benchmark_model"),
        ({"signal": "SIGABRT", "part": 0.0}, r"crashed \(SIGABRT\) while preparing the model"),
        ({"exit": 0}, "cut off in the middle"),
        ({"exit": 1, "stderr": "ERROR: Failed to apply NNAPI delegate.\n"}, "the NNAPI delegate refuses this model"),
        ({"exit": 1, "stderr": "write: No space left on device\n"}, "no space left on the device"),
    ],
)
def test_a_failure_at_once_is_one_sentence_and_the_log(
    tmp_path: Path, model: Model, device: RemoteDevice, fault: dict[str, Any], message: str
) -> None:
    with pytest.raises(RunError, match=message) as caught:
        _measure(model, device, _tool(tmp_path, model, fault=fault))

    assert caught.value.hint
    assert "--graph=" in caught.value.detail


def test_a_failure_later_keeps_what_was_measured(tmp_path: Path, model: Model, device: RemoteDevice) -> None:
    run = _measure(model, device, _tool(tmp_path, model, fault={"signal": "SIGSEGV", "at_call": 4}))

    assert len(run.chunks) == 3
    assert not run.is_complete
    assert run.operators == ()
    assert "crashed (SIGSEGV) while" in run.warnings[-1]
    assert "INFO: STARTING!" in run.log


def test_a_failure_of_the_profiler_keeps_the_latency(tmp_path: Path, model: Model, here: LocalToolDevice) -> None:
    run = _measure(model, here, _tool(tmp_path, model, fault={"exit": 1, "keys": ["proto", "csv", "text"]}))

    assert len(run.chunks) == 4
    assert not run.is_complete
    assert run.operators == ()


def test_a_damaged_profile_is_asked_for_in_another_form(tmp_path: Path, model: Model, here: LocalToolDevice) -> None:
    answers = delegated_answers(model, _PARTITIONS)
    good = answers["proto"].files
    answers["proto"] = Answer(a_log(), files={**good, PROFILE_FILE: good[PROFILE_FILE][:-3]})
    answers["csv"] = Answer(a_log(), files={GRAPH_FILE: good[GRAPH_FILE]})
    table = (
        "Operator-wise Profiling Info for Regular Benchmark Runs:\n"
        "============================== Run Order ==============================\n"
        "\t[node type]\t[first]\t[avg ms]\t[%]\t[cdf%]\t[mem KB]\t[times called]\t[Name]\n"
        "\tQUANTIZE\t0.1\t0.125\t10%\t10%\t0\t1\t[x]:0\n"
    )
    answers["text"] = Answer(a_log() + table, files={GRAPH_FILE: good[GRAPH_FILE]})
    run = _measure(model, here, write_tool(tmp_path / "bm", answers))

    assert run.operators[0].time_ns == 125_000
    assert any("is damaged" in note for note in run.notes)


def test_a_build_without_the_delegate_never_measures_the_processor_instead(
    tmp_path: Path, model: Model, here: LocalToolDevice
) -> None:
    with pytest.raises(RunError, match="built without GPU"):
        _measure(model, here, _tool(tmp_path, model), delegate="gpu")


def test_a_delegate_that_takes_nothing_is_told(tmp_path: Path, model: Model, here: LocalToolDevice) -> None:
    words = ["INFO: Though NNAPI delegate is explicitly applied, the model graph will not be executed by the delegate."]
    run = _measure(model, here, write_tool(tmp_path / "bm", delegated_answers(model, (), words=words)))

    assert "NNAPI took no operator of this model: everything ran on the processor." in run.warnings


def test_flags_that_the_tool_ignores_are_an_error(tmp_path: Path, model: Model, here: LocalToolDevice) -> None:
    log = a_log(words=["WARN: Unconsumed cmdline flags: --use_nnapi=true"])

    with pytest.raises(RunError, match="ignored what it does not know: --use_nnapi=true"):
        _measure(model, here, write_tool(tmp_path / "bm", {"plain": Answer(log)}))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("WARN: NNAPI acceleration is unsupported on this platform.", "NNAPI acceleration is unsupported"),
        ("INFO: Unable to load external delegate from : libvx.so (not found)", "Unable to load external delegate from"),
        (
            "INFO: Replacing 9 out of 9 node(s) with delegate (TfLiteXNNPackDelegate) node, yielding 1 partitions.",
            "measured the processor instead",
        ),
    ],
)
def test_a_delegate_that_could_not_be_made_is_an_error(
    tmp_path: Path, model: Model, here: LocalToolDevice, said: str, words: str
) -> None:
    with pytest.raises(RunError, match="did not apply NNAPI") as caught:
        _measure(model, here, write_tool(tmp_path / "bm", {"plain": Answer(a_log(words=[said]))}))

    assert words in caught.value.message


def test_the_summary_in_a_file_has_more_digits(tmp_path: Path, model: Model, here: LocalToolDevice) -> None:
    latency = {1: 1.0001234, 2: 0.9, 3: 1.2, 4: 0.0071, 5: 0.99, 6: 0.91, 7: 1.15}
    result = message({2: message({**latency}), 3: message({1: 3000, 2: 9000}), 4: message({2: 5, 3: 1})})
    answers = delegated_answers(model, _PARTITIONS)
    answers["plain"] = Answer(answers["plain"].stdout, files={"result_file_path": result})
    tool = write_tool(tmp_path / "bm", answers, help_text=a_help({**KNOWN, "result_file_path": "string"}))
    run = _measure(model, here, tool, runs=1)

    assert run.latencies_ns == (1_000_123,)
    assert run.chunks[0].median_ns == 990_000
    assert run.chunks[0].p95_ns == 1_150_000
    assert run.memory is not None
    assert run.memory.peak_bytes == 9000 * 1024


def test_the_same_inputs_are_used_as_on_this_computer(tmp_path: Path, model: Model, device: RemoteDevice) -> None:
    lines: list[str] = []
    run = _measure(model, device, _tool(tmp_path, model), Progress(line_listener=lines.append), runs=1)

    assert "--input_layer_shape=1,128,128,3" in run.log
    assert "--input_layer_value_files=" in run.log


def test_a_tool_on_the_device_is_found(tmp_path: Path, model: Model, phone: RemoteDevice) -> None:
    phone.shell.push(_tool(tmp_path, model), "/data/local/tmp/benchmark_model", is_executable=True)
    run = _measure(model, phone, Path(), runner="", runs=1)

    assert run.environment["runner"] == "/data/local/tmp/benchmark_model"


def test_a_device_without_a_tool_says_what_is_missing(model: Model, phone: RemoteDevice) -> None:
    with pytest.raises(RunError, match="no benchmark_model on the device") as caught:
        _measure(model, phone, Path(), runner="")

    assert "/vendor/bin/benchmark_model" in caught.value.detail


def test_another_program_is_no_tool(tmp_path: Path, model: Model, device: RemoteDevice) -> None:
    other = tmp_path / "other"
    other.write_text("#!/bin/sh\necho usage: other\n")
    other.chmod(0o755)

    with pytest.raises(RunError, match="is not TFLite's benchmark_model"):
        _measure(model, device, other)


def test_a_binary_for_another_processor_is_told(tmp_path: Path, model: Model, device: RemoteDevice) -> None:
    binary = tmp_path / "bm"
    # 64-bit S/390, which no phone is.
    binary.write_bytes(b"\x7fELF\x02\x02\x01" + bytes(9) + b"\x00\x02\x00\x16" + bytes(200))
    binary.chmod(0o755)

    with pytest.raises(RunError, match="built for another kind of processor"):
        _measure(model, device, binary)


def test_unplugging_in_the_middle_keeps_what_was_measured(
    tmp_path: Path, model: Model, phone: RemoteDevice, peer: AdbPeer
) -> None:
    heard: list[Sample] = []

    def listen(event: Step | Sample) -> None:
        if isinstance(event, Sample) and event.phase == "run":
            heard.append(event)
            if len(heard) == 3:
                peer.faults.unplug_after_output_bytes = 100

    run = _measure(model, phone, _tool(tmp_path, model), Progress(listen))

    # The third process may have been told in full before the cable was out.
    assert 2 <= len(run.chunks) <= 3
    assert not run.is_complete
    assert run.warnings[-1]


def test_a_device_that_is_gone_from_the_start_is_a_device_error(
    tmp_path: Path, model: Model, phone: RemoteDevice, peer: AdbPeer
) -> None:
    peer.faults.unplug_after_output_bytes = 0

    with pytest.raises(DeviceError):
        _measure(model, phone, _tool(tmp_path, model))


def _when_measuring(act: Callable[[], object]) -> Callable[[Step | Sample], None]:
    """Do something from another thread once two processes have answered, as a button would."""
    heard: list[Sample] = []

    def listen(event: Step | Sample) -> None:
        if isinstance(event, Sample) and event.phase == "run":
            heard.append(event)
            if len(heard) == 2:
                threading.Thread(target=act, daemon=True).start()

    return listen


def test_stopping_keeps_finished_processes(tmp_path: Path, model: Model, device: RemoteDevice) -> None:
    progress = Progress(_when_measuring(lambda: progress.stop()))
    run = _measure(model, device, _tool(tmp_path, model, seconds=0.15), progress, runs=20)

    assert 2 <= len(run.chunks) < 10
    assert not run.is_complete
    assert run.operators == ()


def test_cancelling_ends_the_process_and_discards(tmp_path: Path, model: Model, device: RemoteDevice) -> None:
    fault = {"hang": 60, "at_call": 3}
    progress = Progress(_when_measuring(lambda: (time.sleep(0.3), progress.cancel())))

    with pytest.raises(Cancelled):
        _measure(model, device, _tool(tmp_path, model, fault=fault), progress)


def test_few_runs_are_single_inferences(tmp_path: Path, model: Model, here: LocalToolDevice) -> None:
    answers = {"plain": Answer(a_log(count=1))}
    help_text = a_help({name: kind for name, kind in KNOWN.items() if "profiling" not in name})
    run = _measure(model, here, write_tool(tmp_path / "bm", answers, help_text=help_text), runs=3)

    assert len(run.chunks) == 3
    assert "Each latency is a single inference after a warm-up, in a process of its own." in run.notes
    assert "has no profiler" in " ".join(run.notes)


@pytest.mark.parametrize("plan", [{"delegate": "warp"}, {"delegate_options": {"warp": "1"}}, {"signature": "none"}])
def test_a_wrong_plan_is_refused(tmp_path: Path, model: Model, here: LocalToolDevice, plan: dict[str, Any]) -> None:
    with pytest.raises(ProfilerError):
        _measure(model, here, _tool(tmp_path, model), **plan)


def test_a_delegate_that_keeps_what_it_compiled_is_started_from_there_too(
    tmp_path: Path, model: Model, here: LocalToolDevice
) -> None:
    known = KNOWN | {"delegate_serialize_dir": "string", "delegate_serialize_token": "string"}
    answers = delegated_answers(model, [("TfLiteNnapiDelegate", range(2, 20))])
    with_cache = write_tool(tmp_path / "bm", answers, help_text=a_help(known))
    run = _measure(model, here, with_cache, delegate="nnapi", runs=1)
    chosen = {"serialize_dir": "/data/local/tmp", "serialize_token": "own"}
    own = _measure(model, here, with_cache, delegate="nnapi", runs=1, delegate_options=chosen)
    without = _measure(model, here, write_tool(tmp_path / "old", answers), delegate="nnapi", runs=1)

    assert run.cached_start is not None
    assert run.cached_start.init_ns == 2_500_000
    assert run.log.count("--delegate_serialize_dir=") == 2
    assert any("found what another one had compiled" in note for note in run.notes)
    assert run_from_json(run_to_json(run)) == run
    assert (own.cached_start, without.cached_start) == (None, None)


def test_a_cache_that_fails_is_a_note_only(tmp_path: Path, model: Model, here: LocalToolDevice) -> None:
    known = KNOWN | {"delegate_serialize_dir": "string", "delegate_serialize_token": "string"}
    answers = delegated_answers(model, [("TfLiteNnapiDelegate", range(2, 20))])
    fault = {"at_call": 4, "keys": ["plain"], "signal": "SIGSEGV"}
    tool = write_tool(tmp_path / "bm", answers, help_text=a_help(known), fault=fault)
    run = _measure(model, here, tool, delegate="nnapi", runs=2)

    assert run.is_complete
    assert run.cached_start is None
    assert any("start from a cache could not be measured" in note for note in run.notes)

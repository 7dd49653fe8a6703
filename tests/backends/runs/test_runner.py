"""Measuring small models for real."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from backends.devices.local import find_runtime
from backends.errors import RunError
from backends.model.model import OperatorId
from backends.model.reader import read_model
from backends.progress import Cancelled, Progress, Sample, Step
from backends.runs.plan import InputKind, Kernels, Plan
from backends.runs.run import Certainty, Run
from backends.runs.runner import measure
from tests.support.model_builder import StoredSubgraph, a_model, a_stored_tensor, an_operator
from tests.support.shared import SHARED

try:
    find_runtime()
except RunError as error:
    pytest.skip(f"the LiteRT runtime cannot be used here: {error.message}", allow_module_level=True)

QUICK = Plan(runs=4, warmup=1)


def a_network() -> bytes:
    """A convolution with an activation, a pooling on the way, and a softmax."""
    generator = np.random.default_rng(1)
    x = a_stored_tensor((1, 64, 64, 8), name="image")
    weights = a_stored_tensor((16, 3, 3, 8), data=generator.normal(0, 0.1, (16, 3, 3, 8)))
    bias = a_stored_tensor((16,), data=0.0)
    conv, relu = a_stored_tensor((1, 64, 64, 16), name="conv"), a_stored_tensor((1, 64, 64, 16), name="relu")
    out = a_stored_tensor((1, 64, 64, 16), name="out")
    strides = {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}
    return a_model(
        [
            an_operator("CONV_2D", [x, weights, bias], [conv], options=strides),
            an_operator("RELU", [conv], [relu]),
            an_operator("SOFTMAX", [relu], [out], options={"beta": 1.0}),
        ]
    )


def a_loop() -> bytes:
    """Counts to ten: ``while (i < 10) i = i + 1``."""
    start, end = a_stored_tensor((), "int32", name="start"), a_stored_tensor((), "int32", name="end")
    before, is_less = a_stored_tensor((), "int32"), a_stored_tensor((), "bool")
    at, after = a_stored_tensor((), "int32"), a_stored_tensor((), "int32")
    limit, one = a_stored_tensor((), "int32", data=10), a_stored_tensor((), "int32", data=1)
    options = {"cond_subgraph_index": 1, "body_subgraph_index": 2}
    return a_model(
        [an_operator("WHILE", [start], [end], options=options)],
        more_subgraphs=[
            StoredSubgraph(operators=[an_operator("LESS", [before, limit], [is_less])], name="condition"),
            StoredSubgraph(operators=[an_operator("ADD", [at, one], [after])], name="body"),
        ],
    )


@pytest.fixture
def run_model(tmp_path: Path) -> Callable[..., Run]:
    def run(data: bytes, plan: Plan = QUICK, progress: Progress | None = None) -> Run:
        path = tmp_path / "model.tflite"
        path.write_bytes(data)
        return measure(path, read_model(path), plan, progress)

    return run


def assert_adds_up(run: Run) -> None:
    times = [operator.time_ns for operator in run.operators if operator.time_ns is not None]
    groups = [part.time_ns for part in run.partitions if part.time_ns is not None]
    assert run.overhead_ns is not None
    assert sum(times) + sum(groups) + run.overhead_ns == run.profiled_total_ns
    assert run.overhead_ns >= 0


@pytest.mark.parametrize("kernels", list(Kernels))
def test_every_kind_of_kernels_gives_latencies_memory_and_operator_times(
    run_model: Callable[..., Run], kernels: Kernels
) -> None:
    run = run_model(a_network(), Plan(runs=4, warmup=2, kernels=kernels))

    assert len(run.latencies_ns) == 4
    assert len(run.warmup_ns) == 2
    assert run.is_complete
    assert run.init_ns
    assert run.first_ns
    assert run.memory is None or run.memory.over_baseline_bytes >= 0
    assert_adds_up(run)
    placement = "CPU" if kernels in (Kernels.BUILTIN, Kernels.REFERENCE) else "XNNPACK"
    assert {operator.placement for operator in run.operators} == {placement}


def test_reference_kernels_are_those_of_the_interpreter_and_timed_as_a_whole(run_model: Callable[..., Run]) -> None:
    run = run_model(a_network(), Plan(runs=4, warmup=1, kernels=Kernels.REFERENCE))

    assert {operator.certainty for operator in run.operators} == {Certainty.NOT_ATTRIBUTABLE}
    assert [operator.time_ns for operator in run.operators] == [None] * 3
    assert [(part.operators, part.time_ns) for part in run.partitions] == [((0, 1, 2), run.profiled_total_ns)]
    assert any("Reference kernels" in note for note in run.notes)


@pytest.mark.skipif(SHARED is None, reason="needs the reference models")
def test_reference_kernels_refuse_another_signature_than_the_first_subgraph() -> None:
    assert SHARED is not None
    path = SHARED / "models" / "files" / "td_multi_signatures.tflite"

    with pytest.raises(RunError, match="first subgraph only"):
        measure(path, read_model(path), Plan(runs=2, warmup=0, kernels=Kernels.REFERENCE, signature="sub"))


def test_an_activation_fused_into_a_convolution_is_marked_and_has_no_time(run_model: Callable[..., Run]) -> None:
    conv, relu, softmax = run_model(a_network()).operators

    assert relu.time_ns is None
    assert relu.fused_into == OperatorId(0, 0)
    assert conv.time_ns
    assert "Convolution" in conv.kernel
    assert softmax.fused_into is None


def test_isolated_operators_have_a_time_each(run_model: Callable[..., Run]) -> None:
    run = run_model(a_network(), Plan(runs=4, warmup=1, kernels=Kernels.EXACT))

    assert all(operator.time_ns for operator in run.operators)
    assert [part.operators for part in run.partitions] == [(0,), (1,), (2,)]


def test_partitions_are_those_of_the_delegate(run_model: Callable[..., Run]) -> None:
    run = run_model(a_network())

    assert [(part.delegate, part.operators) for part in run.partitions] == [("XNNPACK", (0, 1, 2))]


def test_bodies_of_loops_have_times_of_their_own_and_count_their_calls(run_model: Callable[..., Run]) -> None:
    plan = Plan(runs=4, warmup=1, input_kind=InputKind.ZEROS)

    loop, condition, body = run_model(a_loop(), plan).operators

    assert (loop.operator, condition.operator, body.operator) == ((0, 0), (1, 0), (2, 0))
    assert (loop.calls, condition.calls, body.calls) == (1, 11, 10)
    assert loop.time_ns is not None


def test_a_dynamic_shape_is_taken_from_the_plan(run_model: Callable[..., Run]) -> None:
    x = a_stored_tensor((1, 4), name="x", signature=(-1, 4))
    data = a_model([an_operator("NEG", [x], [a_stored_tensor((1, 4), name="y", signature=(-1, 4))])])

    given = run_model(data, Plan(runs=2, warmup=0, input_shapes={"x": (7, 4)}))
    assumed = run_model(data, Plan(runs=2, warmup=0))

    assert not any("was run as" in note for note in given.notes)
    assert any("was run as 1x4" in note for note in assumed.notes)


def test_an_output_of_varying_size_is_no_obstacle(run_model: Callable[..., Run]) -> None:
    flags, found = a_stored_tensor((6,), "bool"), a_stored_tensor((0, 1), "int64", name="found")

    run = run_model(a_model([an_operator("WHERE", [flags], [found])]))

    assert any("only their shapes were read" in note for note in run.notes)
    assert run.operators[0].time_ns is not None


def test_state_between_runs_is_no_obstacle(run_model: Callable[..., Run]) -> None:
    x, y = a_stored_tensor((1, 4), name="x"), a_stored_tensor((1, 4), name="y")
    state = a_stored_tensor((1, 4), is_variable=True)
    matrices = [a_stored_tensor((4, 4), data=0.1), a_stored_tensor((4, 4), data=0.1)]
    data = a_model([an_operator("RNN", [x, *matrices, a_stored_tensor((4,), data=0.0), state], [y])])

    assert run_model(data).operators[0].time_ns is not None


def test_samples_and_phases_are_reported_live(run_model: Callable[..., Run]) -> None:
    heard: list[Step | Sample] = []

    run = run_model(a_network(), QUICK, Progress(heard.append))

    assert [s.latency_ns for s in heard if isinstance(s, Sample) and s.phase == "run"] == list(run.latencies_ns)
    phases = {step.text for step in heard if isinstance(step, Step)}
    assert {"Preparing this model", "First run", "Measuring", "Profiling"} <= phases


def test_stopping_keeps_what_was_measured(run_model: Callable[..., Run]) -> None:
    progress = Progress(lambda event: progress.stop() if isinstance(event, Sample) and event.phase == "run" else None)

    run = run_model(a_network(), Plan(runs=5000, warmup=0), progress)

    assert not run.is_complete
    assert 1 <= len(run.latencies_ns) < 5000
    assert_adds_up(run)


def test_cancelling_discards(run_model: Callable[..., Run]) -> None:
    progress = Progress()
    threading.Timer(0.3, progress.cancel).start()

    with pytest.raises(Cancelled):
        run_model(a_network(), Plan(runs=1_000_000, warmup=0), progress)


def test_the_time_limit_is_kept_and_said(run_model: Callable[..., Run]) -> None:
    run = run_model(a_network(), Plan(runs=100_000, warmup=0, max_seconds=0.2))

    assert not run.is_complete
    assert sum(run.latencies_ns) < 1e9
    assert any("time limit" in warning for warning in run.warnings)


def test_a_custom_operator_is_named_with_what_to_do(run_model: Callable[..., Run]) -> None:
    data = a_model([an_operator("CUSTOM", custom_code="MyOwnOperator")])

    with pytest.raises(RunError, match="cannot run MyOwnOperator") as caught:
        run_model(data)
    assert "custom operator" in caught.value.hint


def test_a_tensorflow_operator_says_how_to_convert(run_model: Callable[..., Run]) -> None:
    data = a_model([an_operator("CUSTOM", custom_code="FlexErf")])

    with pytest.raises(RunError, match="cannot run FlexErf") as caught:
        run_model(data)
    assert "SELECT_TF_OPS" in caught.value.hint


def test_an_operator_that_cannot_be_prepared_is_named(run_model: Callable[..., Run]) -> None:
    x, y = a_stored_tensor((1, 4, 4, 3)), a_stored_tensor((1, 4, 4, 3))
    weights = a_stored_tensor((3, 3, 3, 5), data=0.1)
    strides = {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}
    data = a_model([an_operator("CONV_2D", [x, weights, None], [y], options=strides)])

    with pytest.raises(RunError, match=r"failed to prepare operator 0 \(CONV_2D\)"):
        run_model(data)


@pytest.mark.skipif(SHARED is None, reason="the reference models are not beside this checkout")
def test_a_native_crash_becomes_a_sentence() -> None:
    assert SHARED is not None
    path = SHARED / "models" / "files" / "lrt_blockwise_quantized.tflite"

    with pytest.raises(RunError, match=r"the runtime crashed \(SIG[A-Z]+\) while preparing this model"):
        measure(path, read_model(path), QUICK)

"""What the runtime says becomes a sentence with the operator's name and what to do."""

from dataclasses import replace

import pytest

from backends.errors import RunError
from backends.model.reader import read_model_bytes
from backends.runs.host.refusals import explain
from backends.runs.plan import Kernels, Plan
from tests.support.model_builder import a_model, an_operator

MODEL = read_model_bytes(
    a_model([an_operator("CUSTOM", custom_code="FlexErf"), an_operator("CUSTOM", custom_code="Mine")])
)


def explained(log: str, plan: Plan | None = None) -> RunError:
    error = RunError("the runtime could not run the model (status 3)", detail=log)
    return explain(error, MODEL, plan or Plan())


def test_a_tensorflow_operator_is_named_with_its_place() -> None:
    error = explained("ERROR: [a.cc:1] Select TensorFlow op(s) ... Flex delegate\nNode number 0 (FlexErf) failed")

    assert error.message == "the runtime cannot run FlexErf (operator 0 of subgraph 0)"
    assert "SELECT_TF_OPS" in error.hint


def test_a_custom_operator_is_named_with_its_place() -> None:
    error = explained("ERROR: [a.cc:1] Encountered unresolved custom op: Mine.")

    assert error.message == "the runtime cannot run Mine (operator 1 of subgraph 0)"


def test_an_operator_that_fails_is_named_with_the_reason_before_it() -> None:
    log = (
        "INFO: Created delegate\nERROR: [error_reporter.cc:27] tflite/kernels/conv.cc:349 a != b (3 != 5)\n"
        "ERROR: [error_reporter.cc:27] Node number 7 (CONV_2D) failed to prepare."
    )

    assert explained(log).message == "the runtime failed to prepare operator 7 (CONV_2D): a != b (3 != 5)"


def test_an_operator_that_fails_while_running_points_to_the_values_of_inputs() -> None:
    log = (
        "ERROR: [error_reporter.cc:27] tflite/kernels/elementwise.cc Rsqrt is only defined for positive values\n"
        "ERROR: [error_reporter.cc:27] Node number 0 (RSQRT) failed to invoke."
    )

    error = explained(log)

    assert error.message == (
        "the runtime failed to invoke operator 0 (RSQRT): Rsqrt is only defined for positive values"
    )
    assert "real values" in error.hint


def test_the_delegate_is_not_taken_for_an_operator_of_the_file() -> None:
    log = (
        "ERROR: [error_reporter.cc:27] failed to update filter tensor BATCH_MATMUL node #0\n"
        "ERROR: [error_reporter.cc:27] Node number 1 (TfLiteXNNPackDelegate) failed to prepare."
    )

    error = explained(log)

    assert error.message == (
        "XNNPACK failed to prepare its part of the model: failed to update filter tensor BATCH_MATMUL node #0"
    )
    assert "built-in kernels" in error.hint


def test_a_reason_without_an_operator_is_given() -> None:
    error = explained("ERROR: [error_reporter.cc:27] Tensor 2 is invalid.\nERROR: [x.cc:1] Failed")

    assert error.message == "the runtime could not run the model (status 3): Tensor 2 is invalid"


def test_a_stub_points_to_the_delegate() -> None:
    error = explained("ERROR: [a.cc:1] Stub operation invoked", Plan(kernels=Kernels.BUILTIN))

    assert "only XNNPACK can run" in error.message
    assert "fused" in error.hint


@pytest.mark.parametrize("kernels", list(Kernels))
def test_there_is_always_something_to_try(kernels: Kernels) -> None:
    assert explained("", Plan(kernels=kernels)).hint


def test_a_crash_keeps_its_own_sentence() -> None:
    error = RunError("the runtime crashed (SIGSEGV) while running this model", detail="ERROR: [a.cc:1] noise")

    assert explain(error, MODEL, Plan()) is error


def test_a_file_that_contradicts_itself_is_said_to() -> None:
    odd = replace(MODEL, warnings=("Subgraph 0 has a cycle.",))
    error = RunError("the runtime could not prepare the model (status 3)", detail="ERROR: [a.cc:1] something obscure")

    assert explain(error, odd, Plan()).hint == "The file contradicts itself: Subgraph 0 has a cycle. Convert it again."

import pytest

from backends.devices.shell import Outcome
from backends.runs.benchmark.faults import find_fault
from backends.runs.benchmark.tool_log import parse_log
from tests.support.benchmark_tool import a_log
from tests.support.shared import SHARED

_FOLDER = SHARED / "recordings" / "benchmark_model" if SHARED else None
needs_recordings = pytest.mark.skipif(_FOLDER is None, reason="the recordings are not here")


def _fault(code: int, stdout: str = "", stderr: str = "", *, timed_out: bool = False) -> tuple[str, str]:
    outcome = Outcome(argv=("bm",), code=code, stdout=stdout, stderr=stderr, timed_out=timed_out)
    fault = find_fault(outcome, parse_log((stdout + "\n" + stderr).splitlines()))
    return (fault.message, fault.hint) if fault else ("", "")


@needs_recordings
@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("abort", "benchmark_model crashed (SIGABRT) while preparing the model"),
        ("bad_value", "benchmark_model does not accept the value of --num_runs"),
        ("broken", "the runtime on the device cannot read this model"),
        ("flex_unresolved", "the model holds TensorFlow operators that this benchmark_model does not include"),
        ("full_delegation_required", "the delegate does not take the whole model, and a full delegation was required"),
        ("gpu_absent", "benchmark_model ignored what it does not know: --use_gpu=true"),
        ("mp_selfie_segmentation.builtin.plain", "this benchmark_model does not know the custom operator "
         "Convolution2DTransposeBias"),
        ("nnapi_absent", "benchmark_model ignored what it does not know: --use_nnapi=true"),
        ("nofile", "benchmark_model failed: Could not open '/data/local/tmp/bm/nothing_here.tflite'."),
        ("posenet_unresolved_custom", "this benchmark_model does not know the custom operator PosenetDecoderOp"),
        ("unknown_flag", "benchmark_model ignored what it does not know: --use_warp_drive=true"),
        ("rate", ""),
        ("mnv1_025_128_u8.xnnpack.plain", ""),
    ],
)  # fmt: skip
def test_each_recorded_failure_ends_in_one_sentence_with_a_remedy(case: str, message: str) -> None:
    assert _FOLDER is not None
    stdout, stderr, code = ((_FOLDER / f"{case}.{part}").read_text() for part in ("stdout", "stderr", "exit"))
    said, hint = _fault(int(code), stdout, stderr)

    assert said == message
    assert bool(hint) == bool(message)


@pytest.mark.parametrize(
    ("code", "stderr", "message"),
    [
        (-9, "", "the device's system killed benchmark_model while preparing the model"),
        (137, "", "the device's system killed benchmark_model while preparing the model"),
        (139, "", "benchmark_model crashed (SIGSEGV)"),
        (-11, "", "benchmark_model crashed (SIGSEGV)"),
        (126, "", "benchmark_model cannot be executed"),
        (126, "not executable: 64-bit ELF file", "built for another kind of processor"),
        (127, "bm: not found", "or the loader it needs, is not on the device"),
        (1, 'CANNOT LINK EXECUTABLE "bm": library "libx.so" not found', "the library libx.so"),
        (1, "ERROR: Failed to apply GPU delegate.", "the GPU delegate refuses this model"),
        (1, "write: No space left on device", "there is no space left on the device"),
        (1, "dlopen failed: library \"libvx_delegate.so\" not found", "a library of the delegate cannot be loaded"),
        (1, "Didn't find op for builtin opcode 'CONV_2D' version '99'.", "is too old for CONV_2D version 99"),
        (1, "ERROR: something {0} new", "benchmark_model failed: something {0} new"),
        (3, "", "benchmark_model failed"),
    ],
)  # fmt: skip
def test_every_way_to_fail_has_its_own_words(code: int, stderr: str, message: str) -> None:
    said, hint = _fault(code, "INFO: STARTING!\n", stderr)

    assert message in said
    assert hint


def test_the_phase_of_a_crash_is_told() -> None:
    log = a_log()
    loops = [part for part in range(len(log)) if log.startswith("INFO: Running benchmark", part)]

    assert "while warming up" in _fault(-11, log[: loops[0] + 80])[0]
    assert "while measuring" in _fault(-11, log[: loops[1] + 80])[0]


def test_output_cut_off_without_an_error_is_one() -> None:
    assert "cut off in the middle" in _fault(0, a_log()[:150])[0]


def test_a_time_out_says_so() -> None:
    assert "did not end in time" in _fault(-9, "", timed_out=True)[0]


def test_words_of_a_log_are_no_format() -> None:
    said, _ = _fault(1, "", "ERROR: Encountered unresolved custom op: {1}{0}{x}.")

    assert said.endswith("operator {1}{0}{x}")

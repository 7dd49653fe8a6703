import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backends.devices.local_shell import LocalToolDevice
from backends.errors import ModelFileError, RunError
from backends.model.model import Model, Quantization
from backends.model.reader import read_model, read_model_bytes
from backends.runs.benchmark.accuracy import Accuracy, measure_accuracy, parse_outputs
from backends.runs.benchmark.culprit import NodeRange
from backends.runs.benchmark.exposed_model import expose_tensors
from backends.runs.benchmark.similarity import compare_outputs, top_agreement, worst_deviation
from backends.runs.plan import Plan
from tests.support.benchmark_tool import KNOWN, a_help, a_log, write_strict_tool
from tests.support.builders import a_tensor
from tests.support.shared import MODEL_FILES

_SAMPLE = Path(__file__).resolve().parents[4] / "resources" / "samples" / "segmenter_float32.tflite"
_finite = st.floats(-1e6, 1e6, width=32)


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=6), elements=_finite))
def test_equal_outputs_are_perfectly_similar(values: np.ndarray) -> None:  # type: ignore[type-arg]  # of any shape
    result = compare_outputs("x", values, values.copy())

    assert (result.max_abs, result.mean_abs, result.psnr_db) == (0.0, 0.0, float("inf"))
    assert result.cosine == pytest.approx(1.0)
    assert result.top1_agrees in (True, None)
    assert result.top5_agreement in (1.0, None)


def test_differences_are_counted_against_the_reference() -> None:
    result = compare_outputs("x", np.array([[0.0, 3.0, 4.0]]), np.array([[0.0, 4.0, 3.0]]))

    assert (result.max_abs, result.mean_abs) == (1.0, pytest.approx(2 / 3))
    assert result.psnr_db == pytest.approx(10 * np.log10(16 / (2 / 3)))
    assert result.cosine == pytest.approx(24 / 25)
    assert (result.top1_agrees, result.top5_agreement) == (False, 1.0)


def test_top_classes_are_averaged_over_the_other_dimensions() -> None:
    reference = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    actual = np.array([[3.0, 1.0, 2.0], [1.0, 2.0, 3.0]])

    assert top_agreement(reference, actual, 1) == 0.5
    assert top_agreement(reference, actual, 2) == 0.5


def test_a_value_that_is_no_number_in_one_of_them_only_has_no_measure() -> None:
    odd = compare_outputs("x", np.array([1.0, 2.0]), np.array([1.0, np.nan]))

    assert (odd.max_abs, odd.cosine) == (None, None)
    assert worst_deviation([odd], [2.0]) == float("inf")
    assert compare_outputs("x", np.array([1.0, np.nan]), np.array([1.5, np.nan])).max_abs == 0.5


def test_other_shapes_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        compare_outputs("x", np.zeros(3), np.zeros(4))


def test_outputs_are_split_and_made_real() -> None:
    real = a_tensor(shape=(1, 2))
    quantized = replace(a_tensor(shape=(3,), dtype="uint8"), quantization=Quantization(scale=(0.5,), zero_point=(10,)))
    data = np.array([1.0, 2.0], "<f4").tobytes() + bytes([10, 12, 8])
    values = parse_outputs(data, (real, quantized))

    assert [v.tolist() for v in values.values()] == [[[1.0, 2.0]], [0.0, 1.0, -1.0]]


def test_a_single_output_may_have_grown() -> None:
    values = parse_outputs(np.arange(5, dtype="<f4").tobytes(), (a_tensor(shape=(1,)),))

    assert next(iter(values.values())).tolist() == [0, 1, 2, 3, 4]


def test_too_few_bytes_are_an_error() -> None:
    with pytest.raises(RunError, match="fewer than the model has"):
        parse_outputs(bytes(4), (a_tensor(shape=(2,)), a_tensor(shape=(2,))))


def _tool(path: Path, count: int, *, culprit: int = -1, obeys: bool = True) -> Path:
    """Write a tool whose delegate spoils the outputs if it gets the operator at fault."""
    good, bad = np.full(count, 0.5, "<f4"), np.linspace(0, 1, count, dtype="<f4")
    good.tofile(path.with_suffix(".good"))
    bad.tofile(path.with_suffix(".bad"))
    (path.with_suffix(".help")).write_text(a_help(KNOWN))
    (path.with_suffix(".log")).write_text(a_log(count=1))
    quoted = shlex.quote(str(path.with_suffix("")))
    limits = 'case "$a" in --first_d*) first=${a#*=};; --last_d*) last=${a#*=};; esac' if obeys else ":"
    path.write_text(
        f"""#!/bin/sh
first=0 last=99999 delegate=0 out=
for a in "$@"; do
  case "$a" in --help) cat {quoted}.help >&2; exit 1;; --use_nnapi=true) delegate=1;; --output_f*) out=${{a#*=}};; esac
  {limits}
done
kind=good
if [ $delegate = 1 ] && [ {culprit} -ge 0 ] && [ $first -le {culprit} ] && [ {culprit} -le $last ]; then kind=bad; fi
cp {quoted}.$kind "$out"
cat {quoted}.log
"""
    )
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(_SAMPLE)


def _accuracy(tmp_path: Path, model: Model, **tool: int) -> Accuracy:
    graph = model.subgraphs[0]
    count = int(np.prod(graph.tensors[graph.outputs[0]].shape))
    runner = _tool(tmp_path / "bm", count, **tool)  # type: ignore[arg-type]  # numbers that are truths
    plan = Plan(delegate="nnapi", runner=str(runner))
    return measure_accuracy(_SAMPLE, model, plan, LocalToolDevice(tmp_path / "w"), finds_culprit=True)


def test_a_faithful_delegate_is_within_tolerance(tmp_path: Path, model: Model) -> None:
    accuracy = _accuracy(tmp_path, model)

    assert accuracy.is_within_tolerance
    assert accuracy.outputs[0].max_abs == 0
    assert accuracy.culprit is None


@pytest.mark.parametrize("culprit", [0, 7, 33])
def test_the_operator_that_spoils_the_outputs_is_found(tmp_path: Path, model: Model, culprit: int) -> None:
    accuracy = _accuracy(tmp_path, model, culprit=culprit)

    assert not accuracy.is_within_tolerance
    assert accuracy.culprit == NodeRange(first=culprit, last=culprit)


@pytest.mark.parametrize(("obeys", "how"), [("1", "ranges of operators"), ("0", "results in the middle")])
def test_it_is_found_with_and_without_a_build_that_obeys_the_range(
    tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch, obeys: str, how: str
) -> None:
    """Both tools really run the model; the delegate computes one operator wrongly."""
    monkeypatch.setenv("BENCHMARK_FAULTY", "20")
    monkeypatch.setenv("BENCHMARK_OBEYS_RANGE", obeys)
    (tmp_path / "w").mkdir()
    runner = write_strict_tool(tmp_path / "benchmark_model")
    plan = Plan(delegate="external", delegate_options={"path": "libexample.so"}, runner=str(runner))
    accuracy = measure_accuracy(_SAMPLE, model, plan, LocalToolDevice(tmp_path / "w"), finds_culprit=True)

    assert not accuracy.is_within_tolerance
    assert accuracy.culprit == NodeRange(first=20, last=20)
    assert how in accuracy.notes[-1]


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda path: path.stem)
def test_models_that_give_out_results_of_their_middle_are_else_as_they_were(path: Path) -> None:
    try:
        old = read_model(path)
    except ModelFileError:
        pytest.skip("not a model")
    index = len(old.subgraphs) - 1
    exposed = old.subgraphs[index].operators[0].outputs[:1] if old.subgraphs and old.subgraphs[index].operators else ()
    if not exposed:
        pytest.skip("no operator")
    new = read_model_bytes(expose_tensors(memoryview(old.data), index, exposed) + bytes(old.data))

    assert new.subgraphs[index].outputs == (*old.subgraphs[index].outputs, *exposed)
    assert [graph.operators for graph in new.subgraphs] == [graph.operators for graph in old.subgraphs]
    assert new.signatures == old.signatures
    assert new.metadata == old.metadata

"""Two models on the same samples, in the real child process."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backends.accuracy.comparison import Truth, compare_models, find_pictures, read_labels
from backends.accuracy.dataset import DataChoice
from backends.accuracy.layers import find_layer_errors
from backends.accuracy.operator_errors import error_columns
from backends.accuracy.weights import read_weights
from backends.errors import RunError
from backends.model.model import OperatorId
from backends.model.reader import read_model
from tests.support.model_builder import a_model, a_stored_tensor, an_operator
from tests.support.quantised_pair import SHAPE, write_pair

DATA = DataChoice(count=2)


def _pair(folder: Path, **options: bool):
    first, second = write_pair(folder, **options)
    return read_model(first), read_model(second)


def _classifier(folder: Path, name: str, weights: np.ndarray):
    x, y = a_stored_tensor((1, 4), name="x"), a_stored_tensor((1, 5), name="y")
    w = a_stored_tensor((5, 4), data=weights.astype("f4").ravel().tolist(), name="w")
    path = folder / name
    path.write_bytes(a_model([an_operator("FULLY_CONNECTED", [x, w], [y])]))
    return read_model(path)


def test_a_model_equals_itself(tmp_path: Path) -> None:
    model, _ = _pair(tmp_path)
    found = compare_models(model, model, DATA, kernels=("reference", "reference"))

    assert found.main.psnr_db == math.inf
    assert found.main.max_abs == 0
    assert found.main.cosine == pytest.approx(1)
    assert found.is_random


def test_a_quantised_model_is_near_its_original(tmp_path: Path) -> None:
    original, quantised = _pair(tmp_path)
    found = compare_models(original, quantised, DATA)

    assert found.main.shape == SHAPE
    assert 30 < found.main.psnr_db < 80
    assert 0 < found.main.mean_abs < found.main.max_abs < 0.2
    assert found.main.ssim > 0.95
    assert found.samples == 2
    assert len(found.main.psnr_by_sample) == 2


def test_the_layer_at_fault_is_found(tmp_path: Path) -> None:
    original, quantised = _pair(tmp_path, spoils_second=True)
    report = find_layer_errors(original, quantised, DATA)
    columns = {column.id: column for column in error_columns(report)}

    assert (report.compared, report.total) == (2, 2)
    assert report.entries[0].operator == OperatorId(0, 1)
    assert report.layers[0].sqnr_db > report.layers[1].sqnr_db + 10
    assert 2 in report.layers[0].dead
    values = columns["quantisation_error"].values
    assert values[OperatorId(0, 1)] == pytest.approx(report.layers[1].relative_error * 100)
    assert values[OperatorId(0, 0)] < values[OperatorId(0, 1)]
    histogram = report.layers[0].histogram
    assert sum(histogram.reference) == sum(histogram.actual) == 2 * 12 * 12 * 4


def test_dead_channels_are_found_in_the_weights(tmp_path: Path) -> None:
    _, quantised = _pair(tmp_path)
    weights = read_weights(quantised, OperatorId(0, 0))

    assert weights.dead == (2,)
    assert weights.spread > 1
    assert sum(weights.histogram.counts) == 4 * 3 * 3 * 3


def test_classes_are_compared_with_each_other_and_with_labels(tmp_path: Path) -> None:
    first = _classifier(tmp_path, "a.tflite", np.eye(5, 4))
    # The other has the first two classes the other way round.
    second = _classifier(tmp_path, "b.tflite", np.eye(5, 4)[[1, 0, 2, 3, 4]])
    samples = tmp_path / "samples"
    samples.mkdir()
    for number in range(4):
        np.save(samples / f"{number}.npy", np.eye(4, dtype="f4")[number])
    labels = tmp_path / "labels.csv"
    labels.write_text("file,class\n" + "\n".join(f"{number}.npy,{number}" for number in range(4)))
    found = compare_models(first, second, DataChoice(source=str(samples)), truth=Truth(labels=read_labels(labels))).main

    assert found.top == {1: 0.5, 3: 1.0, 5: 1.0}
    assert found.reference_top[1] == 1.0
    assert found.actual_top == {1: 0.5, 3: 1.0, 5: 1.0}


def test_pictures_are_compared_with_the_right_ones(tmp_path: Path) -> None:
    x, y = a_stored_tensor((1, 12, 12, 3), name="x"), a_stored_tensor((1, 12, 12, 3), name="y")
    (tmp_path / "relu.tflite").write_bytes(a_model([an_operator("RELU", [x], [y])]))
    model = read_model(tmp_path / "relu.tflite")
    for folder, value in (("low", 100), ("high", 110)):
        (tmp_path / folder).mkdir()
        Image.new("RGB", (12, 12), (value,) * 3).save(tmp_path / folder / "1.png")
    data = DataChoice(source=str(tmp_path / "low"), value_range="0..255")
    truth = Truth(pictures=find_pictures(tmp_path / "high"))
    found = compare_models(model, model, data, kernels=("builtin", "xnnpack"), truth=truth).main

    assert found.actual_truth_psnr_db == pytest.approx(20 * math.log10(255 / 10), abs=0.01)
    assert found.reference_truth_psnr_db == found.actual_truth_psnr_db


def test_models_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    original, _ = _pair(tmp_path)
    other = _classifier(tmp_path, "a.tflite", np.eye(5, 4))
    with pytest.raises(RunError, match="input 'image' is 1x12x12x3 in one model and 1x4 in the other"):
        compare_models(original, other, DATA)


def test_a_model_that_the_runtime_refuses_gives_a_sentence(tmp_path: Path) -> None:
    x, y = a_stored_tensor((1, 4), name="x"), a_stored_tensor((1, 4), name="y")
    (tmp_path / "odd.tflite").write_bytes(a_model([an_operator("CUSTOM", [x], [y], custom_code="FlexErf")]))
    model = read_model(tmp_path / "odd.tflite")
    with pytest.raises(RunError, match=r"Could not compare odd\.tflite"):
        compare_models(model, model, DATA, kernels=("builtin", "reference"))


def test_folders_of_classes_are_labels(tmp_path: Path) -> None:
    for name in ("dog", "cat"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(b"x")

    assert read_labels(tmp_path) == {"cat/1.png": 0, "dog/1.png": 1}


def test_labels_that_are_none_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("just words\n")
    with pytest.raises(RunError, match="holds no labels"):
        read_labels(tmp_path / "x.txt")

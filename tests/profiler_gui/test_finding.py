import pytest

from backends.model.reader import read_model_bytes
from backends.progress import Cancelled, Progress
from backends.targets.verdict import Placement
from profiler_gui.finding import find_operators
from tests.profiler_gui.conftest import a_small_model
from tests.support.builders import a_verdict_of


@pytest.fixture(scope="module")
def model():
    return read_model_bytes(a_small_model(("CONV_2D", "RELU", "LOGISTIC", "RELU")))


def found(model, query, **more):
    return [id_.index for id_ in find_operators(model, query, **more)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("   ", []),
        ("relu", [1, 2, 3]),
        ("type:relu", [1, 3]),
        ("type:relu logistic", [3]),
        ("name:weights", [0]),
        ("^LOGISTIC$", [2]),
        ("type:^(relu|logistic)$", [1, 2, 3]),
        ("shape:1x8x8x4", [0, 1, 2, 3]),
        ("shape:4x1x1x4", [0]),
        ("dtype:int32", [0]),
        ("int32 conv", [0]),
        ("attr:padding=SAME", [0]),
        ("(unbalanced", []),
        ("nothing:here", []),
        ('"block/relu_1"', [1, 2]),
        ('"unfinished', []),
    ],
)
def test_every_term_has_to_fit(model, query, expected):
    assert found(model, query) == expected


def test_what_is_no_valid_expression_is_taken_literally():
    model = read_model_bytes(a_small_model(name="odd(name"))

    assert found(model, "odd(name") == [0, 1, 2]


def test_a_target_answer_can_be_asked_for(model):
    verdict = a_verdict_of(model, {2: Placement.FALLBACK})

    assert found(model, "target:fallback", verdict=verdict) == [2]


def test_searching_can_be_cancelled(model):
    progress = Progress()
    progress.cancel()

    with pytest.raises(Cancelled):
        find_operators(model, "relu", progress)

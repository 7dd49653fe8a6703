"""The example networks, tiny, converted, run and compared: the whole chain with TensorFlow and LiteRT.

One network becomes every kind; the others become float32, int8 and two more kinds in turn, so that each kind is made of
three networks or more. ``tests/benchmarks/bench_conversion.py`` makes every kind of every network.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from backends.accuracy.comparison import compare_models
from backends.accuracy.dataset import DataChoice
from backends.accuracy.layers import find_layer_errors
from backends.conversion.child import ConversionChild
from backends.conversion.examples import EXAMPLES
from backends.conversion.kinds import POST_TRAINING, Kind
from backends.conversion.request import ConversionRequest
from backends.conversion.source import read_source
from backends.errors import RunError
from backends.model.model import Model
from backends.model.reader import read_model

pytestmark = pytest.mark.timeout(300)

Convert = Callable[[str], dict[Kind, Model]]
_ALL_OF = "anchor-sr"
_IN_TURN = tuple(kind for kind in POST_TRAINING if kind not in (Kind.FLOAT32, Kind.INT8))
_SIZES = {"scene": (48, 48), "lstm": (4, 3)}


def _kinds_of(name: str) -> tuple[Kind, ...]:
    if name == _ALL_OF:
        return POST_TRAINING
    number = list(EXAMPLES).index(name)
    return (Kind.FLOAT32, Kind.INT8, *(_IN_TURN[(number + step) % len(_IN_TURN)] for step in (0, 2)))


def _convert_all(child: ConversionChild, name: str, folder: Path) -> dict[Kind, Model]:
    path = folder / f"{name}.keras"
    child.make_example(name, path, width=4, size=_SIZES.get(name, (16, 16)))
    request = ConversionRequest(source=read_source(path), kinds=_kinds_of(name), data=DataChoice(count=3))
    staged = child.stage(request, folder / "staged", unrolls=True)
    models = {}
    for kind in request.kinds:
        child.convert(request, kind, staged, folder / "staged", folder / f"{kind}.tflite")
        models[kind] = read_model(folder / f"{kind}.tflite")
    return models


@pytest.fixture(scope="session")
def convert_all(child: ConversionChild, tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Convert an example, once for all tests."""
    made: dict[str, dict[Kind, Model]] = {}

    def convert(name: str) -> dict[Kind, Model]:
        if name not in made:
            made[name] = _convert_all(child, name, tmp_path_factory.mktemp(name))
        return made[name]

    return convert


def test_every_kind_is_made_of_three_networks_or_more() -> None:
    made = Counter(kind for name in EXAMPLES for kind in _kinds_of(name))

    assert set(made) == set(POST_TRAINING)
    assert min(made.values()) >= 3


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_becomes_its_kinds(convert_all: Convert, name: str) -> None:
    models = convert_all(name)
    original = models[Kind.FLOAT32]
    for kind, model in models.items():
        graph = model.subgraphs[0]
        ends = {graph.tensors[index].dtype for index in (*graph.inputs, *graph.outputs)}

        assert ends == {str(kind) if kind in (Kind.INT8, Kind.UINT8) else "float32"}
        if kind is Kind.FLOAT32:
            continue
        if (name, kind) == ("tinysr", Kind.INT16X8):
            # TensorFlow 2.21 writes a float result for an int16 SPACE_TO_DEPTH, which no runtime takes.
            with pytest.raises(RunError, match="failed to prepare"):
                compare_models(original, model, DataChoice(count=3))
            continue
        found = compare_models(original, model, DataChoice(count=3))
        assert found.main.odd == 0
        assert found.main.cosine is not None
        assert found.main.cosine > 0.95, kind


def test_the_layers_of_an_example_are_found_again(convert_all: Convert) -> None:
    models = convert_all("anchor-sr")
    report = find_layer_errors(models[Kind.FLOAT32], models[Kind.INT8], DataChoice(count=2))
    same = find_layer_errors(models[Kind.FLOAT32], models[Kind.FLOAT32], DataChoice(count=2))

    assert report.compared == report.total
    assert all(layer.sqnr_db is not None and 5 < layer.sqnr_db < 80 for layer in report.layers)
    assert report.entries[0].added_db == max(layer.added_db or 0 for layer in report.layers)
    assert all(layer.relative_error == 0 for layer in same.layers)
    assert same.entries == ()


def test_the_missing_clip_is_found_in_the_network_that_lacks_it(convert_all: Convert) -> None:
    ids = {}
    for name in ("tinysr", "anchor-sr"):
        models = convert_all(name)
        found = compare_models(models[Kind.FLOAT32], models[Kind.INT8], DataChoice(count=2))
        ids[name] = [trap.id for trap in found.traps]

    assert ids == {"tinysr": ["no-clipped-output"], "anchor-sr": []}

"""Networks in every format, and what is wrong with some, through the real child process."""

from pathlib import Path

import pytest

from backends.accuracy.dataset import DataChoice
from backends.conversion.child import ConversionChild
from backends.conversion.conversion import convert
from backends.conversion.kinds import Kind
from backends.conversion.request import ConversionRequest
from backends.conversion.source import read_source
from backends.errors import RunError
from backends.model.quantization_kind import quantization_of
from backends.model.reader import read_model

pytestmark = pytest.mark.timeout(300)


def _request(path: Path, *, shape: tuple[int, ...] | None = None, allows_code: bool = False) -> ConversionRequest:
    return ConversionRequest(
        source=read_source(path),
        kinds=(Kind.INT8,),
        data=DataChoice(count=2),
        shapes={"": shape} if shape else {},
        allows_code=allows_code,
    )


@pytest.mark.parametrize(
    ("name", "input_name"),
    [("plain.keras", "image"), ("plain.h5", "image"), ("exported", ""), ("frozen.pb", "image")],
)
def test_every_format_becomes_integer_only(
    child: ConversionChild, networks: Path, tmp_path: Path, name: str, input_name: str
) -> None:
    request = _request(networks / name, shape=(1, 16, 16, 3))
    staged = child.stage(request, tmp_path / "staged", unrolls=False)
    notes = child.convert(request, Kind.INT8, staged, tmp_path / "staged", tmp_path / "out.tflite")
    model = read_model(tmp_path / "out.tflite")
    graph = model.subgraphs[0]

    assert graph.tensors[graph.inputs[0]].display_shape == (1, 16, 16, 3)
    assert {graph.tensors[index].dtype for index in (*graph.inputs, *graph.outputs)} == {"int8"}
    assert [operator.kind for operator in graph.operators] == ["CONV_2D", "CONV_2D"]
    assert notes[0].startswith("RANDOM DATA")
    assert input_name in ("", model.signatures[0].inputs[0][0])


def test_only_a_clip_at_six_is_fused(child: ConversionChild, networks: Path, tmp_path: Path) -> None:
    """What the advice on clips that are not fused says of the converter."""
    kinds, fused = {}, {}
    for name in ("clip255", "clip6"):
        request = _request(networks / f"{name}.keras")
        staged = child.stage(request, tmp_path / name, unrolls=False)
        child.convert(request, Kind.INT8, staged, tmp_path / name, tmp_path / f"{name}.tflite")
        operators = read_model(tmp_path / f"{name}.tflite").subgraphs[0].operators
        kinds[name] = [operator.kind for operator in operators if operator.kind not in ("CONCATENATION", "CONV_2D")]
        fused[name] = next(one for one in operators if one.kind == "ADD").options["fused_activation_function"]

    assert kinds == {
        "clip255": ["ADD", "DEPTH_TO_SPACE", "MINIMUM", "RELU"],
        "clip6": ["ADD", "DEPTH_TO_SPACE"],
    }
    assert fused["clip6"] == "RELU6"


def test_a_network_of_fake_quantisation_is_converted_as_it_comes(
    child: ConversionChild, networks: Path, tmp_path: Path
) -> None:
    request = _request(networks / "qat")
    staged = child.stage(request, tmp_path / "staged", unrolls=False)
    child.convert(request, Kind.TRAINED, staged, tmp_path / "staged", tmp_path / "out.tflite")
    model = read_model(tmp_path / "out.tflite")
    convolution = next(op for op in model.subgraphs[0].operators if op.kind == "CONV_2D")
    _, outputs = model.operator_tensors(convolution)

    assert "int8" in quantization_of(model).text
    assert outputs[0].quantization is not None
    # The range that training found, 0 to 4, and not one that was calibrated.
    assert outputs[0].quantization.scale[0] == pytest.approx(4 / 255, rel=0.01)


def test_a_network_without_fake_quantisation_is_not_converted_as_it_comes(
    child: ConversionChild, networks: Path, tmp_path: Path
) -> None:
    request = _request(networks / "plain.keras", shape=(1, 16, 16, 3))
    staged = child.stage(request, tmp_path / "staged", unrolls=False)
    with pytest.raises(RunError, match="not trained with quantisation"):
        child.convert(request, Kind.TRAINED, staged, tmp_path / "staged", tmp_path / "out.tflite")


def test_operators_without_a_kernel_are_named(child: ConversionChild, networks: Path, tmp_path: Path) -> None:
    request = _request(networks / "unsupported")
    staged = child.stage(request, tmp_path / "staged", unrolls=False)
    with pytest.raises(RunError, match=r"operator tf\.Erfinv has no TFLite kernel"):
        child.convert(request, Kind.FLOAT32, staged, tmp_path / "staged", tmp_path / "out.tflite")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("lambda.h5", r"holds code that would run \(Lambda 'shuffle'\), which was not run"),
        ("custom.keras", "Keras does not know the class"),
        ("weights.h5", "holds weights but no network"),
        ("unbuilt.keras", "was never built"),
    ],
)
def test_what_keras_cannot_load_is_said_in_a_sentence(
    child: ConversionChild, networks: Path, tmp_path: Path, name: str, sentence: str
) -> None:
    with pytest.raises(RunError, match=sentence):
        child.stage(_request(networks / name), tmp_path / "staged", unrolls=False)


def test_code_in_a_file_is_refused_before_anything_is_started(networks: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds code that would run"):
        convert(_request(networks / "lambda.keras"), tmp_path)


@pytest.mark.parametrize("name", ["lambda.keras", "lambda.h5"])
def test_code_runs_after_a_yes(child: ConversionChild, networks: Path, tmp_path: Path, name: str) -> None:
    request = _request(networks / name, allows_code=True)
    staged = child.stage(request, tmp_path / "staged", unrolls=False)
    child.convert(request, Kind.INT8, staged, tmp_path / "staged", tmp_path / "out.tflite")

    assert [op.kind for op in read_model(tmp_path / "out.tflite").subgraphs[0].operators] == [
        "CONV_2D",
        "DEPTH_TO_SPACE",
    ]


@pytest.mark.parametrize("name", ["a.keras", "a.pb", "a.h5"])
def test_nonsense_in_a_file_gives_a_sentence(child: ConversionChild, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(5000))
    with pytest.raises(RunError) as caught:
        child.stage(_request(tmp_path / name), tmp_path / "staged", unrolls=False)

    assert "Traceback" not in caught.value.message
    assert name in caught.value.message


def test_converters_that_are_not_installed_are_named(
    child: ConversionChild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.onnx").write_bytes(b"x")
    (tmp_path / "a.pt2").write_bytes(b"x")
    with pytest.raises(RunError, match="onnx2tf, which is not installed"):
        child.stage(_request(tmp_path / "a.onnx"), tmp_path / "staged", unrolls=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(RunError, match="litert-torch, which is not installed"):
        convert(_request(tmp_path / "a.pt2", allows_code=True), tmp_path)

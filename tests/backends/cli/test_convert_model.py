"""The verbs ``convert`` and ``accuracy`` as they are typed; TensorFlow is not started."""

import json
from pathlib import Path

import pytest

from backends.cli.command_line import main
from backends.conversion.conversion import Conversion, KindResult, name_of
from backends.conversion.kinds import Kind
from backends.model.reader import read_model
from tests.support.quantised_pair import write_pair


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return write_pair(tmp_path)


@pytest.fixture
def converter(monkeypatch, pair):
    """Makes float32 and int8, and fails at the others."""

    def convert(request, folder, _progress):
        results = []
        for kind in request.kinds:
            source = {Kind.FLOAT32: pair[0], Kind.INT8: pair[1]}.get(kind)
            if source is None:
                results.append(KindResult(kind=kind, error="operator tf.X has no TFLite kernel"))
                continue
            out = folder / name_of(request, kind)
            out.write_bytes(source.read_bytes())
            results.append(KindResult(kind=kind, path=out, model=read_model(out)))
        return Conversion(request=request, results=tuple(results), value_range="0..1", original=read_model(pair[0]))

    monkeypatch.setattr("backends.cli.convert_model.convert", convert)


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "net.pb"
    path.write_bytes(b"x")
    return path


def _out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir(exist_ok=True)
    return folder


def test_kinds_and_targets_are_written(converter, network, tmp_path, capsys) -> None:
    code = main(
        ["convert", str(network), "--kind", "float32", "--kind", "int8", "--folder", str(_out(tmp_path)),
         "--no-latency", "--samples", "2", "--format", "json"]
    )  # fmt: skip
    tree = json.loads(capsys.readouterr().out)
    kinds = {kind["kind"]: kind for kind in tree["kinds"]}

    assert code == 0
    assert tree["schema"] == "tflite-profiler/convert/1"
    assert kinds["int8"]["psnr_db"] > 30
    assert kinds["int8"]["targets"]["hexagon"]["runs_wholly"]
    assert not kinds["float32"]["targets"]["hexagon"]["runs_wholly"]
    assert tree["best"]["vs680"] == "int8"
    assert "Not measured there." in tree["reasons"]["vs680"]
    assert (tmp_path / "out" / "net_int8.tflite").is_file()


def test_a_kind_that_is_not_made_is_said_and_gives_a_code(converter, network, tmp_path, capsys) -> None:
    code = main(
        ["convert", str(network), "--kind", "float16", "--kind", "int8", "--folder", str(_out(tmp_path)),
         "--no-latency", "--target", "vs680", "--samples", "1"]
    )  # fmt: skip
    text = capsys.readouterr().out

    assert code == 4
    assert "1 of 2 kinds made" in text
    assert "Float16: operator tf.X has no TFLite kernel." in text
    assert "Which kind runs where" in text


def test_files_are_never_overwritten_unasked(converter, network, tmp_path, capsys) -> None:
    (_out(tmp_path) / "net_int8.tflite").write_bytes(b"mine")
    words = [
        "convert",
        str(network),
        "--kind",
        "int8",
        "--folder",
        str(_out(tmp_path)),
        "--no-latency",
        "--no-accuracy",
    ]

    assert main(words) == 2
    assert "would be replaced" in capsys.readouterr().err
    assert (tmp_path / "out" / "net_int8.tflite").read_bytes() == b"mine"
    assert main([*words, "--force"]) == 0


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ([], 2, "Name a network"),
        (["missing.keras"], 3, "There is no file"),
        (["{tmp}"], 3, "without a saved_model.pb"),
        (["{net}", "--folder", "nowhere"], 2, "does not exist"),
        (["{net}", "--shape", "1xa"], 2, "does not read"),
        (["{net}", "--kind", "int4"], 2, "invalid choice"),
        (["{net}", "--target", "mars"], 2, "There is no target 'mars'"),
        (["{net}", "--labels", "nowhere.csv"], 4, "cannot be read"),
    ],
)
def test_wrong_words_give_a_sentence(converter, network, tmp_path, capsys, words, code, sentence) -> None:
    asked = [word.format(tmp=_out(tmp_path), net=network) for word in words]

    assert main(["convert", *asked, *([] if "--folder" in words else ["--folder", str(_out(tmp_path))])]) == code
    assert sentence in capsys.readouterr().err


def test_accuracy_compares_outputs_and_layers(pair, capsys) -> None:
    words = ["accuracy", str(pair[1]), "--against", str(pair[0]), "--samples", "2", "--layers", "--format", "json"]
    code = main([*words, "--fail-if", "psnr<99"])
    tree = json.loads(capsys.readouterr().out)

    assert code == 1
    assert [layer["kind"] for layer in tree["layers"]] == ["CONV_2D", "CONV_2D"]
    assert 30 < tree["outputs"][0]["psnr_db"] < 99
    assert main([*words, "--fail-if", "psnr<10"]) == 0


def test_accuracy_compares_kernels_of_one_model(pair, capsys) -> None:
    assert main(["accuracy", str(pair[1]), "--against-kernels", "reference", "--samples", "1"]) == 0
    assert "xnnpack against reference kernels" in capsys.readouterr().out
    assert main(["accuracy", str(pair[1]), "--against-kernels", "xnnpack"]) == 2
    assert "nothing to compare" in capsys.readouterr().err


def test_a_threshold_that_reads_wrongly_is_named(pair, capsys) -> None:
    assert main(["accuracy", str(pair[1]), "--fail-if", "quality<3"]) == 2
    assert "no measure 'quality'" in capsys.readouterr().err

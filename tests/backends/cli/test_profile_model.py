import csv
import io
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from backends.cli import main
from backends.runs.store import read_run
from tests.support.command import start_command

QUICK = ("--runs", "3", "--warmup", "1")


@pytest.fixture(scope="module")
def runtime() -> None:
    pytest.importorskip("ai_edge_litert", reason="LiteRT has no package for this system")


def _profiled(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    code = main(["profile", *map(str, arguments), *QUICK, "--format", "json"])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    tree: dict[str, Any] = json.loads(captured.out)
    return tree


@pytest.mark.usefixtures("runtime")
def test_json_accounts_for_the_whole_latency(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = _profiled(capsys, model_file)

    assert tree["schema"] == "tflite-profiler/profile/1"
    assert {"environment", "plan", "latency_us", "memory_bytes", "operators", "overhead_us", "partitions"} <= set(tree)
    assert len(tree["latency_us"]["runs"]) == 3
    times = sum(row["time_us"] or 0 for row in tree["operators"])
    assert times + tree["overhead_us"] == pytest.approx(tree["total_us"])
    assert [(row["subgraph"], row["index"], row["kind"]) for row in tree["operators"]] == [
        (0, 0, "ADD"),
        (0, 1, "LOGISTIC"),
    ]


@pytest.mark.usefixtures("runtime")
def test_the_plan_is_what_was_typed(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = _profiled(capsys, model_file, "--kernels", "builtin", "--threads", "2", "--zeros", "--seed", "7")["plan"]

    assert (plan["kernels"], plan["threads"], plan["runs"], plan["warmup"]) == ("builtin", 2, 3, 1)
    assert (plan["input_kind"], plan["seed"]) == ("zeros", 7)


@pytest.mark.usefixtures("runtime")
def test_text_shows_every_layer_and_the_file_can_be_read_again(
    model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "run.json"

    assert main(["profile", str(model_file), *QUICK, "--output", str(saved)]) == 0
    captured = capsys.readouterr()
    assert all(word in captured.out for word in ("ADD", "LOGISTIC", "Runtime overhead", "p90"))
    assert "Measuring" in captured.err
    assert read_run(saved).model_name == "small.tflite"


@pytest.mark.usefixtures("runtime")
def test_shares_of_the_records_add_up_to_one(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", str(model_file), *QUICK, "--format", "csv"]) == 0

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[-1]["kind"] == "Runtime overhead"
    assert sum(float(row["share"] or 0) for row in rows) == pytest.approx(1.0)


@pytest.mark.usefixtures("runtime")
def test_ctrl_c_ends_the_child_and_says_so(model_file: Path) -> None:
    with start_command("profile", model_file, "--runs", "10000000") as process:
        assert process.stderr is not None
        heard = ""
        while "Measuring" not in heard:
            line = process.stderr.readline()
            assert line, heard
            heard += line
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=30)

    assert process.returncode == 130
    assert out == ""
    assert errors.splitlines()[-1] == "tflite-profiler: interrupted; nothing was kept"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--device", "moon"),
        ("--runs", "0"),
        ("--threads", "0"),
        ("--warmup", "-1"),
        ("--kernels", "fast"),
        ("--shape", "x"),
        ("--input", "x"),
        ("--zeros", "--input", "x=y.npy"),
    ],
)
def test_wrong_usage_is_told_before_anything_runs(arguments: tuple[str, ...], model_file: Path) -> None:
    assert main(["profile", str(model_file), *arguments]) == 2


@pytest.mark.usefixtures("runtime")
def test_a_signature_that_does_not_exist_ends_with_4(model_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", str(model_file), *QUICK, "--signature", "other"]) == 4
    assert "other" in capsys.readouterr().err

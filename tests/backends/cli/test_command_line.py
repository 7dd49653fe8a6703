import json
import os
import sys
from pathlib import Path

import pytest

from backends.cli import VERBS, command_line, is_headless, main
from backends.cli.exit_code import ExitCode
from backends.errors import DeviceError, ModelFileError, ProfilerError, RunError, StoreError
from backends.progress import Cancelled
from backends.reports.report import REPORTS
from tests.support.command import imported_by, start_command


def test_help_names_every_verb_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0

    text = capsys.readouterr().out
    assert all(verb in text for verb in VERBS)
    assert all(f"{code.value} " in text for code in ExitCode)


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_explains_its_arguments(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    text = capsys.readouterr().out
    assert "--output FILE" in text
    if verb == "export":
        return  # has the formats of other tools
    assert [report.name for report in REPORTS if report.name not in text] == []


@pytest.mark.parametrize(
    "arguments", [[], ["bogus"], ["inspect"], ["devices", "--format", "xml"], ["devices", "extra"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == ExitCode.USAGE


def test_only_verbs_help_and_version_are_headless() -> None:
    assert all(is_headless([verb, "x"]) for verb in VERBS)
    assert is_headless(["--help"])
    assert is_headless(["--version"])
    assert not is_headless([])
    assert not is_headless(["model.tflite"])
    assert not is_headless(["inspect.tflite"])


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (ModelFileError("m"), 3),
        (RunError("m"), 4),
        (DeviceError("m"), 4),
        (StoreError("m"), 4),
        (Cancelled(), 130),
        (KeyboardInterrupt(), 130),
        (MemoryError(), 3),
        (KeyError("a bug"), 4),
    ],
)
def test_every_failure_has_its_exit_code_and_one_sentence(
    raised: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: list[str]) -> int:
        raise raised

    monkeypatch.setattr(command_line, "_dispatch", fail)

    assert main(["devices"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("tflite-profiler: ")
    assert "Traceback" not in captured.err


def test_an_error_shows_hint_and_the_end_of_the_log_as_plain_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = "\n".join(f"line {i}" for i in range(30)) + "\nred \x1b[31m"
    error: ProfilerError = RunError("It broke \u202e.", hint="Mend it.", detail=log)

    def fail(arguments: list[str]) -> int:
        raise error

    monkeypatch.setattr(command_line, "_dispatch", fail)
    main(["devices"])
    lines = capsys.readouterr().err.splitlines()

    assert lines[:2] == ["tflite-profiler: It broke \\u202e.", "  Mend it."]
    assert lines[-1] == "  | red \\x1b[31m"
    assert len(lines) == 22


def test_json_goes_to_the_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--format", "json"]) == 0

    captured = capsys.readouterr()
    assert json.loads(captured.out)["schema"] == "tflite-profiler/devices/1"
    assert captured.err == ""


@pytest.mark.parametrize("arguments", [("--help",), ("devices",), ("targets",)])
def test_no_verb_imports_qt(arguments: tuple[str, ...]) -> None:
    imported = imported_by(*arguments)

    assert "backends.cli" in imported
    assert not {name for name in imported if name.split(".")[0] in {"PySide6", "pyqtgraph", "profiler_gui"}}


def test_help_waits_for_no_heavy_import() -> None:
    assert not imported_by("--help") & {"numpy", "backends.model.reader", "backends.targets.check"}


def test_a_reader_that_goes_away_is_no_error() -> None:
    with start_command("devices", "--format", "json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()

    assert process.returncode == 0
    assert errors == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no always-full device here")
def test_a_full_standard_output_is_told() -> None:
    script = "import sys; from backends.cli import main; sys.exit(main())"
    code = os.spawnlp(os.P_WAIT, "sh", "sh", "-c", f"{sys.executable} -c '{script}' devices >/dev/full 2>/dev/null")

    assert code == ExitCode.RUN_FAILED

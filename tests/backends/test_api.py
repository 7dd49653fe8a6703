"""The Python API: the README's snippet runs as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from backends import api
from backends.errors import ResourceError, StoreError
from backends.model.reader import read_model_bytes
from tests.support.builders import a_chain, a_run
from tests.support.sample_models import float_model

ROOT = Path(__file__).resolve().parents[2]


def test_the_snippet_of_the_readme_runs(tmp_path: Path) -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    (tmp_path / "model.tflite").write_bytes(float_model())

    outcome = subprocess.run(
        [sys.executable, "-c", snippet],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert outcome.returncode == 0, outcome.stderr
    assert len([line for line in snippet.splitlines() if line.strip()]) <= 10
    assert outcome.stdout.count(" of 34\n") == 2
    assert "Latency run by run" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_docstring_names_functions_that_exist() -> None:
    import backends

    assert backends.__doc__ is not None
    names = re.findall(r"\bapi\.(\w+)", backends.__doc__)
    assert len(names) >= 5
    assert set(names) <= set(api.__all__)


def test_the_api_imports_no_qt_and_no_tensorflow() -> None:
    script = "import sys, backends.api; print([m for m in sys.modules if m.startswith(('PySide6', 'tensorflow'))])"
    outcome = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert outcome.stdout.strip() == "[]"


def test_wrong_names_are_told(tmp_path: Path) -> None:
    model = read_model_bytes(float_model(), name="m.tflite", path="m.tflite")

    with pytest.raises(ResourceError, match="no target 'nobody'"):
        api.check(model, ["nobody"])
    with pytest.raises(StoreError, match="no format"):
        api.write_report(tmp_path / "report.docx", model)
    with pytest.raises(StoreError, match="needs a run"):
        api.export(tmp_path / "x.json", "trace", model)
    with pytest.raises(ValueError, match="pdf"):
        api.export(tmp_path / "x.json", "pdf", model)


def test_runs_and_models_can_be_compared_and_exported(tmp_path: Path) -> None:
    model = a_chain(["CONV_2D", "ADD"])
    run = a_run(model)

    assert api.compare(run, a_run(model, id_="b")).judgement is not None
    assert api.compare(model, model).model is not None
    api.export(tmp_path / "x.json", "trace", model, run)
    (imported,) = api.import_files(model, tmp_path / "x.json")
    assert imported.run is not None
    assert imported.run.latencies_ns == run.latencies_ns

"""Writing reports and runs from the File menu."""

import json

import pytest
from PySide6.QtWidgets import QFileDialog

from profiler_gui.report_commands import _run_formats
from tests.support.builders import a_run


@pytest.fixture
def save_as(monkeypatch):
    """Answer the file dialog with a path and a filter; gives the filters that were offered."""
    offered = []

    def answer(path, chosen=""):
        def ask(_parent, _title, _proposed, filters):
            offered.append(filters)
            return str(path), chosen

        monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
        return offered

    return answer


@pytest.mark.parametrize(
    ("name", "start"), [("r.html", b"<!doctype"), ("r.pdf", b"%PDF"), ("r.md", b"#"), ("r", b"<!")]
)
def test_a_report_is_written_with_what_is_known(
    window, services, open_file, model_file, save_as, tmp_path, qtbot, name, start
):
    record = open_file(model_file)
    record.add_run(a_run(record.model))
    services.runs.set_note(record.run.id, "After pruning.")
    save_as(tmp_path / name)
    with qtbot.waitSignal(services.notices.posted, timeout=20_000):
        window.actions_table["export_report"].trigger()

    path = tmp_path / (name if "." in name else f"{name}.html")
    data = path.read_bytes()
    assert data.startswith(start)
    assert "written to" in services.notices.notices[-1].message
    if path.suffix == ".html":
        assert b"After pruning." in data
        assert b"NNAPI 1.2" in data


@pytest.mark.parametrize("format_", _run_formats(), ids=lambda item: item.suffix)
def test_a_run_is_written_in_every_format(window, services, open_file, model_file, save_as, tmp_path, qtbot, format_):
    record = open_file(model_file)
    record.add_run(a_run(record.model))
    path = tmp_path / f"run{format_.suffix}"
    save_as(path, format_.filter)
    with qtbot.waitSignal(services.notices.posted):
        window.actions_table["export_run"].trigger()

    text = path.read_text(encoding="utf-8")
    assert text
    if format_.suffix.endswith(".json"):
        assert json.loads(text)


def test_without_a_run_only_the_reason_is_told(window, services, open_file, model_file, save_as, tmp_path):
    open_file(model_file)
    offered = save_as(tmp_path / "run.csv")
    window.actions_table["export_run"].trigger()

    assert offered == []
    assert "no run to export" in services.notices.notices[-1].message


def test_a_folder_that_does_not_exist_is_told(window, services, open_file, model_file, save_as, tmp_path, qtbot):
    open_file(model_file)
    save_as(tmp_path / "missing" / "report.html")
    with qtbot.waitSignal(services.notices.posted, timeout=20_000):
        window.actions_table["export_report"].trigger()

    assert "cannot be written" in services.notices.notices[-1].message

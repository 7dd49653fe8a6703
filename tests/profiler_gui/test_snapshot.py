from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from backends.model.reader import read_model
from backends.runs.store import write_run
from profiler_gui.samples import sample_paths
from profiler_gui.snapshot import main
from tests.support.builders import a_run


@pytest.fixture
def saved_run(tmp_path: Path) -> Path:
    path = tmp_path / "run.json"
    write_run(a_run(read_model(sample_paths()[0]), [2e6, 1e6]), path)
    return path


def test_both_pictures_are_drawn_from_a_saved_run(qtbot: QtBot, saved_run: Path, tmp_path: Path) -> None:
    assert main([str(sample_paths()[0]), str(saved_run), str(tmp_path)]) == 0

    for name in ("graph.png", "latency.png"):
        image = QImage(str(tmp_path / name))
        assert image.width() > 200
        assert image.height() > 200
        colors = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
        assert len(colors) > 5, f"{name} is all of one colour"


def test_a_file_that_is_no_run_is_one_sentence(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.json"
    path.write_text("[]")

    assert main([str(sample_paths()[0]), str(path), str(tmp_path)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1

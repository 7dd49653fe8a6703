"""Old recordings go, the oldest first, and nothing else does."""

import os
from pathlib import Path

import pytest

from backends.runs.recording_folder import trim_recordings

_NOW, _DAY = 1_800_000_000.0, 86_400.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for days in (1, 2, 50, 200):
        path = tmp_path / f"run{days}-power.csv"
        path.write_bytes(b"x" * 1000)
        os.utime(path, (_NOW - days * _DAY,) * 2)
    (tmp_path / "mine.txt").write_text("mine")
    os.utime(tmp_path / "mine.txt", (0, 0))
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_too_old_goes(folder: Path) -> None:
    assert trim_recordings(folder, now_s=_NOW) == 1
    assert names(folder) == ["mine.txt", "run1-power.csv", "run2-power.csv", "run50-power.csv"]


def test_what_is_too_much_goes_the_oldest_first_but_not_the_latest_run(folder: Path) -> None:
    assert trim_recordings(folder, now_s=_NOW, most_bytes=2000, keeps="run50") == 2
    assert names(folder) == ["mine.txt", "run1-power.csv", "run50-power.csv"]


def test_a_folder_that_is_not_there_is_no_failure(tmp_path: Path) -> None:
    assert trim_recordings(tmp_path / "none", now_s=_NOW) == 0

from pathlib import Path

import pytest

from backends.cli.output import check_output, write_outputs
from backends.cli.usage import UsageError
from backends.errors import StoreError
from backends.reports.device_content import DeviceContent
from tests.support.report_samples import FixedDevice


def _content() -> DeviceContent:
    return DeviceContent([FixedDevice()])


def test_an_existing_file_is_not_replaced_without_force(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("mine")

    with pytest.raises(UsageError, match="exists already"):
        check_output(path, force=False)
    check_output(path, force=True)


def test_the_model_itself_is_never_replaced(tmp_path: Path) -> None:
    model = tmp_path / "model.tflite"
    model.write_bytes(b"x")

    with pytest.raises(UsageError, match="the model itself"):
        check_output(model, force=True, model=model)


def test_a_missing_folder_is_told_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        check_output(tmp_path / "nowhere" / "r.json", force=False)


def test_a_folder_is_no_output(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        check_output(tmp_path, force=True)


@pytest.mark.parametrize(
    ("name", "start"), [("r.json", "{"), ("r.csv", "id,"), ("r.md", "# "), ("r.txt", "Devices"), ("r.log", "# ")]
)
def test_the_ending_of_the_file_chooses_its_format(
    name: str, start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_outputs(_content(), format_name="markdown", path=tmp_path / name)

    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert capsys.readouterr().out.startswith("# Devices")


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.txt"
    path.write_text("old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    with pytest.raises(StoreError, match="no space left") as caught:
        write_outputs(_content(), format_name="text", path=path)
    assert caught.value.hint
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.txt"]

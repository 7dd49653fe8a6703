import pytest
from PySide6.QtCore import Qt

from backends.runs.runner_settings import read_runner_choices
from profiler_gui.dialogs.runners_dialog import RunnersDialog
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from tests.support.elf_files import ARM64, X86_64, write_program


@pytest.fixture
def dialog(qtbot, tmp_path, monkeypatch):
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    jobs = JobRunner()
    dialog = RunnersDialog(jobs, NoticeBoard(), "linux-arm64-v8a")
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show()
    yield dialog
    assert jobs.close()


def download(qtbot, dialog, path):
    dialog.address.setText(path.as_uri())
    qtbot.mouseClick(dialog.download_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.download_button.isEnabled(), timeout=10_000)


def test_a_build_is_downloaded_and_its_checksum_shown(dialog, qtbot, tmp_path):
    build = write_program(tmp_path / "build", ARM64)
    with qtbot.waitSignal(dialog.choices_changed):
        download(qtbot, dialog, build)
    choice = read_runner_choices()["linux-arm64-v8a"]

    assert dialog.kind.currentText() == "Linux, arm64-v8a"
    assert choice.sha256 in dialog.answer.plain_text
    assert dialog.file.text() == choice.path
    assert dialog.address.text() == build.as_uri()


@pytest.mark.parametrize(
    ("machine", "checksum", "sentence"),
    [
        (X86_64, "", "another processor than linux-arm64-v8a"),
        (ARM64, "0" * 64, "its SHA-256 checksum is another one"),
    ],
)
def test_what_is_not_the_wanted_build_is_refused(dialog, qtbot, tmp_path, machine, checksum, sentence):
    dialog.checksum.setText(checksum)
    download(qtbot, dialog, write_program(tmp_path / "build", machine))

    assert sentence in dialog.answer.plain_text
    assert read_runner_choices() == {}
    assert dialog.file.text() == ""


def test_a_file_is_remembered_for_its_kind_of_device_only(dialog, tmp_path):
    dialog.file.setText(str(tmp_path))
    dialog.file.editingFinished.emit()
    warned = dialog.answer.plain_text
    dialog.kind.setCurrentIndex(0)
    elsewhere = dialog.file.text()
    dialog.kind.setCurrentIndex(dialog.kind.findData("linux-arm64-v8a"))

    assert "looked for on the device" in warned
    assert elsewhere == ""
    assert dialog.file.text() == str(tmp_path)

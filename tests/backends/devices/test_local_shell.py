import threading
from pathlib import Path

import pytest

from backends.devices.device import RemoteDevice, RemoteShell
from backends.devices.local_shell import LocalShell, LocalToolDevice
from backends.errors import DeviceError
from backends.progress import Cancelled, Progress

pytestmark = pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the programs of these tests are shell scripts")


def _sh(script: str) -> list[str]:
    return ["/bin/sh", "-c", script]


def test_it_keeps_the_promises_of_a_remote_shell(tmp_path: Path) -> None:
    promised: RemoteShell = LocalShell()
    device: RemoteDevice = LocalToolDevice(tmp_path)

    assert promised.run(["true"], timeout_s=10).is_success
    assert device.info.id == "host"
    assert "runtime" not in device.environment()
    assert {check.name for check in device.checks()}.isdisjoint({"Runtime"})


def test_lines_of_both_streams_are_handed_out() -> None:
    lines: list[tuple[str, str]] = []
    outcome = LocalShell().run(
        _sh("echo one; echo two >&2; exit 7"), timeout_s=10, on_line=lambda stream, line: lines.append((stream, line))
    )

    assert lines == [("stdout", "one"), ("stderr", "two")]
    assert (outcome.code, outcome.stdout, outcome.stderr) == (7, "one", "two\n")


def test_a_missing_program_is_an_outcome() -> None:
    assert LocalShell().run(["/nowhere/at-all"], timeout_s=10).code == 127


def test_a_file_that_is_no_program_is_an_outcome(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program")

    assert LocalShell().run([str(tmp_path / "text")], timeout_s=10).code == 126


def test_a_time_out_keeps_what_was_printed() -> None:
    outcome = LocalShell().run(_sh("echo one; sleep 60"), timeout_s=0.3)

    assert outcome.timed_out
    assert outcome.stdout == "one"


def test_stopping_ends_a_program_that_may_be_stopped() -> None:
    progress = Progress()
    progress.stop()

    assert LocalShell().run(_sh("sleep 60"), timeout_s=90, progress=progress, ends_on_stop=True).stopped
    assert LocalShell().run(_sh("echo done"), timeout_s=90, progress=progress).stdout == "done"


def test_cancelling_kills_the_program() -> None:
    progress = Progress()
    timer = threading.Timer(0.2, progress.cancel)
    timer.start()

    with pytest.raises(Cancelled):
        LocalShell().run(_sh("sleep 60"), timeout_s=90, progress=progress)
    timer.join()


def test_files_go_there_and_back(tmp_path: Path) -> None:
    shell, local = LocalShell(), tmp_path / "a.txt"
    local.write_text("hello")
    remote = str(tmp_path / "folder" / "b.txt")
    shell.push(local, remote, is_executable=True)
    shell.pull(remote, tmp_path / "c.txt")
    found = shell.stat(remote)

    assert (tmp_path / "c.txt").read_text() == shell.read_text(remote) == "hello"
    assert found is not None
    assert (found.size_bytes, found.is_folder, found.mode & 0o111) == (5, False, 0o111)
    shell.remove(str(tmp_path / "folder"))
    shell.remove(str(tmp_path / "folder"))
    assert shell.stat(remote) is None
    assert shell.free_bytes(str(tmp_path))


def test_a_file_here_need_not_be_copied_but_must_be_a_program(tmp_path: Path) -> None:
    path = tmp_path / "tool"
    path.write_text("#!/bin/sh\n")

    assert LocalShell().push_once(path) == str(path)
    with pytest.raises(DeviceError, match="is not executable"):
        LocalShell().push_once(path, is_executable=True)


def test_what_cannot_be_copied_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="cannot be copied"):
        LocalShell().push(tmp_path / "missing", str(tmp_path / "x"))

"""Programs and files of a device, through a real adb server."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backends.devices.adb import remote_program
from backends.devices.adb.remote_shell import AdbShell
from backends.devices.adb.server import AdbServer
from backends.devices.device import DeviceLostError, RemoteShell
from backends.errors import DeviceError
from backends.progress import Cancelled, Progress, Sample, Step
from tests.support.adb_peer import NEW_FEATURES, OLD_FEATURES, AdbPeer, OwnAdbServer, find_shells

_FOLDER = "/data/local/tmp"
_ODD_WORDS = ["a b", "it's", '"', "$HOME", "`id`", "*", "~", "a;b", "A=b", "", "\\", "é", "x\ny", "-n", "#", "!", "&&"]


@pytest.fixture(params=["new", "old"])
def either_peer(request: pytest.FixtureRequest, make_peer: Callable[..., AdbPeer]) -> AdbPeer:
    """Give a device of each shell protocol; the old one has a terminal."""
    return make_peer(features=NEW_FEATURES if request.param == "new" else OLD_FEATURES)


@pytest.fixture
def either(either_peer: AdbPeer, server: AdbServer) -> AdbShell:
    return AdbShell(server, either_peer.address)


def test_it_keeps_the_promises_of_a_remote_shell(shell: AdbShell) -> None:
    promised: RemoteShell = shell

    assert promised.run(("true",), timeout_s=10).is_success


def test_output_errors_and_exit_code_arrive_apart(shell: AdbShell) -> None:
    outcome = shell.run(("sh", "-c", "echo out; echo err >&2; exit 7"), timeout_s=10)

    assert (outcome.code, outcome.stdout, outcome.stderr) == (7, "out\n", "err\n")


def test_an_old_device_gives_exit_code_and_joint_output(make_peer: Callable[..., AdbPeer], server: AdbServer) -> None:
    shell = AdbShell(server, make_peer(features=OLD_FEATURES).address)

    outcome = shell.run(("sh", "-c", "echo out; echo err >&2; printf unended; exit 7"), timeout_s=10)

    assert (outcome.code, outcome.stdout) == (7, "out\nerr\nunended")


@pytest.mark.parametrize("name", find_shells())
def test_every_shell_passes_words_as_they_are(name: str, make_peer: Callable[..., AdbPeer], server: AdbServer) -> None:
    shell = AdbShell(server, make_peer(shell=name).address)

    outcome = shell.run(("printf", "<%s>", *_ODD_WORDS), timeout_s=10)

    assert outcome.stdout == "".join(f"<{word}>" for word in _ODD_WORDS)


@pytest.mark.parametrize("name", find_shells())
def test_every_shell_ends_what_runs_when_the_user_cancels(
    name: str,
    make_peer: Callable[..., AdbPeer],
    server: AdbServer,
    eventually: Callable[[Callable[[], bool]], bool],
) -> None:
    peer = make_peer(shell=name)
    progress = Progress()

    with pytest.raises(Cancelled):
        AdbShell(server, peer.address).run(
            ("sh", "-c", "sleep 60 & echo begun; sleep 60"),
            timeout_s=30,
            progress=progress,
            on_line=lambda _stream, _line: threading.Timer(0.05, progress.cancel).start(),
        )

    assert eventually(lambda: not peer.shell.running_groups())


def test_signals_are_negative_codes(either: AdbShell) -> None:
    outcome = either.run(("sh", "-c", "kill -9 $$"), timeout_s=10)

    assert outcome.code == -9
    assert outcome.describe() == "sh crashed (SIGKILL)"


def test_a_missing_program_is_code_127(either: AdbShell) -> None:
    assert either.run(("/data/local/tmp/missing",), timeout_s=10).code == 127


def test_lines_arrive_while_the_program_runs(either: AdbShell) -> None:
    times = []

    either.run(
        ("sh", "-c", "echo one; sleep 0.4; echo two; printf three"),
        timeout_s=10,
        on_line=lambda _stream, line: times.append((line, time.monotonic())),
    )

    assert [line for line, _ in times] == ["one", "two", "three"]
    assert times[1][1] - times[0][1] > 0.2


def test_large_output_arrives_whole(either: AdbShell) -> None:
    outcome = either.run(("sh", "-c", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done"), timeout_s=60)

    assert outcome.stdout.splitlines() == [f"line {number}" for number in range(20000)]


def test_a_time_out_keeps_the_output_and_ends_the_program(
    either: AdbShell, either_peer: AdbPeer, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    outcome = either.run(("sh", "-c", "echo begun; sleep 60"), timeout_s=0.5)

    assert outcome.timed_out
    assert outcome.stdout == "begun\n"
    assert eventually(lambda: not either_peer.shell.running_groups())


def test_a_stop_keeps_the_output_and_ends_the_program(shell: AdbShell, peer: AdbPeer) -> None:
    progress = Progress()

    outcome = shell.run(
        ("sh", "-c", "echo begun; sleep 60"),
        timeout_s=30,
        progress=progress,
        ends_on_stop=True,
        on_line=lambda _stream, _line: progress.stop(),
    )

    assert outcome.stopped
    assert not outcome.is_success
    assert outcome.stdout == "begun\n"


def test_nothing_of_ours_remains_after_an_ordinary_end(
    either: AdbShell, either_peer: AdbPeer, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    either.run(("true",), timeout_s=10)

    assert eventually(lambda: not either_peer.shell.running_groups())
    assert list(either_peer.files.path(_FOLDER).iterdir()) == []


def test_a_pulled_cable_ends_the_program_on_the_device(
    either: AdbShell, either_peer: AdbPeer, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    with pytest.raises(DeviceLostError, match=r"was unplugged or restarted while runner ran") as caught:
        either.run(
            _runner(either_peer),
            timeout_s=30,
            on_line=lambda _stream, line: either_peer.unplug() if line == "kept" else None,
        )

    assert caught.value.outcome.stdout == "kept\n"
    assert "kept" in caught.value.detail
    assert caught.value.hint
    assert eventually(lambda: not either_peer.shell.running_groups())


def test_a_device_that_comes_back_is_usable_again(
    shell: AdbShell, peer: AdbPeer, server: AdbServer, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    with pytest.raises(DeviceLostError):
        shell.run(_runner(peer), timeout_s=30, on_line=lambda _stream, _line: peer.reboot())
    peer.plug()
    server.disconnect(peer.address)
    server.connect(peer.address)

    assert eventually(lambda: shell.run(("echo", "again"), timeout_s=10).stdout == "again\n")


def test_output_cut_in_the_middle_is_told_and_kept(shell: AdbShell, peer: AdbPeer) -> None:
    shell.run(("true",), timeout_s=10)
    peer.faults.cut_output_after_bytes = 60

    with pytest.raises(DeviceLostError, match="cut the connection while sh ran") as caught:
        shell.run(("sh", "-c", "while :; do echo line; sleep 0.01; done"), timeout_s=10)

    assert caught.value.outcome.stdout.startswith("line\nline\n")


def test_a_device_that_never_answers_is_a_time_out(shell: AdbShell, peer: AdbPeer) -> None:
    peer.faults.hang_on = "never"

    outcome = shell.run(("echo", "never"), timeout_s=0.5)

    assert outcome.timed_out
    assert outcome.stdout == ""


@pytest.mark.parametrize("asks", ["cancel", "time out"])
def test_a_device_that_fell_silent_can_be_left(
    asks: str, shell: AdbShell, peer: AdbPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_program, "_KILL_S", 0.3)
    progress = Progress()

    def fall_silent(_stream: str, _line: str) -> None:
        peer.faults.is_silent = True
        if asks == "cancel":
            threading.Timer(0.1, progress.cancel).start()

    if asks == "cancel":
        with pytest.raises(Cancelled):
            shell.run(_runner(peer), timeout_s=30, progress=progress, on_line=fall_silent)
    else:
        assert shell.run(_runner(peer), timeout_s=1, progress=progress, on_line=fall_silent).timed_out


def test_a_killed_server_is_told(shell: AdbShell, peer: AdbPeer, own_server: OwnAdbServer, server: AdbServer) -> None:
    try:
        with pytest.raises(DeviceLostError, match=r"the adb server at .* was stopped while runner ran"):
            shell.run(_runner(peer), timeout_s=30, on_line=lambda _stream, _line: own_server.stop())
    finally:
        own_server.start()
    server.connect(peer.address)

    assert shell.run(("echo", "again"), timeout_s=10).stdout == "again\n"


def test_a_cancel_before_the_start_starts_nothing(shell: AdbShell, peer: AdbPeer) -> None:
    progress = Progress()
    progress.cancel()

    with pytest.raises(Cancelled):
        shell.run(("true",), timeout_s=10, progress=progress)

    assert peer.shell.commands == []


def test_files_go_there_and_back(either: AdbShell, tmp_path: Path) -> None:
    content = bytes(range(256)) * 3000
    (tmp_path / "sent").write_bytes(content)

    either.push(tmp_path / "sent", f"{_FOLDER}/folder/name with 'odd' $signs")
    either.pull(f"{_FOLDER}/folder/name with 'odd' $signs", tmp_path / "back")

    assert (tmp_path / "back").read_bytes() == content


def test_an_executable_runs_after_its_push(shell: AdbShell, tmp_path: Path) -> None:
    (tmp_path / "program").write_text("#!/bin/sh\necho ran\n")

    remote = shell.push_once(tmp_path / "program", is_executable=True)

    assert shell.run((remote,), timeout_s=10).stdout == "ran\n"


def test_unchanged_content_is_pushed_once_and_changed_content_again(
    shell: AdbShell, peer: AdbPeer, tmp_path: Path
) -> None:
    model = tmp_path / "a model.tflite"
    model.write_bytes(b"1" * 100_000)
    first = shell.push_once(model)
    second = shell.push_once(model)
    model.write_bytes(b"2" * 100_000)
    third = shell.push_once(model)

    assert first == second != third
    assert first.startswith(f"{_FOLDER}/tflite-profiler/")
    assert first.endswith("/a_model.tflite")
    assert peer.sync.pushed == [first, third]


def test_content_that_changed_on_the_device_is_pushed_again(shell: AdbShell, peer: AdbPeer, tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(b"1" * 1000)
    remote = shell.push_once(tmp_path / "m.tflite")
    peer.files.path(remote).write_bytes(b"2" * 1000)

    shell.push_once(tmp_path / "m.tflite")

    assert peer.files.path(remote).read_bytes() == b"1" * 1000


@pytest.mark.parametrize("missing", [set(), {"sha256sum"}])
def test_a_push_that_arrives_damaged_is_refused_and_removed(
    missing: set[str], shell: AdbShell, peer: AdbPeer, tmp_path: Path
) -> None:
    peer.faults.damages_pushes = True
    peer.faults.missing_tools = missing
    (tmp_path / "m.tflite").write_bytes(b"1" * 1000)

    with pytest.raises(DeviceError, match="did not arrive whole"):
        shell.push_once(tmp_path / "m.tflite")

    assert list(peer.files.path(shell.work_folder).iterdir()) == []


def test_a_device_without_checksum_programs_is_believed_by_size(shell: AdbShell, peer: AdbPeer, tmp_path: Path) -> None:
    peer.faults.missing_tools = {"sha256sum", "md5sum"}
    (tmp_path / "m.tflite").write_bytes(b"1" * 1000)

    assert shell.push_once(tmp_path / "m.tflite") == shell.push_once(tmp_path / "m.tflite")
    assert len(peer.sync.pushed) == 1


def test_a_full_device_is_told_with_a_remedy(shell: AdbShell, peer: AdbPeer, tmp_path: Path) -> None:
    peer.faults.free_bytes = 100_000
    (tmp_path / "m.tflite").write_bytes(b"1" * 3_000_000)

    with pytest.raises(DeviceError, match=r"cannot push m\.tflite: there is no space left") as caught:
        shell.push_once(tmp_path / "m.tflite")

    assert "Remove files" in caught.value.hint
    assert "No space left on device" in caught.value.detail


def test_a_file_system_without_writing_is_told(shell: AdbShell, peer: AdbPeer, tmp_path: Path) -> None:
    peer.faults.is_read_only = True
    (tmp_path / "m.tflite").write_bytes(b"1")

    with pytest.raises(DeviceError, match="cannot be written"):
        shell.push_once(tmp_path / "m.tflite")


def test_a_cable_pulled_while_pushing_is_told(shell: AdbShell, peer: AdbPeer, tmp_path: Path) -> None:
    peer.faults.unplug_after_pushed_bytes = 500_000
    (tmp_path / "m.tflite").write_bytes(os.urandom(4_000_000))

    with pytest.raises(DeviceError, match=r"was unplugged or restarted \(cannot push m\.tflite\)"):
        shell.push(tmp_path / "m.tflite", f"{_FOLDER}/m.tflite")


def test_a_push_reports_progress_and_can_be_cancelled(shell: AdbShell, tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(b"1" * 8_000_000)
    steps: list[Step | Sample] = []
    progress = Progress(steps.append)

    def cancel_late(step: Step | Sample) -> None:
        steps.append(step)
        if isinstance(step, Step) and step.done > 3_000_000:
            cancelled.cancel()

    cancelled = Progress(cancel_late)
    shell.push(tmp_path / "m.tflite", f"{_FOLDER}/m.tflite", progress=progress)

    assert [step.done for step in steps if isinstance(step, Step)][-1] == 8_000_000
    with pytest.raises(Cancelled):
        shell.push(tmp_path / "m.tflite", f"{_FOLDER}/m.tflite", progress=cancelled)


def test_a_missing_file_is_told_and_leaves_nothing_here(shell: AdbShell, tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="no such file"):
        shell.pull(f"{_FOLDER}/missing", tmp_path / "here")

    assert not (tmp_path / "here").exists()


def test_files_are_described(either: AdbShell, either_peer: AdbPeer, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"12345")
    either.push(tmp_path / "m", f"{_FOLDER}/m")

    found, folder = either.stat(f"{_FOLDER}/m"), either.stat(_FOLDER)

    assert found is not None
    assert folder is not None
    assert (found.size_bytes, found.is_folder, folder.is_folder) == (5, False, True)
    assert either.stat(f"{_FOLDER}/missing") is None


def test_folders_are_removed_only_below_those_for_temporary_files(shell: AdbShell, peer: AdbPeer) -> None:
    shell.make_folder(f"{_FOLDER}/a/b")
    shell.remove(f"{_FOLDER}/a")

    assert shell.stat(f"{_FOLDER}/a") is None
    for path in ("/", "/sdcard", _FOLDER, f"{_FOLDER}/../../system", "relative"):
        with pytest.raises(DeviceError, match="not removed"):
            shell.remove(path)


def test_small_texts_are_read_and_missing_ones_are_empty(shell: AdbShell, peer: AdbPeer) -> None:
    peer.files.write("/proc/uptime", "12.5 20.0\n")

    assert shell.read_text("/proc/uptime") == "12.5 20.0\n"
    assert shell.read_text("/proc/missing") == ""


def test_free_space_is_a_number(shell: AdbShell) -> None:
    free = shell.free_bytes(_FOLDER)

    assert free is not None
    assert free > 0
    assert shell.free_bytes(f"{_FOLDER}/not/yet") is not None


def test_zero_bytes_and_no_words_are_refused(shell: AdbShell) -> None:
    for argv in ((), ("",), ("a", "b\0c")):
        with pytest.raises(DeviceError):
            shell.run(argv, timeout_s=10)


def _runner(peer: AdbPeer) -> tuple[str, ...]:
    peer.files.write(f"{_FOLDER}/runner", "#!/bin/sh\necho kept\nsleep 60\n", is_executable=True)
    return ("env", "A=b", f"{_FOLDER}/runner")


def test_large_files_are_compressed_on_their_way(
    make_peer: Callable[..., AdbPeer], server: AdbServer, tmp_path: Path
) -> None:
    local = tmp_path / "large.bin"
    local.write_bytes(bytes(range(256)) * (3 << 12))
    new, old = make_peer(), make_peer(features=("shell_v2", "stat_v2", "sendrecv_v2"))
    paths = [AdbShell(server, peer.address).push_once(local) for peer in (new, old)]

    assert [peer.files.path(path).read_bytes() for peer, path in zip((new, old), paths, strict=True)] == [
        local.read_bytes()
    ] * 2
    assert old.sync.received_bytes == local.stat().st_size
    assert new.sync.received_bytes < local.stat().st_size / 10

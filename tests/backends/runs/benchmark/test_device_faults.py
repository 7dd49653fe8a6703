"""What goes wrong between this computer and a device in the middle of a measurement, and that it works again after.

With a real adb server and a device that speaks with it; each failure is one sentence, and what was measured is kept.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backends.devices.adb.address import ServerAddress
from backends.devices.adb.provider import AdbProvider
from backends.devices.adb.server import AdbServer
from backends.errors import DeviceError, ProfilerError, RunError
from backends.model.model import Model
from backends.model.reader import read_model
from backends.progress import Progress, Sample, Step
from backends.runs.benchmark import session
from backends.runs.benchmark.measuring import measure_on_device
from backends.runs.plan import Plan
from backends.runs.run import Run
from tests.support.adb_peer import AdbPeer, OwnAdbServer, install_phone
from tests.support.benchmark_tool import delegated_answers, write_tool
from tests.support.elf_files import X86_64, write_program

_SAMPLE = Path(__file__).resolve().parents[4] / "resources" / "samples" / "segmenter_int8.tflite"


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(_SAMPLE)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[OwnAdbServer]:
    """Give a server of the test's own, which it may kill."""
    (tmp_path / "adb").mkdir()
    with OwnAdbServer(tmp_path / "adb") as server:
        yield server


@pytest.fixture
def server(own_server: OwnAdbServer) -> AdbServer:
    return AdbServer(ServerAddress(host=own_server.host, port=own_server.port))


@pytest.fixture
def make_tool(tmp_path: Path, model: Model) -> Callable[..., Path]:
    """Make stand-ins; each counts its own calls."""
    made: list[Path] = []

    def make(**options: Any) -> Path:
        answers = delegated_answers(model, [("TfLiteNnapiDelegate", range(2, 20))])
        made.append(write_tool(tmp_path / f"bm{len(made)}", answers, **options))
        return made[-1]

    return make


def _measure(
    model: Model, server: AdbServer, peer: AdbPeer, tool: Path, act: Callable[[], object] = int, **plan: Any
) -> Run:
    """Measure, and do something once two processes have answered."""
    heard: list[Sample] = []

    def listen(event: Step | Sample) -> None:
        if isinstance(event, Sample) and event.phase == "run":
            heard.append(event)
            if len(heard) == 2:
                act()

    device = AdbProvider(server).find_device(f"adb:{peer.address}")
    options = {"delegate": "nnapi", "runs": 4, "warmup": 1, "runner": str(tool)} | plan
    return measure_on_device(_SAMPLE, model, Plan(**options), device, Progress(listen))


def _assert_usable(model: Model, server: AdbServer, peer: AdbPeer, tool: Path) -> None:
    """The device measures as if nothing had been, and nothing of before runs on it."""
    deadline = time.monotonic() + 10
    while peer.shell.running_groups() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert peer.shell.running_groups() == []
    server.connect(peer.address)
    # The server may call a device that it knows connected while it is still offline.
    while not ((entry := server.entry(peer.address)) and entry.is_ready) and time.monotonic() < deadline:
        time.sleep(0.02)
    run = _measure(model, server, peer, tool)
    assert run.is_complete
    assert len(run.chunks) == 4
    assert run.operators


def test_a_server_that_is_killed_keeps_what_was_measured(
    model: Model, server: AdbServer, own_server: OwnAdbServer, peer: AdbPeer, make_tool: Callable[..., Path]
) -> None:
    run = _measure(model, server, peer, make_tool(seconds=0.3), own_server.stop)

    assert 1 <= len(run.chunks) <= 2
    assert not run.is_complete
    assert "adb server" in run.warnings[-1]
    own_server.start()
    _assert_usable(model, server, peer, make_tool())


def test_a_device_that_restarts_keeps_what_was_measured(
    model: Model, server: AdbServer, peer: AdbPeer, make_tool: Callable[..., Path]
) -> None:
    run = _measure(model, server, peer, make_tool(seconds=0.3), peer.reboot)

    assert 1 <= len(run.chunks) <= 2
    assert not run.is_complete
    assert any(word in run.warnings[-1] for word in ("unplugged or restarted", "offline", "not connected"))
    peer.plug()
    _assert_usable(model, server, peer, make_tool())


def test_output_that_is_cut_keeps_what_was_measured(
    model: Model, server: AdbServer, peer: AdbPeer, make_tool: Callable[..., Path]
) -> None:
    def cut() -> None:
        peer.faults.cut_output_after_bytes = 300

    run = _measure(model, server, peer, make_tool(seconds=0.1), cut)

    assert 1 <= len(run.chunks) <= 2
    assert not run.is_complete
    assert "cut" in run.warnings[-1]
    peer.faults.cut_output_after_bytes = None
    _assert_usable(model, server, peer, make_tool())


def test_a_program_that_hangs_is_ended_in_time(
    model: Model, server: AdbServer, peer: AdbPeer, make_tool: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(session, "_MARGIN_SECONDS", 0.0)
        with pytest.raises(RunError, match="did not end in time and was stopped while warming up") as caught:
            _measure(model, server, peer, make_tool(fault={"hang": 60}), max_seconds=1.0)

    assert "INFO: Initialized session" in caught.value.detail
    assert caught.value.hint
    _assert_usable(model, server, peer, make_tool())


def test_a_device_without_space_says_so(
    model: Model, server: AdbServer, peer: AdbPeer, make_tool: Callable[..., Path]
) -> None:
    peer.faults.free_bytes = 1000
    with pytest.raises(DeviceError, match="no space left") as caught:
        _measure(model, server, peer, make_tool())

    assert caught.value.hint
    peer.faults.free_bytes = None
    _assert_usable(model, server, peer, make_tool())


def test_a_program_for_another_processor_does_no_harm(
    tmp_path: Path, model: Model, server: AdbServer, peer: AdbPeer, make_tool: Callable[..., Path]
) -> None:
    with pytest.raises(RunError, match="built for another kind of processor"):
        _measure(model, server, peer, write_program(tmp_path / "x86", X86_64))

    _assert_usable(model, server, peer, make_tool())


_LMKD = (
    "I lowmemorykiller: Kill '/data/local/tmp/bm0' (77), uid 2000, oom_score_adj 0 to free 9kB rss; reason: low swap"
)
_DUMP = """E DEBUG   : pid: 77, tid: 77, name: bm0  >>> /data/local/tmp/bm0 <<<
F DEBUG   : Abort message: 'Check failed: tensor'
F DEBUG   :       #00 pc 0000000000051234  /apex/com.android.runtime/lib64/bionic/libc.so (abort+164)
F DEBUG   :       #01 pc 00000000000a1234  /vendor/lib64/libvx_delegate.so (Invoke+12)"""


@pytest.mark.parametrize(
    ("signal", "said", "sentence"),
    [
        ("SIGKILL", _LMKD, r"while warming up: its low-memory killer \(lmkd\) freed memory \(low swap\)"),
        ("SIGABRT", _DUMP, r"\(SIGABRT\) while warming up: it said 'Check failed: tensor' in libvx_delegate.so"),
        ("SIGSEGV", _LMKD, r"\(SIGSEGV\) while warming up$"),
    ],
)
def test_what_the_systems_log_says_of_a_crash_is_told(
    model: Model,
    server: AdbServer,
    peer: AdbPeer,
    make_tool: Callable[..., Path],
    signal: str,
    said: str,
    sentence: str,
) -> None:
    now, old = f"{time.time():.3f}", f"{time.time() - 500:.3f}"
    other = said.replace("Check failed", "Old crash").replace("low swap", "an old kill")
    lines = [f"  {old}  1  1 {line}" for line in other.splitlines()]
    lines += [f"  {now}  1  1 {line}" for line in said.splitlines()]
    peer.files.write("/logcat", "\n".join(lines) + "\n")
    with pytest.raises(RunError, match=sentence) as caught:
        _measure(model, server, peer, make_tool(fault={"signal": signal}))

    assert "The device's own log:" in caught.value.detail
    assert "Old crash" not in caught.value.detail
    assert "an old kill" not in caught.value.detail


@pytest.mark.slow
def test_a_device_that_is_silent_is_left_after_a_while(
    model: Model, server: AdbServer, peer: AdbPeer, make_tool: Callable[..., Path]
) -> None:
    def fall_silent() -> None:
        peer.faults.is_silent = True

    plan = {"max_seconds": 1.0}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "_MARGIN_SECONDS", 0.0)
        run = _measure(model, server, peer, make_tool(seconds=0.2), fall_silent, **plan)

    assert 1 <= len(run.chunks) <= 2
    assert not run.is_complete
    assert run.warnings[-1]
    peer.faults.is_silent = False
    peer.unplug()
    peer.plug()
    server.disconnect(peer.address)
    peer.shell.kill_all()
    _assert_usable(model, server, peer, make_tool())


@pytest.mark.parametrize("at", ["looking", "copying"])
def test_unplugging_before_anything_was_measured_is_an_error(
    at: str, model: Model, server: AdbServer, peer: AdbPeer, make_tool: Callable[..., Path]
) -> None:
    if at == "looking":
        peer.faults.unplug_after_output_bytes = 0
    else:
        peer.faults.unplug_after_pushed_bytes = 100
    with pytest.raises(ProfilerError) as caught:
        _measure(model, server, peer, make_tool())

    assert caught.value.message
    peer.faults.unplug_after_output_bytes = peer.faults.unplug_after_pushed_bytes = None
    peer.plug()
    install_phone(peer.files)
    _assert_usable(model, server, peer, make_tool())

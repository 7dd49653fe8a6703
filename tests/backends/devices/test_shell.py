"""Child processes end, in every way, as a value or a known exception."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from backends.devices.shell import Child, Outcome, name_of_signal, run_command
from backends.errors import DeviceError
from backends.progress import Cancelled, Progress

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals and process groups")


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_output_and_code_are_given() -> None:
    outcome = run_command(python("import sys; print('out'); print('log', file=sys.stderr)"), timeout_s=30)

    assert outcome.is_success
    assert (outcome.stdout.strip(), outcome.stderr.strip()) == ("out", "log")


def test_an_exit_code_is_no_success_and_is_phrased() -> None:
    outcome = run_command(python("raise SystemExit(3)"), timeout_s=30)

    assert not outcome.is_success
    assert outcome.describe().endswith("ended with code 3")


@posix_only
def test_a_crash_names_the_signal() -> None:
    outcome = run_command(python("import os; os.abort()"), timeout_s=30)

    assert outcome.signal_name == "SIGABRT"
    assert "crashed (SIGABRT)" in outcome.describe()


def test_windows_exception_codes_are_named_too() -> None:
    assert name_of_signal(0xC0000005) == "SIGSEGV"
    assert name_of_signal(-1073741819) == "SIGSEGV"
    assert name_of_signal(1) == ""


def test_a_hanging_program_is_stopped_after_its_time() -> None:
    outcome = run_command(python("import time; time.sleep(60)"), timeout_s=0.2)

    assert outcome.timed_out
    assert "did not end in time" in outcome.describe()


def test_endless_output_does_not_fill_memory() -> None:
    outcome = run_command(python("print('x' * 1_000_000); print('the end')"), timeout_s=30)

    assert len(outcome.stdout) < 200_000
    assert outcome.stdout.rstrip().endswith("the end")


def test_a_missing_program_is_an_error_with_its_name() -> None:
    with pytest.raises(DeviceError, match="no-such-program"):
        run_command(("no-such-program",), timeout_s=1)


def test_cancelling_kills_the_program_at_once() -> None:
    progress = Progress()
    threading.Timer(0.2, progress.cancel).start()

    with pytest.raises(Cancelled):
        run_command(python("import time; time.sleep(60)"), timeout_s=50, progress=progress)


def test_nothing_of_the_arguments_reaches_a_shell() -> None:
    text = '$(echo hacked); `id` && * %PATH% "quoted"'

    outcome = run_command((*python("import sys; print(sys.argv[1])"), text), timeout_s=30)

    assert outcome.stdout.strip() == text


def test_one_talks_to_a_child_in_lines() -> None:
    with Child(python("import sys\nfor line in sys.stdin: print(line.strip().upper(), flush=True)")) as child:
        child.send("hello")
        first = child.receive(30)
        child.close_input()
        last = child.receive(30)

    assert (first, last) == ("HELLO\n", None)


def test_a_silent_child_is_noticed() -> None:
    with Child(python("import time; time.sleep(60)")) as child, pytest.raises(TimeoutError):
        child.receive(0.1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_leaving_the_block_kills_the_child_and_what_it_started() -> None:
    code = "import subprocess, sys\np = subprocess.Popen(['sleep', '60'])\nprint(p.pid, flush=True)\np.wait()"
    with Child(python(code)) as child:
        grandchild = int(child.receive(30) or 0)

    deadline = time.monotonic() + 10
    while _is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _is_alive(grandchild)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_sending_to_a_dead_child_does_nothing() -> None:
    with Child(python("pass")) as child:
        assert child.receive(30) is None
        child.send("anybody there?")
        outcome = child.outcome()

    assert isinstance(outcome, Outcome)
    assert outcome.code == 0

"""Every way a runtime's process can die or misbehave becomes one sentence."""

import os
import sys
import threading

import pytest

from backends.devices.shell import Outcome
from backends.errors import RunError
from backends.progress import Cancelled, Progress, Step
from backends.runs.host.child import RuntimeChild
from backends.runs.host.death import death_of

ANSWER = "import json, sys, time, os\ndef say(**reply): print(json.dumps(reply), flush=True)\nsys.stdin.readline()\n"


def a_child(code: str, progress: Progress | None = None, *, run_timeout_s: float = 30) -> RuntimeChild:
    command = (sys.executable, "-c", ANSWER + code)
    return RuntimeChild(progress or Progress(), run_timeout_s=run_timeout_s, command=command)


def failure(code: str, *, run_timeout_s: float = 30) -> RunError:
    with a_child(code, run_timeout_s=run_timeout_s) as child, pytest.raises(RunError) as caught:
        child.run(3, seconds=1)
    return caught.value


def an_outcome(code: int, stderr: str = "") -> Outcome:
    return Outcome(argv=("worker",), code=code, stdout="", stderr=stderr)


def test_samples_arrive_as_they_are_measured() -> None:
    heard: list[int] = []
    code = "say(ns=5, cpu_ns=4, switches=0)\nsay(ns=7, cpu_ns=4, switches=2)\nsay(done='run')"

    with a_child(code) as child:
        samples = child.run(2, seconds=1, listen=lambda sample: heard.append(sample.latency_ns))

    assert heard == [5, 7]
    assert [sample.was_preempted for sample in samples] == [False, True]


def test_phases_are_reported() -> None:
    texts: list[str] = []
    progress = Progress(lambda step: texts.append(step.text) if isinstance(step, Step) else None)

    with a_child("say(phase='preparing this model')\nsay(done='run')", progress) as child:
        child.run(1, seconds=1)

    assert texts == ["Preparing this model"]


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGBUS"])
def test_a_crash_names_the_signal_and_the_phase_and_keeps_the_log(name: str) -> None:
    code = (
        f"say(phase='preparing this model')\nimport signal\nprint('last words', file=sys.stderr, flush=True)\n"
        f"signal.signal(signal.{name}, signal.SIG_DFL)\nos.kill(os.getpid(), signal.{name})\ntime.sleep(30)"
    )

    error = failure(code)

    assert error.message == f"the runtime crashed ({name}) while preparing this model"
    assert "last words" in error.detail
    assert error.hint


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_kill_by_the_system_points_to_memory() -> None:
    assert "memory ran out" in failure("import signal\nos.kill(os.getpid(), signal.SIGKILL)\ntime.sleep(30)").message


def test_a_failed_allocation_is_said_to_be_one() -> None:
    error = death_of(an_outcome(-6, "terminate called after throwing an instance of 'std::bad_alloc'"), "running")

    assert error.message == "the runtime ran out of memory while running"


def test_an_ordinary_end_is_told_with_its_code() -> None:
    assert failure("sys.exit(3)").message == "the runtime's process ended (code 3) while running this model"


def test_a_hang_ends_with_the_phase_and_the_time() -> None:
    error = failure("time.sleep(60)", run_timeout_s=0.3)

    assert "did not answer for 0 s while running this model" in error.message


@pytest.mark.parametrize(
    "line",
    ["print('no json', flush=True)", "print('[]', flush=True)", "print('{', flush=True)"],
)
def test_nonsense_is_refused(line: str) -> None:
    assert "answered nonsense" in failure(line + "\ntime.sleep(60)").message


@pytest.mark.parametrize("reply", ["say(template=[1, 2])", "say(elapsed=[1, 2], ns=3)", "say(template=5)"])
def test_nonsense_in_events_is_refused(reply: str) -> None:
    with a_child(reply + "\ntime.sleep(60)") as child, pytest.raises(RunError, match="answered nonsense"):
        child.profile(1, seconds=1)


def test_what_the_runtime_reports_itself_is_kept() -> None:
    error = failure(
        "print('why', file=sys.stderr, flush=True)\nsay(error={'call': 'prepare the model', 'status': 504})"
    )

    assert error.message == "the runtime could not prepare the model (status 504)"
    assert error.detail == "why"


def test_cancelling_ends_a_hanging_child_at_once() -> None:
    progress = Progress()
    threading.Timer(0.3, progress.cancel).start()

    with a_child("time.sleep(60)", progress) as child, pytest.raises(Cancelled):
        child.run(1, seconds=1)


def test_a_cancelled_measurement_starts_no_child() -> None:
    progress = Progress()
    progress.cancel()

    with pytest.raises(Cancelled), a_child("time.sleep(60)", progress):
        pass

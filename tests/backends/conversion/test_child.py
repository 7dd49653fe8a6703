"""Every way in which the conversion's process can fail, with a stand-in for the worker."""

import sys
import textwrap
import threading
from pathlib import Path

import pytest

from backends.accuracy.dataset import DataChoice
from backends.conversion import conversion
from backends.conversion.child import ChildDied, ConversionChild
from backends.conversion.conversion import convert, name_of
from backends.conversion.kinds import Kind
from backends.conversion.request import ConversionRequest
from backends.conversion.source import Source, SourceFormat
from backends.errors import RunError
from backends.progress import Cancelled, Progress, Step
from tests.support.quantised_pair import write_pair

_HEAD = """
import json, os, signal, sys, time
def say(**reply):
    print(json.dumps(reply), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "stage":
        say(step="Loading TensorFlow")
        say(staged={"inputs": [], "outputs": [], "has_fake_quant": False, "range": "", "notes": ["a note"]})
        say(done="stage")
        continue
    kind = request.get("kind")
"""


def _worker(folder: Path, answer: str) -> tuple[str, ...]:
    path = folder / "worker.py"
    path.write_text(_HEAD + textwrap.indent(textwrap.dedent(answer), "    "))
    return sys.executable, str(path)


@pytest.fixture
def request_for_kinds(tmp_path):
    def make(*kinds: Kind) -> ConversionRequest:
        (tmp_path / "net.pb").write_bytes(b"x")
        source = Source(path=tmp_path / "net.pb", format=SourceFormat.FROZEN_GRAPH)
        return ConversionRequest(source=source, kinds=kinds, data=DataChoice(count=1))

    return make


@pytest.fixture
def play(monkeypatch, tmp_path):
    """Let a stand-in answer instead of the worker."""

    def start(answer: str, **options):
        command = _worker(tmp_path, answer)
        monkeypatch.setattr(
            conversion, "ConversionChild", lambda progress: ConversionChild(progress, command=command, **options)
        )

    return start


def test_a_crash_costs_one_kind_only(play, request_for_kinds, tmp_path) -> None:
    model, _ = write_pair(tmp_path)
    play(
        f"""
        if kind == "int8":
            os.kill(os.getpid(), signal.SIGSEGV)
        open(request["out"], "wb").write(open({str(model)!r}, "rb").read())
        say(notes=["made"], bytes=1)
        say(done="convert")
        """
    )
    heard = []
    found = convert(request_for_kinds(Kind.INT8, Kind.FLOAT16), tmp_path, on_result=heard.append)

    assert [result.kind for result in heard] == [Kind.INT8, Kind.FLOAT16]
    assert found.results[0].error == "Could not convert net.pb to integer only, int8: TensorFlow crashed (SIGSEGV)"
    assert found.results[1].model is not None
    assert found.results[1].notes == ("made",)
    assert found.notes == ("a note",)
    assert found.original is not None


def test_a_model_that_cannot_be_read_is_a_failure(play, request_for_kinds, tmp_path) -> None:
    play('open(request["out"], "wb").write(b"nonsense"); say(notes=[]); say(done="convert")')
    found = convert(request_for_kinds(Kind.FLOAT16), tmp_path)

    assert "TensorFlow wrote a model that cannot be read" in found.results[0].error


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ('say(error={"kind": "MemoryError", "text": ""})', "memory ran out"),
        ('say(error={"sentence": "No.", "hint": "Go."})', "No."),
        ("os.kill(os.getpid(), signal.SIGKILL)", "most likely because memory ran out"),
        ("sys.exit(3)", r"process ended \(code 3\)"),
        ('print("nonsense", flush=True)', "answered nonsense"),
        ("time.sleep(60)", "said nothing for"),
    ],
)
def test_every_end_is_a_sentence(tmp_path, request_for_kinds, answer: str, sentence: str) -> None:
    request = request_for_kinds(Kind.INT8)
    command = _worker(tmp_path, answer)
    with ConversionChild(Progress(), command=command, silence_s=1) as child:
        staged = child.stage(request, tmp_path, unrolls=False)
        with pytest.raises(RunError, match=sentence):
            child.convert(request, Kind.INT8, staged, tmp_path, tmp_path / "out.tflite")


def test_steps_and_the_log_are_heard(tmp_path, request_for_kinds) -> None:
    steps, lines = [], []
    request = request_for_kinds(Kind.INT8)
    answer = """
        sys.stderr.write("I am TensorFlow\\n"); sys.stderr.flush()
        say(step="Calibrating", done=1, total=4); say(notes=[]); say(done="convert")
    """
    progress = Progress(steps.append, lines.append)
    with ConversionChild(progress, command=_worker(tmp_path, answer)) as child:
        staged = child.stage(request, tmp_path, unrolls=False)
        child.convert(request, Kind.INT8, staged, tmp_path, tmp_path / "out.tflite")

    assert Step(text="Integer only, int8: Calibrating", done=1, total=4) in steps
    assert lines == ["I am TensorFlow"]


def test_cancelling_kills_the_child_at_once(tmp_path, request_for_kinds) -> None:
    request = request_for_kinds(Kind.INT8)
    progress = Progress()
    with ConversionChild(progress, command=_worker(tmp_path, "time.sleep(60)")) as child:
        staged = child.stage(request, tmp_path, unrolls=False)
        timer = threading.Timer(0.2, progress.cancel)
        timer.start()
        with pytest.raises(Cancelled):
            child.convert(request, Kind.INT8, staged, tmp_path, tmp_path / "out.tflite")
        timer.join()


def test_deaths_are_told_from_refusals() -> None:
    assert issubclass(ChildDied, RunError)


def test_names_of_files_are_safe(tmp_path) -> None:
    source = Source(path=tmp_path / "a b;$(x).keras", format=SourceFormat.KERAS)
    request = ConversionRequest(source=source, kinds=(Kind.FULL_INTEGER,))

    assert name_of(request, Kind.FULL_INTEGER) == "a_b_x__full_integer.tflite"

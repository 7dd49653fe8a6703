import json

import pytest

from backends.cli import main
from backends.runs.store import write_run
from backends.sessions.session_file import SessionFile
from tests.support.builders import a_run
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


@pytest.fixture
def model_path(tmp_path):
    tensors = [a_stored_tensor((1, 4), "float32", name=f"t{i}") for i in range(2)]
    path = tmp_path / "net.tflite"
    path.write_bytes(a_model([an_operator("RELU", [tensors[0]], [tensors[1]])]))
    return path


@pytest.fixture
def run_paths(tmp_path, model_path):
    from backends.model.reader import read_model

    model, paths = read_model(model_path), []
    for number, ms in enumerate((1, 2)):
        path = tmp_path / f"run{number}.json"
        write_run(a_run(model, id_=f"id{number}-abc", latencies_ns=(ms * 1_000_000,) * 4), path)
        paths.append(path)
    return paths


@pytest.fixture
def session(tmp_path):
    return tmp_path / "work.tfsession"


def run(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def test_runs_are_added_listed_pinned_exported_and_removed(session, run_paths, model_path, capsys, tmp_path):
    assert run("session", "add", session, run_paths[0], "--tag", "nightly", "--name", "first") == 0
    assert run("session", "add", session, run_paths[1], "--model", model_path, "--embed", "--note", "slow") == 0
    assert run("session", "pin", session, "first") == 0
    capsys.readouterr()
    assert run("session", "list", session, "--format", "json") == 0
    tree = json.loads(capsys.readouterr().out)

    assert tree["schema"] == "tflite-profiler/session/1"
    assert [(item["title"], item["tags"], item["note"], item["change"]) for item in tree["runs"]] == [
        ("first", ["nightly"], "", None),
        ("", [], "slow", 1.0),
    ]
    assert tree["baseline"] == "id0-abc"
    assert tree["models"][0]["is_embedded"]
    assert SessionFile(session).read_model_content(tree["models"][0]["sha256"]) == model_path.read_bytes()

    assert run("session", "list", session) == 0
    text = capsys.readouterr().out
    assert "+100 %" in text
    assert "inside the session" in text

    assert run("session", "export", session, "id1", "--output", tmp_path / "out.json") == 0
    assert json.loads((tmp_path / "out.json").read_text())["id"] == "id1-abc"

    assert run("session", "remove", session, "id1") == 0
    assert [kept.run.id for kept in SessionFile(session).read().runs] == ["id0-abc"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add"], "needs the runs to add"),
        (["export"], "needs a run"),
        (["export", "id0-abc", "id1-abc"], "takes one run"),
        (["export", "id"], "2 runs begin with 'id'"),
        (["export", "nothing"], "There is no run 'nothing'"),
        (["list", "x"], "takes the session alone"),
    ],
)
def test_wrong_use_is_one_sentence(session, run_paths, arguments, sentence, capsys):
    run("session", "add", session, *run_paths)
    capsys.readouterr()

    assert run("session", arguments[0], session, *arguments[1:]) == 2
    assert sentence in capsys.readouterr().err


def test_a_model_with_other_content_is_refused(session, run_paths, tmp_path, capsys):
    tensors = [a_stored_tensor((1, 8), "float32", name=f"t{i}") for i in range(2)]
    other = tmp_path / "other.tflite"
    other.write_bytes(a_model([an_operator("TANH", [tensors[0]], [tensors[1]])]))

    assert run("session", "add", session, run_paths[0], "--model", other) == 2
    assert "its content is another one" in capsys.readouterr().err
    assert not session.exists()


def test_another_file_is_no_session(run_paths, capsys):
    assert run("session", "list", run_paths[0]) == 4
    assert "is not a session" in capsys.readouterr().err


def test_a_folder_is_checked_and_the_reason_of_each_failure_named(model_path, tmp_path, capsys):
    (tmp_path / "broken.tflite").write_bytes(model_path.read_bytes()[:60])

    assert run("batch", tmp_path, "--target", "xnnpack", "--format", "csv") == 4
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "model,operators,macs,peak_bytes,quantization,target_xnnpack,problem,path"
    assert len(out.splitlines()) == 3
    assert "broken.tflite" in err

    assert run("batch", tmp_path / "nothing") == 2
    assert run("batch", model_path, "--session", tmp_path / "s.tfsession") == 2
    assert run("batch", model_path, "--device", "nosuch") == 2


def test_a_folder_is_measured_into_a_session(model_path, session, monkeypatch, capsys):
    import backends.runs.batch as batch

    monkeypatch.setattr(batch, "execute_plan", lambda path, model, plan, progress, *, devices: a_run(model, id_="x"))

    assert run("batch", model_path, "--device", "host", "--target", "xnnpack", "--session", session) == 0
    assert "1.07 ms" in capsys.readouterr().out
    content = SessionFile(session).read()
    assert [(kept.run.id, kept.tags) for kept in content.runs] == [("x", ("batch",))]
    assert content.models[0].path == str(model_path)

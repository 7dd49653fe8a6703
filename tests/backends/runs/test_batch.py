import zipfile
from dataclasses import replace

import pytest

import backends.runs.batch as batch
from backends.errors import RunError
from backends.progress import Progress
from backends.reports.batch_content import BatchContent
from backends.runs.batch import BatchModel, execute_batch, find_models
from backends.runs.plan import Plan
from backends.targets.loader import load_targets
from tests.support.builders import a_run
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


def a_file(kinds=("RELU", "LOGISTIC")) -> bytes:
    tensors = [a_stored_tensor((1, 4), "float32", name=f"t{i}") for i in range(len(kinds) + 1)]
    return a_model([an_operator(kind, [tensors[i]], [tensors[i + 1]]) for i, kind in enumerate(kinds)])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "b.tflite").write_bytes(a_file())
    (tmp_path / "sub" / "a.bin").write_bytes(a_file(("RELU",)))
    (tmp_path / "sub" / "note.txt").write_text("no model")
    (tmp_path / ".hidden" / "c.tflite").write_bytes(a_file())
    with zipfile.ZipFile(tmp_path / "two.task", "w") as archive:
        archive.writestr("one.tflite", a_file())
        archive.writestr("other.tflite", a_file(("TANH",)))
    (tmp_path / "wrong.tflite").write_bytes(b"no model")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    return tmp_path


@pytest.fixture
def targets():
    return [target for target in load_targets() if target.id in ("xnnpack", "gpu")]


def test_models_are_found_by_content_in_folders_and_bundles(folder):
    assert [model.name for model in find_models([folder])] == [
        "b.tflite", "one.tflite", "other.tflite", "wrong.tflite", "a.bin"
    ]  # fmt: skip
    assert [model.path.name for model in find_models([folder / "two.task"])] == ["two.task", "two.task"]


def test_no_more_files_are_looked_at_than_allowed(folder, monkeypatch):
    monkeypatch.setattr(batch, "MAX_FILES", 2)

    assert len(find_models([folder])) == 2


def test_all_are_checked_and_measured_and_one_that_fails_does_not_keep_the_others(folder, targets, monkeypatch):
    def execute(path, model, plan, progress, *, devices):
        if model.name == "a.bin":
            raise RunError("it crashed", hint="Try again.")
        return replace(a_run(model, id_=model.name), plan=plan)

    monkeypatch.setattr(batch, "execute_plan", execute)
    told = []
    items = execute_batch(find_models([folder]), targets, [Plan(runs=3)], on_item=told.append)
    by_name = {item.model.name: item for item in items}

    assert tuple(told) == items
    assert by_name["b.tflite"].summary.operator_count == 2
    assert set(by_name["b.tflite"].verdicts) == {"xnnpack", "gpu"}
    assert by_name["other.tflite"].runs["host"].model_name.endswith("other.tflite")
    assert by_name["a.bin"].failures == {"host": "It crashed."}
    assert by_name["a.bin"].summary is not None
    assert "wrong.tflite" in by_name["wrong.tflite"].failures[""]
    assert by_name["wrong.tflite"].runs == {}


def test_stopping_leaves_the_rest_as_it_is(folder, targets):
    progress = Progress()
    models = find_models([folder])
    items = execute_batch(models, targets, (), progress, on_item=lambda _item: progress.stop())

    assert [bool(item.verdicts) for item in items] == [True, False, False, False, False]
    assert len(items) == len(models)


def test_the_report_has_a_row_for_each_model(folder, targets):
    items = execute_batch(find_models([folder]), targets, ())
    content = BatchContent("models", items, targets, ())
    table = content.sections()[0].table

    assert content.title == "models: 5 models, 1 with problems"
    assert table.headings == ("Model", "Operators", "MACs", "Numbers", *(target.name for target in targets))
    assert len(table.rows) == 5
    assert content.tree()["models"][0]["targets"]["xnnpack"]["accelerated"] >= 0
    assert "wrong.tflite" in content.sections()[1].sentences[0]


def test_a_model_of_a_bundle_is_named_by_itself(folder):
    assert BatchModel(path=folder / "two.task", member="deep/one.tflite").name == "one.tflite"

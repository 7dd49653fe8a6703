import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

_STARTS = {"png": b"\x89PNG", "svg": b"<?xml"}


@pytest.fixture
def save_as(monkeypatch):
    """Answer the file dialog; gives what it proposed."""
    proposals = []

    def answer(path):
        def ask(_parent, _title, proposed, *_):
            proposals.append(proposed)
            return str(path), ""

        monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
        return proposals

    return answer


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_graph_is_written_as_a_picture(window, open_file, model_file, save_as, tmp_path, kind):
    open_file(model_file)
    path = tmp_path / f"graph.{kind}"
    proposals = save_as(path)
    window.actions_table[f"export_{kind}"].trigger()

    assert path.read_bytes().startswith(_STARTS[kind])
    assert proposals == [f"small.{kind}"]


def test_a_name_without_suffix_gets_one(window, open_file, model_file, save_as, tmp_path):
    open_file(model_file)
    save_as(tmp_path / "graph")
    window.actions_table["export_png"].trigger()

    assert not QImage(str(tmp_path / "graph.png")).isNull()


def test_a_folder_that_does_not_exist_is_told(window, services, open_file, model_file, save_as, tmp_path):
    open_file(model_file)
    save_as(tmp_path / "missing" / "graph.png")
    window.actions_table["export_png"].trigger()

    assert "graph.png" in services.notices.notices[-1].message


def test_without_a_model_there_is_nothing_to_export(window):
    assert not window.actions_table["export_png"].isEnabled()

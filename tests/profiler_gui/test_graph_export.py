from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from profiler_gui.dialogs.graph_export_dialog import GraphExportDialog, PictureKind

_STARTS = {
    PictureKind.PNG: b"\x89PNG",
    PictureKind.SVG: b"<?xml",
    PictureKind.PDF: b"%PDF",
    PictureKind.ONE_SHEET: b"%PDF",
    PictureKind.SHEETS: b"%PDF",
}


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


@pytest.fixture
def ask(window):
    """Open the dialog by its action."""

    def ask(action="export_graph"):
        window.actions_table[action].trigger()
        return next(dialog for dialog in window.findChildren(GraphExportDialog) if dialog.isVisible())

    return ask


def _choose(combo, value):
    combo.setCurrentIndex(combo.findData(value))


@pytest.mark.parametrize("kind", list(_STARTS))
def test_the_graph_is_written_as_a_picture(qtbot, services, open_file, model_file, save_as, tmp_path, ask, kind):
    open_file(model_file)
    path = tmp_path / f"graph{kind.suffix}"
    proposals = save_as(path)
    dialog = ask()
    _choose(dialog.kind, kind)
    dialog.button.click()
    qtbot.waitUntil(lambda: any("graph is written" in notice.message for notice in services.notices.notices))

    assert path.read_bytes().startswith(_STARTS[kind])
    assert [Path(proposed).name for proposed in proposals] == [f"small{kind.suffix}"]


def test_the_scale_of_a_png_and_the_part_are_chosen(qtbot, window, open_file, model_file, save_as, tmp_path, ask):
    open_file(model_file)
    path = tmp_path / "view.png"
    save_as(path)
    dialog = ask()
    _choose(dialog.part, False)
    dialog.scale.setValue(150)
    size = window.page.canvas.size()
    dialog.button.click()
    qtbot.waitUntil(path.exists)

    assert QImage(str(path)).width() == pytest.approx(1.5 * size.width(), abs=1)
    assert QImage(str(path)).height() == pytest.approx(1.5 * size.height(), abs=1)


def test_the_dialog_says_how_large_the_picture_will_be(open_file, model_file, ask):
    open_file(model_file)
    dialog = ask()
    dialog.scale.setValue(100)
    small = dialog.size_line.text()
    dialog.scale.setValue(1000)

    assert "pixels" in small
    assert dialog.size_line.text() != small

    _choose(dialog.kind, PictureKind.SHEETS)
    dialog.scale.setValue(1000)
    assert "sheets of A4" in dialog.size_line.text()

    _choose(dialog.kind, PictureKind.SVG)
    assert not dialog.scale.isVisible()
    dialog.reject()


def test_a_name_without_suffix_gets_one(qtbot, open_file, model_file, save_as, tmp_path, ask):
    open_file(model_file)
    save_as(tmp_path / "graph")
    ask().button.click()
    qtbot.waitUntil((tmp_path / "graph.png").exists)

    assert not QImage(str(tmp_path / "graph.png")).isNull()


def test_a_folder_that_does_not_exist_is_told(qtbot, services, open_file, model_file, save_as, tmp_path, ask):
    open_file(model_file)
    save_as(tmp_path / "missing" / "graph.png")
    ask().button.click()
    qtbot.waitUntil(lambda: bool(services.notices.notices))

    assert "graph.png" in services.notices.notices[-1].message


def test_printing_shows_the_sheets_first(qtbot, window, open_file, model_file, ask):
    from PySide6.QtPrintSupport import QPrintPreviewDialog, QPrintPreviewWidget

    open_file(model_file)
    dialog = ask("print_graph")
    _choose(dialog.kind, PictureKind.SHEETS)
    dialog.scale.setValue(1000)
    dialog.button.click()
    shown = window.findChild(QPrintPreviewDialog)
    qtbot.waitUntil(shown.isVisible)
    pages = shown.findChild(QPrintPreviewWidget).pageCount()
    shown.reject()

    assert pages > 1


def test_without_a_model_there_is_nothing_to_export(window):
    assert not window.actions_table["export_graph"].isEnabled()
    assert not window.actions_table["print_graph"].isEnabled()

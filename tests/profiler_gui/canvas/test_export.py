import re

import pytest
from PySide6.QtGui import QImage

from backends.errors import StoreError
from backends.progress import Cancelled, Progress
from profiler_gui.canvas import export, sheets
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.canvas.overlay import ValueOverlay
from profiler_gui.canvas.palette import DARK, LIGHT
from tests.profiler_gui.canvas.conftest import ADD


def test_a_png_holds_the_whole_graph_at_the_scale(canvas, tmp_path):
    left, top, right, bottom = canvas.picture.layout.bounds
    note = canvas.render_png(tmp_path / "graph.png", 2.0)
    image = QImage(str(tmp_path / "graph.png"))

    assert note == ""
    assert image.width() == pytest.approx(2 * (right - left + 48), abs=2)
    assert image.height() == pytest.approx(2 * (bottom - top + 48), abs=2)


def test_a_png_of_the_view_is_as_large_as_the_view(canvas, tmp_path):
    canvas.render_png(tmp_path / "view.png", whole=False)

    assert QImage(str(tmp_path / "view.png")).size() == canvas.size()


def test_a_png_that_would_be_too_large_is_made_smaller_and_says_so(canvas, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "_MOST_SIDE", 200)
    note = canvas.render_png(tmp_path / "graph.png")

    assert "SVG" in note
    assert max(QImage(str(tmp_path / "graph.png")).height(), 1) <= 200


def test_an_svg_holds_every_text(canvas, tmp_path):
    assert canvas.render_svg(tmp_path / "graph.svg") == ""
    text = (tmp_path / "graph.svg").read_text("utf-8")

    assert all(f">{title}</text>" in text for title in ("CONV_2D", "LOGISTIC", "ADD"))


def test_an_svg_of_a_huge_graph_leaves_texts_out_and_says_so(canvas, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "_MOST_SVG_NODES", 2)
    note = canvas.render_svg(tmp_path / "graph.svg")

    assert "without text" in note
    assert "<text" not in (tmp_path / "graph.svg").read_text("utf-8")


def test_the_legend_is_part_of_the_picture(canvas, tmp_path):
    canvas.set_overlay(ValueOverlay(title="Measured time", values={ADD: 1.0}, maximum_text="9 ms"))
    canvas.render_svg(tmp_path / "graph.svg")

    assert "Measured time" in (tmp_path / "graph.svg").read_text("utf-8")


def test_without_a_graph_there_is_nothing_to_export(qtbot, tmp_path):
    canvas = GraphCanvas()
    qtbot.addWidget(canvas)

    with pytest.raises(StoreError, match="no graph"):
        canvas.render_png(tmp_path / "graph.png")


def test_a_folder_that_does_not_exist_is_told(canvas, tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        canvas.render_png(tmp_path / "missing" / "graph.png")
    with pytest.raises(StoreError, match="cannot be written"):
        canvas.render_svg(tmp_path / "missing" / "graph.svg")


def test_a_pdf_page_is_as_large_as_the_graph(canvas, tmp_path):
    left, top, right, bottom = canvas.picture.layout.bounds
    assert export.write_pdf(tmp_path / "graph.pdf", canvas.export_content(whole=True)) == ""
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", (tmp_path / "graph.pdf").read_bytes())

    assert float(box[1]) == pytest.approx(0.75 * (right - left + 48), abs=2)
    assert float(box[2]) == pytest.approx(0.75 * (bottom - top + 48), abs=2)


def test_a_pdf_larger_than_a_page_can_be_is_made_smaller_and_says_so(canvas, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "_MOST_PAGE_POINTS", 100.0)
    note = export.write_pdf(tmp_path / "graph.pdf", canvas.export_content(whole=True))
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", (tmp_path / "graph.pdf").read_bytes())

    assert "larger than a page" in note
    assert max(float(box[1]), float(box[2])) <= 101


@pytest.mark.parametrize("scale", [None, 1.0, 4.0])
def test_sheets_are_as_many_as_the_tiling_says(canvas, tmp_path, scale):
    content = canvas.export_content(whole=True)
    tiling = sheets.tile(content, sheets.paper_of(sheets.a4_layout(content)), scale)
    sheets.write_sheets(tmp_path / "graph.pdf", content, scale, "graph")
    pages = re.findall(rb"/Type /Page\b", (tmp_path / "graph.pdf").read_bytes())

    assert len(pages) == tiling.count
    assert (tiling.count > 1) == (scale == 4.0)


def test_too_many_sheets_are_refused_with_a_sentence(canvas, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_SHEETS", 4)
    tiling = sheets.tile(canvas.export_content(whole=True), sheets.Paper(width=100, height=100), 10.0)

    assert tiling.count <= 4
    assert "more than 4 sheets" in tiling.note


def test_marks_are_drawn_only_where_they_are_wanted(canvas, tmp_path):
    canvas.set_selection([ADD])
    pictures = []
    for has_marks in (False, True):
        path = tmp_path / f"{has_marks}.png"
        export.write_png(path, canvas.export_content(whole=True, has_marks=has_marks), 1.0)
        pictures.append(QImage(str(path)))

    assert pictures[0] != pictures[1]


def test_light_colours_can_be_wanted_in_the_dark_theme(canvas, tmp_path):
    canvas.set_palette(DARK)
    for name, palette in (("dark", None), ("light", LIGHT)):
        export.write_png(tmp_path / f"{name}.png", canvas.export_content(whole=True, palette=palette), 1.0)

    assert QImage(str(tmp_path / "dark.png")).pixelColor(2, 2).lightness() < 60
    assert QImage(str(tmp_path / "light.png")).pixelColor(2, 2).lightness() > 200


def test_a_cancelled_export_leaves_no_file(canvas, tmp_path):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        export.write_png(tmp_path / "graph.png", canvas.export_content(whole=True), 2.0, progress)

    assert list(tmp_path.iterdir()) == []

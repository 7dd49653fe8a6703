import pytest
from PySide6.QtGui import QImage

from backends.errors import StoreError
from profiler_gui.canvas import export
from profiler_gui.canvas.canvas import GraphCanvas
from profiler_gui.canvas.overlay import ValueOverlay
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
    with pytest.raises(StoreError, match="Cannot write"):
        canvas.render_png(tmp_path / "missing" / "graph.png")
    with pytest.raises(StoreError, match="Cannot write"):
        canvas.render_svg(tmp_path / "missing" / "graph.svg")

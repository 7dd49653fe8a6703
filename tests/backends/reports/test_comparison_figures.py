"""Drawings of comparisons: what is coloured how, and that rows and nodes belong together."""

import io
import re
from dataclasses import replace

from backends.compare.comparison import Comparison, Subject, compare
from backends.compare.model_difference import Status
from backends.model.model import Model
from backends.reports.comparison_content import ComparisonContent, Drawn
from backends.reports.comparison_figures import STATUS_COLOURS, graph_figures, power_figures
from backends.reports.figure import Box, Label
from backends.reports.html_report import HtmlReport
from backends.runs.run import Run
from tests.support.builders import a_chain, a_run
from tests.support.powered_runs import a_powered_run


def _compared(a: Model, b: Model, *runs: Run) -> Comparison:
    sides = [Subject(title=model.name, model=model, runs=(run,)) for model, run in zip((a, b), runs, strict=True)]
    return compare(*sides)


def _two_models() -> Comparison:
    a, b = a_chain(["CONV_2D", "ADD"]), replace(a_chain(["CONV_2D", "ADD", "MUL"], name="b.tflite"), sha256="b" * 64)
    return _compared(a, b, a_run(a), replace(a_run(b), id="other"))


def test_both_graphs_are_drawn_and_coloured_by_what_changed() -> None:
    figures, sentences = graph_figures(_two_models())
    fills = [[shape.fill for shape in figure.shapes if isinstance(shape, Box) and shape.link] for figure in figures]

    assert sentences == ()
    assert [figure.title for figure in figures] == ["A", "B"]
    assert fills[0] == [STATUS_COLOURS[Status.SAME]] * 2
    assert fills[1] == [STATUS_COLOURS[Status.SAME]] * 2 + [STATUS_COLOURS[Status.ADDED]]
    assert "+ only in B (1)" in figures[1].caption
    assert any(isinstance(shape, Label) and shape.text.startswith("+") for shape in figures[1].shapes)


def test_one_model_is_drawn_once_coloured_by_the_difference() -> None:
    model = a_chain(["CONV_2D", "ADD"])
    slower = replace(a_run(model, [9e6, 1e6]), id="slower")
    figures, _ = graph_figures(_compared(model, model, a_run(model, [1e6, 2e6]), slower))
    boxes = [shape for shape in figures[0].shapes if isinstance(shape, Box) and shape.link]

    assert len(figures) == 1
    assert [box.link for box in boxes] == ["0-0", "0-1"]
    assert boxes[0].fill == "#b2182b", "red where B takes longest"
    assert boxes[1].fill[1:3] < boxes[1].fill[5:7], "bluish where it takes less"


def test_every_node_of_a_comparison_has_its_row() -> None:
    stream = io.StringIO()
    HtmlReport().write(stream, ComparisonContent(_two_models(), drawn=Drawn.SCREEN))
    text = stream.getvalue()
    nodes = set(re.findall(r'<rect [^>]*data-op="([ab]\d+-\d+)"', text))
    rows = {word for words in re.findall(r'<tr data-op="([^"]*)"', text) for word in words.split()}

    assert nodes == {"a0-0", "a0-1", "b0-0", "b0-1", "b0-2"}
    assert rows == nodes


def test_power_of_both_sides_begins_at_zero() -> None:
    model = a_chain(["CONV_2D", "ADD"])
    comparison = _compared(model, model, a_powered_run(model), a_powered_run(model, id_="other", mw=2000.0))
    figures = power_figures(comparison)
    told = [shape.text for shape in figures[0].shapes if isinstance(shape, Label)]

    assert [figure.title for figure in figures] == ["Power", "Temperature"]
    assert "A: Battery" in told
    assert "B: Battery" in told


def test_nothing_is_laid_out_for_formats_that_show_no_drawings() -> None:
    assert all(not section.figures for section in ComparisonContent(_two_models()).sections())

"""Whole reports: every format, hostile names, large models, and what is left out is said."""

import io
import re
import zlib
from dataclasses import replace

import pytest

from backends.model.cost import estimate_model
from backends.model.model import Model, OperatorId
from backends.power.traces import Quantity, Trace
from backends.reports.figure import Box, Label, Line, Tone
from backends.reports.full_content import FullContent
from backends.reports.graph_figure import MOST_NODES
from backends.reports.html_report import HtmlReport
from backends.reports.limited_table import limit_table
from backends.reports.pdf_report import PdfReport
from backends.reports.plot_frame import ticks
from backends.reports.report import REPORTS, Report, find_report
from backends.reports.run_figures import latency_figures, trace_figures
from backends.reports.subject import Detail, Subject
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run
from backends.targets.verdict import Placement
from tests.support.builders import a_chain, a_run, a_verdict_of
from tests.support.powered_runs import a_powered_run

HOSTILE = "</title></style><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e"


def _subject(model: Model, *runs: Run, **more: object) -> Subject:
    costs, summary = estimate_model(model)
    verdicts = (
        a_verdict_of(model, {}),
        a_verdict_of(model, {1: Placement.FALLBACK}, target_id="dsp", target_name="Example DSP"),
    )
    given = {"verdicts": verdicts, "runs": runs, **more}
    return Subject(model=model, costs=costs, summary=summary, **given)  # type: ignore[arg-type]  # checked by Subject


def _written(report: Report, content: FullContent) -> str:
    stream = io.StringIO()
    report.write(stream, content)
    return stream.getvalue()


def _pdf(content: FullContent) -> bytes:
    stream = io.BytesIO()
    PdfReport().write_bytes(stream, content)
    return stream.getvalue()


def _hostile_model() -> Model:
    model = a_chain(["CONV_2D", "ADD"], name=f"{HOSTILE}.tflite")
    graph = model.subgraphs[0]
    tensors = tuple(replace(tensor, name=f"{HOSTILE}{tensor.index}") for tensor in graph.tensors)
    return replace(model, description=HOSTILE, subgraphs=(replace(graph, name=HOSTILE, tensors=tensors),))


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
@pytest.mark.parametrize("detail", Detail)
def test_every_format_writes_a_whole_report(report: Report, detail: Detail) -> None:
    model = a_chain(["CONV_2D", "ADD", "SOFTMAX"])
    text = _written(report, FullContent(_subject(model, a_run(model), notes=("On a train.",)), detail=detail))

    assert text.endswith("\n")
    if report.name != "csv":
        assert "On a train." in text
        assert "Example DSP" in text


def test_the_html_report_needs_no_network_and_draws_graph_and_plots() -> None:
    model = a_chain(["CONV_2D", "ADD", "SOFTMAX"])
    text = _written(HtmlReport(), FullContent(_subject(model, a_run(model))))

    assert not re.search(r"""(?:src|href|url|@import)\s*[=(]\s*["']?(?:https?:)?//""", text)
    assert text.count("<svg viewBox") >= 3
    assert '<div class="zoom">' in text
    assert ">1  ADD<" in text
    assert "Latency run by run" in text


@pytest.mark.parametrize("detail", Detail)
def test_hostile_names_stay_text(detail: Detail) -> None:
    model = _hostile_model()
    run = replace(a_run(model), warnings=(HOSTILE,), environment={HOSTILE: HOSTILE}, log=HOSTILE)
    text = _written(HtmlReport(), FullContent(_subject(model, run, notes=(HOSTILE,)), detail=detail))

    assert text.count("<script") == 1
    assert "<img" not in text
    assert "\u202e" not in text
    assert not re.search(r"<[a-z]+[^>]*\son[a-z]+=", text)


def test_hostile_names_stay_text_on_paper() -> None:
    model = _hostile_model()
    data = _pdf(FullContent(_subject(model, a_run(model)), detail=Detail.PAPER))

    assert data.startswith(b"%PDF-")
    assert b"/JavaScript" not in data
    assert b"/Launch" not in data


def test_the_graph_is_coloured_by_the_first_run_and_by_the_verdict_without_one() -> None:
    model = a_chain(["CONV_2D", "ADD", "SOFTMAX"])
    timed = FullContent(_subject(model, a_run(model, [4e6, None, 1e6]))).sections()[1].figures[0]
    judged = FullContent(_subject(model, chosen_target="dsp")).sections()[1].figures[0]

    fills = [shape.fill for shape in timed.shapes if isinstance(shape, Box)]
    assert fills == ["", "#440154", "", fills[3], ""]
    assert fills[3] not in ("", "#440154")
    assert any(isinstance(shape, Label) and shape.text.startswith("4.00 ms") for shape in timed.shapes)
    fills = [shape.fill for shape in judged.shapes if isinstance(shape, Box)]
    assert fills[1] == fills[3] != fills[2]
    assert "Example DSP" in judged.caption


def test_the_matrix_names_reasons_of_operators_that_some_target_leaves() -> None:
    model = a_chain(["CONV_2D", "ADD", "SOFTMAX"])
    section = next(s for s in FullContent(_subject(model)).sections() if s.title == "Operators by target")

    assert section.table is not None
    assert section.table.rows == (("1", "ADD", "✓", "CPU", "UnsupportedInputType"),)
    assert section.table.tips[0, 3].startswith("input is int32")


def test_long_tables_keep_the_slowest_rows_and_say_so() -> None:
    model = a_chain(["ADD"] * 40)
    run = a_run(model, [float(1000 * (i + 1)) for i in range(40)])
    section = next(s for s in FullContent(_subject(model, run), most_rows=5).sections() if s.title == "Layers")

    assert section.table is not None
    assert [row[0] for row in section.table.rows] == ["35", "36", "37", "38", "39", "", ""]
    assert section.table.rows[-1][1] == "Total"
    assert "35 are left out" in section.sentences[0]
    assert all(len(keys) == 7 for keys in section.table.keys.values())
    assert limit_table(section.table, 5) == (section.table, "")


def test_a_model_of_5000_operators_gives_a_report_of_reasonable_size() -> None:
    model = a_chain(["ADD"] * 5000)
    text = _written(HtmlReport(), FullContent(_subject(model, a_run(model))))

    assert len(text) < 6_000_000
    assert "4999  ADD" in text
    assert "4000 are left out" in text


def test_a_graph_that_no_browser_moves_is_left_out_with_a_sentence() -> None:
    model = a_chain(["ADD"] * (MOST_NODES + 1))
    section = FullContent(_subject(model)).sections()[1]

    assert section.figures == ()
    assert f"{MOST_NODES + 1:,} operators" in section.sentences[0]


def test_several_runs_are_numbered_and_brief_reports_stay_short() -> None:
    model = a_chain(["CONV_2D", "ADD", "SOFTMAX"])
    runs = (a_run(model), a_run(model, id_="run-2"))
    content = FullContent(_subject(model, *runs), detail=Detail.BRIEF)

    titles = [section.title for section in content.sections()]
    assert "Run 1, host" in titles
    assert "Run 2, host" in titles
    assert "Graph" not in titles
    assert len(_written(find_report("markdown"), content)) < 6000


def test_further_runs_are_compared_with_the_first() -> None:
    model = a_chain(["CONV_2D", "ADD", "SOFTMAX"])
    steady = tuple(1_000_000 + 1000 * (i % 7) for i in range(60))
    slower = tuple(2 * value for value in steady)
    runs = (a_run(model, latencies_ns=steady), a_run(model, id_="run-2", latencies_ns=slower))
    sections = FullContent(_subject(model, *runs)).sections()
    section = next(s for s in sections if s.title == "Run 2 (B) against run 1 (A)")

    assert section.sentences[0].startswith("B takes 2.0 times as long")


def test_the_pdf_has_pages_for_graph_and_tables() -> None:
    model = a_chain(["CONV_2D", "ADD"] * 40)
    data = _pdf(FullContent(_subject(model, a_run(model)), detail=Detail.PAPER))

    assert data.count(b"/Type /Page\n") >= 3


def test_plots_have_round_numbers_and_nothing_is_drawn_of_a_single_run() -> None:
    model = a_chain(["ADD"])

    assert ticks(0.0, 1.0) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks(3.0, 3.0) == [3.0]
    assert latency_figures(a_run(model, latencies_ns=(5,))) == ()
    assert len(latency_figures(a_run(model))) == 2


def test_power_is_drawn_over_time() -> None:
    trace = Trace(id="power", title="Power", quantity=Quantity.POWER, times_s=(0.0, 1.0, 2.0), values=(5.0, 9.0, 6.0))
    (figure,) = trace_figures((trace,))

    assert figure.title == "Power"
    assert any(isinstance(shape, Label) and shape.text == "mW" for shape in figure.shapes)


def test_power_is_drawn_over_time_with_marks_where_it_throttled() -> None:
    model = a_chain(["CONV_2D", "ADD"])
    sections = FullContent(_subject(model, a_powered_run(model))).sections()
    figures = next(section for section in sections if section.title == "Sampled beside the run").figures

    assert [figure.title for figure in figures] == ["Latency over time", "Power", "Temperature"]
    marks = [shape for shape in figures[0].shapes if isinstance(shape, Line) and shape.tone is Tone.BAD]
    assert len(marks) == 1
    middle = (figures[0].width - 62 - 14) / 2 + 62
    assert marks[0].points[0][0] == pytest.approx(middle, abs=25), "it throttles in the middle"
    assert "%" in figures[0].caption
    assert not any(isinstance(shape, Line) and shape.tone is Tone.BAD for shape in figures[1].shapes)


def test_further_numbers_and_the_estimated_energy_stand_in_the_table_of_layers() -> None:
    model = a_chain(["CONV_2D", "ADD"])
    column = OperatorColumn(id="cycles", title="Cycles", values={OperatorId(0, 1): 1234.0}, source="vela.csv")
    run = replace(a_powered_run(model), operators=a_run(model, [3e6, 1e6]).operators)
    with_run = FullContent(_subject(model, run, columns=(column,))).sections()
    table = next(section.table for section in with_run if section.title == "Layers")
    alone = FullContent(_subject(model, columns=(column,))).sections()
    numbers = next(section for section in alone if section.title == "Numbers of operators")

    assert table is not None
    energy, cycles = (table.headings.index(title) for title in ("Energy, estimated", "Cycles"))
    values = table.keys[energy]
    assert run.energy is not None
    assert values[0] == pytest.approx(3 * values[1])
    assert values[0] + values[1] == pytest.approx(run.energy.per_inference_mj)
    assert table.keys[cycles][:2] == (None, 1234.0)
    assert numbers.table is not None
    assert numbers.sentences == ("Cycles: vela.csv.",)


def test_runs_are_compared_with_the_baseline_of_another_model() -> None:
    model = a_chain(["CONV_2D", "ADD"])
    other = replace(a_chain(["CONV_2D", "ADD", "MUL"], name="before.tflite"), sha256="b" * 64)
    base = replace(a_run(other), id="base", latencies_ns=tuple(1_000_000 + i for i in range(20)))
    run = replace(a_run(model), id="now", latencies_ns=tuple(1_200_000 + i for i in range(20)))
    subject = _subject(model, run, baseline=base, baseline_model=other)
    content = FullContent(subject)
    titles = [section.title for section in content.sections()]
    text = _written(HtmlReport(), content)

    assert "The run (B) against the baseline, before.tflite (A)" in titles
    assert "+20 % against the baseline" in text
    assert "1 operator was removed (only in A): 1 MUL." in text
    assert 'data-op="a0-2"' in text, "the graph of the baseline is drawn, with links to the rows"
    assert '<div class="pair">' in text


def test_nodes_and_rows_of_the_same_operator_are_linked() -> None:
    model = a_chain(["CONV_2D", "ADD", "SOFTMAX"])
    text = _written(HtmlReport(), FullContent(_subject(model, a_run(model))))

    for index in range(3):
        assert len(re.findall(rf'<rect [^>]*data-op="0-{index}"', text)) == 1
        assert len(re.findall(rf'<tr data-op="0-{index}"', text)) == 1


def test_nodes_of_one_colour_have_it_in_every_strip_on_paper() -> None:
    model = a_chain(["CONV_2D"] * 60)
    data = _pdf(FullContent(_subject(model, chosen_target="dsp"), detail=Detail.PAPER))
    pages = [
        zlib.decompress(found)
        for found in re.findall(rb"stream\n(.*?)\nendstream", data, re.DOTALL)
        if found[:1] == b"x"
    ]
    strips = [strip for page in pages for strip in re.findall(rb" re W n\n(.*?)\nQ\n", page, re.DOTALL)]
    fills = [strip[: strip.index(b"B\n")] for strip in strips if b"B\n" in strip]

    assert len(fills) > 2
    assert all(b" rg" in before for before in fills), "a strip begins without the colours of the one before"

"""Whole reports: every format, hostile names, large models, and what is left out is said."""

import io
import re
from dataclasses import replace

import pytest

from backends.model.cost import estimate_model
from backends.model.model import Model
from backends.power.traces import Quantity, Trace
from backends.reports.figure import Box, Label
from backends.reports.full_content import FullContent
from backends.reports.graph_figure import MOST_NODES
from backends.reports.html_report import HtmlReport
from backends.reports.limited_table import limit_table
from backends.reports.pdf_report import PdfReport
from backends.reports.report import REPORTS, Report, find_report
from backends.reports.run_figures import latency_figures, ticks, trace_figures
from backends.reports.subject import Detail, Subject
from backends.runs.run import Run
from backends.targets.verdict import Placement
from tests.support.builders import a_chain, a_run, a_verdict_of

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

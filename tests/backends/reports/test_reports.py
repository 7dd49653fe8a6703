"""Every report on every sample content."""

import base64
import csv
import hashlib
import io
import json
import re

import pytest

from backends.reports.content import Content, Records, Section, Table
from backends.reports.device_content import DeviceContent
from backends.reports.latex_report import escape_latex
from backends.reports.report import REPORTS, Report, find_report
from backends.reports.verdict_content import VerdictContent
from backends.targets.verdict import Placement
from tests.support.builders import a_chain, a_verdict_of
from tests.support.golden import assert_golden
from tests.support.report_samples import SAMPLES, FixedDevice

HOSTILE = "\x1b]0;owned\x07\u202e=cmd|'/c calc'!A1\n| <script>"


class HostileContent:
    schema = "tflite-profiler/test/1"
    title = HOSTILE

    def sections(self) -> list[Section]:
        table = Table(headings=(HOSTILE, "n"), rows=((HOSTILE, "1"),), right_aligned=frozenset({1}))
        return [Section(title=HOSTILE, facts=((HOSTILE, HOSTILE),), sentences=(HOSTILE,), table=table)]

    def records(self) -> Records:
        return Records(fields=("name", "n"), rows=[(HOSTILE, float("nan")), ("=1+1", True), ("-x", None)])

    def tree(self) -> dict[str, object]:
        return {"name": HOSTILE, "n": float("nan"), "m": [float("inf"), 1.5]}


def _written(report: Report, content: Content) -> str:
    stream = io.StringIO()
    report.write(stream, content)
    return stream.getvalue()


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
@pytest.mark.parametrize("sample", SAMPLES)
def test_each_report_writes_each_content(report: Report, sample: str) -> None:
    text = _written(report, SAMPLES[sample]())

    assert text.endswith("\n")
    assert_golden(f"reports/{sample}{report.suffix}", _without_templates(text))


def _without_templates(text: str) -> str:
    """Leave out the page's own style and script, which are files of their own."""
    for kind in ("style", "script"):
        text = re.sub(rf"<{kind}>.*?</{kind}>", f"<{kind}></{kind}>", text, flags=re.DOTALL)
    return re.sub(r"'sha256-[^']+'", "'sha256'", text)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_nothing_from_a_file_controls_the_terminal(report: Report) -> None:
    text = _written(report, HostileContent())

    assert not set(text) & {"\x1b", "\x07", "\u202e", "\x00"}


def test_json_is_strict_and_starts_with_the_schema() -> None:
    tree = json.loads(_written(find_report("json"), HostileContent()), parse_constant=pytest.fail)

    assert next(iter(tree)) == "schema"
    assert tree["schema"] == "tflite-profiler/test/1"
    assert tree["n"] is None
    assert tree["m"] == [None, 1.5]
    assert tree["name"] == HOSTILE


def test_csv_cells_cannot_run_as_formulas() -> None:
    rows = list(csv.reader(io.StringIO(_written(find_report("csv"), HostileContent()))))

    assert rows[0] == ["name", "n"]
    assert [row[0][0] for row in rows[2:]] == ["'", "'"]
    assert [row[1] for row in rows[1:]] == ["", "true", ""]


def test_a_markdown_table_keeps_its_columns_whatever_a_name_holds() -> None:
    text = _written(find_report("markdown"), HostileContent())
    lines = [line for line in text.splitlines() if line.startswith("|")]

    assert len(lines) == 3
    assert {line.replace("\\|", "").count("|") for line in lines} == {3}


def test_reasons_are_counted_by_type_and_the_most_frequent_comes_first() -> None:
    model = a_chain(["ADD", "MUL", "ADD", "ADD"])
    placements = dict.fromkeys(range(4), Placement.FALLBACK)
    section = VerdictContent(model, [a_verdict_of(model, placements)]).sections()[1]

    assert section.table is not None
    assert [row[:2] for row in section.table.rows] == [("3", "ADD"), ("1", "MUL")]


def test_a_device_is_asked_once_however_many_reports_are_written() -> None:
    device = FixedDevice()
    content = DeviceContent([device])
    for report in REPORTS:
        _written(report, content)

    assert device.asked == 1


def test_html_holds_no_markup_from_a_file_and_allows_its_own_script_only() -> None:
    text = _written(find_report("html"), HostileContent())
    scripts = re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()

    assert len(scripts) == text.count("<script") == 1
    assert f"script-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text
    assert "&lt;script&gt;" in text
    assert HOSTILE not in scripts[0]


def test_latex_has_no_command_from_a_file() -> None:
    hostile = r"\input{/etc/passwd}\write18{ls} $x_1^2$ % & # ~ \\[1cm]{}"
    text = escape_latex(hostile)

    assert "\\input" not in text
    assert "\\write" not in text
    assert r"\textbackslash{}input\{/etc/passwd\}" in text
    for special in "$&#%_":
        assert text.count(special) == text.count("\\" + special)
    assert escape_latex("你") == "U+4F60"

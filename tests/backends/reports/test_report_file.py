from pathlib import Path

import pytest

from backends.errors import StoreError
from backends.reports.columns import OPERATOR_COLUMNS
from backends.reports.report import find_report
from backends.reports.report_file import find_report_for, write_report
from backends.reports.rows import operator_rows
from backends.reports.table_content import TableContent
from tests.support.builders import a_chain


def a_content(kinds=("RELU",)):
    return TableContent("tflite-profiler/operators/1", "chain", OPERATOR_COLUMNS, operator_rows(a_chain(kinds)))


@pytest.mark.parametrize(("name", "format_name"), [("a.csv", "csv"), ("a.JSON", "json"), ("a.md", "markdown")])
def test_a_suffix_names_its_format(name, format_name):
    assert find_report_for(Path(name)) is find_report(format_name)


def test_an_unknown_suffix_names_none():
    assert find_report_for(Path("a.xyz")) is None


def test_a_report_replaces_the_old_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    write_report(path, find_report("csv"), a_content())

    assert "RELU" in path.read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


class FailingReport:
    name = "failing"
    suffix = ".txt"

    def write(self, stream, content):
        stream.write("half")
        raise OSError(28, "No space left on device")


def test_a_failure_leaves_the_old_file_and_says_why(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(StoreError, match=r"a\.txt cannot be written: no space left on device"):
        write_report(path, FailingReport(), a_content())

    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_table_exports_the_columns_it_was_given():
    columns = [column for column in OPERATOR_COLUMNS if column.id in {"index", "kind"}]
    content = TableContent("t/1", "chain", columns, operator_rows(a_chain(["RELU", "ADD"])))

    assert content.records().fields == ("index", "kind")
    assert content.tree() == {"title": "chain", "rows": [{"index": "0", "kind": "RELU"}, {"index": "1", "kind": "ADD"}]}
    assert content.sections()[0].table.rows == (("0", "RELU"), ("1", "ADD"))

"""Every published number is the one of its source; rows are looked up in the text of the seed documents."""

import re
from pathlib import Path

import pytest

from backends.published.table import PublishedRow, PublishedTable, load_tables
from tests.support.shared import SHARED

TABLES = {table.id: table for table in load_tables()}
_AI_BENCHMARK = ("ai-benchmark-fp16", "ai-benchmark-int8")
_CHALLENGES = ("mai21-super-resolution", "mai21-scene-detection", "mai21-scene-detection-speed")


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\d)", text)]


def _document(marker: str) -> list[str]:
    if SHARED is None:
        pytest.skip("the seed documents are not here")
    for path in sorted(Path(SHARED, "seeds").glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        if any(marker in line for line in lines):
            return lines
    raise AssertionError(f"no seed document holds {marker!r}")


def _given(row: PublishedRow) -> list[float]:
    return [value for value in row.values if value is not None]


def test_ids_are_unique_and_every_table_names_source_and_day() -> None:
    tables = load_tables()

    assert len(TABLES) == len(tables)
    assert all(table.source and re.fullmatch(r"\d{4}-\d\d-\d\d", table.checked_on) for table in tables)


@pytest.mark.parametrize("id_", _AI_BENCHMARK)
def test_ai_benchmark_rows_are_those_of_the_slides(id_: str) -> None:
    table = TABLES[id_]
    heading = f"AI Benchmark Results: {table.precision.upper()} Inference"
    lines = _document(heading)
    start = next(number for number, line in enumerate(lines) if heading in line)
    rest = lines[start + 1 :]
    end = next(number for number, line in enumerate(rest) if line.startswith(" ") and "AI" in line)
    rows = [line for line in rest[:end] if re.search(r"( [\d.]+){10}$", line)]

    assert len(rows) == len(table.rows)
    for line, row in zip(rows, table.rows, strict=True):
        _vendor, chipset, accelerator = row.keys
        label = line[: re.search(r"( [\d.]+){10}$", line).start()]  # type: ignore[union-attr]
        assert label in {
            f"{chipset} {accelerator}",
            f"HiSilicon {chipset} {accelerator}",
            f"MediaTek {chipset} {accelerator}",
        }
        assert [float(cell) for cell in line[len(label) :].split()] == list(row.values)


@pytest.mark.parametrize("id_", _CHALLENGES)
def test_challenge_rows_are_those_of_the_reports(id_: str) -> None:
    table = TABLES[id_]
    title = "Camera scene detection is among" if "scene" in id_ else "Image super-resolution is one of the most"
    lines = _document(title)

    for row in table.rows:
        marks = [mark for mark in row.keys if mark and mark != "Baseline"]
        candidates = [line for line in lines if line.startswith(row.keys[0]) and all(mark in line for mark in marks)]
        assert any(_holds(line, row) for line in candidates), row


def _holds(line: str, row: PublishedRow) -> bool:
    rest = line
    for key in row.keys:
        rest = rest.replace(key, " ", 1)
    return _numbers(re.sub(r"\[\d+\]", " ", rest)) == _given(row)


def test_vs680_rows_are_those_of_the_facts() -> None:
    if SHARED is None:
        pytest.skip("the facts are not here")
    lines = Path(SHARED, "facts", "devices.md").read_text(encoding="utf-8").splitlines()
    table = TABLES["synap-vs680"]
    start = next(number for number, line in enumerate(lines) if line.startswith("| Set | Model | CPU |"))
    rows: list[tuple[tuple[str, ...], list[float]]] = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows.append((tuple(cells[:2]), [float(cell) for cell in cells[2:] if cell not in {"–", "-"}]))

    assert rows == [(row.keys, _given(row)) for row in table.rows]


@pytest.mark.parametrize("table", list(TABLES.values()), ids=list(TABLES))
def test_columns_are_unique_and_no_row_is_empty(table: PublishedTable) -> None:
    ids = [column.id for column in table.columns]

    assert len(set(ids)) == len(ids)
    assert all(_given(row) for row in table.rows)
    assert len({row.keys for row in table.rows}) == len(table.rows)

import pytest

from backends.errors import ResourceError
from backends.published.search import search_published
from backends.published.table import find_table, parse_table

A_TABLE = """
schema_version = 1
id = "t"
title = "T"
kind = "models"
source = "s"
checked_on = 2026-01-01
keys = [{ id = "model", title = "Model" }]
columns = [{ id = "npu_ms", title = "NPU", unit = "ms" }]
rows = [{ keys = ["a"], values = [nan] }, { keys = ["b"], values = [2.5] }]
"""


def test_numbers_that_are_not_given_are_none() -> None:
    table = parse_table(A_TABLE, "t.toml")

    assert [table.value(row, "npu_ms") for row in table.rows] == [None, 2.5]
    assert table.columns[0].heading == "NPU (ms)"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("schema_version = 1", "schema_version = 2", "schema version 2"),
        ('source = "s"', "", "lacks a field"),
        ("values = [2.5]", "values = [2.5, 3]", "1 keys and 2 numbers"),
        ('title = "T"', "title = ", "not valid TOML"),
    ],
)
def test_a_wrong_table_is_refused_by_name(old: str, new: str, said: str) -> None:
    with pytest.raises(ResourceError) as caught:
        parse_table(A_TABLE.replace(old, new), "t.toml")

    assert said in caught.value.message
    assert "t.toml" in caught.value.message


def test_a_search_wants_all_words() -> None:
    hits = search_published("snapdragon 888 int8")

    assert [(hit.table.id, hit.row.keys[1]) for hit in hits] == [("ai-benchmark-int8", "Snapdragon 888")]


def test_a_table_that_does_not_exist_is_named() -> None:
    with pytest.raises(ResourceError, match="no published table 'x'"):
        find_table("x")

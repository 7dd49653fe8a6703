"""The table of chipsets."""

import pytest

from backends.errors import ResourceError
from backends.targets.chipsets import find_accelerators, load_chipsets

ROW = """
schema_version = 1
[sources.s]
title = "A source"
[[accelerator]]
id = "a"
vendor = "V"
name = "N"
kind = "npu"
precisions = ["int8"]
routes = ["nnapi"]
targets = ["nnapi-1.2"]
models = ["Kirin 970"]
ranges = [{ family = "Snapdragon", first = 820, last = 899 }]
note = ""
source = "s"
"""


@pytest.mark.parametrize("name", ["Kirin 970", "kirin970", "Snapdragon 820", "SNAPDRAGON 855 Plus", "Snapdragon 899"])
def test_a_chipset_of_the_list_or_range_is_found(name: str) -> None:
    assert [row.id for row in find_accelerators(name, load_chipsets(ROW))] == ["a"]


@pytest.mark.parametrize(
    "name", ["", "Kirin 980", "Snapdragon 819", "Snapdragon 900", "Snapdragon 8 Gen 1", "Dragon 855"]
)
def test_other_names_are_not_found(name: str) -> None:
    assert find_accelerators(name, load_chipsets(ROW)) == ()


def test_a_mobile_chip_shows_all_its_accelerators() -> None:
    found = find_accelerators("Snapdragon 855", load_chipsets())

    assert {row.name for row in found} == {"Hexagon DSP", "Adreno GPU"}
    assert {row.precisions for row in found} == {("int8",), ("fp16",)}


def test_every_row_names_a_way_in_a_precision_and_a_source() -> None:
    for row in load_chipsets():
        assert row.routes, row.id
        assert row.targets, row.id
        assert row.precisions, row.id
        assert row.source, row.id
        assert row.models or row.ranges, row.id


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('kind = "npu"', "", "'a'"),
        ('source = "s"', 'source = "t"', "'t'"),
        ("schema_version = 1", "schema_version = 2", "version"),
        ("schema_version = 1", "schema_version =", "TOML"),
    ],
)
def test_a_wrong_table_is_refused_with_the_place(old: str, new: str, word: str) -> None:
    with pytest.raises(ResourceError, match=word):
        load_chipsets(ROW.replace(old, new, 1))

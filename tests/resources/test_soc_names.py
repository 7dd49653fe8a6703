"""What must hold in the table of chipset names."""

import tomllib
from collections import Counter
from importlib import resources

from backends.devices.soc_names import find_chipset
from backends.targets.chipsets import find_accelerators, load_chipsets

_TABLE = tomllib.loads(resources.files("resources").joinpath("soc_names.toml").read_text(encoding="utf-8"))


def test_every_row_has_a_source_that_is_listed() -> None:
    assert {row["source"] for row in _TABLE["soc"]} <= _TABLE["sources"].keys()
    assert all("checked_on" in source or "note" in source for source in _TABLE["sources"].values())


def test_no_code_stands_for_two_chipsets() -> None:
    codes = Counter(code for row in _TABLE["soc"] for code in {*row["codes"], *row["platforms"]})

    assert [code for code, count in codes.items() if count > 1] == []


def test_every_row_is_found_by_each_of_its_codes() -> None:
    for row in _TABLE["soc"]:
        found = [find_chipset({"ro.soc.model": code.upper()}) for code in row["codes"]]
        found += [find_chipset({"ro.board.platform": platform}) for platform in row["platforms"]]

        assert {chipset.name for chipset in found if chipset} == {row["name"]}


def test_codes_are_written_as_they_are_compared() -> None:
    codes = [code for row in _TABLE["soc"] for code in (*row["codes"], *row["platforms"])]

    assert codes == [code.lower() for code in codes]


def test_the_names_lead_to_accelerators() -> None:
    accelerators = load_chipsets()
    named = {row["name"] for row in _TABLE["soc"] if find_accelerators(row["name"], accelerators)}

    assert {"Snapdragon 855", "Dimensity 1200", "Helio P60", "Kirin 990", "Exynos 2100", "VS680", "SL1680"} <= named

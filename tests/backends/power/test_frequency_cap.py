"""Frequency caps are set for a while, and put back whatever happens."""

from pathlib import Path

import pytest

from backends.errors import MeterError
from backends.power.files import HostFiles
from backends.power.frequency_cap import frequency_cap
from backends.power.meter import Place

_FOLDER = "sys/devices/system/cpu/cpufreq/policy"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for number, (least, most) in {0: (300_000, 1_785_600), 4: (710_400, 2_419_200)}.items():
        folder = tmp_path / f"{_FOLDER}{number}"
        folder.mkdir(parents=True)
        for name, value in (("cpuinfo_min_freq", least), ("cpuinfo_max_freq", most), ("scaling_max_freq", most)):
            (folder / name).write_text(f"{value}\n")
    return Place(device="host", kind="host", files=HostFiles(tmp_path))


def limits(root: Path) -> list[str]:
    return [(root / f"{_FOLDER}{number}" / "scaling_max_freq").read_text().strip() for number in (0, 4)]


def test_every_cluster_is_capped_within_its_limits_and_let_go(place: Place, tmp_path: Path) -> None:
    def write(path: str, text: str) -> None:
        (tmp_path / path.lstrip("/")).write_text(text)

    with frequency_cap(place, 600, write) as said:
        assert limits(tmp_path) == ["600000", "710400"]
        assert said == "CPU 0 at most 600 MHz, CPU 4 at most 710 MHz"
    assert limits(tmp_path) == ["1785600", "2419200"]
    with pytest.raises(ZeroDivisionError), frequency_cap(place, 600, write):
        raise ZeroDivisionError
    assert limits(tmp_path) == ["1785600", "2419200"]


def test_without_permission_it_says_so_and_leaves_all_as_it_was(place: Place, tmp_path: Path) -> None:
    def deny(path: str, text: str) -> None:
        raise MeterError("the frequency limit may not be written")

    with pytest.raises(MeterError, match="may not be written"), frequency_cap(place, 600, deny):
        pass
    with pytest.raises(MeterError, match="not taken over"), frequency_cap(place, 600, lambda path, text: None):
        pass
    assert limits(tmp_path) == ["1785600", "2419200"]


def test_without_such_files_there_is_no_cap(tmp_path: Path) -> None:
    place = Place(device="host", kind="host", files=HostFiles(tmp_path))

    with pytest.raises(MeterError, match="not there"), frequency_cap(place, 600):
        pass

"""Governors are set on a device for a while, over a real adb server, and put back whatever happens."""

import os

import pytest

from backends.errors import MeterError
from backends.power.frequency_cap import frequency_cap
from backends.power.governor import governor
from backends.power.meter import Place
from tests.support.adb_peer import AdbPeer

Device = tuple[AdbPeer, Place]
_FOLDER = "/sys/devices/system/cpu/cpufreq/policy"


@pytest.fixture
def device(phone: Device) -> Device:
    peer, _ = phone
    for number in (0, 4):
        folder = f"{_FOLDER}{number}"
        peer.files.write(f"{folder}/scaling_governor", "schedutil\n")
        peer.files.write(f"{folder}/scaling_available_governors", "powersave performance schedutil \n")
        for name, value in (("cpuinfo_min_freq", 300_000), ("cpuinfo_max_freq", 2_000_000)):
            peer.files.write(f"{folder}/{name}", f"{value}\n")
        peer.files.write(f"{folder}/scaling_max_freq", "2000000\n")
    return phone


def now(peer: AdbPeer, name: str = "scaling_governor") -> list[str]:
    return [peer.files.path(f"{_FOLDER}{number}/{name}").read_text().strip() for number in (0, 4)]


def test_it_is_set_for_all_clusters_and_put_back(device: Device) -> None:
    peer, place = device

    with governor(place, "powersave") as said:
        assert now(peer) == ["powersave", "powersave"]
        assert said == "governor powersave"
    assert now(peer) == ["schedutil", "schedutil"]
    with pytest.raises(KeyboardInterrupt), governor(place, "performance"):
        raise KeyboardInterrupt
    assert now(peer) == ["schedutil", "schedutil"]


def test_a_cap_is_set_and_let_go_over_adb_too(device: Device) -> None:
    peer, place = device

    with governor(place, "performance"), frequency_cap(place, 1000):
        assert now(peer, "scaling_max_freq") == ["1000000", "1000000"]
    assert now(peer, "scaling_max_freq") == ["2000000", "2000000"]
    assert now(peer) == ["schedutil", "schedutil"]


@pytest.mark.parametrize("name", ["ondemand", "powersave; reboot", "$(reboot)", ""])
def test_what_the_device_does_not_know_is_never_written(device: Device, name: str) -> None:
    peer, place = device

    with pytest.raises(MeterError, match="there is no governor") as caught, governor(place, name):
        pass
    assert "performance, powersave, schedutil" in caught.value.hint
    assert now(peer) == ["schedutil", "schedutil"]


def test_odd_names_are_not_written_where_the_device_lists_none(device: Device) -> None:
    peer, place = device
    for number in (0, 4):
        peer.files.path(f"{_FOLDER}{number}/scaling_available_governors").unlink()

    with pytest.raises(MeterError, match="neither a number nor a name"), governor(place, "x'; touch /gone; '"):
        pass
    assert now(peer) == ["schedutil", "schedutil"]


def test_a_cluster_that_refuses_leaves_the_others_as_they_were(device: Device) -> None:
    peer, place = device
    second = peer.files.path(f"{_FOLDER}4/scaling_governor")
    second.unlink()
    second.symlink_to("/proc/version")  # readable, and not even root may write it

    with pytest.raises(MeterError, match="may not be written") as caught, governor(place, "powersave"):
        pass
    assert "root" in caught.value.hint
    assert peer.files.path(f"{_FOLDER}0/scaling_governor").read_text().strip() == "schedutil"


def test_without_governors_it_says_so(phone: Device) -> None:
    with pytest.raises(MeterError, match="not there"), governor(phone[1], "powersave"):
        pass


def test_it_may_be_refused_here_too(tmp_path: os.PathLike[str]) -> None:
    from backends.power.files import HostFiles

    place = Place(device="host", kind="host", files=HostFiles(tmp_path))
    with pytest.raises(MeterError, match="not there"), governor(place, "powersave"):
        pass

"""This computer as a device."""

import importlib.metadata
import importlib.util

import pytest

from backends.devices import host_facts
from backends.devices.discovery import list_devices
from backends.devices.local import LocalDevice, find_runtime
from backends.errors import RunError


def test_this_computer_is_always_listed_first() -> None:
    devices = list_devices()

    assert devices[0].info.id == "host"
    assert devices[0].info.kind == "host"


def test_the_environment_names_what_matters_and_leaves_out_what_is_unknown() -> None:
    environment = LocalDevice().environment()

    assert {"processor", "cores", "system", "runtime", "python"} <= environment.keys()
    assert all(environment.values())


def test_every_failed_check_has_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(host_facts, "load_average", lambda: 9.0)
    monkeypatch.setattr(host_facts, "usable_core_count", lambda: 4)
    monkeypatch.setattr(host_facts, "governors", lambda: ("powersave",))
    monkeypatch.setattr(host_facts, "is_on_battery", lambda: True)

    checks = LocalDevice().checks()

    assert [check.name for check in checks if not check.is_ok] == ["Runtime", "Load", "Frequency", "Power"]
    assert all(check.remedy for check in checks)


def test_a_quiet_computer_passes_all_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_facts, "load_average", lambda: 0.1)
    monkeypatch.setattr(host_facts, "governors", lambda: ("performance",))
    monkeypatch.setattr(host_facts, "is_on_battery", lambda: None)

    checks = LocalDevice().checks()[1:]

    assert all(check.is_ok and not check.remedy for check in checks)


def test_a_missing_runtime_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(RunError, match="not installed") as caught:
        find_runtime()
    assert "pip install" in caught.value.hint


def test_another_minor_release_of_the_runtime_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    find_runtime()
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "2.9.0")

    with pytest.raises(RunError, match=r"LiteRT 2\.9\.0"):
        find_runtime()

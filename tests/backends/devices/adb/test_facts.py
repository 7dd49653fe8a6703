"""What devices answer, read by pure functions: several Android versions, boards, and answers that are cut or odd."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backends.devices.adb.android_state import (
    parse_battery,
    parse_screen,
    parse_thermal_status,
    parse_zones,
    thermal_word,
)
from backends.devices.adb.cores import parse_clusters
from backends.devices.adb.environment import describe_facts
from backends.devices.adb.facts import parse_facts, parse_properties
from backends.devices.adb.failures import device_error
from backends.devices.adb.free_space import parse_free_bytes
from backends.devices.adb.preflight import check_connection, check_facts
from backends.devices.soc_names import find_chipset

_TOYBOX_DF = """Filesystem      1K-blocks     Used Available Use% Mounted on
/dev/block/dm-5 111333304 10457776 100744456  10% /data/user/0
"""
_WRAPPED_DF = """Filesystem           1K-blocks      Used Available Use% Mounted on
/dev/block/platform/soc/1d84000.ufshc/by-name/userdata
                     53886632   6453340  47302220  12% /data
"""
_TOOLBOX_DF = """Filesystem               Size     Used     Free   Blksize
/data                   12.0G     4.5G     7.5G   4096
"""


@pytest.mark.parametrize(
    ("text", "free"),
    [
        (_TOYBOX_DF, 100744456 * 1024),
        (_WRAPPED_DF, 47302220 * 1024),
        (_TOOLBOX_DF, int(7.5 * 1024**3)),
        ("df: /data/local/tmp: Permission denied\n", None),
        ("", None),
    ],
)
def test_free_space_is_read_from_every_kind_of_df(text: str, free: int | None) -> None:
    assert parse_free_bytes(text) == free


@pytest.mark.parametrize(
    ("properties", "hardware", "name"),
    [
        ({"ro.soc.model": "SM8150"}, "", "Snapdragon 855"),
        ({"ro.soc.model": "SM8150-AC"}, "", "Snapdragon 855 Plus"),
        ({"ro.soc.model": "SM8250-AB"}, "", "Snapdragon 865"),
        ({"ro.board.platform": "msmnile", "ro.hardware": "qcom"}, "", "Snapdragon 855"),
        ({"ro.soc.model": "MT6893Z/CZA"}, "", "Dimensity 1200"),
        ({"ro.mediatek.platform": "MT6771"}, "", "Helio P60"),
        ({"ro.hardware.chipname": "exynos9820"}, "", "Exynos 9820"),
        ({"ro.soc.model": "s5e9840"}, "", "Exynos 2100"),
        ({"ro.board.platform": "kirin980"}, "", "Kirin 980"),
        ({"ro.soc.model": "Tensor G2", "ro.board.platform": "gs201"}, "", "Tensor G2"),
        ({"ro.board.platform": "vs680"}, "", "VS680"),
        ({}, "Qualcomm Technologies, Inc SM8150", "Snapdragon 855"),
        ({"ro.soc.model": "XY1234"}, "", "XY1234"),
        ({"ro.board.platform": "unknown", "ro.hardware": "goldfish"}, "", "goldfish"),
    ],
)
def test_chipsets_get_the_name_they_are_sold_under(properties: dict[str, str], hardware: str, name: str) -> None:
    chipset = find_chipset(properties, hardware)

    assert chipset is not None
    assert chipset.name == name


def test_a_device_that_says_nothing_has_no_chipset() -> None:
    assert find_chipset({}) is None


def test_properties_may_run_over_lines() -> None:
    text = "[a.b]: [one]\n[c]: [two\nthree]\n[empty]: []\n"

    assert parse_properties(text) == {"a.b": "one", "c": "two\nthree", "empty": ""}


def test_clusters_group_cores_of_one_kind() -> None:
    cores = "0|300000|1800000|schedutil|300000\n4|700000|2400000|schedutil|\n1|300000|1800000|schedutil|\n7||||\n"
    info = "".join(
        f"processor : {n}\nCPU implementer : 0x41\nCPU part : {part}\n" for n, part in ((0, "0xd05"), (1, "0xd05"))
    )

    clusters = parse_clusters(cores, info + "processor : 4\nCPU implementer : 0x41\nCPU part : 0xd0d\n")

    assert [cluster.describe() for cluster in clusters] == [
        "1 x core (core 7, mask 80)",
        "2 x Cortex-A55, 0.3 to 1.8 GHz (cores 0 to 1, mask 3)",
        "1 x Cortex-A77, 0.7 to 2.4 GHz (core 4, mask 10)",
    ]


def test_batteries_are_read() -> None:
    battery = parse_battery("  AC powered: true\n  status: 5\n  level: 50\n  scale: 50\n  temperature: -12\n")

    assert battery is not None
    assert (battery.percent, battery.is_charging, battery.is_plugged, battery.celsius) == (100, True, True, -1.2)
    assert parse_battery("  present: false\n  level: 0\n") is None
    assert parse_battery("Can't find service: battery") is None


def test_heat_is_read_and_sensors_that_lie_are_left_out() -> None:
    zones = parse_zones("cpu|45100\nbattery|31\noff|-40000\nbroken|\nodd|x\nhuge|2147483647\na|b|52000\n")

    assert [(zone.name, zone.celsius) for zone in zones] == [("cpu", 45.1), ("battery", 31.0), ("a|b", 52.0)]
    assert parse_thermal_status("IsStatusOverride: false\nThermal Status: 3\n") == 3
    assert parse_thermal_status("") is None
    assert (thermal_word(3), thermal_word(99)) == ("severe", "99")


def test_the_screen_is_read_from_old_and_new_versions() -> None:
    assert parse_screen("mWakefulness=Asleep\nDisplay Power: state=OFF\n") is False
    assert parse_screen("mWakefulness=Awake\n") is True
    assert parse_screen("") is None


def test_a_phone_in_trouble_fails_each_check_with_a_remedy() -> None:
    answer = _answer(
        properties="[ro.product.cpu.abilist]: [mips]",
        space=_TOYBOX_DF.replace("100744456", "1024"),
        cores="0|300000|1800000|powersave|",
        load="9.5 9 9",
        battery="level: 7\nstatus: 3\ntemperature: 451",
        thermal="Thermal Status: 2",
        screen="mWakefulness=Asleep",
    )

    checks = check_facts(parse_facts(answer))

    assert [check.name for check in checks] == [
        "Processor type", "Space", "Heat", "Battery", "Screen", "Frequency", "Load",
    ]  # fmt: skip
    assert not any(check.is_ok for check in checks)
    assert all(check.remedy for check in checks)
    assert checks[2].message == "Android reports thermal throttling 'moderate', the battery has 45 °C."


def test_a_connection_in_trouble_says_what_and_what_to_do() -> None:
    check = check_connection("not authorised: unlock the device and accept the dialog")

    assert check.message == "The device cannot be used: not authorised."
    assert check.remedy == "Unlock the device and accept the dialog."
    assert check_connection("ready").is_ok


def test_a_silent_device_has_no_facts_and_one_failed_check() -> None:
    facts = parse_facts("")

    assert describe_facts(facts) == {}
    assert [(check.name, check.is_ok) for check in check_facts(facts)] == [("Processor type", False)]


@example("0\x1f")
@given(st.text() | st.just("9" * 5000) | st.from_regex(r"[0-9]{1,40}[|. ][0-9]{1,400}"))
def test_any_answer_is_read_without_an_exception(text: str) -> None:
    names = ("properties", "cpuinfo", "meminfo", "space", "cores", "zones", "nnapi", "battery", "thermal", "screen")
    facts = parse_facts(_answer(**dict.fromkeys(names, text)))

    assert all(isinstance(value, str) for value in describe_facts(facts).values())
    assert check_facts(facts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set", "has not allowed this computer"),
        ("device offline", "is offline"),
        ("device 'R58M' not found", "is not connected"),
        ("insufficient permissions for device", "this user may not open R58M"),
        ("failed to authenticate to 10.0.0.1:5555", "refused the key"),
        ("remote write failed: No space left on device", "no space left"),
        ("couldn't create file: Read-only file system", "cannot be written"),
        ("couldn't create file: Permission denied", "denies the access"),
        ("protocol fault (couldn't read status)", "cannot be understood"),
    ],
)
def test_the_words_of_adb_become_a_sentence_with_a_remedy(text: str, words: str) -> None:
    error = device_error(text, "R58M")

    assert words in error.message
    assert error.hint
    assert error.detail == text


def test_unknown_words_are_passed_on() -> None:
    assert device_error("odd\nthing", "R58M", what="cannot push m").message == "cannot push m: adb said 'odd thing'"


def _answer(**sections: str) -> str:
    return "".join(f"\n@@@ {name}\n{text}\n" for name, text in sections.items())

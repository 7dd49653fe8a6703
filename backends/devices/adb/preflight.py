"""What should be looked at before a device is measured."""

from collections.abc import Iterator

from backends.devices.adb.android_state import thermal_word
from backends.devices.adb.cores import governors_of
from backends.devices.adb.facts import DeviceFacts
from backends.devices.device import Check
from backends.units import format_bytes

_RUNNABLE_ABIS = ("arm64-v8a", "armeabi-v7a", "x86_64")
"""For which TFLite's tools are published."""
_NEEDED_BYTES = 256 * 1024 * 1024
_HOT_CELSIUS = 65.0
_HOT_BATTERY_CELSIUS = 40.0
_LOW_PERCENT = 30


def check_connection(state: str) -> Check:
    """Answer whether commands can run; ``state`` is that of ``DeviceInfo``."""
    if state == "ready":
        return Check(name="Connection", is_ok=True, message="The device accepts commands of this computer.")
    problem, _, remedy = state.partition(": ")
    return Check(
        name="Connection",
        is_ok=False,
        message=f"The device cannot be used: {problem}.",
        remedy=f"{remedy[:1].upper()}{remedy[1:]}." if remedy else "Plug the device in again.",
    )


def check_facts(facts: DeviceFacts) -> tuple[Check, ...]:
    """Answer all questions that the facts can answer; what a device does not tell is not asked."""
    questions = (_check_abi, _check_space, _check_heat, _check_battery, _check_screen, _check_governor, _check_load)
    return tuple(check for question in questions for check in question(facts))


def _check_abi(facts: DeviceFacts) -> Iterator[Check]:
    usable = [abi for abi in facts.abis if abi in _RUNNABLE_ABIS]
    yield Check(
        name="Processor type",
        is_ok=bool(usable),
        message=f"The device runs programs for {', '.join(facts.abis) or 'an unknown processor'}.",
        remedy="" if usable else f"Choose a device for {', '.join(_RUNNABLE_ABIS)}, or give a runner of your own.",
    )


def _check_space(facts: DeviceFacts) -> Iterator[Check]:
    if facts.free_bytes is None:
        return
    is_ok = facts.free_bytes >= _NEEDED_BYTES
    yield Check(
        name="Space",
        is_ok=is_ok,
        message=f"{format_bytes(facts.free_bytes)} are free for the runner and models.",
        remedy="" if is_ok else "Remove files from the device, also those that this program keeps there.",
    )


def _check_heat(facts: DeviceFacts) -> Iterator[Check]:
    found, is_hot = [], False
    if facts.thermal_status is not None:
        found.append(f"Android reports thermal throttling '{thermal_word(facts.thermal_status)}'")
        is_hot |= facts.thermal_status > 0
    hottest = max(facts.zones, key=lambda zone: zone.celsius, default=None)
    if hottest is not None:
        found.append(f"the hottest sensor ({hottest.name}) shows {hottest.celsius:.0f} °C")
        is_hot |= hottest.celsius >= _HOT_CELSIUS
    if facts.battery is not None and facts.battery.celsius is not None:
        found.append(f"the battery has {facts.battery.celsius:.0f} °C")
        is_hot |= facts.battery.celsius >= _HOT_BATTERY_CELSIUS
    if found:
        text = ", ".join(found)
        yield Check(
            name="Heat",
            is_ok=not is_hot,
            message=f"{text[0].upper()}{text[1:]}.",
            remedy="Let the device cool down: hot chips lower their clock rates." if is_hot else "",
        )


def _check_battery(facts: DeviceFacts) -> Iterator[Check]:
    battery = facts.battery
    if battery is None or battery.percent is None:
        return
    is_low = battery.percent < _LOW_PERCENT
    how = "charging" if battery.is_charging else "plugged in" if battery.is_plugged else "discharging"
    yield Check(
        name="Battery",
        is_ok=not is_low,
        message=f"The battery is at {battery.percent} % and {how}.",
        remedy=f"Charge it to {_LOW_PERCENT} % or more: devices save power when it is low." if is_low else "",
    )


def _check_screen(facts: DeviceFacts) -> Iterator[Check]:
    if facts.is_screen_on is None or facts.battery is None:
        # Boards and television sets have no battery, and do not doze.
        return
    yield Check(
        name="Screen",
        is_ok=facts.is_screen_on,
        message=f"The screen is {'on' if facts.is_screen_on else 'off'}.",
        remedy=""
        if facts.is_screen_on
        else "Switch it on and keep it on ('Stay awake' in the developer options): devices slow down with it off.",
    )


def _check_governor(facts: DeviceFacts) -> Iterator[Check]:
    governors = governors_of(facts.clusters)
    if not governors:
        return
    saves = "powersave" in governors
    remedy = "Choose another governor (needs root), and switch off battery saving."
    yield Check(
        name="Frequency",
        is_ok=not saves,
        message=f"The frequency governor is {', '.join(governors)}.",
        remedy=remedy if saves else "",
    )


def _check_load(facts: DeviceFacts) -> Iterator[Check]:
    if facts.load is None or not facts.core_count:
        return
    # Android also counts threads that wait for hardware: an idle phone shows several.
    is_busy = facts.load > facts.core_count
    yield Check(
        name="Load",
        is_ok=not is_busy,
        message=f"{facts.load:.1f} threads were running or waiting on {facts.core_count} cores in the last minute.",
        remedy="Close other apps, and wait until updates and synchronisation have ended." if is_busy else "",
    )

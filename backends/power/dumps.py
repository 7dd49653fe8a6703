"""Channels that a command on a device prints: the command runs there in a loop, its output is read here."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from backends.devices.device import RemoteShell
from backends.errors import DeviceError, MeterError
from backends.power.files import seconds
from backends.power.recorder import Channel, DeviceClock, Recorder
from backends.progress import Progress

_MARK = "@@@power"
_LONGEST_S = 90_000.0
_EMPTY_ANSWERS = 5

Parse = Callable[[str], Mapping[str, float]]
"""Gives values by channel id from what the command printed."""


class DumpSource:
    """Runs a command again and again.

    Args:
        shell: the way to the device; used for nothing else at the same time.
        command: what to run, in the device's shell; a text of this program.
        period_s: pause between two runs.
        channels: what it may tell; values of other channels are dropped.
        parse: reads one output.
        counters: whether the values grow (mJ) and their slopes are wanted.
    """

    def __init__(
        self,
        shell: RemoteShell,
        command: str,
        period_s: float,
        channels: Mapping[str, Channel],
        parse: Parse,
        *,
        counters: bool = False,
    ) -> None:
        self._shell = shell
        self._command = command
        self._period_s = period_s
        self._channels = dict(channels)
        self._parse = parse
        self._counters = counters
        self._clock = DeviceClock()
        self._before: dict[str, tuple[float, float]] = {}
        self._empty = 0

    def record(self, recorder: Recorder, progress: Progress) -> None:
        """Sample until the end; see ``Source.record``."""
        for channel in self._channels.values():
            recorder.declare(channel, self._clock)
        lines: list[str] = []
        moments: list[tuple[float, float]] = []

        def listen(stream: str, line: str) -> None:
            if stream != "stdout":
                return
            mark, _, time_text = line.partition(" ")
            if mark != _MARK:
                lines.append(line)
                return
            if moments:
                self._take(recorder, moments[-1], "\n".join(lines))
            lines.clear()
            written = seconds(time_text.strip())
            if written is not None:
                moments.append((written, recorder.now()))
                del moments[:-1]

        script = (
            f'while :; do u=; read -r u x < /proc/uptime; echo "{_MARK} $u"; {self._command}; '
            f"sleep {self._period_s:.3f} 2>/dev/null || sleep 1; done"
        )
        outcome = self._shell.run(
            ("sh", "-c", script), timeout_s=_LONGEST_S, progress=progress, on_line=listen, ends_on_stop=True
        )
        if moments and lines:
            self._take(recorder, moments[-1], "\n".join(lines))
        if not outcome.stopped:
            raise DeviceError("the device stopped sampling", detail=outcome.stderr)

    def _take(self, recorder: Recorder, moment: tuple[float, float], text: str) -> None:
        values = self._parse(text)
        if not values:
            self._empty += 1
            if self._empty == _EMPTY_ANSWERS:
                recorder.warn("The device's answers hold no power any more.")
            return
        self._empty = 0
        written, arrived = moment
        own = self._clock.seen(written, arrived)
        for id_, value in values.items():
            if id_ not in self._channels:
                continue
            if not self._counters:
                recorder.add(id_, written, value, own_s=own)
                continue
            before = self._before.get(id_)
            if before is None or value < before[1]:
                self._before[id_] = (written, value)
            elif value > before[1] and written > before[0]:
                self._before[id_] = (written, value)
                recorder.add(id_, written, (value - before[1]) / (written - before[0]), own_s=own)


def ask(shell: RemoteShell, command: str, timeout_s: float = 15.0) -> str:
    """Run a command once and give what it printed, empty where it failed.

    Raises:
        DeviceError: the device went away.
    """
    outcome = shell.run(("sh", "-c", command), timeout_s=timeout_s)
    return outcome.stdout if outcome.code == 0 else ""


def parse_thermal(text: str) -> Mapping[str, float]:
    """Read ``dumpsys thermalservice``: the status, and the temperatures that the HAL tells now (else the cached ones).

    Source of the format: AOSP ``ThermalManagerService.dump``.
    """
    found: dict[str, float] = {}
    status = re.search(r"Thermal Status:\s*(\d{1,2})\b", text)
    if status:
        found["status"] = float(status[1])
    _, _, current = text.partition("Current temperatures from HAL")
    part = current.partition("Current cooling devices")[0] if "Temperature{" in current else text
    for value, name in re.findall(r"Temperature\{mValue=(-?[\d.]+), mType=-?\d+, mName=([^,}]+)", part):
        number = seconds(value)
        if number is not None and 0 < number < 150:
            found[f"temperature:{PurePosixPath(name).name}"] = number
    return found


def require(shell: RemoteShell | None, what: str) -> RemoteShell:
    """Give the shell.

    Raises:
        MeterError: the model runs on this computer.
    """
    if shell is None:
        raise MeterError(f"{what} are read on Android devices, and the model runs on this computer")
    return shell

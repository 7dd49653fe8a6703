"""Channels that are read from files: which files, and how their texts become a value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from backends.power.files import Files, numbers
from backends.power.recorder import Channel, DeviceClock, Recorder
from backends.progress import Progress

_MISSES = 20

Convert = Callable[[Sequence[float]], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A channel with the files that it needs, all of them for each value."""

    channel: Channel
    paths: tuple[str, ...]
    convert: Convert
    """Makes the value from the files' numbers; that of a counter in mJ."""
    is_counter: bool = False
    """Whether the value only grows: the channel then gets its slope, the mean power between two changes."""
    wraps_at: float = 0.0
    """Where a counter starts again from 0, in mJ; 0 for never."""


class FileSource:
    """Samples probes at one rate.

    Args:
        files: where they are.
        probes: what to read.
        period_s: time between two readings.
        is_remote: whether the files tell the device's time.
    """

    def __init__(self, files: Files, probes: Sequence[Probe], period_s: float, *, is_remote: bool) -> None:
        self._files = files
        self._probes = tuple(probes)
        self._period_s = period_s
        self._clock = DeviceClock() if is_remote else None
        self._misses: dict[str, int] = {}
        self._before: dict[str, tuple[float, float]] = {}

    def record(self, recorder: Recorder, progress: Progress) -> None:
        """Sample until the end; see ``Source.record``."""
        for probe in self._probes:
            recorder.declare(probe.channel, self._clock)
        paths = tuple(dict.fromkeys(path for probe in self._probes for path in probe.paths))

        def on_row(written_s: float | None, texts: Mapping[str, str]) -> None:
            own = recorder.now()
            time_s = own
            if self._clock is not None:
                if written_s is None:
                    return
                time_s, own = written_s, self._clock.seen(written_s, own)
            for probe in self._probes:
                self._take(recorder, probe, texts, time_s, own)

        if paths:
            self._files.follow(paths, self._period_s, on_row, progress)

    def _take(self, recorder: Recorder, probe: Probe, texts: Mapping[str, str], time_s: float, own: float) -> None:
        id_ = probe.channel.id
        found = numbers(texts[path] for path in probe.paths) if all(p in texts for p in probe.paths) else None
        if found is None:
            self._misses[id_] = self._misses.get(id_, 0) + 1
            if self._misses[id_] == _MISSES:
                recorder.warn(f"{probe.channel.title} could not be read any more from {own:.0f} s on.")
            return
        self._misses[id_] = 0
        value = probe.convert(found)
        if not probe.is_counter:
            recorder.add(id_, time_s, value, own_s=own)
            return
        before = self._before.get(id_)
        if before is None:
            self._before[id_] = (time_s, value)
        elif value != before[1] and time_s > before[0]:
            grown = value - before[1]
            if grown < 0 and probe.wraps_at:
                grown += probe.wraps_at
            self._before[id_] = (time_s, value)
            if grown >= 0:
                recorder.add(id_, time_s, grown / (time_s - before[0]), own_s=own)

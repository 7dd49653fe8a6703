"""Collects what several sources tell at their own rates, in one clock; memory stays bounded, all samples go to disk.

Sources call ``add`` from threads of their own. Each channel keeps a thinned curve for plots, which ``snapshot`` gives
at any time, and writes every sample to a file of pairs of doubles; energy is computed from that file.
"""

import csv
import tempfile
import threading
import time
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from backends.errors import ProfilerError, StoreError
from backends.power.alignment import ClockMap, map_clock
from backends.power.integration import Array, Signal
from backends.power.thinning import ThinCurve, thin, thin_around_median
from backends.power.traces import UNITS, Quantity, Trace
from backends.progress import Cancelled, Progress

CAPACITY = 4000
"""Points of a channel that are kept in memory, and saved with a run."""
_BLOCK = 2048
_MOST_PAIRS = 20_000
_JOIN_S = 5.0
_LIMITS = {
    Quantity.POWER: (-2e6, 2e6),
    Quantity.TEMPERATURE: (-60.0, 200.0),
    Quantity.CLOCK: (0.0, 20_000.0),
    Quantity.LATENCY: (0.0, 1e8),
    Quantity.STATUS: (0.0, 10.0),
}
"""What no device can have: a value outside is a misreading, and left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One curve: what it is, and where it comes from."""

    id: str
    title: str
    quantity: Quantity
    source: str = ""
    is_mean: bool = False
    relative_error: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCurve:
    """A channel as it stands, thinned for a plot."""

    channel: Channel
    times_s: Array
    values: Array
    count: int


class Source(Protocol):
    """Something that can be sampled."""

    def record(self, recorder: "Recorder", progress: Progress) -> None:
        """Sample until ``progress.is_stopping``; runs in a thread of its own.

        Raises:
            Cancelled: it was cancelled.
            ProfilerError: it cannot go on; what came before is kept.
        """
        ...


class DeviceClock:
    """A clock elsewhere, learnt from lines that carry its time; shared by the channels of a source.

    Args:
        resolution_s: of the other clock.
    """

    def __init__(self, resolution_s: float = 0.01) -> None:
        self._resolution_s = resolution_s
        self._written, self._arrived = array("d"), array("d")
        self._least = float("inf")

    def seen(self, written_s: float, arrived_s: float) -> float:
        """Take a pair and give the own time, as good as is known by now."""
        self._least = min(self._least, arrived_s - written_s)
        if len(self._written) < _MOST_PAIRS:
            self._written.append(written_s)
            self._arrived.append(arrived_s)
        return written_s + self._least

    def mapping(self) -> ClockMap:
        """Give the map from all pairs."""
        return map_clock(self._written, self._arrived, resolution_s=self._resolution_s)


class _Track:
    """A channel's samples."""

    def __init__(self, channel: Channel, path: Path, clock: DeviceClock | None) -> None:
        self.channel = channel
        self.clock = clock
        self.curve = ThinCurve(CAPACITY)
        self.absurd = 0
        self._path = path
        self._block = array("d")

    def add(self, own_s: float, stored_s: float, value: float) -> None:
        low, high = _LIMITS[self.channel.quantity]
        if not low <= value <= high:
            self.absurd += 1
            return
        self.curve.add(own_s, value)
        self._block.append(stored_s)
        self._block.append(value)
        if len(self._block) >= 2 * _BLOCK:
            self.flush()

    def flush(self) -> None:
        if self._block:
            with self._path.open("ab") as file:
                self._block.tofile(file)
            self._block = array("d")

    def samples(self) -> tuple[Array, Array, float]:
        """Give all times in the own clock, all values, and the uncertainty of the times."""
        self.flush()
        if not self._path.exists():
            return np.array([]), np.array([]), 0.0
        pairs = np.fromfile(self._path, np.float64).reshape(-1, 2)
        times, values = pairs[:, 0], pairs[:, 1]
        error = 0.0
        if self.clock is not None:
            found = self.clock.mapping()
            times, error = found.apply(times), found.error_s
        order = np.argsort(times, kind="stable")
        return times[order], values[order], error


class Recorder:
    """Starts sources and collects their samples; a context manager that ends them and removes its files.

    The clock begins with the recorder: ``now`` is 0 then.
    """

    def __init__(self) -> None:
        self._zero = time.monotonic()
        self.started_epoch_s = time.time()
        """Seconds since 1970 when the clock began, for files of meters that tell the time of day."""
        self._folder = tempfile.TemporaryDirectory(prefix="tflite-profiler-power-")
        self._tracks: dict[str, _Track] = {}
        self._lock = threading.Lock()
        self._threads: list[tuple[threading.Thread, Progress]] = []
        self._warnings: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.end(cancels=True)
        self._folder.cleanup()

    def now(self) -> float:
        """Give the time in seconds since the recording began."""
        return time.monotonic() - self._zero

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong so far."""
        with self._lock:
            absurd = [
                f"{track.channel.title}: {track.absurd} impossible value{'s' if track.absurd > 1 else ''} left out."
                for track in self._tracks.values()
                if track.absurd
            ]
            return (*self._warnings, *absurd)

    def warn(self, sentence: str) -> None:
        """Keep a sentence for the run; the same one once."""
        with self._lock:
            if sentence not in self._warnings:
                self._warnings.append(sentence)

    def declare(self, channel: Channel, clock: DeviceClock | None = None) -> None:
        """Announce a channel; its times are then those of ``clock``, or of the own clock without one."""
        with self._lock:
            if channel.id not in self._tracks:
                path = Path(self._folder.name) / f"{len(self._tracks)}.f64"
                self._tracks[channel.id] = _Track(channel, path, clock)

    def add(self, id_: str, time_s: float, value: float, *, own_s: float | None = None) -> None:
        """Take a sample of a declared channel.

        Args:
            id_: of the channel.
            time_s: by the channel's clock.
            value: in the unit of the channel's quantity.
            own_s: the own time, where the channel has another clock.
        """
        with self._lock:
            self._tracks[id_].add(time_s if own_s is None else own_s, time_s, value)

    def start(self, sources: Sequence[Source]) -> None:
        """Let sources sample, each in a thread."""
        for source in sources:
            progress = Progress()
            thread = threading.Thread(
                target=self._record, args=(source, progress), name=f"sampling-{type(source).__name__}", daemon=True
            )
            self._threads.append((thread, progress))
            thread.start()

    def end(self, *, cancels: bool = False) -> None:
        """Let the sources end and wait for them, a few seconds at most."""
        for _, progress in self._threads:
            progress.stop()
            if cancels:
                progress.cancel()
        deadline = time.monotonic() + _JOIN_S
        for thread, progress in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                progress.cancel()
                thread.join(_JOIN_S)
        self._threads = []

    def snapshot(self) -> tuple[LiveCurve, ...]:
        """Give all curves as they stand."""
        with self._lock:
            return tuple(
                LiveCurve(channel=t.channel, times_s=points[0], values=points[1], count=t.curve.count)
                for t in self._tracks.values()
                if t.curve.count and (points := t.curve.points())
            )

    def signal(self, id_: str) -> Signal | None:
        """Give all samples of a channel; ``None`` where there are none."""
        with self._lock:
            track = self._tracks.get(id_)
            if track is None or not track.curve.count:
                return None
            times, values, error = track.samples()
        return Signal(
            times_s=times,
            values=values,
            is_mean=track.channel.is_mean,
            relative_error=track.channel.relative_error,
            clock_error_s=error,
        )

    def traces(
        self, *, scales: Mapping[str, float] | None = None, files: Mapping[str, str] | None = None
    ) -> tuple[Trace, ...]:
        """Give all channels as traces, thinned where they are long.

        Args:
            scales: factors by channel id, from a calibration that came after the recording.
            files: names of the files with all samples, by channel id.
        """
        found = []
        for id_ in tuple(self._tracks):
            signal, channel = self.signal(id_), self._tracks[id_].channel
            if signal is None:
                continue
            values = signal.values * (scales or {}).get(id_, 1.0)
            # What is compared by its medians is thinned around them.
            shorten = thin if channel.quantity is Quantity.POWER else thin_around_median
            times, shown = shorten(signal.times_s, values, CAPACITY)
            seconds = float(signal.times_s[-1] - signal.times_s[0])
            found.append(
                Trace(
                    id=id_,
                    title=channel.title,
                    quantity=channel.quantity,
                    times_s=tuple(np.round(times, 6).tolist()),
                    values=tuple(np.round(shown, 6).tolist()),
                    source=channel.source,
                    is_mean=channel.is_mean,
                    relative_error=channel.relative_error,
                    clock_error_s=signal.clock_error_s,
                    sample_count=len(signal.times_s),
                    mean=float(np.mean(values)),
                    distinct_hz=(float(np.count_nonzero(np.diff(signal.values))) / seconds if seconds > 0 else None),
                    file=(files or {}).get(id_, ""),
                )
            )
        return tuple(found)

    def keep_files(self, folder: Path, prefix: str) -> Mapping[str, str]:
        """Write the samples of each channel that was thinned as CSV into a folder, and give the names.

        Raises:
            StoreError: they cannot be written.
        """
        names = {}
        for id_, track in self._tracks.items():
            if track.curve.count <= CAPACITY:
                continue
            signal = self.signal(id_)
            if signal is None:
                continue
            safe = "".join(c if c.isalnum() else "-" for c in id_)
            name = f"{prefix}-{safe}.csv"
            unit = UNITS[track.channel.quantity]
            try:
                folder.mkdir(parents=True, exist_ok=True)
                with (folder / name).open("w", encoding="utf-8", newline="") as file:
                    writer = csv.writer(file)
                    writer.writerow(["Time (s)", f"{track.channel.quantity.value.capitalize()} ({unit})"])
                    writer.writerows(zip(np.round(signal.times_s, 6).tolist(), signal.values.tolist(), strict=True))
            except OSError as error:
                raise StoreError(f"{folder / name} cannot be written: {error.strerror or error}") from error
            names[id_] = name
        return names

    def _record(self, source: Source, progress: Progress) -> None:
        try:
            source.record(self, progress)
        except Cancelled:
            pass
        except ProfilerError as error:
            if not progress.is_stopping:
                sentence = error.message[:1].upper() + error.message[1:]
                self.warn(f"{sentence}, after {self.now():.0f} s. {error.hint}".strip())
        except OSError as error:
            self.warn(f"Samples could not be kept on disk: {error.strerror or error}.")


class LiveBoard:
    """Where a window finds the recorders of the runs under way, by device; callable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recorders: dict[str, Recorder] = {}

    def show(self, device: str, recorder: Recorder) -> None:
        """Let a recorder be seen."""
        with self._lock:
            self._recorders[device] = recorder

    def hide(self, device: str) -> None:
        """End that."""
        with self._lock:
            self._recorders.pop(device, None)

    def snapshot(self) -> Mapping[str, tuple[LiveCurve, ...]]:
        """Give the curves of all devices as they stand."""
        with self._lock:
            recorders = dict(self._recorders)
        return {device: recorder.snapshot() for device, recorder in recorders.items()}

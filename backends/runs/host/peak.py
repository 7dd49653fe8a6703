"""What this computer can reach at most: multiply-adds and bytes per second, measured and kept for the next time.

A roofline (Williams, Waterman, Patterson: "Roofline: an insightful visual performance model for multicore
architectures", CACM 52(4), 2009) needs two numbers. Both are measured in a child process, as everything that is timed:
the rate of multiply-adds of a large float32 matrix product, and that of copying memory that fits in no cache.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backends.devices.host_facts import processor_name
from backends.errors import RunError
from backends.progress import Progress
from backends.user_folders import cache_folder

_FILE = "peaks.json"
_SCHEMA = "tflite-profiler/peaks/1"
_TIMEOUT_S = 60.0
_MOST_BYTES = 1 << 20
_ROOT = Path(__file__).resolve().parents[3]
_THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The two roofs of a machine."""

    macs_per_second: float
    bytes_per_second: float
    source: str
    """How they were found, as a sentence."""


def host_peak(threads: int, progress: Progress, *, measures_anew: bool = False) -> Peak:
    """Give the peak of this computer with a number of threads, from the last time or measured now (some 2 s).

    Raises:
        Cancelled: the user cancelled.
        RunError: it cannot be measured.
    """
    known = None if measures_anew else kept_peak(threads)
    if known is not None:
        return known
    progress.step("Measuring what this computer can reach at most")
    rates = _measure(threads, progress)
    _keep(threads, rates)
    return _peak_of(threads, rates)


def kept_peak(threads: int) -> Peak | None:
    """Give the peak that was measured before on this computer, if there is one."""
    rates = _read().get(_key(threads))
    return _peak_of(threads, rates) if rates is not None else None


def _peak_of(threads: int, rates: tuple[float, float]) -> Peak:
    many = f"{threads} threads" if threads != 1 else "one thread"
    source = f"Line: measured on this computer with {many} (float32 matrix product, copying memory)."
    return Peak(macs_per_second=rates[0], bytes_per_second=rates[1], source=source)


def _measure(threads: int, progress: Progress) -> tuple[float, float]:
    environment = dict(os.environ) | dict.fromkeys(_THREAD_VARIABLES, str(threads))
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_ROOT), environment.get("PYTHONPATH"))))
    command = [sys.executable, "-P", "-m", "backends.runs.host.peak_worker", str(threads)]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows a console would flash up
    ) as child:
        try:
            with progress.closing(child.kill):
                answer, log = child.communicate(timeout=_TIMEOUT_S)
        except subprocess.TimeoutExpired as error:
            raise RunError(f"Measuring the peak of this computer took over {_TIMEOUT_S:.0f} s.") from error
        finally:
            child.kill()
    progress.check()
    try:
        tree = json.loads(answer)
        rates = float(tree["macs_per_second"]), float(tree["bytes_per_second"])
    except (ValueError, KeyError, TypeError) as error:
        message = f"The peak of this computer cannot be measured: the child process ended with {child.returncode}"
        raise RunError(message, detail=log.decode("utf-8", "replace")) from error
    if not (0 < rates[0] < 1e18 and 0 < rates[1] < 1e18):
        raise RunError("The peak of this computer cannot be measured: the clock gave no usable times.")
    return rates


def _key(threads: int) -> str:
    return f"{processor_name()} / {threads}"


def _read() -> Mapping[str, tuple[float, float]]:
    path = cache_folder() / _FILE
    try:
        if path.stat().st_size > _MOST_BYTES:
            return {}
        tree = json.loads(path.read_text("utf-8"))
        if tree["schema"] != _SCHEMA:
            return {}
        found = {str(key): (float(macs), float(moved)) for key, (macs, moved) in tree["peaks"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # it can be measured again
    return {key: rates for key, rates in found.items() if min(rates) > 0}


def _keep(threads: int, rates: tuple[float, float]) -> None:
    """Write the peak for the next time; where that fails it is measured again then."""
    path = cache_folder() / _FILE
    tree = {"schema": _SCHEMA, "peaks": {**_read(), _key(threads): rates}}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(tree, indent=2), "utf-8")
        fresh.replace(path)
    except OSError:
        return

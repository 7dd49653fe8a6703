import json
import subprocess
import sys

import pytest

from backends.errors import RunError
from backends.progress import Cancelled, Progress
from backends.runs.host import peak
from backends.runs.host.peak_worker import best_seconds
from backends.user_folders import cache_folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))


def test_the_worker_measures_both_rates():
    command = [sys.executable, "-c", "import backends.runs.host.peak_worker as w; w._SECONDS = 0; w._SIZE = 64; "]
    command[-1] += "w._COPIED_BYTES = 1 << 20; w.main(2)"
    rates = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)

    assert rates.keys() == {"macs_per_second", "bytes_per_second"}
    assert all(rate > 0 for rate in rates.values())


def test_what_was_measured_is_kept_for_the_same_number_of_threads(monkeypatch):
    calls = []
    monkeypatch.setattr(peak, "_measure", lambda threads, progress: calls.append(threads) or (1e9 * threads, 2e9))

    first = peak.host_peak(1, Progress())
    again = peak.host_peak(1, Progress())
    other = peak.host_peak(4, Progress())
    anew = peak.host_peak(1, Progress(), measures_anew=True)

    assert calls == [1, 4, 1]
    assert first == again == anew
    assert other.macs_per_second == 4e9
    assert "4 threads" in other.source
    assert peak.kept_peak(2) is None


@pytest.mark.parametrize("content", ["", "[]", '{"schema": "tflite-profiler/peaks/1", "peaks": {"x": 3}}'])
def test_a_damaged_cache_is_measured_again(monkeypatch, content):
    monkeypatch.setattr(peak, "_measure", lambda threads, progress: (1e9, 2e9))
    cache_folder().mkdir(parents=True)
    (cache_folder() / "peaks.json").write_text(content)

    assert peak.host_peak(1, Progress()).macs_per_second == 1e9
    assert peak.kept_peak(1) is not None


def test_a_worker_that_fails_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setattr(peak.sys, "executable", "/bin/false")

    with pytest.raises(RunError, match="cannot be measured"):
        peak.host_peak(1, Progress())


def test_measuring_can_be_cancelled():
    progress = Progress()
    progress.cancel()

    with pytest.raises(Cancelled):
        peak.host_peak(1, progress)


def test_the_shortest_round_counts():
    assert 0 < best_seconds(lambda: None, 0.0) < 1

"""Kills processes while they write to a session, and says what is in the file then."""

import random
import subprocess
import sys
import time
from pathlib import Path

from backends.sessions.session_file import SessionFile

ROOT = Path(__file__).resolve().parents[2]


def kill_writer(path: Path, seconds: float) -> list[str]:
    """Let a process write to a new file, kill it after so long from its first run on, and give what it said it saved.

    Raises:
        AssertionError: the process ended by itself.
    """
    command = [sys.executable, "-m", "tests.support.session_writer", str(path), "100000"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        first = writer.stdout.readline()
        assert first, writer.stderr.read()
        time.sleep(seconds)
        assert writer.poll() is None, writer.stderr.read()
        writer.kill()
        return [first.strip(), *writer.stdout.read().split()]


def check_after_kill(path: Path, said: list[str]) -> tuple[int, bool]:
    """Look whether all runs that were said to be saved are there, whole, and the file can be written to.

    Returns:
        Number of runs that are there, and whether the writer died in the middle of a transaction.
    """
    was_in_transaction = path.with_name(f"{path.name}-journal").exists()
    content = SessionFile(path).read()
    ids = [kept.run.id for kept in content.runs]

    assert ids[: len(said)] == said
    assert len(ids) <= len(said) + 1
    assert content.warnings == ()
    assert not content.is_read_only
    assert all(len(kept.run.latencies_ns) == 3000 for kept in content.runs)
    assert all(kept.run.notes == (f"number {place}",) for place, kept in enumerate(content.runs))
    SessionFile(path).set_properties({"note": "still writable"})
    return len(ids), was_in_transaction


def random_moments(count: int, most_seconds: float, seed: int) -> list[float]:
    """Give moments to kill at, the same for a seed."""
    source = random.Random(seed)
    return [source.uniform(0, most_seconds) for _ in range(count)]

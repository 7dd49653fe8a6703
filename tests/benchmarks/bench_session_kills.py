"""Kill a process hundreds of times while it writes to a session: ``python -m tests.benchmarks.bench_session_kills``.

Nothing that the writer said it had saved may be missing. Prints how many of the kills came within a transaction; says
nothing about power failures, which only the disk can answer for.
"""

import argparse
import tempfile
import time
from pathlib import Path

from backends.sessions.session_file import SessionFile
from backends.sessions.values import KeptRun
from tests.support.builders import a_chain
from tests.support.session_killer import check_after_kill, kill_writer, random_moments
from tests.support.session_writer import a_kept_model, a_long_run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    saved = within = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, seconds in enumerate(random_moments(arguments.kills, 0.2, arguments.seed)):
            path = Path(folder) / f"kill{number}.tfsession"
            count, was_within = check_after_kill(path, kill_writer(path, seconds))
            saved, within = saved + count, within + was_within
        print(f"{arguments.kills} kills, {within} of them within a transaction: {saved} runs saved, none lost")
        _time_saving(Path(folder))


def _time_saving(folder: Path) -> None:
    file, model = SessionFile(folder / "speed.tfsession"), a_chain(("CONV_2D", "RELU"))
    runs = [a_long_run(model, f"run-{number}", number) for number in range(200)]
    begin = time.perf_counter()
    for run in runs:
        file.add_run(KeptRun(run=run), a_kept_model(model))
    each = (time.perf_counter() - begin) / len(runs)
    begin = time.perf_counter()
    content = file.read()
    reading = time.perf_counter() - begin
    print(f"saving a run of 3,000 samples: {1000 * each:.1f} ms; reading {len(content.runs)}: {reading:.2f} s")


if __name__ == "__main__":
    main()

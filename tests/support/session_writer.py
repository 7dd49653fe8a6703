"""A process that writes runs to a session until it is killed: ``python -m tests.support.session_writer FILE COUNT``.

It prints each run's id after it was saved; what was printed must be in the file whatever happens then.
"""

import sys
from dataclasses import replace
from pathlib import Path

from backends.model.model import Model
from backends.runs.plan import Plan
from backends.runs.run import Run
from backends.sessions.session_file import SessionFile
from backends.sessions.values import Draft, KeptModel, KeptRun
from tests.support.builders import a_chain, a_run


def a_kept_model(model: Model) -> KeptModel:
    return KeptModel(sha256=model.sha256, name=model.name, path=model.path, size_bytes=model.size_bytes)


def a_long_run(model: Model, id_: str, seed: int = 0) -> Run:
    """A run whose latencies compress badly, so that it takes several pages."""
    values = tuple(1_000_000 + (seed * 7919 + i * i * 104_729) % 999_983 for i in range(3000))
    return a_run(model, id_=id_, latencies_ns=values)


def main(path: Path, count: int) -> None:
    file, model = SessionFile(path), a_chain(("CONV_2D", "RELU"))
    for number in range(count):
        run = a_long_run(model, f"{path.stem}-{number}", number)
        file.set_draft(
            Draft(
                model_sha256=model.sha256,
                model_name=model.name,
                plan=Plan(),
                started_at=run.started_at,
                latencies_ns=run.latencies_ns[:100],
            )
        )
        file.add_run(KeptRun(run=replace(run, notes=(f"number {number}",)), tags=("killed",)), a_kept_model(model))
        sys.stdout.write(f"{run.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

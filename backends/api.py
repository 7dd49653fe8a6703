"""What scripts use: read a model, ask targets, measure, compare and report, each in one call.

Everything here calls what the command line and the window call. Values are those of the packages: a ``Model``, a
``ModelVerdict``, a ``Run``; see their docstrings. Errors are leaves of ``ProfilerError`` with a sentence and a hint.

    from backends import api

    model = api.read_model("model.tflite")
    run = api.measure(model, runs=50)
    api.write_report("report.html", model, [run])
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from backends.compare.comparison import Comparison
from backends.compare.comparison import Subject as _Side
from backends.compare.comparison import compare as _compare
from backends.errors import ResourceError, StoreError
from backends.exchange.imported import Imported
from backends.exchange.reading import read_foreign
from backends.exchange.writing import Exported, ExportKind, render_export
from backends.model.cost import estimate_model
from backends.model.model import Model
from backends.model.reader import read_model
from backends.progress import Progress
from backends.reports.full_content import FullContent
from backends.reports.report_file import find_report_for, replaced_file
from backends.reports.report_file import write_report as _write
from backends.reports.subject import Detail, Subject, detail_of
from backends.runs.execution import execute_plan
from backends.runs.plan import Plan
from backends.runs.run import Run
from backends.runs.store import read_run, write_run
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.lint import check_lint, load_lint_rules
from backends.targets.loader import load_targets
from backends.targets.target import Target
from backends.targets.user_folder import user_target_folder
from backends.targets.verdict import ModelVerdict

__all__ = [
    "check", "collect", "compare", "export", "import_files", "list_targets", "measure", "read_model", "read_run",
    "write_report", "write_run",
]  # fmt: skip


def list_targets() -> tuple[Target, ...]:
    """Give all targets in display order, the user's own ones too.

    Raises:
        ResourceError: a target file is wrong.
    """
    return load_targets([user_target_folder()])


def check(model: Model, targets: Iterable[str] | None = None) -> tuple[ModelVerdict, ...]:
    """Ask targets (by id; all for ``None``) where each operator would run, and why.

    Raises:
        ResourceError: there is no such target.
    """
    facts = ModelFacts(model)
    return tuple(check_model(model, target, facts=facts) for target in _find_targets(targets))


def measure(model: Model, *, progress: Progress | None = None, **plan: Any) -> Run:
    """Measure a model layer by layer, on this computer or on a device.

    Args:
        model: what to run; its file must still be there.
        progress: reports, stops and cancels.
        **plan: fields of ``backends.runs.plan.Plan``: ``runs``, ``warmup``, ``threads``, ``kernels``, ``device``,
            ``delegate`` ...

    Raises:
        Cancelled: it was cancelled.
        DeviceError: there is no such device, or it refuses.
        RunError: it could not be measured.
    """
    return execute_plan(model.path, model, Plan(**plan), progress)


def import_files(model: Model, *paths: str | Path) -> tuple[Imported, ...]:
    """Attach what other tools measured to a model; see ``backends.exchange``.

    Raises:
        StoreError: a file cannot be read, is of an unknown kind, or about another model.
    """
    return read_foreign(paths, model)


def compare(a: Run | Model, b: Run | Model) -> Comparison:
    """Say what differs from A to B: operators, layers, and whether a difference in latency is real.

    Runs are aligned by what they recorded; models by constants, names and structure.
    """
    return _compare(_side("A", a), _side("B", b))


def export(path: str | Path, kind: str, model: Model, run: Run | None = None) -> None:
    """Write for another tool: ``trace``, ``node-data``, ``netron`` or ``graph``.

    Raises:
        StoreError: the file cannot be written, or the kind needs a run.
        ValueError: there is no such kind.
    """
    text = render_export(ExportKind(kind), Exported(model=model, run=run))
    with replaced_file(Path(path)) as stream:
        stream.write(text.encode("ascii"))


def collect(
    model: Model, runs: Sequence[Run | Imported] = (), targets: Iterable[str] | None = None, notes: Sequence[str] = ()
) -> Subject:
    """Collect all that a report tells: estimates, answers of targets, advice and runs, also imported ones.

    Raises:
        ResourceError: there is no such target.
    """
    ids = None if targets is None else tuple(targets)
    costs, summary = estimate_model(model)
    imported = [item for item in runs if isinstance(item, Imported)]
    found = [item.run if isinstance(item, Imported) else item for item in runs]
    verdicts = check(model, ids)
    asked = {verdict.target_id for verdict in verdicts}
    return Subject(
        model=model,
        costs=costs,
        summary=summary,
        verdicts=verdicts,
        advice=tuple(item for item in check_lint(model, load_lint_rules()) if asked & set(item.targets)),
        runs=tuple(run for run in found if run is not None),
        columns=tuple(column for item in imported for column in item.columns),
        chosen_target=ids[0] if ids else "",
        notes=tuple(notes),
        made_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        version=_version(),
        sources={item.run.id: item.sources[0] for item in imported if item.run is not None},
    )


def write_report(
    path: str | Path,
    model: Model,
    runs: Sequence[Run | Imported] = (),
    targets: Iterable[str] | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Write everything about a model into one file, in the format of its ending.

    Raises:
        ResourceError: there is no such target.
        StoreError: the ending stands for no format, or the file cannot be written.
    """
    path = Path(path)
    report = find_report_for(path)
    if report is None:
        raise StoreError(
            f"{path.name} has no format for reports.", hint="End the name in .html, .pdf, .md, .tex, .json, .csv, .txt."
        )
    detail: Detail = detail_of(report.name)
    _write(path, report, FullContent(collect(model, runs, targets, notes), detail=detail))


def _find_targets(ids: Iterable[str] | None) -> tuple[Target, ...]:
    known = {target.id: target for target in list_targets()}
    if ids is None:
        return tuple(known.values())
    wanted = tuple(dict.fromkeys(ids))
    unknown = [id_ for id_ in wanted if id_ not in known]
    if unknown:
        raise ResourceError(f"there is no target {unknown[0]!r}", hint=f"There are: {', '.join(known)}.")
    return tuple(known[id_] for id_ in wanted)


def _side(title: str, value: Run | Model) -> _Side:
    return _Side(title=title, runs=(value,)) if isinstance(value, Run) else _Side(title=title, model=value)


def _version() -> str:
    try:
        return version("tflite-profiler")
    except PackageNotFoundError:
        return ""

"""The verb ``compare``: what differs from A to B, whether it is real, and whether that fails a build."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from backends.cli.exit_code import ExitCode
from backends.cli.interruption import shown_progress
from backends.cli.model_argument import open_model, parse_place
from backends.cli.output import check_output, write_outputs
from backends.cli.target_choice import choose_targets
from backends.cli.usage import UsageError, add_report_arguments
from backends.compare.comparison import Comparison, Subject, compare
from backends.compare.condition import Condition, ConditionResult, evaluate, parse_condition
from backends.errors import ModelFileError, StoreError
from backends.model.model import Model
from backends.reports.comparison_content import ComparisonContent
from backends.reports.plain_text import plain
from backends.runs.run import Run
from backends.runs.store import read_run
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.target import Target

_HEAD = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    for letter in "ab":
        what = "the reference" if letter == "a" else "what is compared with it"
        parser.add_argument(
            letter, metavar=letter.upper(), help=f"{what}: a model, or a run saved by `profile --output run.json`"
        )
    more = parser.add_argument_group("sides")
    for letter in "ab":
        side = letter.upper()
        more.add_argument(
            f"--run-{letter}", type=Path, action="append", default=[], metavar="RUN.json",
            help=f"a run of side {side}, beside its model or a further one; several are compared process by process",
        )  # fmt: skip
        more.add_argument(
            f"--model-{letter}", default="", metavar="MODEL",
            help=f"the model of side {side} (default: the file that the run names, where it lies beside the run)",
        )  # fmt: skip
    conditions = parser.add_argument_group("conditions")
    conditions.add_argument(
        "--fail-if", type=_condition, action="append", default=[], metavar="CONDITION",
        help="exit with 1 if B is worse so: p50>5%%, p90>2ms, mean>5%%, init>20%%, memory>10MiB, energy>5%%, "
        "layer>20%%, layer:CONV_2D>20%%, verdict, verdict:TARGET, model; may be repeated. Percentiles and mean count "
        "only if the "
        "difference is more than noise (95 %% interval and rank test); layers only from 1 %% of the inference on",
    )  # fmt: skip
    conditions.add_argument(
        "--ignore-noise", action="store_true", help="let percentiles and mean count as they are, within noise too"
    )
    conditions.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="ID",
        help="compare the answers of this target only; repeatable",
    )
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Compare, write the report, and say which conditions are met."""
    check_output(arguments.output, force=arguments.force)
    targets = choose_targets(arguments.target or _named_targets(arguments.fail_if))
    with shown_progress() as progress:
        a = _read_side("A", arguments.a, arguments.run_a, arguments.model_a)
        b = _read_side("B", arguments.b, arguments.run_b, arguments.model_b)
        if a.model is not None and b.model is not None:
            progress.step("Asking the targets")
            a, b = _judged(a, a.model, targets), _judged(b, b.model, targets)
        comparison = compare(a, b, progress=progress)
    results = _evaluate(arguments.fail_if, comparison, ignores_noise=arguments.ignore_noise)
    content = ComparisonContent(comparison, results)
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    met = [result for result in results if result.is_met]
    for result in met:
        print(f"--fail-if {plain(result.condition.text)} is met: {plain(result.reason)}", file=sys.stderr)
    return ExitCode.CONDITION_MET if met else ExitCode.DONE


def _condition(text: str) -> Condition:
    try:
        return parse_condition(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _named_targets(conditions: Sequence[Condition]) -> list[str]:
    """Without a wish, the targets that conditions name are enough if all conditions on verdicts name one."""
    verdicts = [condition for condition in conditions if condition.name == "verdict"]
    return [c.part for c in verdicts] if verdicts and all(c.part for c in verdicts) else []


def _evaluate(conditions: Sequence[Condition], comparison: Comparison, *, ignores_noise: bool) -> list[ConditionResult]:
    try:
        return [evaluate(condition, comparison, ignores_noise=ignores_noise) for condition in conditions]
    except ValueError as error:
        raise UsageError(f"--fail-if {error}.") from error


def _read_side(letter: str, text: str, run_paths: Sequence[Path], model_text: str) -> Subject:
    """Read one side: a model or a run, and what else was named for it.

    Raises:
        ModelFileError: a model cannot be read.
        StoreError: a run cannot be read.
        UsageError: runs and model of a side do not belong together.
    """
    paths = list(run_paths)
    if _looks_like_run(Path(text)):
        paths.insert(0, Path(text))
    elif model_text:
        raise UsageError(f"{letter} is a model already; --model-{letter.lower()} is for a run.")
    else:
        model_text = text
    runs = tuple(_read_run(path) for path in paths)
    model = open_model(parse_place(model_text)) if model_text else _model_beside(paths[0], runs[0])
    for run in runs:
        if model is not None and run.model_sha256 != model.sha256:
            raise UsageError(
                f"The run {run.id} of side {letter} is of {run.model_name}, not of {model.name} as it is now."
            )
        if run.model_sha256 != runs[0].model_sha256:
            raise UsageError(f"The runs of side {letter} are of different models.")
    return Subject(title=plain(Path(text).name), model=model, runs=runs)


def _read_run(path: Path) -> Run:
    try:
        return read_run(path)
    except StoreError as error:
        hint = error.hint or "Files of other tools become runs with the verb import."
        raise StoreError(f"{path.name}: {error.message}", hint=hint, detail=error.detail) from error


def _looks_like_run(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD).lstrip()[:1] == b"{"
    except OSError:
        return False


def _model_beside(path: Path, run: Run) -> Model | None:
    """Give the model that lies beside its run, if it is still the same."""
    name = Path(run.model_name).name
    candidate = path.parent / name
    if not name or not candidate.is_file():
        return None
    try:
        model = open_model(parse_place(str(candidate)))
    except (ModelFileError, StoreError):
        return None
    return model if model.sha256 == run.model_sha256 else None


def _judged(side: Subject, model: Model, targets: Sequence[Target]) -> Subject:
    facts = ModelFacts(model)
    verdicts = {target.id: check_model(model, target, facts=facts) for target in targets}
    return Subject(title=side.title, model=side.model, runs=side.runs, verdicts=verdicts)

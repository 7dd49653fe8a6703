"""The verb ``compare``: what differs from A to B, whether it is real, and whether that fails a build."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from backends.cli.compared_side import NamedSide, read_sides
from backends.cli.exit_code import ExitCode
from backends.cli.interruption import shown_progress
from backends.cli.output import check_output, write_outputs
from backends.cli.target_choice import choose_targets
from backends.cli.usage import UsageError, add_report_arguments
from backends.compare.comparison import Comparison, Subject, compare
from backends.compare.condition import Condition, ConditionResult, evaluate, parse_condition
from backends.model.model import Model
from backends.reports.comparison_content import ComparisonContent, drawn_of
from backends.reports.plain_text import plain
from backends.reports.report import find_report
from backends.reports.report_file import find_report_for, write_report
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.target import Target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    for letter in "ab":
        what = "the reference" if letter == "a" else "what is compared with it"
        parser.add_argument(
            letter, metavar=letter.upper(),
            help=f"{what}: a model, a run saved by `profile --output run.json`, "
            "or a file that `import` reads, such as the CSV of benchmark_model",
        )  # fmt: skip
    more = parser.add_argument_group("sides")
    for letter in "ab":
        side = letter.upper()
        more.add_argument(
            f"--run-{letter}", type=Path, action="append", default=[], metavar="RUN.json",
            help=f"a run of side {side}, beside its model or a further one; several are compared process by process",
        )  # fmt: skip
        more.add_argument(
            f"--model-{letter}", default="", metavar="MODEL",
            help=f"the model of side {side} (default: the file that the run names, where it lies beside the run; for a "
            "file of another tool, the one beside it with the same start of its name, or the model of the other side)",
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
        a, b = read_sides(*(_named_side(arguments, letter) for letter in "ab"))
        if a.model is not None and b.model is not None:
            progress.step("Asking the targets")
            a, b = _judged(a, a.model, targets), _judged(b, b.model, targets)
        comparison = compare(a, b, progress=progress)
    results = _evaluate(arguments.fail_if, comparison, ignores_noise=arguments.ignore_noise)
    if arguments.output is not None:
        report = find_report_for(arguments.output) or find_report(arguments.format)
        content = ComparisonContent(comparison, results, drawn=drawn_of(report.suffix))
        write_report(arguments.output, report, content)
    content = ComparisonContent(comparison, results, drawn=drawn_of(find_report(arguments.format).suffix))
    write_outputs(content, format_name=arguments.format, path=None)
    met = [result for result in results if result.is_met]
    for result in met:
        print(f"--fail-if {plain(result.condition.text)} is met: {plain(result.reason)}", file=sys.stderr)
    return ExitCode.CONDITION_MET if met else ExitCode.DONE


def _named_side(arguments: argparse.Namespace, letter: str) -> NamedSide:
    return NamedSide(
        letter=letter.upper(),
        text=getattr(arguments, letter),
        runs=tuple(getattr(arguments, f"run_{letter}")),
        model=getattr(arguments, f"model_{letter}"),
    )


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


def _judged(side: Subject, model: Model, targets: Sequence[Target]) -> Subject:
    facts = ModelFacts(model)
    verdicts = {target.id: check_model(model, target, facts=facts) for target in targets}
    return Subject(title=side.title, model=side.model, runs=side.runs, verdicts=verdicts)

"""The verb ``score``: a model against a challenge: requirements, score and place among the published entries."""

import argparse
from pathlib import Path

from backends.challenges.challenge import Challenge, load_challenges
from backends.challenges.requirements import check_requirements
from backends.challenges.scoring import fit_constant, score_entry
from backends.cli.accuracy_file import read_metrics
from backends.cli.exit_code import ExitCode
from backends.cli.model_argument import add_model_argument, open_model
from backends.cli.output import check_output, write_outputs
from backends.cli.target_choice import choose_targets
from backends.cli.usage import UsageError, add_report_arguments
from backends.errors import RunError
from backends.model.model import Model
from backends.published.table import find_table
from backends.reports.score_content import ScoreContent
from backends.runs.store import read_run
from backends.runs.summary import summarize_latencies
from backends.targets.check import check_model

_NS_IN_MS = 1e6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add_model_argument(parser)
    challenges = load_challenges()
    known = "; ".join(f"{one.id} ({', '.join(metric.id for metric in one.metrics)})" for one in challenges)
    parser.add_argument("--challenge", metavar="ID", required=True, help=f"which one: {known}".replace("%", "%%"))
    parser.add_argument("--run", metavar="RUN", type=Path, help="a saved run (JSON) of the model, for the runtime")
    parser.add_argument("--runtime-ms", metavar="MS", type=float, help="the runtime, instead of a run's mean latency")
    parser.add_argument(
        "--accuracy",
        metavar="FILE",
        type=Path,
        help="what `accuracy ... --reference DIR --output FILE.json` wrote, for the metrics that are not given",
    )
    for metric in {metric.id: metric for one in challenges for metric in one.metrics}.values():
        parser.add_argument(
            f"--{metric.id}",
            metavar="X",
            type=float,
            help=f"{metric.title} in {metric.unit} {metric.hint}".replace("%", "%%"),
        )
    parser.add_argument("--fail-on-unmet", action="store_true", help="exit code 1 if a requirement is not met")
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Write the score card."""
    check_output(arguments.output, force=arguments.force)
    challenge = _challenge(arguments.challenge)
    model = open_model(arguments.model)
    runtime_ms = _runtime_ms(arguments, model)
    metrics = {metric.id: value for metric in challenge.metrics if (value := getattr(arguments, metric.id)) is not None}
    if arguments.accuracy is not None:
        metrics = {**read_metrics(arguments.accuracy, challenge, model.name), **metrics}
    place = None
    if runtime_ms is not None and len(metrics) == len(challenge.metrics):
        try:
            place = score_entry(challenge, metrics, runtime_ms)
        except ValueError as error:
            raise UsageError(f"No score: {error}.") from error
    verdict = check_model(model, choose_targets([challenge.target])[0])
    answers = check_requirements(challenge, model, verdict)
    content = ScoreContent(
        model_name=model.name,
        challenge=challenge,
        answers=answers,
        fit=fit_constant(challenge),
        table=find_table(challenge.table),
        place=place,
        metrics=metrics,
    )
    write_outputs(content, format_name=arguments.format, path=arguments.output)
    is_unmet = any(answer.is_met is False for answer in answers)
    return ExitCode.CONDITION_MET if arguments.fail_on_unmet and is_unmet else ExitCode.DONE


def _challenge(id_: str) -> Challenge:
    challenges = {one.id: one for one in load_challenges()}
    if id_ not in challenges:
        raise UsageError(f"There is no challenge '{id_}'; known are: {', '.join(challenges)}.")
    return challenges[id_]


def _runtime_ms(arguments: argparse.Namespace, model: Model) -> float | None:
    if arguments.runtime_ms is not None:
        if arguments.run is not None:
            raise UsageError("--run and --runtime-ms do not go together.")
        return float(arguments.runtime_ms)
    if arguments.run is None:
        return None
    run = read_run(arguments.run)
    if run.model_sha256 != model.sha256:
        raise UsageError(f"{arguments.run} is a run of {run.model_name}, another model.")
    if not run.latencies_ns:
        raise RunError(f"{arguments.run.name} holds no latency", hint="Measure the model again.")
    return summarize_latencies(run.latencies_ns).mean_ns / _NS_IN_MS

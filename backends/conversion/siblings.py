"""What is known about each kind that a network became: which kind runs where, how fast, how well."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from backends.accuracy.comparison import NO_TRUTH, Comparison, Truth, compare_models
from backends.accuracy.dataset import DataChoice
from backends.conversion.conversion import Conversion, KindResult
from backends.conversion.kinds import Kind
from backends.devices.device import Device
from backends.errors import ProfilerError
from backends.model.cost import ModelSummary, estimate_model
from backends.model.model import Model
from backends.progress import Progress
from backends.runs.execution import HOST, execute_plan
from backends.runs.plan import Plan
from backends.runs.run import Run
from backends.targets.check import check_all
from backends.targets.lint import LintFinding, check_lint, load_lint_rules
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict, Placement

HOST_PLAN = Plan(runs=20, warmup=3, max_seconds=5.0)
"""Latency on this computer, good for comparing kinds with one another."""
_MOST_COMPARED = 32
"""Samples for the comparison: more change the figures little and cost time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """One kind with everything that was found out about it; ``None`` where it was not asked for or failed."""

    result: KindResult
    summary: ModelSummary | None = None
    verdicts: Mapping[str, ModelVerdict] = field(default_factory=lambda: MappingProxyType({}))
    """By target id."""
    lint: tuple[LintFinding, ...] = ()
    """What makes it a poor fit, by target."""
    comparison: Comparison | None = None
    """Against the float32 model."""
    run: Run | None = None
    problems: tuple[str, ...] = ()
    """Why something is missing, in sentences."""

    @property
    def mean_ns(self) -> float | None:
        """Mean latency, where it was measured."""
        if self.run is None or not self.run.latencies_ns:
            return None
        return sum(self.run.latencies_ns) / len(self.run.latencies_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What shall be found out."""

    targets: tuple[Target, ...] = ()
    plan: Plan | None = HOST_PLAN
    """Where and how latency is measured; ``None`` for not at all."""
    find_devices: Callable[[], Iterable[Device]] | None = None
    """Lists the devices among which the plan's is; ``None`` to look everywhere."""
    compares: bool = True
    data: DataChoice = field(default_factory=DataChoice)
    """What accuracy is measured on."""
    truth: Truth = NO_TRUTH


def evaluate(
    conversion: Conversion,
    evaluation: Evaluation,
    progress: Progress | None = None,
    on_sibling: Callable[[Sibling], None] | None = None,
) -> tuple[Sibling, ...]:
    """Find out about all kinds, one after the other; what fails for one is a sentence beside it.

    Args:
        conversion: what was made.
        evaluation: what is wanted.
        progress: reports, stops after the kind in work, and cancels.
        on_sibling: called in this thread with each one when it is done.

    Raises:
        Cancelled: the user cancelled.
        ResourceError: a table of the program is wrong.
    """
    progress = progress or Progress()
    siblings = []
    for result in conversion.results:
        if progress.is_stopping or result.model is None:
            siblings.append(Sibling(result=result))
        else:
            siblings.append(_evaluate(result, result.model, conversion, evaluation, progress))
        if on_sibling is not None:
            on_sibling(siblings[-1])
    return tuple(siblings)


def _evaluate(
    result: KindResult, model: Model, conversion: Conversion, evaluation: Evaluation, progress: Progress
) -> Sibling:
    progress.step(f"Checking {model.name}")
    _, summary = estimate_model(model)
    verdicts = {verdict.target_id: verdict for verdict in check_all(model, evaluation.targets)}
    lint = check_lint(model, load_lint_rules())
    sibling = Sibling(result=result, summary=summary, verdicts=MappingProxyType(verdicts), lint=lint)
    has_truth = bool(evaluation.truth.labels or evaluation.truth.pictures)
    if evaluation.compares and (has_truth or result.kind is not Kind.FLOAT32):
        sibling = _compare(sibling, model, conversion, evaluation, progress)
    if evaluation.plan is not None and result.path is not None:
        progress.step(f"Measuring {model.name}")
        try:
            is_host = evaluation.plan.device == HOST
            devices = evaluation.find_devices() if evaluation.find_devices is not None and not is_host else None
            run = execute_plan(result.path, model, evaluation.plan, progress, devices=devices)
            sibling = replace(sibling, run=run)
        except ProfilerError as error:
            sibling = _with_problem(sibling, error)
    return sibling


def _compare(
    sibling: Sibling, model: Model, conversion: Conversion, evaluation: Evaluation, progress: Progress
) -> Sibling:
    if conversion.original is None:
        missing = "There is no float32 model to compare with."
        return replace(sibling, problems=(*sibling.problems, missing))
    progress.step(f"Comparing {model.name}")
    data = replace(
        evaluation.data,
        count=min(evaluation.data.count, _MOST_COMPARED),
        value_range=evaluation.data.value_range or conversion.value_range,
    )
    try:
        found = compare_models(conversion.original, model, data, progress, truth=evaluation.truth)
    except ProfilerError as error:
        return _with_problem(sibling, error)
    return replace(sibling, comparison=found)


def _with_problem(sibling: Sibling, error: ProfilerError) -> Sibling:
    """Add a sentence; the same failure in measuring and comparing is said once each, with what it was about."""
    text = error.message if error.message.endswith(".") else f"{error.message}."
    return replace(sibling, problems=(*sibling.problems, f"{text} {error.hint}".strip()))


def accelerated_share(verdict: ModelVerdict) -> float | None:
    """Give the share of the work that a target's accelerator takes: of MACs, or of operators where there are none."""
    summary = verdict.summary
    if summary.accelerated_macs_share is not None:
        return summary.accelerated_macs_share
    return summary.accelerated_count / summary.operator_count if summary.operator_count else None


def runs_wholly(verdict: ModelVerdict) -> bool:
    """Whether a target takes every operator; weights that it unpacks itself do not count."""
    summary = verdict.summary
    return summary.accelerated_count + summary.folded_count == summary.operator_count


def is_mostly_slow(verdict: ModelVerdict) -> bool:
    """Whether most of what a target takes runs on its slow engine, where it has several."""
    taken = [answer for answer in verdict.verdicts.values() if answer.placement is Placement.ACCELERATED]
    return bool(taken) and 2 * sum(answer.fast_path is False for answer in taken) > len(taken)

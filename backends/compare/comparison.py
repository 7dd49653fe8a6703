"""Two sides beside each other: models, layers, latency, surroundings and targets in one value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backends.compare.align import align_models
from backends.compare.alignment import Alignment, Correction, correct
from backends.compare.judgement import Judgement, judge
from backends.compare.layer_difference import LayerRow, layer_rows
from backends.compare.model_difference import (
    FactDifference,
    ModelDifference,
    compare_models,
    execution_order,
    operator_differences,
)
from backends.compare.single_values import SingleValue, compare_single_values
from backends.compare.surroundings import compare_surroundings
from backends.compare.verdict_difference import TargetDifference, compare_verdicts
from backends.model.model import Model, Operator, OperatorId, Subgraph, Tensor
from backends.progress import Progress
from backends.runs.run import Run
from backends.targets.verdict import ModelVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One side of a comparison: a model, measurements of it, or both."""

    title: str
    model: Model | None = None
    runs: tuple[Run, ...] = ()
    """Several are taken together; layers are those of the first."""
    verdicts: Mapping[str, ModelVerdict] | None = None
    """Answers by target id, where targets were asked."""

    @property
    def run(self) -> Run | None:
        """The run whose layers are shown."""
        return self.runs[0] if self.runs else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs from A to B. Parts are ``None`` or empty where a side lacks what they need."""

    a: Subject
    b: Subject
    alignment: Alignment
    model: ModelDifference | None
    """``None`` where only runs are known: the models themselves were not at hand."""
    layers: tuple[LayerRow, ...]
    judgement: Judgement | None
    single_values: tuple[SingleValue, ...] = ()
    surroundings: tuple[FactDifference, ...] = ()
    targets: tuple[TargetDifference, ...] = ()


def compare(
    a: Subject,
    b: Subject,
    corrections: Sequence[Correction] = (),
    progress: Progress | None = None,
    *,
    alignment: Alignment | None = None,
) -> Comparison:
    """Compare two sides. Runs without their model are aligned by the names and types that they recorded.

    Args:
        a: the reference.
        b: the other side.
        corrections: what a user said about the alignment.
        progress: for steps and cancelling.
        alignment: one of the same models that was made before, so that it need not be made again.

    Raises:
        ValueError: a side has neither a model nor a run.
        Cancelled: the user cancelled.
    """
    progress = progress or Progress()
    a_model, b_model = _model_of(a), _model_of(b)
    progress.step("Aligning the operators")
    aligned = alignment or align_models(a_model, b_model, progress=progress)
    aligned = correct(aligned, corrections, a_model, b_model)
    progress.step("Comparing the operators")
    is_known = a.model is not None and b.model is not None
    difference = compare_models(a_model, b_model, aligned) if is_known else None
    operators = difference.operators if difference else tuple(operator_differences(a_model, b_model, aligned))
    progress.step("Comparing the layers")
    rows = layer_rows(execution_order(operators), a.run, b.run, (_labels(a_model), _labels(b_model)))
    has_runs = a.run is not None and b.run is not None
    progress.step("Judging the latency")
    return Comparison(
        a=a,
        b=b,
        alignment=aligned,
        model=difference,
        layers=rows,
        judgement=judge(a.runs, b.runs) if has_runs else None,
        single_values=compare_single_values(a.run, b.run) if a.run is not None and b.run is not None else (),
        surroundings=compare_surroundings(a.run, b.run) if a.run is not None and b.run is not None else (),
        targets=compare_verdicts(a.verdicts, b.verdicts, aligned) if a.verdicts and b.verdicts else (),
    )


def _model_of(subject: Subject) -> Model:
    if subject.model is not None:
        return subject.model
    if subject.run is None:
        raise ValueError("a side of a comparison needs a model or a run")
    return model_of_run(subject.run)


def model_of_run(run: Run) -> Model:
    """Make a stand-in for a model that is not at hand: a chain of what the run recorded, subgraph by subgraph."""
    count = max((time.operator.subgraph for time in run.operators), default=0) + 1
    graphs = []
    for index in range(min(count, len(run.operators) + 1)):
        times = sorted((t for t in run.operators if t.operator.subgraph == index), key=lambda t: t.operator)
        tensors = [Tensor(index=0, name="", dtype="float32", shape=())]
        operators = []
        for place, time in enumerate(times):
            if time.operator.index != place:
                break
            tensors.append(Tensor(index=place + 1, name=time.name, dtype="float32", shape=()))
            operators.append(
                Operator(id=OperatorId(index, place), kind=time.kind, inputs=(place,), outputs=(place + 1,))
            )
        graphs.append(
            Subgraph(
                index=index, name="", tensors=tuple(tensors), inputs=(0,), outputs=(len(operators),),
                operators=tuple(operators),
            )
        )  # fmt: skip
    return Model(
        name=run.model_name, path="", sha256=run.model_sha256, size_bytes=0, schema_version=3, description="",
        subgraphs=tuple(graphs),
    )  # fmt: skip


def _labels(model: Model) -> dict[OperatorId, tuple[str, str]]:
    labels = {}
    for graph in model.subgraphs:
        for operator in graph.operators:
            outputs = [index for index in operator.outputs if index >= 0]
            labels[operator.id] = (operator.label, graph.tensors[outputs[0]].name if outputs else "")
    return labels

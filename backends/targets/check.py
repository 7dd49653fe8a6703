"""Asks a target about every operator of a model, and cuts the model as the runtime would."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from backends.model.model import Model, OperatorId
from backends.targets.constraints import Reads
from backends.targets.facts import ModelFacts, OperatorFacts, SubgraphFacts
from backends.targets.partitions import largest
from backends.targets.program import Answer, KindProgram, Program, compile_target
from backends.targets.summary import summarize
from backends.targets.target import Target, WeightsPolicy
from backends.targets.verdict import ModelVerdict, Partition, Placement, Verdict

_NO_OPERATORS: frozenset[OperatorId] = frozenset()
_NO_ANSWER = Answer(Placement.UNKNOWN)


def check_model(
    model: Model,
    target: Target,
    *,
    facts: ModelFacts | None = None,
    excluded: Collection[OperatorId] = _NO_OPERATORS,
) -> ModelVerdict:
    """Give a target's answer for every operator, with all findings, and the partitions that follow.

    Args:
        model: the model.
        target: the target.
        facts: the model's facts if they were gathered before; checking many targets shares them.
        excluded: operators that are kept on the CPU whatever the target says.
    """
    facts = facts or ModelFacts(model)
    program = compile_target(target)
    subgraphs = facts.view(target.partitioning.float16_weights)
    answers = tuple(_answer_all(program, facts, subgraph) for subgraph in subgraphs)
    partitions: list[Partition] = []
    for subgraph, found in zip(subgraphs, answers, strict=True):
        partitions += _partition(target, subgraph, found, excluded)
    return ModelVerdict(
        target_id=target.id,
        target_name=target.name,
        verdicts=Verdicts(answers),
        partitions=tuple(partitions),
        summary=summarize(subgraphs, answers, partitions, facts.macs),
        notes=tuple(_notes(target, facts)),
    )


def check_all(model: Model, targets: Iterable[Target]) -> tuple[ModelVerdict, ...]:
    """Check several targets; what they look at is gathered once."""
    facts = ModelFacts(model)
    return tuple(check_model(model, target, facts=facts) for target in targets)


class Verdicts(Mapping[OperatorId, Verdict]):
    """The verdicts of all operators in execution order.

    Operators alike share one answer, so that a verdict is only made when somebody asks for it: a large model has tens
    of thousands for each target.
    """

    __slots__ = ("_answers",)

    def __init__(self, answers: Sequence[Sequence[Answer]]) -> None:
        self._answers = answers

    def __getitem__(self, id_: OperatorId) -> Verdict:
        try:
            if min(id_) < 0:
                raise KeyError(id_)
            answer = self._answers[id_.subgraph][id_.index]
        except IndexError:
            raise KeyError(id_) from None
        return Verdict(
            operator=id_,
            placement=answer.placement,
            findings=answer.findings,
            engine=answer.engine,
            fast_path=answer.fast_path,
        )

    def placements(self) -> dict[OperatorId, Placement]:
        """Give the placements alone, many times faster than with all that verdicts say."""
        return {
            OperatorId(number, index): answer.placement
            for number, answers in enumerate(self._answers)
            for index, answer in enumerate(answers)
        }

    def __iter__(self) -> Iterator[OperatorId]:
        for number, answers in enumerate(self._answers):
            for index in range(len(answers)):
                yield OperatorId(number, index)

    def __len__(self) -> int:
        return sum(map(len, self._answers))


def _notes(target: Target, facts: ModelFacts) -> Iterator[str]:
    if target.partitioning.refuses_dynamic_tensors and facts.open_operators:
        first = facts.open_operators[0]
        yield (
            f"Tensor sizes are only known at run time from {first.label} (operator {first.id.index} of subgraph "
            f"{first.id.subgraph}) on. The runtime hands such a graph to no delegate for static sizes; the verdicts "
            "say what would be supported if sizes were fixed."
        )


def _answer_all(program: Program, facts: ModelFacts, subgraph: SubgraphFacts) -> list[Answer]:
    answers: list[Answer] = [_NO_ANSWER] * len(subgraph.operators)
    for name, indices in subgraph.by_kind.items():
        kind = program.kind(name)
        if kind is None:
            found = [program.answer_unlisted(subgraph.operators[indices[0]])] * len(indices)
        else:
            key = (kind, (name, subgraph))
            found = facts.answers.get(key) or facts.answers.setdefault(key, _answer_kind(kind, subgraph, indices))
        for index, answer in zip(indices, found, strict=True):
            answers[index] = answer
    for index in subgraph.folded:
        answers[index] = program.answer_folded(subgraph.operators[index])
    return answers


def _answer_kind(kind: KindProgram, subgraph: SubgraphFacts, indices: Sequence[int]) -> list[Answer]:
    """Answer for all operators of one kind; those that agree in what is looked at share the answer."""
    operators = subgraph.operators
    numbers, ask = subgraph.forms, kind.answer
    if kind.reads >= Reads.SIZES:
        numbers, ask = subgraph.signatures, _SizesAsker(kind, subgraph).answer
    known: dict[int, Answer] = {}
    for index in indices:
        if numbers[index] not in known:
            known[numbers[index]] = ask(operators[index])
    answers = [known[numbers[index]] for index in indices]
    if kind.reads >= Reads.VALUES:
        answers = [
            kind.refine(answer, operators[index], Reads.VALUES) for index, answer in zip(indices, answers, strict=True)
        ]
    return answers


class _SizesAsker:
    """Answers for operators that agree in their sizes; those that agree in their form share part of the work."""

    def __init__(self, kind: KindProgram, subgraph: SubgraphFacts) -> None:
        self._kind = kind
        self._forms = subgraph.forms
        self._known: dict[int, Answer] = {}

    def answer(self, op: OperatorFacts) -> Answer:
        form = self._forms[op.operator.id.index]
        if form not in self._known:
            self._known[form] = self._kind.answer(op)
        return self._kind.refine(self._known[form], op, Reads.SIZES)


def _partition(
    target: Target, subgraph: SubgraphFacts, answers: Sequence[Answer], excluded: Collection[OperatorId]
) -> Iterator[Partition]:
    number = subgraph.subgraph.index
    accepted = bytearray(answer.placement is Placement.ACCELERATED for answer in answers)
    for id_ in excluded:
        if id_.subgraph == number:
            accepted[id_.index] = False
    # A delegate that can take everything else takes the float16 weights along.
    if subgraph.folded and sum(accepted) + len(subgraph.folded) == len(accepted):
        accepted = bytearray(b"\1" * len(accepted))
    sets = subgraph.execution_order.cut(bytes(accepted))
    sizes = [len(found.operators) for found in sets if found.is_accelerated]
    limits = target.partitioning
    kept = iter(range(len(sizes)))
    # The partition helper for float16 weights takes a whole graph however small it is (tflite/delegates/utils.cc).
    takes_all = limits.float16_weights is WeightsPolicy.LOOK_THROUGH and all(accepted)
    chosen = largest(sizes, most=limits.max_partitions, least_size=1 if takes_all else limits.min_nodes)
    for found in sets:
        yield Partition(
            subgraph=number,
            is_accelerated=found.is_accelerated,
            operators=found.operators,
            delegated=found.is_accelerated and next(kept) in chosen,
        )

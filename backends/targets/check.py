"""Asks a target about every operator of a model, and cuts the model as the runtime would."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from backends.model.model import Model, OperatorId
from backends.targets.facts import ModelFacts, SubgraphFacts
from backends.targets.partitions import cut, largest
from backends.targets.program import Answer, Program, compile_target
from backends.targets.summary import summarize
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict, Partition, Placement, Verdict

_NO_OPERATORS: frozenset[OperatorId] = frozenset()


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
    cache: dict[int, Answer] = {}
    answers = tuple(_answer_all(program, subgraph, cache) for subgraph in subgraphs)
    verdicts = Verdicts(answers)
    partitions: list[Partition] = []
    for subgraph, found in zip(subgraphs, answers, strict=True):
        partitions += _partition(target, subgraph, found, excluded)
    return ModelVerdict(
        target_id=target.id,
        target_name=target.name,
        verdicts=verdicts,
        partitions=tuple(partitions),
        summary=summarize(subgraphs, verdicts.placements, partitions, facts.macs),
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

    @property
    def placements(self) -> dict[OperatorId, Placement]:
        """Where each operator would run."""
        return {
            OperatorId(number, index): answer.placement
            for number, answers in enumerate(self._answers)
            for index, answer in enumerate(answers)
        }

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

    def __iter__(self) -> Iterator[OperatorId]:
        for number, answers in enumerate(self._answers):
            for index in range(len(answers)):
                yield OperatorId(number, index)

    def __len__(self) -> int:
        return sum(map(len, self._answers))


def _answer_all(program: Program, subgraph: SubgraphFacts, cache: dict[int, Answer]) -> list[Answer]:
    answers: list[Answer] = []
    folded = subgraph.folded
    for index, (op, signature) in enumerate(zip(subgraph.operators, subgraph.signatures, strict=True)):
        if index in folded:
            answers.append(program.answer_folded(op))
            continue
        kind = program.kind(op.kind)
        answer = cache.get(signature)
        if answer is None:
            answer = kind.answer(op) if kind else program.answer_unlisted(op)
            cache[signature] = answer
        if kind is not None and kind.depends_on_values:
            answer = kind.refine(answer, op)
        answers.append(answer)
    return answers


def _partition(
    target: Target, subgraph: SubgraphFacts, answers: Sequence[Answer], excluded: Collection[OperatorId]
) -> Iterator[Partition]:
    number = subgraph.subgraph.index
    accepted = [answer.placement is Placement.ACCELERATED for answer in answers]
    for id_ in excluded:
        if id_.subgraph == number:
            accepted[id_.index] = False
    # A delegate that can take everything else takes the float16 weights along.
    if subgraph.folded and sum(accepted) + len(subgraph.folded) == len(accepted):
        accepted = [True] * len(accepted)
    sets = cut(subgraph.execution_order, accepted)
    sizes = [len(operators) for is_taken, operators in sets if is_taken]
    limits = target.partitioning
    kept = iter(range(len(sizes)))
    chosen = largest(sizes, most=limits.max_partitions, least_size=limits.min_nodes)
    for is_taken, operators in sets:
        yield Partition(
            subgraph=number,
            is_accelerated=is_taken,
            operators=tuple(operators),
            delegated=is_taken and next(kept) in chosen,
        )

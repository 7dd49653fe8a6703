"""Small values with good defaults; a test names only what it is about."""

from collections.abc import Iterable, Mapping, Sequence

from backends.model.model import Model, Operator, OperatorId, Signature, Subgraph, Tensor
from backends.runs.plan import Plan
from backends.runs.run import Memory, OperatorTime, Run
from backends.targets.verdict import Finding, ModelVerdict, Partition, Placement, TargetSummary, Verdict


def a_tensor(
    index: int = 0,
    *,
    name: str = "",
    dtype: str = "float32",
    shape: tuple[int, ...] = (1, 8, 8, 4),
    signature: tuple[int, ...] = (),
    is_constant: bool = False,
) -> Tensor:
    return Tensor(
        index=index,
        name=name or f"tensor_{index}",
        dtype=dtype,
        shape=shape,
        shape_signature=signature,
        is_constant=is_constant,
    )


def a_chain(kinds: Sequence[str], *, name: str = "chain.tflite", dynamic: bool = False) -> Model:
    """A model of one subgraph whose operators feed each other; tensor i goes into operator i."""
    signature = (-1, 8, 8, 4) if dynamic else ()
    tensors = tuple(a_tensor(i, signature=signature if i == 0 else ()) for i in range(len(kinds) + 1))
    operators = tuple(
        Operator(id=OperatorId(0, i), kind=kind, inputs=(i,), outputs=(i + 1,)) for i, kind in enumerate(kinds)
    )
    subgraph = Subgraph(index=0, name="main", tensors=tensors, inputs=(0,), outputs=(len(kinds),), operators=operators)
    return Model(
        name=name,
        path=f"/models/{name}",
        sha256="ab" * 32,
        size_bytes=1000,
        schema_version=3,
        description="",
        subgraphs=(subgraph,),
        signatures=(Signature(key="serving_default", subgraph=0, inputs=(("x", 0),), outputs=(("y", len(kinds)),)),),
    )


def a_run(
    model: Model,
    times_ns: Iterable[float | None] = (),
    *,
    id_: str = "run-1",
    latencies_ns: tuple[int, ...] = (1_000_000, 1_100_000, 1_050_000, 1_200_000),
    overhead_ns: float = 100_000.0,
    plan: Plan | None = None,
    fused: Mapping[int, int] | None = None,
) -> Run:
    """A run of the primary subgraph; operators without a time given take 1 ms, ``None`` means fused or not run."""
    operators = model.subgraphs[0].operators
    given = list(times_ns)
    times = [given[i] if i < len(given) else 1e6 for i in range(len(operators))]
    total = sum(time for time in times if time is not None) + overhead_ns
    return Run(
        id=id_,
        model_name=model.name,
        model_sha256=model.sha256,
        started_at="2026-03-01T12:00:00+00:00",
        plan=plan or Plan(),
        environment={"CPU": "Example CPU", "Runtime": "LiteRT 2.3.0"},
        init_ns=20_000_000,
        first_ns=3_000_000,
        warmup_ns=(3_000_000, 1_500_000),
        latencies_ns=latencies_ns,
        memory=Memory(baseline_bytes=50 << 20, peak_bytes=80 << 20),
        operators=tuple(
            OperatorTime(
                operator=operator.id,
                kind=operator.kind,
                name=f"tensor_{operator.outputs[0]}",
                time_ns=time,
                share=None if time is None else time / total,
                placement="XNNPACK",
                kernel="Convolution (NHWC, F32) IGEMM" if time is not None else "",
                fused_into=OperatorId(0, fused[i]) if fused and i in fused else None,
            )
            for i, (operator, time) in enumerate(zip(operators, times, strict=True))
        ),
        overhead_ns=overhead_ns,
        profiled_total_ns=total,
        partitions=(),
    )


def a_finding(message: str = "input is int32; allowed: float32, int8", **fields: str) -> Finding:
    given = {"rule": "input-type", "reason": "UnsupportedInputType", "source": "delegate.cc", "remedy": "cast it"}
    return Finding(message=message, **{**given, **fields})  # type: ignore[arg-type]  # keywords are checked by Finding


def a_verdict_of(
    model: Model, placements: Mapping[int, Placement], *, target_id: str = "npu", target_name: str = "Example NPU"
) -> ModelVerdict:
    """A target's answer: accelerated unless ``placements`` says otherwise for the operator at that place."""
    verdicts = {}
    for operator in model.subgraphs[0].operators:
        placement = placements.get(operator.id.index, Placement.ACCELERATED)
        findings = () if placement is Placement.ACCELERATED else (a_finding(),)
        verdicts[operator.id] = Verdict(operator=operator.id, placement=placement, findings=findings)
    partitions: list[Partition] = []
    for id_, verdict in verdicts.items():
        is_accelerated = verdict.placement is Placement.ACCELERATED
        if partitions and partitions[-1].is_accelerated == is_accelerated:
            operators = (*partitions.pop().operators, id_.index)
        else:
            operators = (id_.index,)
        partitions.append(Partition(subgraph=0, is_accelerated=is_accelerated, operators=operators))
    counts = {place: sum(v.placement is place for v in verdicts.values()) for place in Placement}
    return ModelVerdict(
        target_id=target_id,
        target_name=target_name,
        verdicts=verdicts,
        partitions=tuple(partitions),
        summary=TargetSummary(
            operator_count=len(verdicts),
            accelerated_count=counts[Placement.ACCELERATED],
            fallback_count=counts[Placement.FALLBACK],
            unknown_count=counts[Placement.UNKNOWN],
            accelerated_macs_share=0.5,
            partition_count=sum(p.is_accelerated for p in partitions),
            island_count=sum(not p.is_accelerated for p in partitions),
        ),
    )

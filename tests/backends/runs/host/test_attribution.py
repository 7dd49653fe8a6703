"""Events of the runtime become times of operators."""

import pytest

from backends.model.model import Model, OperatorId
from backends.model.reader import read_model_bytes
from backends.runs.host.alignment import Kernel
from backends.runs.host.attribution import Attribution, attribute, read_dictionary
from backends.runs.host.child import EventTemplate, ProfiledSample, Sample
from backends.runs.host.rewrite import Rewrite
from tests.support.model_builder import StoredSubgraph, a_model, a_stored_tensor, an_operator

Event = tuple[str, int, int, int, int]
"""Name, type (1 runtime, 2 operator, 8 kernel), node, subgraph, microseconds."""

INVOKE, OPERATOR, KERNEL = 1, 2, 8


def a_sample(events: list[Event], latency_us: int = 1000) -> ProfiledSample:
    tags, types, nodes, subgraphs, elapsed = zip(*events, strict=True)
    return ProfiledSample(
        sample=Sample(latency_ns=latency_us * 1000, cpu_ns=0, was_preempted=False),
        template=EventTemplate(tags=tags, types=types, nodes=nodes, subgraphs=subgraphs),
        elapsed_us=elapsed,
        invoke_us=latency_us,
    )


def attributed(model: Model, *samples: ProfiledSample, plain_us: int = 1000, **more: object) -> Attribution:
    dictionary = more.pop("dictionary", {})
    assert isinstance(dictionary, dict)
    latencies = [plain_us * 1000] * 5
    return attribute(model, samples, dictionary, Rewrite(), plain_ns=latencies, has_delegate=True)


def a_chain(*kinds: str) -> Model:
    tensors = [a_stored_tensor(name=f"t{i}") for i in range(len(kinds) + 1)]
    return read_model_bytes(
        a_model([an_operator(kind, [tensors[i]], [tensors[i + 1]]) for i, kind in enumerate(kinds)])
    )


def test_an_operator_on_the_cpu_has_its_own_event() -> None:
    result = attributed(a_chain("NEG"), a_sample([("NEG", OPERATOR, 0, 0, 40)]))

    share = result.operators[OperatorId(0, 0)]
    assert (share.time_us, share.placement, share.calls) == (40.0, "CPU", 1.0)
    assert [(part.delegate, part.operators) for part in result.partitions] == [("", (0,))]


def test_kernels_between_operators_on_the_cpu_belong_to_the_partition_there() -> None:
    model = a_chain("NEG", "SIN", "ABS")
    events = [("Negate", KERNEL, 0, 0, 10), ("SIN", OPERATOR, 1, 0, 30), ("Abs", KERNEL, 0, 0, 20)]

    result = attributed(model, a_sample(events))

    assert [result.operators[OperatorId(0, i)].time_us for i in range(3)] == [10.0, 30.0, 20.0]
    assert [part.operators for part in result.partitions] == [(0,), (1,), (2,)]


def test_an_activation_without_a_kernel_went_into_what_it_reads() -> None:
    model = a_chain("PAD", "CONV_2D", "RELU")
    dictionary = {
        OperatorId(0, 0): (Kernel("Constant Pad", 5.0),),
        OperatorId(0, 1): (Kernel("Convolution", 50.0),),
        OperatorId(0, 2): (Kernel("Clamp", 5.0),),
    }

    result = attributed(model, a_sample([("Convolution", KERNEL, 0, 0, 48)]), dictionary=dictionary)

    assert result.operators[OperatorId(0, 1)].time_us == 48.0
    for index in (0, 2):
        share = result.operators[OperatorId(0, index)]
        assert (share.time_us, share.fused_into) == (None, OperatorId(0, 1))


def test_a_square_without_a_kernel_went_into_the_sum_that_squares() -> None:
    x, moved, square, total = (a_stored_tensor() for _ in range(4))
    operators = [
        an_operator("ABS", [x], [moved]),
        an_operator("MUL", [moved, moved], [square]),
        an_operator("SUM", [square, a_stored_tensor((1,), "int32", data=[1])], [total]),
    ]
    dictionary = {
        OperatorId(0, 0): (Kernel("Abs", 5.0),),
        OperatorId(0, 1): (Kernel("Multiply (ND)", 5.0),),
        OperatorId(0, 2): (Kernel("Sum (ND) Reduce", 5.0),),
    }
    events = [("Abs", KERNEL, 0, 0, 10), ("Normalize (ND) Reduce2", KERNEL, 0, 0, 10)]

    result = attributed(read_model_bytes(a_model(operators)), a_sample(events), dictionary=dictionary)

    assert result.operators[OperatorId(0, 1)].fused_into == OperatorId(0, 2)


def test_functions_of_one_value_without_a_kernel_went_into_the_lookup_at_their_end() -> None:
    dictionary = {
        OperatorId(0, 0): (Kernel("Copy (NC, X8)", 5.0),),
        OperatorId(0, 1): (Kernel("Abs", 5.0),),
        OperatorId(0, 2): (Kernel("Negate", 5.0),),
        OperatorId(0, 3): (Kernel("Sigmoid", 5.0),),
    }
    events = [("Copy (NC, X8)", KERNEL, 0, 0, 10), ("Invalid Unary Op", KERNEL, 0, 0, 10)]

    result = attributed(a_chain("RESHAPE", "ABS", "NEG", "LOGISTIC"), a_sample(events), dictionary=dictionary)

    assert [result.operators[OperatorId(0, i)].time_us is None for i in range(4)] == [False, True, True, False]
    assert {result.operators[OperatorId(0, i)].fused_into for i in (1, 2)} == {OperatorId(0, 3)}


def test_a_result_that_nobody_uses_was_left_out_and_not_fused() -> None:
    x, used, unused = a_stored_tensor(), a_stored_tensor(), a_stored_tensor()
    model = read_model_bytes(
        a_model([an_operator("NEG", [x], [used]), an_operator("ABS", [x], [unused])], outputs=[used])
    )

    result = attributed(model, a_sample([("Negate", KERNEL, 0, 0, 10)]), dictionary={})

    share = result.operators[OperatorId(0, 1)]
    assert (share.time_us, share.fused_into) == (None, None)


@pytest.fixture
def loop() -> Model:
    body = StoredSubgraph(operators=[an_operator("ADD")], name="body")
    condition = StoredSubgraph(operators=[an_operator("LESS")], name="condition")
    options = {"cond_subgraph_index": 1, "body_subgraph_index": 2}
    return read_model_bytes(a_model([an_operator("WHILE", options=options)], more_subgraphs=[condition, body]))


def loop_events(times: int) -> list[Event]:
    turn = [
        ("Invoke", INVOKE, 0, 1, 0),
        ("LESS", OPERATOR, 0, 1, 3),
        ("Invoke", INVOKE, 0, 2, 0),
        ("ADD", OPERATOR, 0, 2, 10),
    ]
    end = turn[:2]
    return [("Invoke", INVOKE, 0, 0, 0), ("WHILE", OPERATOR, 0, 0, 100), *turn * times, *end]


def test_a_loop_keeps_only_what_its_body_did_not_take(loop: Model) -> None:
    result = attributed(loop, a_sample(loop_events(3)))

    times = {id_: share.time_us for id_, share in result.operators.items()}
    assert times == {OperatorId(0, 0): 100.0 - 4 * 3 - 3 * 10, OperatorId(1, 0): 12.0, OperatorId(2, 0): 30.0}
    assert result.operators[OperatorId(1, 0)].calls == 4
    assert result.operators[OperatorId(2, 0)].calls == 3


def test_the_cost_of_recording_is_taken_off_the_loop(loop: Model) -> None:
    events = loop_events(3)
    stretches = sum(event[1] == INVOKE for event in events)

    result = attributed(loop, a_sample(events, latency_us=1000 + 2 * stretches))

    assert result.operators[OperatorId(0, 0)].time_us == pytest.approx(58.0 - 2 * (stretches - 1))


def test_runs_of_different_length_are_averaged(loop: Model) -> None:
    result = attributed(loop, a_sample(loop_events(3)), a_sample(loop_events(3)), a_sample(loop_events(5)))

    assert result.operators[OperatorId(2, 0)].calls == pytest.approx(11 / 3)


def test_a_disturbed_run_does_not_shift_shares() -> None:
    model = a_chain("NEG", "SIN")
    quiet = a_sample([("NEG", OPERATOR, 0, 0, 40), ("SIN", OPERATOR, 1, 0, 60)])
    disturbed = a_sample([("NEG", OPERATOR, 0, 0, 9040), ("SIN", OPERATOR, 1, 0, 60)], latency_us=10_000)

    result = attributed(model, *[quiet] * 6, disturbed)

    assert result.operators[OperatorId(0, 0)].time_us == pytest.approx(40.0, rel=0.1)


def test_times_follow_the_mean_of_the_plain_runs_when_some_were_disturbed() -> None:
    latencies = [1_000_000] * 9 + [11_000_000]

    sample = a_sample([("NEG", OPERATOR, 0, 0, 500)])
    result = attribute(a_chain("NEG"), [sample], {}, Rewrite(), plain_ns=latencies, has_delegate=False)

    assert result.operators[OperatorId(0, 0)].time_us == pytest.approx(1000.0)


def test_an_inlined_composite_points_to_its_most_expensive_part() -> None:
    x, y, p, q, r = (a_stored_tensor() for _ in range(5))
    body = StoredSubgraph(operators=[an_operator("NEG", [p], [q]), an_operator("SIN", [q], [r])])
    composite = an_operator("STABLEHLO_COMPOSITE", [x], [y], options={"decomposition_subgraph_index": 1})
    model = read_model_bytes(a_model([composite], more_subgraphs=[body]))

    result = attributed(model, a_sample([("Negate", KERNEL, 0, 0, 10), ("SIN", OPERATOR, 2, 0, 30)]))

    assert result.operators[OperatorId(1, 0)].time_us == 10.0
    assert result.operators[OperatorId(1, 1)].time_us == 30.0
    assert result.operators[OperatorId(0, 0)].fused_into == OperatorId(1, 1)
    assert [part.operators for part in result.partitions] == [(0,), (0,)]


def test_the_dictionary_is_read_from_the_isolated_model() -> None:
    model = a_chain("NEG", "ABS")
    events = [
        ("SHAPE", OPERATOR, 0, 0, 0),
        ("Negate", KERNEL, 0, 0, 10),
        ("SHAPE", OPERATOR, 2, 0, 0),
        ("Abs", KERNEL, 0, 0, 20),
        ("Convert", KERNEL, 1, 0, 5),
    ]

    dictionary = read_dictionary(model, [a_sample(events)], Rewrite(isolates=True))

    assert dictionary == {
        OperatorId(0, 0): (Kernel("Negate", 10.0),),
        OperatorId(0, 1): (Kernel("Abs", 20.0), Kernel("Convert", 5.0)),
    }

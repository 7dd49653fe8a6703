from dataclasses import replace

from backends.compare.comparison import Subject, compare
from backends.compare.layer_difference import difference_values
from backends.compare.model_difference import Aspect, Status, joined_kinds
from backends.model.model import OperatorId, Quantization
from backends.targets.verdict import Placement
from tests.support.builders import a_chain, a_run, a_verdict_of

KINDS = ("CONV_2D", "RELU", "MAX_POOL_2D", "SOFTMAX")


def a_pair():
    """B is A without its RELU (the convolution has it), with another stride, int8 and one operator more."""
    a = a_chain(KINDS, name="a.tflite")
    b = a_chain(("CONV_2D", "MAX_POOL_2D", "SOFTMAX", "DEQUANTIZE"), name="b.tflite")
    graph = b.subgraphs[0]
    conv = replace(graph.operators[0], options={"fused_activation_function": "RELU", "stride_h": 2})
    tensors = tuple(
        replace(t, dtype="int8", quantization=Quantization(scale=(0.5,), zero_point=(3,))) if t.index < 4 else t
        for t in graph.tensors
    )
    return a, replace(
        b, sha256="ee" * 32, subgraphs=(replace(graph, tensors=tensors, operators=(conv, *graph.operators[1:])),)
    )


def test_changes_are_listed_by_operator_and_in_words():
    a, b = a_pair()

    difference = compare(Subject(title="a", model=a), Subject(title="b", model=b)).model

    conv = next(d for d in difference.operators if OperatorId(0, 0) in d.a)
    assert conv.status is Status.CHANGED
    assert {change.text for change in conv.changes} >= {
        "fused: CONV_2D + RELU → CONV_2D",
        "stride_h: not set → 2",
        "input: float32 → int8",
        "input: none → scale 0.5, zero point 3",
    }
    assert {change.aspect for change in conv.changes} == {
        Aspect.FUSION, Aspect.ATTRIBUTE, Aspect.DTYPE, Aspect.QUANTIZATION,
    }  # fmt: skip
    assert difference.count(Status.ADDED) == 1
    text = " ".join(difference.sentences)
    assert "1 operator was added (only in B): 1 DEQUANTIZE." in text
    assert "stride_h: not set → 2 (1×)" in text
    assert "float32 → " in text


def test_the_same_file_says_so():
    a, _ = a_pair()

    difference = compare(Subject(title="a", model=a), Subject(title="b", model=a)).model

    assert difference.sentences == ("The models are the same file, byte for byte.",)
    assert {d.status for d in difference.operators} == {Status.SAME}


def test_layers_stand_beside_their_counterparts():
    a, b = a_pair()
    a_run_, b_run = a_run(a, [4e6, 1e6, 2e6, 1e6]), a_run(b, [3e6, 2e6, 1e6, 5e5])

    comparison = compare(Subject(title="a", model=a, runs=(a_run_,)), Subject(title="b", model=b, runs=(b_run,)))

    rows = comparison.layers
    assert [(row.a_ns, row.b_ns, row.difference_ns) for row in rows] == [
        (5e6, 3e6, -2e6),
        (2e6, 2e6, 0.0),
        (1e6, 1e6, 0.0),
        (None, 5e5, 5e5),
    ]
    assert rows[0].relative == -0.4
    assert rows[3].relative is None
    assert comparison.judgement is not None
    a_values, b_values = difference_values(rows)
    assert a_values[OperatorId(0, 0)] == -2e6
    assert b_values[OperatorId(0, 3)] == 5e5


def test_rows_that_only_one_runtime_fused_are_joined():
    model = a_chain(KINDS)
    apart, together = a_run(model, [4e6, 1e6, 2e6, 1e6]), a_run(model, [4.5e6, None, 2e6, 1e6], fused={1: 0})

    comparison = compare(
        Subject(title="a", model=model, runs=(apart,)), Subject(title="b", model=model, runs=(together,))
    )

    assert [(row.a_ns, row.b_ns) for row in comparison.layers] == [(5e6, 4.5e6), (2e6, 2e6), (1e6, 1e6)]
    both = compare(Subject(title="a", model=model, runs=(together,)), Subject(title="b", model=model, runs=(together,)))
    assert [row.a_note for row in both.layers] == ["", "in 0", "", ""]


def test_an_operator_that_did_not_run_has_no_difference():
    model = a_chain(KINDS)
    skipped = a_run(model, [4e6, None, 2e6, 1e6])

    row = compare(
        Subject(title="a", model=model, runs=(a_run(model),)), Subject(title="b", model=model, runs=(skipped,))
    ).layers[1]

    assert row.b_note == "not executed"
    assert row.difference_ns is None


def test_runs_alone_are_compared_by_what_they_recorded():
    a, b = a_pair()

    comparison = compare(Subject(title="a", runs=(a_run(a),)), Subject(title="b", runs=(a_run(b),)))

    assert comparison.model is None
    assert comparison.judgement is not None
    assert [(row.kind, bool(row.a), bool(row.b)) for row in comparison.layers] == [
        ("CONV_2D", True, True),
        ("RELU", True, False),
        ("MAX_POOL_2D", True, True),
        ("SOFTMAX", True, True),
        ("DEQUANTIZE", False, True),
    ]


def test_surroundings_that_differ_are_listed():
    model = a_chain(KINDS)
    first, second = a_run(model), a_run(model)
    second = replace(second, environment={"CPU": "Another CPU", "Runtime": "LiteRT 2.3.0", "Load": "0.5"})
    second = replace(second, plan=replace(second.plan, threads=4))

    found = compare(
        Subject(title="a", model=model, runs=(first,)), Subject(title="b", model=model, runs=(second,))
    ).surroundings

    assert [(f.label, f.a, f.b) for f in found] == [
        ("Threads", "1", "4"),
        ("CPU", "Example CPU", "Another CPU"),
        ("Load", "not stated", "0.5"),
    ]


def test_targets_that_no_longer_take_an_operator_are_regressions():
    a, b = a_pair()
    a_verdicts = {"npu": a_verdict_of(a, {3: Placement.FALLBACK})}
    b_verdicts = {"npu": a_verdict_of(b, {1: Placement.FALLBACK, 3: Placement.FALLBACK})}

    (target,) = compare(
        Subject(title="a", model=a, verdicts=a_verdicts), Subject(title="b", model=b, verdicts=b_verdicts)
    ).targets

    assert target.is_regression
    assert [(change.a, change.b) for change in target.lost] == [
        (OperatorId(0, 2), OperatorId(0, 1)),
        (None, OperatorId(0, 3)),
    ]
    assert [(change.a, change.b) for change in target.gained] == [(OperatorId(0, 3), OperatorId(0, 2))]
    assert target.lost[0].message


def test_many_joined_operators_are_counted():
    assert joined_kinds(["CONV_2D", "RELU"]) == "CONV_2D + RELU"
    assert joined_kinds(["CONV_2D"] * 3 + ["RELU"] * 2 + ["ADD"]) == "6 operators (3 CONV_2D, 2 RELU, …)"

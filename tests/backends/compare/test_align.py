from dataclasses import replace

import pytest

from backends.compare.align import align_models, subgraph_pairs
from backends.compare.alignment import Correction, Reason
from backends.compare.corrections import corrections_from_json, corrections_to_json
from backends.errors import StoreError
from backends.model.model import Model, Operator, OperatorId, Subgraph, Tensor
from tests.support.builders import a_chain
from tests.support.model_variants import quantised, renamed, reordered, with_inserted, without

BLOCK = ("CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "RELU", "MAX_POOL_2D")


def a_net(blocks=6) -> Model:
    """A chain whose shapes shrink, as networks do; with names that mean something."""
    kinds = [kind for _ in range(blocks) for kind in BLOCK]
    model = a_chain(kinds)
    graph = model.subgraphs[0]
    tensors = tuple(
        replace(t, name=f"net/block_{t.index // 5}/{t.index % 5}", shape=(1, 64 >> (t.index // 5), 8, 4 + t.index // 5))
        for t in graph.tensors
    )
    return replace(model, subgraphs=(replace(graph, tensors=tensors),), signatures=())


def pairs_of(alignment):
    return {(a, b) for match in alignment.matches for a in match.a for b in match.b}


@pytest.mark.parametrize("is_nameless", [False, True], ids=["named", "renamed"])
@pytest.mark.parametrize(
    "change",
    [
        lambda model: without(model, {3, 12}),
        lambda model: with_inserted(model, {4, 17}),
        quantised,
        reordered,
    ],
    ids=["removed", "inserted", "quantised", "reordered"],
)
def test_counterparts_are_found(change, is_nameless):
    model = a_net()
    variant, truth = change(renamed(model)[0] if is_nameless else model)

    alignment = align_models(model, variant)

    assert pairs_of(alignment) == set(truth.items())
    assert all(0 < match.confidence <= 1 for match in alignment.matches)


def test_identical_files_are_certain():
    model = a_net()

    alignment = align_models(model, model)

    assert {match.reason for match in alignment.matches} == {Reason.IDENTICAL}
    assert {match.confidence for match in alignment.matches} == {1.0}


def a_fused_pair() -> tuple[Model, Model]:
    """CONV_2D and RELU apart in A, one CONV_2D with RELU in B."""
    apart = a_chain(["CONV_2D", "RELU", "MAX_POOL_2D", "SOFTMAX"])
    together = a_chain(["CONV_2D", "MAX_POOL_2D", "SOFTMAX"])
    graph = together.subgraphs[0]
    first = replace(graph.operators[0], options={"fused_activation_function": "RELU"})
    together = replace(together, sha256="ee" * 32, subgraphs=(replace(graph, operators=(first, *graph.operators[1:])),))
    return apart, together


def test_what_one_side_fused_joins_its_match():
    apart, together = a_fused_pair()

    for a, b, sizes in ((apart, together, (2, 1)), (together, apart, (1, 2))):
        match = align_models(a, b).match_of_a(OperatorId(0, 0))

        assert match is not None
        assert (len(match.a), len(match.b)) == sizes
        assert match.reason is Reason.FUSION


def test_a_compiled_model_is_in_place_of_all_its_operators():
    model = a_chain(["CONV_2D", "RELU", "SOFTMAX"])
    graph = model.subgraphs[0]
    compiled = Operator(id=OperatorId(0, 0), kind="CUSTOM", custom_code="ethos-u", inputs=(0,), outputs=(3,))
    other = replace(model, sha256="ee" * 32, subgraphs=(replace(graph, operators=(compiled,)),))

    alignment = align_models(model, other)

    assert len(alignment.matches) == 1
    assert alignment.matches[0].reason is Reason.REPLACED
    assert alignment.matches[0].confidence <= 0.5
    assert (alignment.a_only, alignment.b_only) == ((), ())


def test_running_numbers_are_no_names():
    """An operator put in front shifts every number; the names then point at the wrong operators."""
    kinds = ["CONV_2D", "RELU", "DEPTHWISE_CONV_2D", "RELU", "FULLY_CONNECTED", "SOFTMAX"]
    shifted = replace(a_chain(["QUANTIZE", *kinds]), sha256="ee" * 32)

    alignment = align_models(a_chain(kinds), shifted)

    assert pairs_of(alignment) == {(OperatorId(0, i), OperatorId(0, i + 1)) for i in range(6)}


def test_corrections_win_and_come_back_from_json():
    apart, together = a_fused_pair()
    corrections = (
        Correction(a=(OperatorId(0, 1),)),
        Correction(a=(OperatorId(0, 2),), b=(OperatorId(0, 2),)),
        Correction(a=(OperatorId(7, 9),), b=(OperatorId(0, 1),)),
    )

    alignment = align_models(apart, together, corrections_from_json(corrections_to_json(corrections)))

    assert OperatorId(0, 1) in alignment.a_only
    assert alignment.match_of_a(OperatorId(0, 2)).b == (OperatorId(0, 2),)
    assert alignment.match_of_a(OperatorId(0, 2)).reason is Reason.HAND
    assert OperatorId(0, 3) in alignment.a_only
    assert OperatorId(0, 1) in alignment.b_only


@pytest.mark.parametrize("value", [None, {"a": 1}, [1], [{"a": [[0]]}], [{"a": [[0, -1]]}], [{"a": [[0, True]]}]])
def test_corrections_of_another_form_are_refused(value):
    with pytest.raises(StoreError):
        corrections_from_json(value)


def test_bodies_are_paired_by_signature_then_name():
    def a_model(names):
        graphs = tuple(
            Subgraph(index=i, name=name, tensors=(Tensor(index=0, name="t", dtype="float32", shape=(1,)),), inputs=(0,),
                     outputs=(0,), operators=())
            for i, name in enumerate(names)
        )  # fmt: skip
        return replace(a_chain(["ADD"]), subgraphs=graphs, signatures=())

    assert subgraph_pairs(a_model(["main", "body", "cond"]), a_model(["main", "cond", "body"])) == (
        (0, 0),
        (1, 2),
        (2, 1),
    )
    assert subgraph_pairs(a_model(["main"]), a_model(["main", "body"])) == ((0, 0),)


def test_models_without_operators_are_aligned():
    empty = replace(
        a_chain(["ADD"]), subgraphs=(replace(a_chain(["ADD"]).subgraphs[0], operators=()),), sha256="ee" * 32
    )

    alignment = align_models(empty, a_chain(["ADD"]))

    assert alignment.matches == ()
    assert alignment.b_only == (OperatorId(0, 0),)

from dataclasses import replace

import pytest

from backends.query.completion import complete_query
from backends.query.find import find_operators
from backends.runs.operator_column import OperatorColumn
from backends.targets.verdict import Placement
from tests.support.builders import a_verdict_of


def texts(query, facts, cursor=None):
    completion = complete_query(query, len(query) if cursor is None else cursor, facts)
    return [choice.text for choice in completion.choices]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("ty", "type:"),
        ("relu -ty", "type:"),
        ("(shar", "share>"),
        ("type:re", "RELU"),
        ("type:RELU,co", "CONV_2D"),
        ("dtype:u", "uint8"),
        ("shape:1x7", "1x7x7x4"),
        ('output:"dep', '"net/block_4/depth wise"'),
        ("scope:net/block_3", "net/block_3"),
        ("attr.str", "stride_w"),
        ("attr.stride_h=", "1"),
        ("quant:per-c", "per-channel"),
        ("is:f", "fused"),
        ("time>", "1.5ms"),
        ("fallback:an", "any"),
    ],
)
def test_the_best_way_to_go_on_comes_first(facts, query, first):
    assert texts(query, facts)[0] == first


def test_a_word_is_offered_as_a_type_that_occurs(facts):
    assert "type:DEPTHWISE_CONV_2D" in texts("depth", facts)
    assert "type:SOFTMAX" not in texts("soft", facts)


def test_targets_reasons_and_columns_are_offered(facts, network):
    verdict = a_verdict_of(network, {2: Placement.FALLBACK}, target_id="npu")
    column = OperatorColumn(id="energy_mj", title="Energy", unit="mJ", values={})
    facts = replace(facts, verdicts={"npu": verdict}, target_id="npu", columns=(column,))

    assert "npu" in texts("fallback:", facts)
    assert texts("reason:", facts) == ["UnsupportedInputType"]
    assert texts("ener", facts) == ["energy_mj>"]


def test_what_is_taken_replaces_only_what_was_typed_of_it(facts):
    query = "relu type:re time>1ms"
    completion = complete_query(query, 12, facts)

    taken = query[: completion.start] + completion.choices[0].text + query[completion.end :]

    assert taken == "relu type:RELU time>1ms"
    assert [id_.index for id_ in find_operators("type:RELU", facts).operators] == [1]

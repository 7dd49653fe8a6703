from dataclasses import replace

import pytest

from backends.model.model import OperatorId
from backends.progress import Cancelled, Progress
from backends.query.error import QueryError
from backends.query.find import find_operators
from backends.runs.operator_column import OperatorColumn
from backends.targets.verdict import Partition, Placement
from tests.support.builders import a_run, a_verdict_of


def found(query, facts):
    return [id_.index for id_ in find_operators(query, facts).operators]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("   ", []),
        ("relu", [1, 2]),
        ("conv", [0, 1, 2, 3]),
        ("CONV relu", [1, 2]),
        ("type:conv", [0, 3]),
        ("type:CONV_2D", [0]),
        ("type:conv_2d,add", [0, 2]),
        ("type:*CONV_2D", [0, 3]),
        ("op:relu OR type:ADD", [1, 2]),
        ("-type:conv", [1, 2, 4]),
        ("NOT (type:conv OR type:ADD)", [1, 4]),
        ("type!=RELU", [0, 2, 3, 4]),
        ("type:TheirDetector", [4]),
        ("type:CUSTOM", [4]),
        ("is:custom", [4]),
        ("category:convolution", [0, 3]),
        ("dtype:int8", [0, 1, 2]),
        ("dtype:*int8", [0, 1, 2, 4]),
        ("output.dtype:float32", [2, 3]),
        ("in.dtype:float32", [3, 4]),
        ("shape:*x112x112x*", [0, 1, 2, 3]),
        ("shape:7x7", [4]),
        ("shape:12x112", []),
        ("output.shape:1x112x112x4", [0, 1, 2]),
        ("input.shape:56x56", [4]),
        ("rank>4", []),
        ("rank:4", [0, 1, 2, 3, 4]),
        ("name:/block_3.*/", [0, 1, 2, 3]),
        ("name:/^net.block_3.(conv|relu)/", [0, 1, 2]),
        ("name:/BN$/", [0, 1, 2]),
        ('name="odd(name"', [4]),
        ("odd(name", [4]),
        ('"depth wise"', [3, 4]),
        ('output:"depth wise"', [3]),
        ("input:serving_default_x:0", [0]),
        ("serving_default_x:0", [0]),
        ("scope:block_3", [0, 1]),
        ("scope:net/block_31", [2]),
        ("scope:block*", []),
        ("scope:*block_3*", [0, 1, 2]),
        ("quantised:per-channel", [0]),
        ("quantized:per-tensor", [1, 2]),
        ("quant:no", [3, 4]),
        ("attr.stride_w=2", [3]),
        ("attr.stride_h:2", []),
        ("attr.stride_h>1", [3]),
        ("attr.padding:SAME", [0]),
        ("attr.padding!=SAME", [3]),
        ("attr:VALID", [3]),
        ("index:1..2", [1, 2]),
        ("index>=3", [3, 4]),
        ("index:..1", [0, 1]),
        ("macs>1M", [0]),
        ("macs<=1000k", [3]),
        ("params>0", [0, 3]),
        ("bytes > 250KiB", [2]),
        ("intensity>10", [0]),
        ("time>1ms", []),
        ("nothing:here", []),
    ],
)
def test_a_query_finds_exactly_what_fits(facts, query, expected):
    assert found(query, facts) == expected


@pytest.mark.parametrize(
    ("query", "message", "start", "suggestion"),
    [
        ("relu tpye:conv", "There is no field 'tpye'.", 5, "relu type:conv"),
        ("atr.stride_w=2", "There is no field 'atr.stride_w'.", 0, "attr.stride_w=2"),
        ("foo>3", "There is no field 'foo'. Put it in quotes to look for the text.", 0, ""),
        ("time>fast", "time: 'fast' is not a number, such as 1.5ms.", 5, ""),
        ("time>1", "time: '1' needs a unit, such as 1.5ms.", 5, ""),
        ("time>1MiB", "time: 'MiB' does not fit here, such as 1.5ms.", 5, ""),
        ("share>5", "share: '5' is more than the whole; write 5%.", 6, ""),
        ("is:fusde", "'fusde' is nothing that is can be; did you mean is:fused.", 3, ""),
        ("a )", "This bracket closes nothing.", 2, ""),
        ("OR a", "OR needs something before it.", 0, ""),
        ("name:/(/", "The expression is not right: missing ): (.", 5, ""),
        ("name:/(?=a)/", "The expression is not right: invalid perl operator: (?=.", 5, ""),
        ("(" * 50 + "a" + ")" * 50, "The query is nested too deeply.", 40, ""),
    ],
)
def test_a_mistake_is_named_with_its_place(facts, query, message, start, suggestion):
    with pytest.raises(QueryError) as caught:
        find_operators(query, facts)

    assert caught.value.message == message
    assert caught.value.start == start
    assert caught.value.suggestion == suggestion
    assert not caught.value.is_incomplete


@pytest.mark.parametrize("query", ["type:", "a OR", "(a", '"a', "NOT ", "name:x, type:", "attr.stride", "relu attr."])
def test_what_may_become_right_by_typing_on_is_told_apart(facts, query):
    with pytest.raises(QueryError) as caught:
        find_operators(query, facts)

    assert caught.value.is_incomplete


def test_times_are_asked_of_the_run(facts, network):
    run = a_run(network, [5e6, None, 1e5, 2e6, 1e6], fused={1: 0})
    facts = replace(facts, run=run)

    assert found("time>1ms", facts) == [0, 3]
    assert found("time:1ms..2ms", facts) == [3, 4]
    assert found("share>20%", facts) == [0, 3]
    assert found("is:fused", facts) == [1]
    assert found("ran:XNNPACK -is:measured", facts) == [1]
    assert found("time!=5ms", facts) == [2, 3, 4]


def test_without_a_run_it_says_why_nothing_is_found(facts):
    answer = find_operators("time>1ms OR type:ADD", facts)

    assert [id_.index for id_ in answer.operators] == [2]
    assert answer.notes == ("The model was not measured yet, so times are not known.",)


def test_answers_of_targets_are_asked_by_id_wildcard_and_group(facts, network):
    old = a_verdict_of(network, {2: Placement.FALLBACK, 3: Placement.UNKNOWN}, target_id="nnapi-1.1")
    new = a_verdict_of(network, {2: Placement.FALLBACK, 4: Placement.FALLBACK}, target_id="nnapi-1.2")
    facts = replace(facts, verdicts={"nnapi-1.1": old, "nnapi-1.2": new}, target_id="nnapi-1.2")

    assert found("fallback:nnapi-1.1", facts) == [2]
    assert found("fallback:NNAPI1.2", facts) == [2, 4]
    assert found("fallback:nnapi*", facts) == [2, 4]
    assert found("fallback:all", facts) == [2]
    assert found("fallback:any", facts) == [2, 4]
    assert found("fallback:nnapi-1.1,nnapi-1.2 -accelerated:nnapi-1.1", facts) == [2]
    assert found("unknown:any", facts) == [3]
    assert found("verdict:fallback", facts) == [2, 4]
    assert found("verdict.nnapi-1.1:unknown", facts) == [3]
    assert found("reason:UnsupportedInputType", facts) == [2, 4]
    assert found("partition:P1", facts) == [0, 1]
    assert found("partition:C1", facts) == [2]
    with pytest.raises(QueryError, match=r"There is no target 'nnapi-1.4'; did you mean nnapi-1.[12]"):
        find_operators("fallback:nnapi-1.4", facts)


def test_what_a_delegate_leaves_to_the_cpu_by_its_own_limits_is_blocked(facts, network):
    verdict = a_verdict_of(network, {2: Placement.FALLBACK})
    parts = (
        Partition(subgraph=0, is_accelerated=True, operators=(0, 1), delegated=True),
        Partition(subgraph=0, is_accelerated=False, operators=(2,)),
        Partition(subgraph=0, is_accelerated=True, operators=(3, 4), delegated=False),
    )
    facts = replace(facts, verdicts={"npu": replace(verdict, partitions=parts)}, target_id="npu")

    assert found("blocked:npu", facts) == [3, 4]
    assert found("delegated:npu", facts) == [0, 1]
    assert found("verdict:blocked", facts) == [3, 4]


def test_unchecked_targets_are_said_so(facts):
    answer = find_operators("fallback:gpu", replace(facts, target_ids=("gpu", "npu")))

    assert answer.operators == ()
    assert answer.notes == ("The targets were not checked yet, so their answers are not known.",)


def test_any_column_can_be_asked_by_its_id_and_unit(facts):
    values = {OperatorId(0, 0): 1.5, OperatorId(0, 2): 0.02}
    column = OperatorColumn(id="energy_mj", title="Energy", unit="mJ", values=values)
    facts = replace(facts, columns=(column,))

    assert found("energy_mj>0", facts) == [0, 2]
    assert found("energy_mj>100uJ", facts) == [0]
    assert found("energy_mj<=0.02", facts) == [2]
    assert found("energy_mj:0.02mJ", facts) == [2]


@pytest.mark.parametrize(
    "query",
    [
        "name:/(a+)+$/",
        "name:/(.*a){25}/",
        "name:/(x+x+)+y/",
        "name:" + "*a" * 200,
        "(a|a)*b" * 20,
        "name:/" + "(a{900})" * 99 + "/",
    ],
)
def test_hostile_patterns_end_at_once(facts, query):
    assert found(query, facts) == []


@pytest.mark.parametrize("query", ["name:/((a{1000}){1000}){1000}/", "x" * 3000])
def test_patterns_that_would_need_too_much_are_refused(facts, query):
    with pytest.raises(QueryError):
        find_operators(query, facts)


def test_searching_can_be_cancelled(facts):
    progress = Progress()
    progress.cancel()

    with pytest.raises(Cancelled):
        find_operators("relu", facts, progress)

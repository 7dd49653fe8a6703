"""What operators and partitions took, from made-up profiles and recorded ones."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from backends.model.model import Model, OperatorId
from backends.model.reader import read_model
from backends.runs.benchmark.accounts import account_for
from backends.runs.benchmark.attribution import Attributed, Attributor, DelegateNames
from backends.runs.benchmark.op_profile import OpProfile
from backends.runs.benchmark.profile_proto import parse_op_profile
from backends.runs.benchmark.profile_text import parse_profile_text
from backends.runs.benchmark.runtime_info import RuntimeGraph, parse_runtime_info
from backends.runs.run import Certainty
from tests.support.benchmark_tool import a_graph, an_op_profile
from tests.support.builders import a_chain
from tests.support.shared import SHARED

_FOLDER = SHARED / "recordings" / "benchmark_model" if SHARED else None
_PROFILES = sorted(_FOLDER.glob("*.profile.pb")) if _FOLDER else []
needs_recordings = pytest.mark.skipif(not _PROFILES, reason="the recordings are not here")

_KINDS = ("CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "SOFTMAX")
_NNAPI, _XNNPACK = "TfLiteNnapiDelegate", "TfLiteXNNPackDelegate"
Row = tuple[str, str, float]


def _names(*, counts_cycles: bool = False) -> DelegateNames:
    return DelegateNames(shown={_NNAPI: "NNAPI", _XNNPACK: "XNNPACK"}, default="XNNPACK", counts_cycles=counts_cycles)


def _attribute(
    rows: Sequence[Row],
    partitions: Sequence[tuple[str, Sequence[int]]] | None = None,
    *,
    model: Model | None = None,
    counts_cycles: bool = False,
) -> Attributed:
    model = model or a_chain(_KINDS)
    kinds = [operator.kind for operator in model.subgraphs[0].operators]
    graphs = parse_runtime_info(a_graph(kinds, partitions)) if partitions is not None else ()
    attributor = Attributor(model, _names(counts_cycles=counts_cycles), graphs)
    return attributor.attribute(parse_op_profile(an_op_profile(rows)))


def _times(result: Attributed) -> list[float | None]:
    return [result.shares[OperatorId(0, i)].time_us if OperatorId(0, i) in result.shares else None for i in range(4)]


@pytest.mark.parametrize("is_exported", [True, False])
def test_a_delegates_row_belongs_to_its_group_and_to_no_operator(is_exported: bool) -> None:
    rows = [("CONV_2D", "[a]:0", 10.0), (_NNAPI, "[c]:4", 30.0), ("SOFTMAX", "[d]:3", 5.0)]
    result = _attribute(rows, [(_NNAPI, (1, 2))] if is_exported else None)

    assert _times(result) == [10.0, None, None, 5.0]
    (group,) = result.partitions
    assert (group.delegate, group.operators, group.time_ns) == ("NNAPI", (1, 2), 30_000.0)
    shares = [result.shares[OperatorId(0, i)] for i in range(4)]
    assert [share.placement for share in shares] == ["CPU", "NNAPI", "NNAPI", "CPU"]
    assert [share.certainty for share in shares[:2]] == [Certainty.MEASURED, Certainty.NOT_ATTRIBUTABLE]
    assert [share.group for share in shares] == [None, 0, 0, None]


def test_a_group_of_one_operator_is_that_operators_time() -> None:
    rows = [(_NNAPI, "[a]:4", 7.0), *((kind, f"[x]:{i}", 1.0) for i, kind in enumerate(_KINDS) if i)]
    result = _attribute(rows, [(_NNAPI, (0,))])

    assert _times(result) == [7.0, 1.0, 1.0, 1.0]
    assert result.partitions[0].time_ns is None
    assert result.shares[OperatorId(0, 0)].certainty is Certainty.MEASURED


@pytest.mark.parametrize("is_exported", [True, False])
def test_kernels_that_a_delegate_reports_itself_are_their_operators_times(is_exported: bool) -> None:
    rows = [
        ("Convolution (NHWC) IGEMM", "Delegate/Convolution (NHWC) IGEMM:0", 10.0),
        ("Convolution (NHWC) DWConv", "Delegate/Convolution (NHWC) DWConv:1", 20.0),
        ("Add (ND)", "Delegate/Add (ND):2", 3.0),
        ("SOFTMAX", "[d]:3", 5.0),
    ]
    result = _attribute(rows, [(_XNNPACK, (0, 1, 2))] if is_exported else None)

    assert _times(result) == [10.0, 20.0, 3.0, 5.0]
    assert {share.certainty for share in result.shares.values()} == {Certainty.MEASURED}
    assert result.partitions[0].time_ns is None


def test_an_operator_without_a_kernel_was_fused_and_the_others_are_estimates() -> None:
    rows = [
        ("Convolution (NHWC) IGEMM", "Delegate/Convolution (NHWC) IGEMM:0", 10.0),
        ("Softmax (NC)", "Delegate/Softmax (NC):1", 2.0),
    ]
    model = a_chain(("CONV_2D", "RELU", "SOFTMAX"))
    result = _attribute(rows, [(_XNNPACK, (0, 1, 2))], model=model)

    assert _times(result)[:3] == [10.0, None, 2.0]
    assert result.shares[OperatorId(0, 1)].fused_into == OperatorId(0, 0)
    assert result.shares[OperatorId(0, 0)].certainty is Certainty.ESTIMATED


def test_kernels_of_one_name_and_number_in_two_partitions_are_divided() -> None:
    model = a_chain(("CONV_2D", "CUSTOM_THING", "CONV_2D"))
    kernel = "Delegate/Convolution (NHWC) IGEMM:0"
    rows = [("Convolution (NHWC) IGEMM", kernel, 10.0), ("X", "[x]:1", 1.0)]
    (table,) = parse_op_profile(an_op_profile(rows)).runs
    twice = [replace(row, calls=2, time_us=20.0) if row.name == kernel else row for row in table.rows]
    profile = OpProfile(runs=(replace(table, rows=tuple(twice)),))
    graphs = parse_runtime_info(a_graph(["CONV_2D", "X", "CONV_2D"], [(_XNNPACK, (0,)), (_XNNPACK, (2,))]))
    result = Attributor(model, _names(), graphs).attribute(profile)

    assert sum(time or 0 for time in _times(result)[:3]) == pytest.approx(21.0)
    assert all((time or 0) > 0 for time in _times(result)[:3])
    assert result.shares[OperatorId(0, 2)].certainty is Certainty.ESTIMATED


@pytest.mark.parametrize("is_exported", [True, False])
def test_cycles_divide_a_groups_time_and_are_never_times(is_exported: bool) -> None:
    rows = [
        ("CONV_2D", "[a]:0", 10.0),
        ("OP_DepthwiseConv", "[b]:1", 300_000.0),
        ("OP_Add", "[c]:2", 100_000.0),
        ("TfLiteHexagonDelegate", "[c]:4", 40.0),
        ("SOFTMAX", "[d]:3", 5.0),
    ]
    partitions = [("TfLiteHexagonDelegate", (1, 2))] if is_exported else None
    result = _attribute(rows, partitions, counts_cycles=True)

    assert _times(result) == [10.0, 30.0, 10.0, 5.0]
    assert result.shares[OperatorId(0, 1)].certainty is Certainty.ESTIMATED


def test_rows_of_unknown_subgraphs_and_nodes_are_not_lost() -> None:
    rows = [("CONV_2D", "[a]:0", 10.0), ("Mystery", "[z]:77", 4.0), ("Odd (X)", "Delegate/Odd (X):0", 2.0)]
    result = _attribute(rows, [])

    assert result.unmapped_us == pytest.approx(6.0)


def test_everything_adds_up_to_the_latency() -> None:
    rows = [("CONV_2D", "[a]:0", 10.0), (_NNAPI, "[c]:4", 30.0), ("SOFTMAX", "[d]:3", 5.5)]
    model = a_chain(_KINDS)
    result = _attribute(rows, [(_NNAPI, (1, 2))])
    for mean_ns in (60_000.4, 30_000.0):
        accounts = account_for(model, result, mean_ns)

        spent = sum(item.time_ns or 0 for item in accounts.operators)
        spent += sum(part.time_ns or 0 for part in accounts.partitions)
        assert spent + accounts.overhead_ns == accounts.total_ns == round(mean_ns)
        assert accounts.overhead_ns >= 0
    assert any("multiplied by 0.659" in note for note in accounts.notes)


@needs_recordings
@pytest.mark.parametrize("has_graph", [True, False])
@pytest.mark.parametrize("path", _PROFILES, ids=lambda path: path.name)
def test_all_recorded_time_reaches_operators(path: Path, has_graph: bool) -> None:
    assert SHARED is not None
    model = read_model(SHARED / "models" / "files" / f"{path.name.partition('.')[0]}.tflite")
    profile = parse_op_profile(path.read_bytes())
    exported = parse_runtime_info(path.with_name(path.name.replace("profile", "runtime_info")).read_bytes())
    graphs: tuple[RuntimeGraph, ...] = exported if has_graph else ()
    result = Attributor(model, _names(), graphs).attribute(profile)

    whole = sum(row.time_us for row in profile.runs[0].rows)
    assert sum(share.time_us or 0 for share in result.shares.values()) == pytest.approx(whole)
    assert result.unmapped_us == 0
    assert len(result.shares) == len(model.subgraphs[0].operators)
    assert {part.operators for part in result.partitions} == {
        d.replaced for g in exported for d in g.delegates.values()
    }


@needs_recordings
def test_bodies_of_loops_take_nothing_twice() -> None:
    assert SHARED is not None
    assert _FOLDER is not None
    model = read_model(SHARED / "models" / "files" / "gen_if_while_nested.tflite")
    text = (_FOLDER / "gen_if_while_nested.text.stdout").read_text(encoding="utf-8")
    profile = parse_profile_text(text)
    result = Attributor(model, _names(), ()).attribute(profile)

    total = sum(share.time_us or 0 for share in result.shares.values())
    runtime = sum(row.time_us for table in profile.runs for row in table.rows if row.kind == "runtime")
    assert total + runtime == pytest.approx(profile.total_us, rel=0.01)
    assert result.shares[OperatorId(7, 0)].calls == 11

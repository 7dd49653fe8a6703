"""The own readers against the generated ones of LiteRT, on recorded files."""

from pathlib import Path

import pytest
from ai_edge_litert import model_runtime_info_pb2, profiling_info_pb2

from backends.errors import RunError
from backends.runs.benchmark.op_profile import RowKind
from backends.runs.benchmark.profile_proto import parse_op_profile
from backends.runs.benchmark.result_proto import parse_result
from backends.runs.benchmark.runtime_info import parse_runtime_info
from tests.support.benchmark_tool import a_graph, an_op_profile
from tests.support.shared import SHARED
from tests.support.wire_writer import message

_FOLDER = SHARED / "recordings" / "benchmark_model" if SHARED else None
_PROFILES = sorted(_FOLDER.glob("*.profile.pb")) if _FOLDER else []
needs_recordings = pytest.mark.skipif(not _PROFILES, reason="the recordings are not here")


@needs_recordings
@pytest.mark.parametrize("path", _PROFILES, ids=lambda path: path.name)
def test_a_recorded_profile_reads_as_with_the_generated_code(path: Path) -> None:
    reference = profiling_info_pb2.BenchmarkProfilingData.FromString(path.read_bytes())
    profile = parse_op_profile(path.read_bytes())

    assert len(profile.runs) == len(reference.runtime_profile.subgraph_profiles)
    for table, expected in zip(profile.runs, reference.runtime_profile.subgraph_profiles, strict=True):
        rows = sorted(expected.per_op_profiles, key=lambda row: row.run_order)
        assert (table.subgraph, table.name) == (expected.subgraph_index, expected.subgraph_name)
        assert [(row.name, row.node_type, row.calls) for row in table.rows] == [
            (row.name, row.node_type, row.times_called) for row in rows
        ]
        assert [row.time_us for row in table.rows] == pytest.approx(
            [row.inference_microseconds.sum / row.inference_microseconds.count * row.times_called for row in rows]
        )


@needs_recordings
@pytest.mark.parametrize("path", _PROFILES, ids=lambda path: path.name)
def test_a_recorded_graph_reads_as_with_the_generated_code(path: Path) -> None:
    data = path.with_name(path.name.replace("profile", "runtime_info")).read_bytes()
    reference = model_runtime_info_pb2.ModelRuntimeDetails.FromString(data)
    graphs = parse_runtime_info(data)

    assert [(g.subgraph, g.name, g.order) for g in graphs] == [
        (g.subgraph_id, g.name, tuple(g.execution_plan)) for g in reference.subgraphs
    ]
    for graph, expected in zip(graphs, reference.subgraphs, strict=True):
        assert {i: (d.delegate, d.replaced) for i, d in graph.delegates.items()} == {
            node.id: (
                node.delegate_node_details.delegate_name,
                tuple(node.delegate_node_details.tflite_node_ids_replaced),
            )
            for node in expected.nodes
            if node.HasField("delegate_node_details")
        }


@needs_recordings
@pytest.mark.parametrize("path", _PROFILES, ids=lambda path: path.name)
def test_a_recorded_result_agrees_with_the_printed_one(path: Path) -> None:
    base = path.name.removesuffix(".profile.pb")
    result = parse_result(path.with_name(f"{base}.result.pb").read_bytes())
    printed = path.with_name(f"{base}.proto.stdout").read_text(encoding="utf-8")

    assert f"Init: {round((result.init_ms or 0) * 1000)}," in printed
    assert f"count={result.runs} " in printed
    assert result.overall_kb is not None


def test_a_profile_cut_anywhere_is_read_or_refused_but_never_crashes() -> None:
    data = an_op_profile([("CONV_2D", "[a, b]:0", 3.0), ("TfLiteGpuDelegateV2", "[out]:9", 5.0)])
    refused = 0
    for end in range(len(data)):
        try:
            parse_op_profile(data[:end])
        except RunError:
            refused += 1

    assert refused > len(data) // 2


def test_a_graph_that_states_only_where_its_nodes_went_has_its_partitions() -> None:
    nodes = [message({1: i, 2: "ADD", 9: 3}) for i in range(3)] + [message({1: 3, 2: "TfLiteNnapiDelegate"})]
    (graph,) = parse_runtime_info(message({2: message({1: 0, 3: list(nodes), 4: b"\x03"})}))

    assert graph.delegates[3].replaced == (0, 1, 2)
    assert graph.delegates[3].delegate == "TfLiteNnapiDelegate"


def test_subgraphs_inside_delegates_are_left_out() -> None:
    inside = message({2: message({1: 5, 5: 2})})

    assert [g.subgraph for g in parse_runtime_info(a_graph(["ADD"], []) + inside)] == [0]


def test_rows_are_told_apart_by_their_names() -> None:
    rows = [
        ("ADD", "[x]:4", 1.0),
        ("Add (ND)", "Delegate/Add (ND):8", 1.0),
        ("AllocateTensors", "AllocateTensors/0", 1),
    ]
    (table,) = parse_op_profile(an_op_profile(rows)).runs

    assert [(row.kind, row.index) for row in table.rows] == [
        (RowKind.NODE, 4),
        (RowKind.KERNEL, 8),
        (RowKind.RUNTIME, -1),
    ]

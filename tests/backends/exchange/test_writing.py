"""What is written for neighbours comes back the same, and is what they expect."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from backends.errors import StoreError
from backends.exchange.node_data import graph_id
from backends.exchange.reading import read_foreign
from backends.exchange.writing import Exported, ExportKind, render_export, time_column
from backends.model.model import OperatorId
from backends.power.traces import Quantity, Trace, Window, WindowKind
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import RunPartition
from tests.support.builders import a_chain, a_run

KINDS = ("CONV_2D", "ADD", "ADD", "SOFTMAX")
MODEL = a_chain(KINDS)
RUN = a_run(MODEL, [2e6, None, 1e6, 2.5e5], fused={1: 0})
COLUMN = OperatorColumn(
    id="energy_mj", title="Energy", unit="mJ", values={OperatorId(0, 1): 2.5, OperatorId(0, 3): 7.0}
)


def _written(kind: ExportKind, **what: Any) -> Any:
    return json.loads(render_export(kind, Exported(model=MODEL, **what)))


def _back(tmp_path: Path, tree: Any) -> Any:
    (tmp_path / "back.json").write_text(json.dumps(tree))
    (found,) = read_foreign([tmp_path / "back.json"], MODEL)
    return found


def test_node_data_comes_back(tmp_path: Path) -> None:
    found = _back(tmp_path, _written(ExportKind.NODE_DATA, run=RUN))

    expected = time_column(RUN)
    assert expected is not None
    assert found.columns[0].values == pytest.approx(expected.values)
    assert (found.columns[0].title, found.columns[0].unit) == ("Time", "µs")


def test_node_data_shows_the_column_that_is_asked_for() -> None:
    tree = _written(ExportKind.NODE_DATA, run=RUN, columns=(COLUMN,), column="energy_mj")

    assert tree["main"]["name"] == "Energy (mJ)"
    assert tree["main"]["results"] == {"tensor_2": {"value": 2.5}, "tensor_4": {"value": 7.0}}
    assert [stop["stop"] for stop in tree["main"]["gradient"]][::3] == [0.0, 1.0]
    with pytest.raises(StoreError, match="no column 'power'"):
        _written(ExportKind.NODE_DATA, run=RUN, column="power")


def test_an_attachment_comes_back_and_has_what_netron_needs(tmp_path: Path) -> None:
    tree = _written(ExportKind.NETRON, run=RUN, columns=(COLUMN,))
    found = _back(tmp_path, tree)

    assert tree["signature"] == "netron:attachment"
    assert all(row["kind"] and ("target" in row or "identifier" in row) for row in tree["metrics"] + tree["metadata"])
    assert [column.values for column in found.columns] == [
        pytest.approx({OperatorId(0, 0): 2000.0, OperatorId(0, 2): 1000.0, OperatorId(0, 3): 250.0}),
        COLUMN.values,
    ]


def test_a_trace_comes_back_with_times_units_and_latencies(tmp_path: Path) -> None:
    found = _back(tmp_path, _written(ExportKind.TRACE, run=RUN))

    assert [item.time_ns for item in found.run.operators] == pytest.approx([2e6, None, 1e6, 2.5e5])
    assert [item.placement for item in found.run.operators] == ["XNNPACK", "", "XNNPACK", "XNNPACK"]
    assert found.run.latencies_ns == RUN.latencies_ns
    assert found.run.warmup_ns == RUN.warmup_ns


def _is_track(event: Any) -> bool:
    return bool(event["name"] == "thread_name" and event["pid"] == 1)


def test_a_trace_has_a_track_for_each_unit_without_overlaps() -> None:
    operators = tuple(replace(item, placement="CPU" if item.operator.index == 3 else "NPU") for item in RUN.operators)
    partitions = (RunPartition(subgraph=0, delegate="NPU", operators=(1,), time_ns=5e5),)
    tree = _written(ExportKind.TRACE, run=replace(RUN, operators=operators, partitions=partitions))

    events = tree["traceEvents"]
    tracks = {event["tid"]: event["args"]["name"] for event in events if _is_track(event)}
    complete = sorted((e for e in events if e["ph"] == "X" and e["pid"] == 1), key=lambda event: event["ts"])
    assert [tracks[event["tid"]] for event in complete] == ["NPU", "NPU", "NPU", "CPU", "Runtime overhead"]
    for first, second in pairwise(complete):
        assert second["ts"] == pytest.approx(first["ts"] + first["dur"])


def test_power_and_clocks_become_counters_and_do_not_disturb_reading(tmp_path: Path) -> None:
    power = Trace(id="power", title="Power", quantity=Quantity.POWER, times_s=(0.0, 0.5), values=(900.0, 1200.0))
    window = Window(kind=WindowKind.LOOP, start_s=0.0, end_s=0.5)
    tree = _written(ExportKind.TRACE, run=replace(RUN, traces=(power,), windows=(window,)))

    counters = [event for event in tree["traceEvents"] if event["ph"] == "C"]
    assert [(event["name"], event["ts"], event["args"]) for event in counters] == [
        ("Power (mW)", 0.0, {"mW": 900.0}),
        ("Power (mW)", 500_000.0, {"mW": 1200.0}),
    ]
    assert _back(tmp_path, tree).run.latencies_ns == RUN.latencies_ns


def test_the_graph_names_nodes_as_node_data_does() -> None:
    tree = _written(ExportKind.GRAPH)

    assert tree["label"] == "chain.tflite"
    (graph,) = tree["graphs"]
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert graph["id"] == "main"
    assert [nodes[str(i)]["label"] for i in range(4)] == ["conv_2d", "add", "add", "softmax"]
    assert nodes["1"]["incomingEdges"] == [{"sourceNodeId": "0", "sourceNodeOutputId": "0", "targetNodeInputId": "0"}]
    assert nodes["0"]["incomingEdges"][0]["sourceNodeId"] == "4"
    assert nodes["5"]["incomingEdges"][0]["sourceNodeId"] == "3"


@pytest.mark.parametrize("kind", [ExportKind.NODE_DATA, ExportKind.NETRON, ExportKind.TRACE])
def test_nothing_to_export_is_said_in_a_sentence(kind: ExportKind) -> None:
    with pytest.raises(StoreError) as caught:
        _written(kind)

    assert caught.value.hint


def test_nameless_subgraphs_are_called_as_model_explorer_calls_them() -> None:
    graph = MODEL.subgraphs[0]
    nameless = tuple(replace(graph, index=index, name="") for index in range(3))

    assert [graph_id(replace(MODEL, subgraphs=nameless, signatures=()), graph) for graph in nameless] == [
        "main",
        "subgraph_1",
        "subgraph_2",
    ]
    assert graph_id(replace(MODEL, subgraphs=nameless), nameless[0]) == "serving_default"

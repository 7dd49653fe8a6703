"""Writing what is known about a model in the formats that neighbours open."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backends.errors import StoreError
from backends.exchange.explorer_graph import graph_of
from backends.exchange.json_text import Json
from backends.exchange.netron_attachment import attachment_of
from backends.exchange.node_data import node_data_of
from backends.exchange.trace_writer import trace_of
from backends.model.model import Model
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run
from backends.runs.summary import summarize_latencies


class ExportKind(StrEnum):
    """What to write."""

    NODE_DATA = "node-data"
    NETRON = "netron"
    TRACE = "trace"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFormat:
    """One format for people to choose from."""

    kind: ExportKind
    title: str
    suffix: str
    """What to end the proposed file name in, with the dot."""
    needs_run: bool


FORMATS = (
    ExportFormat(kind=ExportKind.TRACE, title="Chrome trace (Perfetto)", suffix=".trace.json", needs_run=True),
    ExportFormat(
        kind=ExportKind.NODE_DATA, title="Model Explorer node data", suffix=".node-data.json", needs_run=False
    ),
    ExportFormat(kind=ExportKind.NETRON, title="Netron attachment", suffix=".netron.json", needs_run=False),
    ExportFormat(kind=ExportKind.GRAPH, title="Model Explorer graph", suffix=".graph.json", needs_run=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What there is to write about a model."""

    model: Model
    run: Run | None = None
    columns: Sequence[OperatorColumn] = ()
    column: str = ""
    """Id of the column that node data shall show; empty for the run's times, else the first one."""


def render_export(kind: ExportKind, what: Exported) -> str:
    """Give the text of a file in one of the formats, in ASCII.

    Raises:
        StoreError: there is nothing to write in it.
    """
    return json.dumps(_MAKERS[kind](what), ensure_ascii=True, allow_nan=False, separators=(",", ":")) + "\n"


def time_column(run: Run) -> OperatorColumn | None:
    """Give the run's times as a column in µs; ``None`` where it has none."""
    values = {item.operator: item.time_ns / 1000 for item in run.operators if item.time_ns is not None}
    return OperatorColumn(id="time_us", title="Time", unit="µs", values=values) if values else None


def _all_columns(what: Exported) -> list[OperatorColumn]:
    time = time_column(what.run) if what.run is not None else None
    return [*([time] if time is not None else []), *what.columns]


def _node_data(what: Exported) -> Mapping[str, Json]:
    columns = _all_columns(what)
    chosen = next((column for column in columns if what.column in ("", column.id)), None)
    if chosen is None:
        names = ", ".join(column.id for column in columns)
        raise StoreError(
            f"There is no column {what.column!r} to export." if what.column else "There are no numbers to export.",
            hint=f"There are: {names}." if names else "Profile the model first, or import a measurement.",
        )
    return node_data_of(what.model, chosen)


def _attachment(what: Exported) -> Mapping[str, Json]:
    columns = _all_columns(what)
    if not columns:
        raise StoreError("There are no numbers to export.", hint="Profile the model first, or import a measurement.")
    return attachment_of(columns, _facts(what.run) if what.run is not None else ())


def _facts(run: Run) -> list[tuple[str, str]]:
    facts = [("measured at", run.started_at), ("device", run.plan.device)]
    if run.latencies_ns:
        summary = summarize_latencies(run.latencies_ns)
        facts.append(("latency (mean)", f"{summary.mean_ns / 1e6:.6g} ms"))
        facts.append(("latency (p50)", f"{summary.p50_ns / 1e6:.6g} ms"))
    return [*facts, *run.environment.items()]


def _trace(what: Exported) -> Mapping[str, Json]:
    if what.run is None:
        raise StoreError("A trace needs a run.", hint="Profile the model first, or import a measurement.")
    return trace_of(what.model, what.run)


_MAKERS: Mapping[ExportKind, Callable[[Exported], Mapping[str, Json]]] = {
    ExportKind.NODE_DATA: _node_data,
    ExportKind.NETRON: _attachment,
    ExportKind.TRACE: _trace,
    ExportKind.GRAPH: lambda what: graph_of(what.model),
}

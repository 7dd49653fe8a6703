"""Reading files of other tools: what they are is told by their content, never by their name."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from backends.errors import ProfilerError, RunError, StoreError
from backends.exchange import ai_hub, netron_attachment, node_data, trace_reader, vela
from backends.exchange.benchmark_files import BenchmarkFiles, attach_benchmark, join_files, read_output
from backends.exchange.imported import Imported
from backends.exchange.json_text import MAX_BYTES, Json, parse_json
from backends.exchange.layered_run import DEVICE
from backends.model.model import Model
from backends.runs.benchmark.profile_proto import parse_op_profile
from backends.runs.benchmark.result_proto import parse_result
from backends.runs.benchmark.runtime_info import parse_runtime_info
from backends.runs.store import SCHEMA, run_from_json

_HEAD, _MOST_PROTO = 4096, 8 << 20
_SAVED = "Saved run"
_TFLITE = b"TFL3"
_READABLE = (
    "benchmark_model output, CSV or proto, AI Hub and ONNX Runtime profiles, Chrome traces, Vela tables, "
    "Model Explorer node data, Netron attachments, and saved runs"
)
_BENCHMARK_MARKS = (
    "Operator-wise Profiling Info", "Profiling Info for Benchmark", "Min num runs", "Inference timings in us",
    "============================== Run Order", "node type, ", "Log parameter values verbosely", "Num runs: [",
    "Initialized session in ", "count=",
)  # fmt: skip


class FileKind(StrEnum):
    """What a few bytes look like."""

    JSON = "JSON"
    BENCHMARK_TEXT = "output of benchmark_model"
    VELA = "Vela table"
    PROTO = "protocol buffer"


def looks_foreign(path: Path) -> bool:
    """Whether a file may be one of another tool, from its first bytes; never raises.

    Runs that were saved here are none. A protocol buffer has no mark of its own: one of moderate size is read whole.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
            kind = _sniff(head)
            if kind is not FileKind.PROTO:
                return kind is not None and SCHEMA.encode() not in head
            rest = stream.read(_MOST_PROTO)
        _read_proto(head + rest, path.name)
    except (OSError, ProfilerError):
        return False
    return len(rest) < _MOST_PROTO


def read_foreign(paths: Iterable[str | Path], model: Model) -> tuple[Imported, ...]:
    """Read files and attach them to a model; all that ``benchmark_model`` wrote is taken for one measurement.

    Raises:
        StoreError: a file cannot be read, is damaged, of an unknown kind, or about another model.
    """
    found: list[Imported] = []
    parts: list[BenchmarkFiles] = []
    by_name: dict[str, Path] = {}
    for path in map(Path, paths):
        item = _read(path, model)
        by_name[path.name] = path
        if isinstance(item, BenchmarkFiles):
            parts.append(item)
        else:
            found.append(item)
    for group in _measurements(parts):
        found.append(attach_benchmark(join_files(group), model))
    return tuple(_stamped(item, [by_name[name] for name in item.sources], model) for item in found)


def _stamped(item: Imported, paths: list[Path], model: Model) -> Imported:
    """Give a run the date of its file, and an id that is the same whenever the same files are read."""
    if item.run is None or item.run.plan.device != DEVICE:
        return item
    digest = hashlib.sha256(model.sha256.encode())
    try:
        for path in paths:
            digest.update(path.read_bytes())
        moment = datetime.fromtimestamp(min(path.stat().st_mtime for path in paths)).astimezone()
    except (OSError, ValueError, OverflowError):
        return item
    run = replace(item.run, id=digest.hexdigest()[:32], started_at=moment.isoformat(timespec="seconds"))
    return replace(item, run=run)


def _measurements(parts: list[BenchmarkFiles]) -> list[list[BenchmarkFiles]]:
    """Group files that complete each other; those that tell the same thing are measurements of their own."""
    groups: list[list[BenchmarkFiles]] = []
    for part in parts:
        stem = _stem(part.names[0])
        open_groups = [group for group in groups if all(not _overlap(part, other) for other in group)]
        same = [group for group in open_groups if _stem(group[0].names[0]) == stem]
        chosen = (same or (open_groups if len(open_groups) == 1 else [])) or [[]]
        if not chosen[0]:
            groups.append(chosen[0])
        chosen[0].append(part)
    return groups


def _stem(name: str) -> str:
    return name.split(".", maxsplit=1)[0] if name.count(".") < 2 else name.rsplit(".", maxsplit=2)[0]


def _overlap(one: BenchmarkFiles, other: BenchmarkFiles) -> bool:
    pairs = (
        (one.log, other.log),
        (one.profile, other.profile),
        (one.result, other.result),
        (one.graphs or None, other.graphs or None),
    )
    return any(first is not None and second is not None for first, second in pairs)


def _read(path: Path, model: Model) -> Imported | BenchmarkFiles:
    data = _bytes_of(path)
    kind = _sniff(data[:_HEAD])
    try:
        if kind is FileKind.PROTO:
            return _read_proto(data, path.name)
        text = data.decode("utf-8-sig", errors="replace")
        if kind is FileKind.JSON:
            return _read_json(text, path.name, model)
        if kind is FileKind.VELA:
            return vela.read_vela(text.lstrip(), path.name, model)
        if kind is FileKind.BENCHMARK_TEXT or any(mark in text for mark in _BENCHMARK_MARKS):
            return read_output(text, path.name)
    except RunError as error:
        raise StoreError(f"{path.name} cannot be read: {error.message}.", hint=error.hint) from error
    raise _unknown(path.name)


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise StoreError(
                f"{path.name} is too large to import ({size >> 20} MiB; at most {MAX_BYTES >> 20}).",
                hint="Record fewer inferences.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{path.name} cannot be read: {(error.strerror or str(error)).lower()}.", hint="Check the path."
        ) from error
    if not data.strip():
        raise StoreError(f"{path.name} is empty.", hint="Save it again with the program that made it.")
    return data


def _sniff(head: bytes) -> FileKind | None:
    if head[4:8] == _TFLITE or head.startswith((b"PK\x03\x04", b"SQLite format 3", b"\x7fELF")):
        return None
    text = head.decode("utf-8-sig", errors="ignore")
    if any(mark in text for mark in _BENCHMARK_MARKS) and "\0" not in text:
        return FileKind.BENCHMARK_TEXT
    start = text.lstrip()
    if start.startswith(("{", "[")) and "\0" not in text:
        return FileKind.JSON
    if start and vela.is_vela(start.splitlines()[0]):
        return FileKind.VELA
    return FileKind.PROTO if any(byte < 9 or 13 < byte < 32 for byte in head) else None


def _read_json(text: str, name: str, model: Model) -> Imported:
    try:
        value = parse_json(text, name)
    except StoreError:
        # The trace format lets a writer leave out the end.
        if not text.lstrip().startswith("[") or '"ph"' not in text[:_HEAD]:
            raise
        value = trace_reader.parse_cut_trace(text, name)
    if isinstance(value, dict) and value.get("schema") == SCHEMA:
        return _own_run(value, name, model)
    for accepts, read in (
        (netron_attachment.is_attachment, netron_attachment.read_attachment),
        (ai_hub.is_ai_hub, ai_hub.read_ai_hub),
        (trace_reader.is_trace, trace_reader.read_trace),
        (node_data.is_node_data, node_data.read_node_data),
    ):
        if accepts(value):
            return read(value, name, model)
    raise _unknown(name)


def _own_run(value: Json, name: str, model: Model) -> Imported:
    """Take a run that this program saved; of another file only where its operators are the same ones."""
    run = run_from_json(value)
    fits = sum(_exists(model, item.operator.subgraph, item.operator.index, item.kind) for item in run.operators)
    if run.model_sha256 != model.sha256 and (not run.operators or fits < len(run.operators)):
        raise StoreError(
            f"{name} is a run of {run.model_name}, not of {model.name}.", hint="Open the model that was measured."
        )
    if run.model_sha256 == model.sha256:
        return Imported(kind=_SAVED, sources=(name,), run=run, matched=fits, total=len(run.operators))
    note = f"It was measured with another file ({run.model_name}) of the same operators."
    adopted = replace(
        run,
        id=f"{run.id}-{model.sha256[:8]}",
        model_name=model.name,
        model_sha256=model.sha256,
        warnings=(*run.warnings, note),
    )
    return Imported(kind=_SAVED, sources=(name,), run=adopted, matched=fits, total=len(run.operators), notes=(note,))


def _exists(model: Model, subgraph: int, index: int, kind: str) -> bool:
    graphs = model.subgraphs
    if not (0 <= subgraph < len(graphs) and 0 <= index < len(graphs[subgraph].operators)):
        return False
    return graphs[subgraph].operators[index].label == kind


def _read_proto(data: bytes, name: str) -> BenchmarkFiles:
    """Tell the tool's three messages apart by what is in them: they carry no name of their own."""
    for read in (_as_profile, _as_graphs, _as_result):
        try:
            found = read(data, name)
        except RunError:
            continue
        if found is not None:
            return found
    raise _unknown(name)


def _as_profile(data: bytes, name: str) -> BenchmarkFiles | None:
    profile = parse_op_profile(data)
    rows = [row for table in profile.runs for row in table.rows]
    return BenchmarkFiles(names=(name,), profile=profile) if any(row.node_type for row in rows) else None


def _as_graphs(data: bytes, name: str) -> BenchmarkFiles | None:
    graphs = parse_runtime_info(data)
    return BenchmarkFiles(names=(name,), graphs=graphs) if any(graph.node_types for graph in graphs) else None


def _as_result(data: bytes, name: str) -> BenchmarkFiles | None:
    result = parse_result(data)
    is_told = result.mean_ms is not None and result.mean_ms >= 0 and result.runs > 0
    return BenchmarkFiles(names=(name,), result=result) if is_told else None


def _unknown(name: str) -> StoreError:
    return StoreError(f"{name} is of no kind that can be imported.", hint=f"Understood are {_READABLE}.")

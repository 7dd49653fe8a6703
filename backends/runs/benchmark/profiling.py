"""The run with the profiler: in the best form that this build of the tool offers."""

from dataclasses import dataclass

from backends.errors import RunError
from backends.model.model import Model
from backends.progress import Progress
from backends.runs.benchmark.command import Loop
from backends.runs.benchmark.litert_profile import parse_litert_profile
from backends.runs.benchmark.op_profile import OpProfile
from backends.runs.benchmark.profile_proto import parse_op_profile
from backends.runs.benchmark.profile_text import parse_profile_text
from backends.runs.benchmark.runtime_info import RuntimeGraph, parse_runtime_info
from backends.runs.benchmark.session import Session, ToolRun

_PROFILE, _GRAPH = "profile.out", "graph.pb"
_LITERT, _LITERT_FLAG = "litert", "use_profiler"
_SECONDS = 20.0
"""Aimed at; a model that takes longer per inference is run at least a few times."""
_LEAST_RUNS, _MOST_RUNS = 5, 100
_SPARE_EVENTS = 1024
_EVENTS_PER_NODE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfiledRun:
    """What the profiled process said."""

    profile: OpProfile
    graphs: tuple[RuntimeGraph, ...]
    notes: tuple[str, ...]


def profile_operators(session: Session, model: Model, mean_s: float, progress: Progress) -> ProfiledRun:
    """Run with the profiler on; where its file cannot be read, once more with tables in the output.

    Args:
        session: the measurement.
        model: how many operators to make room for.
        mean_s: latency in seconds, to choose the number of runs.
        progress: reports and cancels.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: the device refuses or went away.
        RunError: the tool failed or knows no profiler.
    """
    if not session.tool.flags.has_profiler:
        raise RunError("this benchmark_model has no profiler for operators", hint="Use a newer build.")
    notes: list[str] = []
    for mode in _modes(session):
        run = session.run(_loop(session, mean_s), progress, extra=_flags(session, model, mode))
        graphs = _graphs(session, notes, progress)
        try:
            profile = _read(session, run, mode, progress)
            if mode == _LITERT:
                _check_graph(session, model, graphs)
        except RunError as error:
            notes.append(f"{error.message[:1].upper()}{error.message[1:]}; another form of it was asked for.")
            continue
        if not profile.is_empty:
            notes.append(_describe(run, graphs))
            return ProfiledRun(profile=profile, graphs=graphs, notes=tuple(notes))
    if session.tool.is_for_litert:
        raise RunError("there are no times of operators", hint=" ".join(notes))
    raise RunError(
        "benchmark_model printed no times of operators", hint="Use another build; this one was made without profiling."
    )


def _modes(session: Session) -> list[str]:
    """Give the forms that this build can write, the most exact one first."""
    flags = session.tool.flags
    if session.tool.is_for_litert:
        return [_LITERT]
    if "op_profiling_output_mode" in flags and "op_profiling_output_file" in flags:
        return ["proto", "csv", "text"]
    return ["old csv", "text"] if "profiling_output_csv_file" in flags else ["text"]


def _loop(session: Session, mean_s: float) -> Loop:
    runs = round(_SECONDS / mean_s) if mean_s > 0 else _MOST_RUNS
    runs = max(_LEAST_RUNS, min(runs, _MOST_RUNS, session.plan.runs))
    return Loop(runs=runs, warmup=max(1, min(session.plan.warmup, 3)), max_seconds=session.plan.max_seconds)


def _flags(session: Session, model: Model, mode: str) -> dict[str, str]:
    nodes = sum(len(graph.operators) for graph in model.subgraphs)
    path = f"{session.folder}/{_PROFILE}"
    flags = {
        "enable_op_profiling": "true",
        "max_profiling_buffer_entries": str(_EVENTS_PER_NODE * nodes + _SPARE_EVENTS),
        "allow_dynamic_profiling_buffer_increase": "true",
        "export_model_runtime_info": "true",
        "model_runtime_info_output_file": f"{session.folder}/{_GRAPH}",
        _LITERT_FLAG: "true",
    }
    if mode in ("proto", "csv"):
        flags |= {"op_profiling_output_mode": mode, "op_profiling_output_file": path}
    elif mode == "old csv":
        flags["profiling_output_csv_file"] = path
    return {name: value for name, value in flags.items() if name in session.tool.flags}


def _read(session: Session, run: ToolRun, mode: str, progress: Progress) -> OpProfile:
    if mode == _LITERT:
        loops = (run.log.warmup, run.log.runs)
        return parse_litert_profile(run.lines, sum(stats.count for stats in loops if stats is not None))
    if mode == "text":
        return parse_profile_text("\n".join(run.lines))
    data = session.pull(_PROFILE, progress)
    if data is None:
        raise RunError("the tool did not write its profile")
    profile = parse_op_profile(data) if mode == "proto" else parse_profile_text(data.decode(errors="replace"))
    if profile.is_empty:
        raise RunError("the profile that the tool wrote is empty")
    return profile


def _check_graph(session: Session, model: Model, graphs: tuple[RuntimeGraph, ...]) -> None:
    """Make sure that the numbers of nodes are those of the file.

    Raises:
        RunError: they are not, or nobody can tell: LiteRT's compilers for NPUs put other operators in their place.
    """
    counts = {graph.subgraph: len(graph.node_types.keys() - graph.delegates.keys()) for graph in graphs}
    expected = {graph.index: len(graph.operators) for graph in model.subgraphs}
    is_told = bool(graphs) or session.plan.delegate != "litert-npu"
    if len(expected) > 1 or not is_told or any(expected.get(index) != count for index, count in counts.items()):
        raise RunError("LiteRT runs another graph than that of the file, so times of operators cannot be told apart")


def _graphs(session: Session, notes: list[str], progress: Progress) -> tuple[RuntimeGraph, ...]:
    """Read which node went to which delegate, where this build exports it."""
    try:
        data = session.pull(_GRAPH, progress)
        return parse_runtime_info(data) if data else ()
    except RunError as error:
        notes.append(f"{error.message[:1].upper()}{error.message[1:]}: partitions are found from the profile alone.")
        return ()


def _describe(run: ToolRun, graphs: tuple[RuntimeGraph, ...]) -> str:
    count = run.log.runs.count if run.log.runs else 0
    where = "as the runtime exported them" if graphs else "found from the gaps in the profile"
    return f"Operator times are from {count} profiled inferences in another process; partitions are {where}."

"""Makes stand-ins for ``benchmark_model`` that answer like the real one, from recordings or made up for a model."""

import base64
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backends.model.model import Model
from tests.support.wire_writer import message, packed

_SCRIPT = Path(__file__).with_name("benchmark_script.py")
_END = "# --- end of what is replaced\n"

PROFILE_FILE, GRAPH_FILE = "op_profiling_output_file", "model_runtime_info_output_file"
KNOWN = {
    "num_runs": "int32", "min_secs": "float", "max_secs": "float", "run_delay": "float", "run_frequency": "float",
    "num_threads": "int32", "warmup_runs": "int32", "warmup_min_secs": "float", "graph": "string",
    "input_layer": "string", "input_layer_shape": "string", "input_layer_value_files": "string",
    "enable_op_profiling": "bool", "op_profiling_output_mode": "string", "op_profiling_output_file": "string",
    "max_profiling_buffer_entries": "int32", "export_model_runtime_info": "bool",
    "model_runtime_info_output_file": "string", "output_filepath": "string", "signature_to_run_for": "string",
    "first_delegate_node_index": "int32", "last_delegate_node_index": "int32", "use_xnnpack": "bool",
    "use_nnapi": "bool", "nnapi_accelerator_name": "string", "require_full_delegation": "bool",
}  # fmt: skip


@dataclass
class Answer:
    stdout: str
    stderr: str = ""
    exit: int = 0
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Flag that names the file, to its content."""


def write_tool(
    path: Path,
    answers: Mapping[str, Answer],
    *,
    help_text: str = "",
    fault: Mapping[str, Any] | None = None,
    seconds: float = 0.0,
) -> Path:
    """Write an executable stand-in. Answers are by profiling mode: ``plain``, ``proto``, ``csv``, ``text``."""
    recipe = {
        "help": help_text or a_help(KNOWN),
        "answers": {
            key: {
                "stdout": answer.stdout,
                "stderr": answer.stderr,
                "exit": answer.exit,
                "files": {flag: base64.b64encode(data).decode() for flag, data in answer.files.items()},
            }
            for key, answer in answers.items()
        },
        "fault": dict(fault or {}),
        "seconds": seconds,
    }
    source = _SCRIPT.read_text(encoding="utf-8")
    head, _, body = source.partition(_END)
    head = head.rpartition("RECIPE = ")[0]
    literal = f"RECIPE = json.loads({json.dumps(json.dumps(recipe))})\n"
    path.write_text(f"#!{sys.executable} -IS\n{head}{literal}{body}", encoding="utf-8")
    path.chmod(0o755)
    return path


def write_strict_tool(path: Path) -> Path:
    """Write an executable that takes flags as the real tool does and really runs models; see ``strict_benchmark``."""
    source = Path(__file__).with_name("strict_benchmark.py").read_text(encoding="utf-8")
    path.write_text(f"#!{sys.executable}\n{source}", encoding="utf-8")
    path.chmod(0o755)
    return path


def recorded_answers(folder: Path, case: str) -> dict[str, Answer]:
    """Give the recorded answers of one model and set of kernels (``mnv1_025_128_u8.xnnpack``)."""
    answers = {}
    for mode in ("plain", "proto", "csv", "text"):
        base = f"{case}.{mode}"
        files = {}
        suffix = {"proto": "pb", "csv": "csv"}.get(mode, "none")
        for flag, name in ((PROFILE_FILE, f"{case}.profile.{suffix}"), (GRAPH_FILE, f"{case}.runtime_info.pb")):
            if ((folder / name).is_file() and mode == "proto") or (mode == "csv" and flag == PROFILE_FILE):
                files[flag] = (folder / name).read_bytes()
        answers[mode] = Answer(
            stdout=(folder / f"{base}.stdout").read_text(encoding="utf-8"),
            stderr=(folder / f"{base}.stderr").read_text(encoding="utf-8"),
            exit=int((folder / f"{base}.exit").read_text()),
            files=files,
        )
    return answers


def a_help(flags: Mapping[str, str]) -> str:
    lines = [f"\t--{name}=          \t{kind}\toptional\tsays something" for name, kind in flags.items()]
    return "ERROR: usage: ./benchmark_model <flags>\nFlags:\n" + "\n".join(lines) + "\n\nERROR: Benchmarking failed.\n"


APPLIED = "INFO: Explicitly applied NNAPI delegate, and the model graph will be completely executed by the delegate."
NOT_APPLIED = "INFO: Though NNAPI delegate is explicitly applied, the model graph will not be executed by the delegate."


def a_log(*, mean_us: float = 1000.0, count: int = 5, words: Sequence[str] = (APPLIED,)) -> str:
    """Give what the tool prints when all is well."""
    stats = f"count={count} first={mean_us} curr={mean_us} min={0.9 * mean_us} max={1.2 * mean_us} avg={mean_us} std=7"
    return (
        "INFO: STARTING!\n" + "".join(f"{line}\n" for line in words) + "INFO: Initialized session in 2.5ms.\n"
        "INFO: Running benchmark for at least 1 iterations and at least 0 seconds but terminate if exceeding 9 s.\n"
        f"INFO: count=1 curr={5 * mean_us}\n\n"
        "INFO: Running benchmark for at least 5 iterations and at least 0 seconds but terminate if exceeding 9 s.\n"
        f"INFO: {stats}\n\n"
        f"INFO: Inference timings in us: Init: 2500, First inference: {5 * mean_us}, Warmup (avg): {5 * mean_us}, "
        f"Inference (avg): {mean_us}\n"
        "INFO: Memory footprint delta from the start of the tool (MB): init=3 overall=8.5\n"
    )


def an_op_profile(rows: Sequence[tuple[str, str, float]], *, runs: int = 10) -> bytes:
    """Encode a profile of the first subgraph: node type, name and µs of each row, in order."""
    encoded = [
        message(
            {
                1: kind,
                2: message({1: round(time), 3: round(time), 8: round(time * runs), 9: runs}),
                4: 1,
                5: name,
                6: order,
            }
        )
        for order, (kind, name, time) in enumerate(rows)
    ]
    return message({3: message({1: message({1: "main", 2: 0, 3: list(encoded)})})})


def a_graph(kinds: Sequence[str], partitions: Sequence[tuple[str, Sequence[int]]]) -> bytes:
    """Encode the exported graph of one subgraph; delegates' nodes follow the model's, and run where their first did."""
    taken = {node: len(kinds) + i for i, (_, nodes) in enumerate(partitions) for node in nodes}
    nodes = [message({1: i, 2: kind, 3: "0", **({9: taken[i]} if i in taken else {})}) for i, kind in enumerate(kinds)]
    nodes += [
        message({1: len(kinds) + i, 2: name, 3: name, 8: message({1: name, 2: packed(list(members))})})
        for i, (name, members) in enumerate(partitions)
    ]
    order = list(dict.fromkeys(taken.get(i, i) for i in range(len(kinds))))
    return message({2: message({1: 0, 3: list(nodes), 4: packed(order), 5: 1, 6: "main"})})


def delegated_answers(
    model: Model, partitions: Sequence[tuple[str, Sequence[int]]], *, mean_us: float = 1000.0, words: Sequence[str] = ()
) -> dict[str, Answer]:
    """Make up answers for a model where delegates have one row for each of their partitions."""
    operators = model.subgraphs[0].operators
    taken = {node for _, nodes in partitions for node in nodes}
    each = mean_us / (len(operators) + 1)
    rows = [(op.kind, f"[t{op.id.index}]:{op.id.index}", each) for op in operators if op.id.index not in taken]
    for i, (name, nodes) in enumerate(partitions):
        rows.append((name, f"[out{i}]:{len(operators) + i}", each * len(nodes)))
    log = a_log(mean_us=mean_us, words=words or [APPLIED if partitions else NOT_APPLIED])
    files = {PROFILE_FILE: an_op_profile(rows), GRAPH_FILE: a_graph([op.kind for op in operators], partitions)}
    return {"plain": Answer(log), "proto": Answer(log, files=files)}

"""Small files as neighbours write them, about ``a_chain``: operator i gives ``tensor_<i + 1>``."""

import json
from collections.abc import Sequence

from tests.support.wire_writer import message, packed

VELA = """\
TFLite_operator,NNG Operator,SRAM Usage,Peak%,Op Cycles,Network%,NPU,SRAM AC,DRAM AC,OnFlash AC,OffFlash AC,\
MAC Count,Network%,Util%,Name
CONV_2D,Conv2DBias,11936,54.6,7312.0,60.0,7300.0,2000.0,0.0,0.0,0.0,73008,90.0,3.9,tensor_1
ADD,Add,10944,50.1,2992.0,40.0,1330.0,2992.0,0.0,0.0,0.0,6912,10.0,0.9,tensor_2
"""


def ai_hub(details: Sequence[dict[str, object]], **summary: object) -> str:
    return json.dumps({"execution_summary": summary, "execution_detail": list(details)})


def benchmark_csv(kinds: Sequence[str], average_ms: Sequence[float]) -> str:
    """The table that ``benchmark_model`` writes, for a model without delegates."""
    total = sum(average_ms)
    rows = "\n".join(
        f"{kind}, {ms}, {ms}, {100 * ms / total}%, 0%, 0, 1, [tensor_{i + 1}]:{i}"
        for i, (kind, ms) in enumerate(zip(kinds, average_ms, strict=True))
    )
    banner = "=" * 30
    return (
        "Operator-wise Profiling Info for Regular Benchmark Runs:\n"
        f"{banner} Run Order {banner}\n"
        f"node type, first, avg_ms, %, cdf%, mem KB, times called, name\n{rows}\n\n"
        f"Timings (microseconds): count=10 first=1 curr=1 min=1 max=1 avg={1000 * total}\n"
    )


def benchmark_output(mean_us: float) -> str:
    return (
        "INFO: STARTING!\nINFO: Graph: [/data/chain.tflite]\nINFO: Min num runs: [5]\n"
        "INFO: Initialized session in 2.5ms.\n"
        "INFO: Running benchmark for at least 1 iterations and at least 0.5 seconds but terminate if exceeding 150\n"
        "INFO: count=1 curr=9000\n"
        "INFO: Running benchmark for at least 5 iterations and at least 1 seconds but terminate if exceeding 150\n"
        f"INFO: count=5 first=1 curr=1 min=1000 max=9000 avg={mean_us} std=10\n"
        f"INFO: Inference timings in us: Init: 2500, First inference: 9000, Warmup (avg): 9000, Inference (avg): 1\n"
    )


def runtime_info(count: int, taken: Sequence[int]) -> bytes:
    """A graph of ``count`` operators of which XNNPACK took some; the delegate's node follows them."""
    nodes: list[bytes] = [message({1: i, 2: "ADD", **({9: count} if i in taken else {})}) for i in range(count)]
    details = message({1: "TfLiteXNNPackDelegate", 2: packed(list(taken))})
    nodes.append(message({1: count, 2: "TfLiteXNNPackDelegate", 8: details}))
    order = [i for i in range(count) if i not in taken] + [count]
    return message({1: "chain", 2: [message({1: 0, 3: [*nodes], 4: packed(order), 5: 1, 6: "main"})]})


def benchmark_result(mean_ms: float) -> bytes:
    return message({2: message({1: mean_ms, 2: mean_ms, 3: mean_ms}), 4: message({2: 10, 3: 1})})


def onnx_profile(times_us: Sequence[Sequence[float]]) -> str:
    """ONNX Runtime's events for inferences, each with the times of operators."""
    events: list[dict[str, object]] = []
    for number, inference in enumerate(times_us):
        events.append({"cat": "Session", "ph": "X", "name": "model_run", "ts": number, "dur": sum(inference) + 5})
        for i, time in enumerate(inference):
            arguments = {"op_name": "Conv" if i == 0 else "Add", "provider": "CPUExecutionProvider"}
            name = f"tensor_{i + 1}_kernel_time"
            events.append({"cat": "Node", "ph": "X", "name": name, "ts": 1, "dur": time, "args": arguments})
    return json.dumps(events)

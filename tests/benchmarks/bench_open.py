"""From the command to the first painted graph, by size of the model: ``python -m tests.benchmarks.bench_open``.

Netron's time from opening to the drawn graph stands beside it where Netron and a browser are installed; its browser
runs already when the clock starts, while ours includes the start of the program.
"""

import tempfile
from pathlib import Path

from tests.benchmarks.netron_open import measure_netron_open_seconds, why_not_available
from tests.benchmarks.start_program import measure_start, median
from tests.support.model_builder import a_model, a_stored_tensor, an_operator

_SIZES = (65, 1000, 5000)
_ROUNDS = 3


def main() -> None:
    missing = why_not_available()
    if missing:
        print(f"Netron is not measured: {missing}")
    print(f"{'operators':>9} {'window':>8} {'graph':>8} {'Netron':>8} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for size in _SIZES:
            path = Path(folder) / f"residual_{size}.tflite"
            path.write_bytes(residual_model(size))
            measure_start([path])  # fills the caches of the disk
            starts = [measure_start([path]) for _ in range(_ROUNDS)]
            window = median([start["window"] for start in starts])
            graph = median([start["graph"] for start in starts])
            line = f"{size:9} {window:6.2f} s {graph:6.2f} s"
            if not missing:
                netron = measure_netron_open_seconds(path)
                line += f" {netron:6.2f} s {netron / graph:6.1f}"
            print(line)


def residual_model(operators: int) -> bytes:
    """Give a network of convolutions with a sum every fifth operator, as residual networks have."""
    shape = (1, 16, 16, 8)
    weights = a_stored_tensor((8, 1, 1, 8), data=[0.5] * 64, name="weights")
    bias = a_stored_tensor((8,), data=[0.0] * 8, name="bias")
    tensor = shortcut = a_stored_tensor(shape, name="input")
    result = []
    for index in range(operators):
        output = a_stored_tensor(shape, name=f"layer_{index}/output")
        if index % 5 == 4:
            result.append(an_operator("ADD", [tensor, shortcut], [output]))
            shortcut = output
        else:
            options = {"padding": "SAME", "stride_w": 1, "stride_h": 1}
            result.append(an_operator("CONV_2D", [tensor, weights, bias], [output], options=options))
        tensor = output
    return a_model(result)


if __name__ == "__main__":
    main()

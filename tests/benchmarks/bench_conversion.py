"""The eight example networks into every kind, run and compared.

    python -m tests.benchmarks.bench_conversion [SCALE]

For each network and kind: size and latency beside float32 in the same run, PSNR against it, and what the layers say of
the int8 model. SCALE 1 (the default) takes small widths and pictures, 2 the networks' usual ones (many minutes).
Latencies of one run compare with each other only.
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from backends.accuracy.dataset import DataChoice
from backends.accuracy.layers import find_layer_errors
from backends.conversion.child import ConversionChild
from backends.conversion.conversion import Conversion, convert
from backends.conversion.examples import EXAMPLES
from backends.conversion.kinds import POST_TRAINING, Kind
from backends.conversion.request import ConversionRequest
from backends.conversion.siblings import HOST_PLAN, Evaluation, Sibling, evaluate
from backends.conversion.source import read_source
from backends.errors import ProfilerError
from backends.progress import Progress
from backends.targets.loader import load_targets

_SMALL = {"scene": (96, 144), "lstm": (16, 8), "mobilenet": (64, 64), "unet": (64, 64)}
_SMALL_PICTURE = (48, 48)
_SAMPLES = 8


def main(scale: int) -> None:
    """Convert, evaluate and print."""
    targets = load_targets([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ConversionChild(Progress()) as child:
            for example in EXAMPLES:
                small = {"width": 8, "size": _SMALL.get(example, _SMALL_PICTURE)} if scale == 1 else {}
                child.make_example(example, folder / f"{example}.keras", **small)
        for example in EXAMPLES:
            request = ConversionRequest(
                source=read_source(folder / f"{example}.keras"), kinds=POST_TRAINING, data=DataChoice(count=_SAMPLES)
            )
            start = time.perf_counter()
            conversion = convert(request, folder)
            took = time.perf_counter() - start
            plan = replace(HOST_PLAN, runs=10, max_seconds=3.0)
            siblings = evaluate(conversion, Evaluation(targets=targets, plan=plan, data=request.data))
            print(f"\n{example}: {len(conversion.made)} of {len(request.kinds)} kinds in {took:.1f} s")
            _print_kinds(siblings)
            _print_layers(conversion)


def _print_kinds(siblings: tuple[Sibling, ...]) -> None:
    first = siblings[0]
    for row in siblings:
        model = row.result.model
        if model is None or first.result.model is None:
            print(f"  {row.result.kind:13} {row.result.error}")
            continue
        size = model.size_bytes / first.result.model.size_bytes
        ratio = f"{row.mean_ns / first.mean_ns:5.2f} x time" if row.mean_ns and first.mean_ns else "  not run   "
        found = row.comparison
        psnr = found.main.psnr_db if found is not None else None
        quality = f"{psnr:6.1f} dB" if psnr is not None else "         "
        top = f"top-1 {found.main.top[1]:.0%}" if found is not None and 1 in found.main.top else ""
        vs680 = row.verdicts["vs680"].summary
        whole = f"VS680 {vs680.accelerated_count}/{vs680.operator_count}"
        traps = ", ".join(trap.id for trap in found.traps) if found is not None else ""
        print(f"  {row.result.kind:13} {size:5.2f} x size {ratio} {quality} {top:10} {whole:14} {traps}")
        for problem in row.problems:
            print(f"                {problem[:150]}")


def _print_layers(conversion: Conversion) -> None:
    quantised = next((result.model for result in conversion.made if result.kind is Kind.INT8), None)
    if quantised is None or conversion.original is None:
        return
    data = DataChoice(count=2, value_range=conversion.value_range)
    try:
        start = time.perf_counter()
        report = find_layer_errors(conversion.original, quantised, data)
    except ProfilerError as error:
        print(f"  layers of int8: {error.message[:150]}")
        return
    worst = report.entries[0] if report.entries else None
    place = f"most enters at {worst.operator.index} {worst.kind} ({worst.added_db:.1f} dB)" if worst else "no error"
    dead, lost = (sum(len(getattr(layer, name)) for layer in report.layers) for name in ("dead", "lost"))
    took = time.perf_counter() - start
    print(f"  layers of int8: {report.compared}/{report.total} compared in {took:.1f} s, {place}")
    print(f"                  channels: {dead} dead, {lost} lost")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)

"""What the runtime's profiler costs: latency with and without it, in alternating blocks of one sitting.

``python -m tests.benchmarks.bench_profiler [MODEL]...``; without models the bundled samples and some reference models.
Columns: events of one run, latency without the profiler, with it, the difference, operators' share of the former.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from backends.errors import RunError
from backends.model.reader import read_model
from backends.progress import Progress
from backends.runs.host.child import ProfiledSample, RuntimeChild
from backends.runs.host.setups import write_setups
from backends.runs.inputs import prepare_inputs
from backends.runs.plan import Plan
from tests.support.shared import SHARED

_SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"
_NAMES = (
    "aeq_duplicated_tensor_names",
    "tiny_resnet8_float",
    "mnv1_025_224_float_meta",
    "mnv2_100_224_u8_coral",
    "gen_scale_chain_5000",
    "deeplabv3_dm05_u8",
    "gen_xlsr_topology_x3_int8",
)
_BLOCKS, _BLOCK_RUNS, _BLOCK_SECONDS = 10, 20, 0.3
_KERNELS = (2, 8)


def main(arguments: list[str]) -> None:
    """Print one line for each model."""
    reference = [SHARED / "models" / "files" / f"{name}.tflite" for name in _NAMES] if SHARED else []
    files = [Path(argument) for argument in arguments] or [*sorted(_SAMPLES.glob("*.tflite")), *reference]
    print(f"{'model':36}{'events':>8}{'off':>13}{'on':>13}{'cost':>9}{'ratio':>8}{'operators':>11}")
    for file in files:
        try:
            print(_line(file), flush=True)
        except RunError as error:
            print(f"{file.name:36} {error.message}")


def _line(file: Path) -> str:
    plain, profiled = _measure(file)
    off, on = statistics.median(plain) / 1000, statistics.median(run.sample.latency_ns for run in profiled) / 1000
    operators = statistics.median(_operators_us(run) for run in profiled)
    events = len(profiled[-1].elapsed_us)
    return (
        f"{file.name:36}{events:8}{off:10.0f} µs{on:10.0f} µs{on - off:6.0f} µs{on / off:7.2f}x{operators / off:11.1%}"
    )


def _measure(file: Path) -> tuple[list[int], list[ProfiledSample]]:
    model, plan = read_model(file), Plan()
    plain: list[int] = []
    profiled: list[ProfiledSample] = []
    with tempfile.TemporaryDirectory() as folder:
        setups = write_setups(file, model, plan, prepare_inputs(model, plan), Path(folder))
        with RuntimeChild(Progress()) as off, RuntimeChild(Progress()) as on:
            off.open(setups.plain)
            on.open(setups.profiled)
            for _ in range(_BLOCKS):
                off.run(2, seconds=0)
                plain += [sample.latency_ns for sample in off.run(_BLOCK_RUNS, seconds=_BLOCK_SECONDS)]
                on.run(2, seconds=0)
                profiled += on.profile(_BLOCK_RUNS, seconds=_BLOCK_SECONDS)
    return plain, profiled


def _operators_us(run: ProfiledSample) -> int:
    return sum(time for time, kind in zip(run.elapsed_us, run.template.types, strict=True) if kind in _KERNELS)


if __name__ == "__main__":
    main(sys.argv[1:])

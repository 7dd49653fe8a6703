"""Speed of the reader against the walk with FlatBuffers' Python classes: ``python -m tests.benchmarks.bench_reader``.

Both give Python objects with the same facts: name, type and shape of every tensor; kind, tensors and options of every
operator. The models are generated, so that the benchmark runs anywhere.
"""

import argparse
import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

import tflite

from backends.model.reader import read_model_bytes
from tests.support.model_builder import a_model, a_stored_tensor, an_operator

SIZES = (65, 1_000, 5_000, 20_000, 100_000)
ROUNDS = 5
LARGEST_WALK = 20_000
"""Operators; the walk takes seconds beyond."""


def a_chain(count: int) -> bytes:
    """A model of convolutions, activations and additions with a weight tensor for each convolution."""
    x = a_stored_tensor((1, 16, 16, 8), name="input")
    operators = []
    for index in range(count):
        y = a_stored_tensor((1, 16, 16, 8), name=f"block_{index // 3}/layer_{index}/output", scale=0.5)
        if index % 3 == 0:
            weights = a_stored_tensor((8, 1, 1, 8), "int8", data=1, name=f"block_{index}/weights", scale=(0.5,) * 8)
            options = {"stride_w": 1, "stride_h": 1, "fused_activation_function": "RELU6"}
            operators.append(an_operator("CONV_2D", [x, weights], [y], options=options, version=3))
        elif index % 3 == 1:
            operators.append(an_operator("LOGISTIC", [x], [y]))
        else:
            operators.append(an_operator("ADD", [x, x], [y], options={"fused_activation_function": "RELU"}))
        x = y
    return a_model(operators)


def walk(data: bytes) -> list[Any]:
    """Read the same facts with the generated classes."""
    model = tflite.Model.GetRootAsModel(data, 0)
    codes = [model.OperatorCodes(index) for index in range(model.OperatorCodesLength())]
    kinds = [(code.BuiltinCode(), code.Version()) for code in codes]
    graph = model.Subgraphs(0)
    facts: list[Any] = []
    for index in range(graph.TensorsLength()):
        tensor = graph.Tensors(index)
        scales = tensor.Quantization()
        quantization = scales and (as_list(scales.ScaleAsNumpy()), as_list(scales.ZeroPointAsNumpy()))
        facts.append((tensor.Name().decode(), tensor.Type(), as_list(tensor.ShapeAsNumpy()), quantization))
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        kind = kinds[operator.OpcodeIndex()]
        options = walk_options(operator)
        facts.append((kind, as_list(operator.InputsAsNumpy()), as_list(operator.OutputsAsNumpy()), options))
    return facts


def walk_options(operator: Any) -> tuple[int, ...]:
    """The options of the three kinds that the model holds."""
    table, kind = operator.BuiltinOptions(), operator.BuiltinOptionsType()
    if kind == tflite.BuiltinOptions.Conv2DOptions:
        conv = tflite.Conv2DOptions()
        conv.Init(table.Bytes, table.Pos)
        return (
            conv.Padding(),
            conv.StrideW(),
            conv.StrideH(),
            conv.FusedActivationFunction(),
            conv.DilationWFactor(),
            conv.DilationHFactor(),
        )
    if kind == tflite.BuiltinOptions.AddOptions:
        add = tflite.AddOptions()
        add.Init(table.Bytes, table.Pos)
        return (add.FusedActivationFunction(), add.PotScaleInt16())
    return ()


def as_list(values: Any) -> list[Any]:
    """Numbers of a vector; the classes give 0 for an absent one."""
    return [] if isinstance(values, int) else values.tolist()


def median_ms(work: Callable[[], object], rounds: int) -> float:
    """Median time of some rounds."""
    times = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def main() -> None:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="operators of the models")
    sizes = parser.parse_args().sizes
    print(f"{'operators':>9}  {'file':>9}  {'reader':>9}  {'walk':>9}  ratio")
    for count in sizes:
        data = a_chain(count)
        ours = median_ms(lambda data=data: read_model_bytes(data), ROUNDS)
        if count > LARGEST_WALK:
            print(f"{count:>9}  {len(data) >> 10:>5} KiB  {ours:>6.1f} ms  {'-':>9}")
            continue
        theirs = median_ms(lambda data=data: walk(data), 3)
        print(f"{count:>9}  {len(data) >> 10:>5} KiB  {ours:>6.1f} ms  {theirs:>6.1f} ms  {theirs / ours:.1f}x")


if __name__ == "__main__":
    main()

"""The reference models: all read or refused with one sentence, and equal to a walk with the generated classes."""

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backends.errors import ModelFileError
from backends.model.bundle import is_bundle, list_members, read_member
from backends.model.cost import estimate_model
from backends.model.model import Model, Tensor
from backends.model.reader import read_model
from backends.model.schema.tables import ENUMS
from tests.support.shared import MODEL_FILES, SHARED

pytestmark = pytest.mark.skipif(not MODEL_FILES, reason="the reference models are not on this machine")

LARGEST_COMPARED = 5_000_000
"""Bytes; the walk in plain Python takes seconds for the models made to be huge."""


def stated_counts() -> dict[str, int]:
    """Operators of each reference model that can be parsed, by file name."""
    assert SHARED is not None
    with (SHARED / "models" / "MODELS.tsv").open(encoding="utf-8") as file:
        return {row["name"]: int(row["n_ops"]) for row in csv.DictReader(file, delimiter="\t") if row["n_ops"]}


def operator_count(path: Path) -> int:
    models = (
        [read_member(path, member.name) for member in list_members(path)] if is_bundle(path) else [read_model(path)]
    )
    return sum(len(graph.operators) for model in models for graph in model.subgraphs)


def test_every_reference_model_has_its_operators_or_one_sentence() -> None:
    counts, refused = stated_counts(), {}
    for path in MODEL_FILES:
        try:
            found = operator_count(path)
        except ModelFileError as error:
            refused[path.name] = error
            continue
        assert found == counts[path.name], path.name

    assert len(MODEL_FILES) > len(refused)
    for name, error in refused.items():
        broken = counts.get(name, 0) == 0 or "reads tensor" in error.message
        assert broken, f"{name} was refused: {error.message}"
        assert error.message.startswith(name)
        assert error.hint


def test_every_reference_model_can_be_summarised() -> None:
    for path in sound_files():
        model = read_model(path)
        costs, summary = estimate_model(model)
        assert len(costs) == summary.operator_count
        assert summary.macs >= 0
        assert summary.quantization.text


def sound_files() -> Iterator[Path]:
    for path in MODEL_FILES:
        if is_bundle(path) or path.stat().st_size > LARGEST_COMPARED:
            continue
        try:
            read_model(path)
        except ModelFileError:
            continue
        yield path


def test_tensors_and_operators_equal_those_of_the_generated_classes() -> None:
    schema = pytest.importorskip("tflite")
    pytest.importorskip("flatbuffers")
    compared = 0
    for path in sound_files():
        model = read_model(path)
        if sum(len(graph.operators) for graph in model.subgraphs) > 500:
            continue
        walked = schema.Model.GetRootAsModel(path.read_bytes(), 0)
        compare_model(schema, model, walked)
        compared += 1

    assert compared > 50


def compare_model(schema: Any, model: Model, walked: Any) -> None:
    assert len(model.subgraphs) == walked.SubgraphsLength()
    for graph, other in zip(model.subgraphs, map(walked.Subgraphs, range(walked.SubgraphsLength())), strict=True):
        assert list(graph.inputs) == as_list(other, "Inputs")
        assert list(graph.outputs) == as_list(other, "Outputs")
        assert len(graph.tensors) == other.TensorsLength()
        assert len(graph.operators) == other.OperatorsLength()
        for tensor in graph.tensors:
            compare_tensor(model, tensor, other.Tensors(tensor.index), walked)
        for operator in graph.operators:
            compare_operator(schema, operator, other.Operators(operator.id.index), walked)


def compare_tensor(model: Model, tensor: Tensor, other: Any, walked: Any) -> None:
    assert tensor.name == (other.Name() or b"").decode("utf-8", "replace")
    assert list(tensor.shape) == as_list(other, "Shape")
    assert list(tensor.shape_signature) == as_list(other, "ShapeSignature")
    assert tensor.dtype == ENUMS["TensorType"][other.Type()].lower()
    assert tensor.is_variable == other.IsVariable()
    buffer = walked.Buffers(other.Buffer())
    if other.Buffer() and not buffer.DataIsNone():
        assert tensor.is_constant
        start, length = model.buffers[tensor.buffer]
        assert bytes(model.data[start : start + length]) == bytes(bytearray(as_array(buffer, "Data")))
    quantization = other.Quantization()
    if tensor.quantization is not None:
        assert same_floats(tensor.quantization.scale, as_list(quantization, "Scale"))
        assert list(tensor.quantization.zero_point) == as_list(quantization, "ZeroPoint")
        assert tensor.quantization.dimension == quantization.QuantizedDimension()
    elif quantization is not None:
        assert quantization.ScaleLength() == quantization.ZeroPointLength() == 0


def compare_operator(schema: Any, operator: Any, other: Any, walked: Any) -> None:
    code = walked.OperatorCodes(other.OpcodeIndex())
    number = builtin_code(code)
    assert operator.kind == ENUMS["BuiltinOperator"].get(number, f"UNKNOWN_{number}")
    assert operator.version == code.Version()
    assert operator.custom_code == (code.CustomCode() or b"").decode()
    for field in ("Inputs", "Outputs", "Intermediates"):
        assert list(getattr(operator, field.lower())) == as_list(other, field)
    assert operator.custom_options == bytes(bytearray(as_array(other, "CustomOptions")))
    members = {number: name for name, number in vars(schema.BuiltinOptions).items() if not name.startswith("_")}
    name = members.get(other.BuiltinOptionsType(), "NONE")
    if name != "NONE" and other.BuiltinOptions() is not None:
        table = getattr(schema, name)()
        table.Init(other.BuiltinOptions().Bytes, other.BuiltinOptions().Pos)
        compare_options(operator.options, table)


def builtin_code(code: Any) -> int:
    """The larger of both fields, as the runtime does; the class ignores the new field where it is small."""
    from flatbuffers import number_types

    offset = code._tab.Offset(10)
    new = code._tab.Get(number_types.Int32Flags, offset + code._tab.Pos) if offset else 0
    return max(code.DeprecatedBuiltinCode(), new)


def compare_options(options: Any, table: Any) -> None:
    for field, value in options.items():
        getter = "".join(part[:1].upper() + part[1:] for part in field.split("_"))
        if not hasattr(table, getter):
            continue  # the walk's classes are older than the schema
        if isinstance(value, tuple):
            assert list(value) == as_list(table, getter), field
            continue
        expected = getattr(table, getter)()
        if isinstance(value, str):
            names = [names[expected] for names in ENUMS.values() if expected in names] if expected is not None else []
            text = expected.decode() if isinstance(expected, bytes) else None
            assert value == text or value in names or (value == "" and expected is None), field
        else:
            assert value == expected or math.isclose(value, expected), field


def as_array(table: Any, field: str) -> Any:
    """The vector of a field, empty where it is absent."""
    values = getattr(table, f"{field}AsNumpy")()
    return [] if isinstance(values, int) else values


def as_list(table: Any, field: str) -> list[Any]:
    values = as_array(table, field)
    return values if isinstance(values, list) else values.tolist()


def same_floats(ours: tuple[float, ...], theirs: list[float]) -> bool:
    pairs = zip(ours, theirs, strict=True)
    return all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in pairs)

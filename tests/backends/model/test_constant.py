from typing import Any

import numpy as np
import pytest

from backends.model.constant import (
    constant_statistics,
    dequantize,
    read_constant,
    small_integers,
    statistics_of,
)
from backends.model.model import Model
from backends.model.reader import read_model_bytes
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


def with_constant(shape: tuple[int, ...], dtype: str, data: Any, **more: Any) -> Model:
    """A model whose tensor 0 is a constant."""
    constant = a_stored_tensor(shape, dtype, data=data, **more)
    return read_model_bytes(a_model([an_operator("ADD", [constant, a_stored_tensor()], [a_stored_tensor()])]))


@pytest.mark.parametrize(
    "dtype",
    [
        *("float64", "float32", "float16", "int64", "int32", "int16", "int8"),
        *("uint64", "uint32", "uint16", "uint8", "bool", "complex64", "complex128"),
    ],
)
def test_plain_types_are_read_as_they_are(dtype: str) -> None:
    values = np.array([[0, 1, 2], [3, 0, 5]]).astype(dtype)

    found = read_constant(with_constant((2, 3), dtype, values), 0, 0)

    assert isinstance(found, np.ndarray)
    assert found.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize(
    ("dtype", "values"),
    [("int4", [-8, -1, 0, 7, 3]), ("uint4", [0, 15, 8, 7, 1]), ("int2", [-2, -1, 0, 1, -2])],
)
def test_packed_integers_are_unpacked_with_their_sign(dtype: str, values: list[int]) -> None:
    found = read_constant(with_constant((5,), dtype, values), 0, 0)

    assert isinstance(found, np.ndarray)
    assert found.tolist() == values


def test_bfloat16_becomes_float32() -> None:
    found = read_constant(with_constant((3,), "bfloat16", [1.0, -2.5, 0.0]), 0, 0)

    assert isinstance(found, np.ndarray)
    assert found.dtype == np.float32
    assert found.tolist() == [1.0, -2.5, 0.0]


def test_float8_is_decoded_in_both_forms() -> None:
    e4m3 = read_constant(with_constant((5,), "float8_e4m3fn", bytes([0x38, 0xB8, 0x7E, 0x01, 0x7F])), 0, 0)
    e5m2 = read_constant(with_constant((4,), "float8_e5m2", bytes([0x3C, 0xBC, 0x7B, 0x7C])), 0, 0)

    np.testing.assert_array_equal(e4m3, np.array([1.0, -1.0, 448.0, 2.0**-9, np.nan], np.float32))
    np.testing.assert_array_equal(e5m2, np.array([1.0, -1.0, 57344.0, np.inf], np.float32))


def test_strings_come_as_a_list() -> None:
    assert read_constant(with_constant((3,), "string", ["a", "", "grün"]), 0, 0) == ["a", "", "grün"]


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xff\xff\x7f", b"\x01\0\0\0\x0c\0\0\0\xff\0\0\0", b"\x01\0\0\0\x0c\0\0\0\x02\0\0\0"]
)
def test_broken_strings_have_no_values(raw: bytes) -> None:
    assert read_constant(with_constant((1,), "string", raw), 0, 0) is None


def test_a_constant_that_is_too_small_or_none_at_all_has_no_values() -> None:
    model = with_constant((100,), "float32", b"1234")

    assert read_constant(model, 0, 0) is None
    assert constant_statistics(model, 0, 0) is None
    assert read_constant(model, 0, 1) is None
    assert constant_statistics(model, 0, 1) is None


def test_statistics_leave_out_what_is_not_finite() -> None:
    data = np.array([0, 0, 1, 3, np.nan, np.inf, -np.inf, 4], np.float32)

    found = constant_statistics(with_constant((8,), "float32", data), 0, 0)

    assert found is not None
    assert (found.count, found.nan_count, found.infinite_count) == (8, 1, 2)
    assert (found.minimum, found.maximum) == (0, 4)
    assert found.mean == pytest.approx(1.6)
    assert found.std == pytest.approx(np.std([0, 0, 1, 3, 4]))
    assert found.zero_share == 0.25


def test_statistics_of_parts_equal_those_of_the_whole() -> None:
    values = np.random.default_rng(1).normal(1000, 0.5, 10_000)

    found = statistics_of(iter(np.split(values, 10)))

    assert found.mean == pytest.approx(values.mean())
    assert found.std == pytest.approx(values.std(), rel=1e-9)


def test_statistics_of_nothing_finite_are_absent() -> None:
    found = statistics_of(iter([np.array([np.nan])]))

    assert (found.minimum, found.maximum, found.mean, found.std) == (None, None, None, None)
    assert found.nan_count == 1


def test_statistics_of_packed_values_count_each() -> None:
    found = constant_statistics(with_constant((5,), "int4", [-8, 0, 0, 7, 1]), 0, 0)

    assert found is not None
    assert (found.count, found.minimum, found.maximum, found.zero_share) == (5, -8, 7, 0.4)


def test_real_values_follow_scale_and_zero_point() -> None:
    per_tensor = with_constant((2,), "int8", [1, 3], scale=0.5, zero_point=1)
    per_channel = with_constant((2, 2), "int8", [[1, 2], [3, 4]], scale=(1.0, 0.5), dimension=1)

    real = dequantize(np.array([1, 3]), per_tensor.subgraphs[0].tensors[0])
    channels = dequantize(np.array([[1, 2], [3, 4]]), per_channel.subgraphs[0].tensors[0])

    assert real is not None
    assert real.tolist() == [0.0, 1.0]
    assert channels is not None
    assert channels.tolist() == [[1.0, 1.0], [3.0, 2.0]]


@pytest.mark.parametrize("more", [{}, {"scale": (1.0, 2.0, 3.0)}, {"scale": (1.0,), "zero_point": (1, 2)}])
def test_scales_that_do_not_fit_give_no_real_values(more: dict[str, Any]) -> None:
    model = with_constant((2,), "int8", [1, 3], **more)

    assert dequantize(np.array([1, 3]), model.subgraphs[0].tensors[0]) is None


def test_small_integer_operands_are_given_as_numbers() -> None:
    model = with_constant((3,), "int32", [0, 2, 1])

    assert small_integers(model, 0, 0) == (0, 2, 1)
    assert small_integers(model, 0, 0, limit=2) == ()
    assert small_integers(model, 0, 1) == ()
    assert small_integers(model, 0, -1) == ()


def test_a_sparse_constant_is_densified() -> None:
    # Rows 0 and 2 of a 3 x 4 matrix hold values, stored in compressed rows.
    sparsity = {
        "traversal_order": [0, 1],
        "dim_metadata": [
            {"format": "DENSE", "dense_size": 3},
            {
                "format": "SPARSE_CSR",
                "array_segments": ("Uint8Vector", {"values": [0, 2, 2, 3]}),
                "array_indices": ("Int32Vector", {"values": [0, 3, 1]}),
            },
        ],
    }
    model = with_constant((3, 4), "int8", bytes([5, 6, 7]), fields={"sparsity": sparsity})

    found = read_constant(model, 0, 0)
    statistics = constant_statistics(model, 0, 0)

    assert model.subgraphs[0].tensors[0].is_sparse
    assert isinstance(found, np.ndarray)
    assert found.tolist() == [[5, 0, 0, 6], [0, 0, 0, 0], [0, 7, 0, 0]]
    assert statistics is not None
    assert statistics.zero_share == 0.75


def test_a_block_sparse_constant_is_densified() -> None:
    # A 2 x 4 matrix in blocks of 1 x 2; only the second block of each row is stored.
    sparsity = {
        "traversal_order": [0, 1, 2],
        "block_map": [1],
        "dim_metadata": [
            {"format": "DENSE", "dense_size": 2},
            {
                "format": "SPARSE_CSR",
                "array_segments": ("Int32Vector", {"values": [0, 1, 2]}),
                "array_indices": ("Uint16Vector", {"values": [1, 1]}),
            },
            {"format": "DENSE", "dense_size": 2},
        ],
    }
    model = with_constant((2, 4), "int8", bytes([1, 2, 3, 4]), fields={"sparsity": sparsity})

    found = read_constant(model, 0, 0)

    assert isinstance(found, np.ndarray)
    assert found.tolist() == [[0, 0, 1, 2], [0, 0, 3, 4]]


@pytest.mark.parametrize(
    "change",
    [
        {"traversal_order": [0, 5]},
        {"block_map": [9], "traversal_order": [0, 1, 2]},
        {"dim_metadata": [{"format": "DENSE", "dense_size": 1 << 30}, {"format": "DENSE", "dense_size": 1 << 30}]},
        {"dim_metadata": [{"format": "DENSE", "dense_size": 3}, {"format": "SPARSE_CSR"}]},
    ],
)
def test_a_sparse_constant_that_contradicts_itself_has_no_values(change: dict[str, Any]) -> None:
    sparsity = {
        "traversal_order": [0, 1],
        "dim_metadata": [{"format": "DENSE", "dense_size": 3}, {"format": "DENSE", "dense_size": 4}],
        **change,
    }
    model = with_constant((3, 4), "int8", bytes(12), fields={"sparsity": sparsity})

    assert read_constant(model, 0, 0) is None

"""Inputs: which entry point, shapes and values."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backends.errors import RunError
from backends.model.model import Model
from backends.model.reader import read_model_bytes
from backends.runs.input_values import NUMPY_TYPES, size_bytes
from backends.runs.inputs import PreparedInputs, prepare_inputs
from backends.runs.plan import InputKind, Plan
from tests.support.model_builder import StoredTensor, a_model, a_stored_tensor, an_operator

ZEROS = Plan(input_kind=InputKind.ZEROS)


def a_model_with(shape: tuple[int, ...] = (1, 4, 4, 3), dtype: str = "float32", **more: object) -> Model:
    x = a_stored_tensor(shape, dtype, name="x", **more)
    return read_model_bytes(a_model([an_operator("NEG", [x], [a_stored_tensor(shape, dtype, name="y")])]))


def values(prepared: PreparedInputs, dtype: str) -> np.ndarray:
    return np.frombuffer(prepared.inputs[0].data, NUMPY_TYPES[dtype])


@pytest.mark.parametrize("dtype", [name for name in NUMPY_TYPES if name not in ("int4", "uint4", "int2")])
def test_every_type_is_filled_to_its_size(dtype: str) -> None:
    model = a_model_with(dtype=dtype)

    for plan in (Plan(), ZEROS):
        prepared = prepare_inputs(model, plan)

        assert len(prepared.inputs[0].data) == size_bytes(dtype, 48)
        assert prepared.inputs[0].element > 0


def test_types_below_a_byte_are_packed() -> None:
    assert (size_bytes("int4", 5), size_bytes("int2", 5)) == (3, 2)


def test_random_values_depend_on_the_seed_only() -> None:
    model = a_model_with()

    first, again, other = (prepare_inputs(model, Plan(seed=seed)).inputs[0].data for seed in (1, 1, 2))

    assert first == again != other


def test_random_reals_are_between_minus_one_and_one() -> None:
    reals = values(prepare_inputs(a_model_with((1000,)), Plan()), "float32")

    assert -1 <= reals.min() < -0.9
    assert 0.9 < reals.max() <= 1


def test_zeros_are_zeros() -> None:
    assert not any(prepare_inputs(a_model_with(), ZEROS).inputs[0].data)


def test_indices_stay_within_the_table_they_look_up() -> None:
    table = a_stored_tensor((7, 4), data=0.0)
    ids, same = a_stored_tensor((200,), "int32", name="ids"), a_stored_tensor((200, 1), "int32")
    operators = [
        an_operator("RESHAPE", [ids, a_stored_tensor((2,), "int32", data=[200, 1])], [same]),
        an_operator("GATHER", [table, same], [a_stored_tensor((200, 1, 4))]),
    ]

    indices = values(prepare_inputs(read_model_bytes(a_model(operators)), Plan()), "int32")

    assert set(indices.tolist()) == set(range(7))


def filled(kind: str, position: int, operands: list[StoredTensor], result: tuple[int, ...], **options: object) -> list:
    """Give what the operand at ``position`` is filled with."""
    dtype = operands[position].dtype
    output = a_stored_tensor(result, dtype if "FLOOR" in kind else "float32")
    more = {"inputs": [operands[position], *[x for x in operands if x.data is None and x is not operands[position]]]}
    model = read_model_bytes(a_model([an_operator(kind, operands, [output], options=options)], **more))
    return values(prepare_inputs(model, Plan()), dtype).tolist()


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64"])
def test_nothing_is_divided_by_zero(dtype: str) -> None:
    dividend, divisor = a_stored_tensor((1000,), dtype), a_stored_tensor((1000,), dtype)

    assert 0 not in filled("FLOOR_MOD", 1, [dividend, divisor], (1000,))


def test_dividends_may_be_zero() -> None:
    operands = [a_stored_tensor((1000,), "int32"), a_stored_tensor((1000,), "int32")]

    assert 0 in filled("FLOOR_MOD", 0, operands, (1000,))


def test_roots_and_logarithms_get_no_negative_reals() -> None:
    reals = filled("RSQRT", 0, [a_stored_tensor((1000,))], (1000,))
    stored = filled("RSQRT", 0, [a_stored_tensor((1000,), "int8", scale=0.1, zero_point=-5)], (1000,))

    assert 0 <= min(reals) < max(reals) <= 1
    assert (min(stored), max(stored)) == (-5, 127)


def test_indices_into_a_result_stay_within_it() -> None:
    indices, updates = a_stored_tensor((1000, 1), "int32"), a_stored_tensor((1000, 2), data=1.0)
    shape = a_stored_tensor((2,), "int32", data=[7, 2])

    assert set(filled("SCATTER_ND", 0, [indices, updates, shape], (7, 2))) == set(range(7))


def test_small_integers_stay_within_the_table_they_look_up() -> None:
    table, indices = a_stored_tensor((5, 2), data=1.0), a_stored_tensor((1000,), "int16")

    assert set(filled("GATHER", 1, [table, indices], (1000, 2))) == set(range(5))


def test_segments_are_numbered_in_order() -> None:
    data, segments = a_stored_tensor((100, 2)), a_stored_tensor((100,), "int32")

    assert set(filled("SEGMENT_SUM", 1, [data, segments], (1, 2))) == {0}


@pytest.mark.parametrize(
    ("kind", "position", "shapes", "result", "expected"),
    [
        ("RESHAPE", 1, [(2, 6), (2,)], (3, 4), [3, 4]),
        ("RESIZE_BILINEAR", 1, [(1, 4, 4, 2), (2,)], (1, 9, 7, 2), [9, 7]),
        ("TRANSPOSE_CONV", 0, [(4,), (3, 2, 2, 1), (1, 4, 4, 1)], (1, 8, 8, 3), [1, 8, 8, 3]),
        ("STRIDED_SLICE", 2, [(4, 6), (2,), (2,), (2,)], (2, 3), [4, 6]),
        ("STRIDED_SLICE", 3, [(4, 6), (2,), (2,), (2,)], (2, 3), [1, 1]),
        ("SLICE", 1, [(4, 6), (2,), (2,)], (2, 3), [0, 0]),
        ("SLICE", 2, [(4, 6), (2,), (2,)], (2, 3), [2, 3]),
        ("TILE", 1, [(2, 3), (2,)], (4, 9), [2, 3]),
        ("TRANSPOSE", 1, [(2, 3, 4), (3,)], (2, 3, 4), [0, 1, 2]),
        ("TOPK_V2", 1, [(2, 9), ()], (2, 5), [5]),
        ("PAD", 1, [(2, 9), (2, 2)], (2, 9), [0, 0, 0, 0]),
        ("MEAN", 1, [(9,), (1,)], (), [0]),
    ],
)
def test_operands_that_set_a_shape_set_the_one_the_file_states(
    kind: str, position: int, shapes: list[tuple[int, ...]], result: tuple[int, ...], expected: list[int]
) -> None:
    operands = [a_stored_tensor(shape, data=1.0) for shape in shapes]
    operands[position] = a_stored_tensor(shapes[position], "int32", name="sizes")
    model = read_model_bytes(a_model([an_operator(kind, operands, [a_stored_tensor(result)])]))

    prepared = prepare_inputs(model, Plan())

    assert values(prepared, "int32").tolist() == expected
    assert any("'sizes'" in note for note in prepared.notes)
    assert prepare_inputs(model, ZEROS).inputs[0].data == prepared.inputs[0].data


def test_operands_that_set_a_shape_the_file_does_not_state_are_random() -> None:
    sizes = a_stored_tensor((2,), "int32")
    model = read_model_bytes(
        a_model([an_operator("RESHAPE", [a_stored_tensor((4, 6), data=1.0), sizes], [a_stored_tensor((1, 1))])])
    )

    prepared = prepare_inputs(model, Plan())

    assert set(values(prepared, "int32").tolist()) <= {0, 1}
    assert prepared.notes == ()


def test_other_integers_are_zero_or_one() -> None:
    assert set(values(prepare_inputs(a_model_with((100,), "int64"), Plan()), "int64").tolist()) == {0, 1}


def test_free_sizes_are_what_the_file_allocates_and_it_is_said() -> None:
    prepared = prepare_inputs(a_model_with((1, 30), signature=(-1, 30)), Plan())

    assert prepared.inputs[0].shape == (1, 30)
    assert "was run as 1x30" in prepared.notes[0]


def test_images_of_free_size_get_a_useful_one() -> None:
    assert prepare_inputs(a_model_with((1, 1, 1, 3), signature=(1, -1, -1, 3)), Plan()).inputs[0].shape == (
        1,
        256,
        256,
        3,
    )
    assert prepare_inputs(a_model_with((1, 3, 1, 1), signature=(-1, 3, -1, -1)), Plan()).inputs[0].shape == (
        1,
        3,
        256,
        256,
    )


def test_a_given_shape_wins() -> None:
    plan = Plan(input_shapes={"x": (2, 8, 8, 3)})

    prepared = prepare_inputs(a_model_with((1, 1, 1, 3), signature=(-1, -1, -1, 3)), plan)

    assert prepared.inputs[0].shape == (2, 8, 8, 3)
    assert prepared.notes == ()


@pytest.mark.parametrize("shape", [(2, 2), (0, 4, 4, 3), (1, -1, 4, 3)])
def test_a_shape_that_cannot_be_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(RunError, match="does not fit"):
        prepare_inputs(a_model_with(), Plan(input_shapes={"x": shape}))


def test_an_unknown_input_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RunError, match="no input 'z'") as caught:
        prepare_inputs(a_model_with(), Plan(input_shapes={"z": (1,)}))
    assert "x" in caught.value.hint


def test_huge_inputs_are_refused() -> None:
    with pytest.raises(RunError, match="too large"):
        prepare_inputs(a_model_with(), Plan(input_shapes={"x": (1, 100_000, 100_000, 3)}))


def test_strings_are_refused_in_words() -> None:
    with pytest.raises(RunError, match="of type string"):
        prepare_inputs(a_model_with((1,), "string"), Plan())


def test_more_dimensions_than_the_interface_takes_are_refused() -> None:
    with pytest.raises(RunError, match="12 dimensions"):
        prepare_inputs(a_model_with((1,) * 12), Plan())


@pytest.fixture
def two_signatures() -> Model:
    a, b = a_stored_tensor((1, 2), name="a"), a_stored_tensor((1, 2), name="b")
    signatures = {"first": ({"in": a}, {"out": b}), "second": ({"other": a}, {"out": b})}
    return read_model_bytes(a_model([an_operator("NEG", [a], [b])], signatures=signatures))


def test_a_signature_is_chosen_by_its_key_and_names_the_inputs(two_signatures: Model) -> None:
    default = prepare_inputs(two_signatures, Plan())
    second = prepare_inputs(two_signatures, Plan(signature="second"))

    assert (default.signature_index, default.inputs[0].name) == (0, "in")
    assert (second.signature_index, second.inputs[0].name) == (1, "other")


def test_an_unknown_signature_is_refused_with_the_known_ones(two_signatures: Model) -> None:
    with pytest.raises(RunError, match="no signature 'third'") as caught:
        prepare_inputs(two_signatures, Plan(signature="third"))
    assert "first, second" in caught.value.hint


def from_file(model: Model, path: Path) -> PreparedInputs:
    return prepare_inputs(model, Plan(input_kind=InputKind.FILE, input_files={"x": str(path)}))


def test_an_array_is_taken_as_it_is(tmp_path: Path) -> None:
    array = np.arange(48, dtype=np.float32).reshape(1, 4, 4, 3)
    np.save(tmp_path / "x.npy", array)

    assert np.array_equal(values(from_file(a_model_with(), tmp_path / "x.npy"), "float32"), array.reshape(-1))


def test_an_array_of_another_shape_or_type_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "shape.npy", np.zeros((3, 3), np.float32))
    np.save(tmp_path / "type.npy", np.zeros((1, 4, 4, 3), np.float64) + 0.5)

    with pytest.raises(RunError, match="is 3x3, but the input is 1x4x4x3"):
        from_file(a_model_with(), tmp_path / "shape.npy")
    with pytest.raises(RunError, match="holds float64, but the input is uint8"):
        from_file(a_model_with(dtype="uint8"), tmp_path / "type.npy")


def test_an_array_that_would_run_code_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)

    with pytest.raises(RunError, match="cannot be read as a NumPy array"):
        from_file(a_model_with(), tmp_path / "x.npy")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:, :, 0] = 255
    Image.fromarray(pixels).save(tmp_path / "red.png")
    return tmp_path / "red.png"


@pytest.mark.parametrize(("dtype", "red", "rest"), [("uint8", 255, 0), ("float32", 1.0, -1.0), ("int8", 127, -128)])
def test_an_image_is_resized_and_scaled_to_the_type(picture: Path, dtype: str, red: float, rest: float) -> None:
    prepared = from_file(a_model_with(dtype=dtype), picture)

    array = values(prepared, dtype).reshape(4, 4, 3)
    assert np.all(array[:, :, 0] == red)
    assert np.all(array[:, :, 1:] == rest)
    assert "resized to 4x4" in prepared.notes[0]


def test_an_image_fits_inputs_with_channels_first(picture: Path) -> None:
    array = values(from_file(a_model_with((1, 3, 4, 4)), picture), "float32").reshape(3, 4, 4)

    assert np.all(array[0] == 1)
    assert np.all(array[1:] == -1)


def test_an_image_for_something_else_is_refused(picture: Path) -> None:
    with pytest.raises(RunError, match="cannot fill an input of shape 1x10"):
        from_file(a_model_with((1, 10)), picture)


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"no image")

    with pytest.raises(RunError, match="cannot be read as an image"):
        from_file(a_model_with(), tmp_path / "x.png")


def test_inputs_without_a_file_are_filled_and_it_is_said() -> None:
    prepared = prepare_inputs(a_model_with(), Plan(input_kind=InputKind.FILE))

    assert "No file was given" in prepared.notes[0]

import numpy as np
import pytest

from backends.errors import ModelFileError
from backends.model.constant import dequantize
from backends.model.constant_values import ConstantValues, count_values, read_values
from backends.model.reader import read_model_bytes
from backends.progress import Progress
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


def _values(**constant):
    data = a_model([an_operator("ADD", [a_stored_tensor(), a_stored_tensor(**constant)], [a_stored_tensor()])])
    model = read_model_bytes(data)
    index = next(tensor.index for tensor in model.subgraphs[0].tensors if tensor.is_constant)
    return read_values(model, 0, index)


def _of(stored, scale=None):
    found = _values(shape=(1,), dtype="int8", data=[0])
    steps = None if scale is None else np.broadcast_to(np.float32(scale), stored.shape)
    zero = None if steps is None else np.zeros_like(steps)
    return ConstantValues(tensor=found.tensor, stored=stored, scale=steps, zero=zero)


def test_a_part_of_the_real_values_equals_that_part_of_all_of_them():
    values = _values(shape=(3, 2, 4), dtype="int8", data=list(range(24)), scale=(0.1, 0.2, 0.3), zero_point=(1, 2, 3))
    whole = dequantize(values.stored, values.tensor)

    assert np.array_equal(values.part((slice(1, 3), 1), is_real=True), whole[1:3, 1])
    assert values.part((2, 1, 3), is_real=True) == whole[2, 1, 3]
    assert np.array_equal(np.concatenate(list(values.chunks(is_real=True))), whole.reshape(-1))


def test_scales_take_no_room_beside_the_values():
    values = _values(shape=(4, 8), dtype="int8", data=[0] * 32, scale=0.5)

    assert values.scale.strides == (0, 0)


def test_float_values_have_no_real_ones_behind_them():
    assert not _values(shape=(2,), data=[0.5, 1.0]).has_real


def test_values_that_contradict_the_shape_cannot_be_read():
    with pytest.raises(ModelFileError):
        _values(shape=(1000,), data=[1.0])


def test_integers_are_counted_in_bins_of_a_whole_width():
    found = count_values(_of(np.arange(-128, 128, dtype=np.int8)), Progress(), is_real=False)

    assert set(found.counts) == {4}
    assert (found.edges[0], found.edges[-1]) == (-128.5, 127.5)


def test_not_a_number_and_infinity_are_not_counted():
    found = count_values(_of(np.array([np.nan, np.inf, 2.0, 2.0], np.float32)), Progress(), is_real=False)

    assert sum(found.counts) == 2


def test_a_sample_of_many_values_is_counted():
    found = count_values(_of(np.zeros(9_000_001, np.int8)), Progress(), is_real=False)

    assert found.every == 3
    assert found.counts == (3_000_001,)


def test_strings_are_not_counted():
    assert count_values(_of(np.array(["a", "b"], object)), Progress(), is_real=False) is None

import csv

import numpy as np
import pytest

from backends.errors import StoreError
from backends.model.constant_values import ConstantValues
from backends.model.model import Tensor
from backends.progress import Cancelled, Progress
from backends.reports.values_file import write_values
from tests.support.builders import a_chain


@pytest.fixture
def tensor() -> Tensor:
    return a_chain(["RELU"]).subgraphs[0].tensors[0]


def _written(path, values, *, is_real=False):
    write_values(path, values, Progress(), is_real=is_real)
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def test_csv_has_a_line_for_each_row_of_the_last_dimension(tmp_path, tensor):
    stored = np.arange(12, dtype=np.int32).reshape(2, 2, 3)
    lines = _written(tmp_path / "values.csv", ConstantValues(tensor=tensor, stored=stored))

    assert lines == [[str(value) for value in row] for row in stored.reshape(-1, 3)]


def test_csv_of_one_dimension_has_a_value_on_each_line(tmp_path, tensor):
    values = ConstantValues(tensor=tensor, stored=np.array([0.1, 2.5], np.float32))

    assert _written(tmp_path / "values.csv", values) == [["0.1"], ["2.5"]]


def test_rows_stay_whole_where_parts_of_the_values_end(tmp_path, tensor):
    stored = np.arange(3 * 700_001, dtype=np.int32).reshape(700_001, 3)
    path = tmp_path / "values.csv"
    write_values(path, ConstantValues(tensor=tensor, stored=stored), Progress(), is_real=False)

    assert np.array_equal(np.loadtxt(path, np.int32, delimiter=","), stored)


def test_strings_are_quoted_and_never_read_as_formulas(tmp_path, tensor):
    values = ConstantValues(tensor=tensor, stored=np.array(["=1+1", 'a,"b"'], object))

    assert _written(tmp_path / "values.csv", values) == [["'=1+1"], ['a,"b"']]


def test_empty_constants_give_empty_files(tmp_path, tensor):
    values = ConstantValues(tensor=tensor, stored=np.zeros((0, 3), np.float32))
    write_values(tmp_path / "values.npy", values, Progress(), is_real=False)

    assert _written(tmp_path / "values.csv", values) == []
    assert np.load(tmp_path / "values.npy").shape == (0, 3)


@pytest.mark.parametrize("name", ["values.txt", "values.npy"])
def test_what_a_format_cannot_hold_is_an_error(tmp_path, tensor, name):
    values = ConstantValues(tensor=tensor, stored=np.array(["a"], object))

    with pytest.raises(StoreError):
        write_values(tmp_path / name, values, Progress(), is_real=False)


def test_cancelling_leaves_the_older_file(tmp_path, tensor):
    path = tmp_path / "values.npy"
    path.write_bytes(b"old")
    progress = Progress()
    progress.cancel()

    with pytest.raises(Cancelled):
        write_values(path, ConstantValues(tensor=tensor, stored=np.zeros(3)), progress, is_real=False)
    assert [file.name for file in tmp_path.iterdir()] == ["values.npy"]
    assert path.read_bytes() == b"old"

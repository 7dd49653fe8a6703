"""All values of a constant into a file, for NumPy or a spreadsheet."""

from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

import numpy as np

from backends.errors import StoreError
from backends.model.constant_values import ConstantValues
from backends.progress import Progress
from backends.reports.plain_text import guard_formula
from backends.reports.report_file import replaced_file

VALUE_SUFFIXES = (".npy", ".csv")


def write_values(path: Path, values: ConstantValues, progress: Progress, *, is_real: bool) -> None:
    """Write as ``.npy`` in the tensor's shape, or as ``.csv`` with a line for each row of the last dimension.

    A constant with a single dimension gives one value on each line.

    Raises:
        StoreError: the file cannot be written, or its suffix is none of ``VALUE_SUFFIXES``.
        Cancelled: the user cancelled; an older file stays.
    """
    suffix = path.suffix.lower()
    if suffix not in VALUE_SUFFIXES:
        raise StoreError(f"{path.name} has no format for values.", hint="End the name in .npy or .csv.")
    if suffix == ".npy" and values.is_text:
        raise StoreError("Strings cannot be saved as .npy.", hint="Save them as .csv.")
    with replaced_file(path) as stream:
        if suffix == ".npy":
            _write_npy(stream, values, progress, is_real=is_real)
        else:
            with TextIOWrapper(stream, encoding="utf-8", newline="") as text:
                for part in _lines(values, progress, is_real=is_real):
                    text.write(part)


def _write_npy(stream: BinaryIO, values: ConstantValues, progress: Progress, *, is_real: bool) -> None:
    dtype = np.dtype(np.float32) if is_real and values.has_real else values.stored.dtype
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": values.shape}
    np.lib.format.write_array_header_1_0(stream, header)
    for chunk in values.chunks(is_real=is_real):
        progress.check()
        stream.write(np.ascontiguousarray(chunk, dtype).tobytes())


def _lines(values: ConstantValues, progress: Progress, *, is_real: bool) -> Iterator[str]:
    """Give the text piece by piece; a piece need not be a whole line."""
    width = values.shape[-1] if len(values.shape) > 1 else 1
    as_text = _quoted if values.is_text else str
    column = 0
    for chunk in values.chunks(is_real=is_real):
        progress.check()
        texts = [as_text(value) for value in chunk]
        first = 0
        while first < len(texts):
            taken = texts[first : first + width - column]
            first, column = first + len(taken), column + len(taken)
            is_full = column == width
            yield ",".join(taken) + ("\n" if is_full else ",")
            column = 0 if is_full else column


def _quoted(text: str) -> str:
    return '"' + guard_formula(text).replace('"', '""') + '"'

"""Samples for calibrating and comparing: images, arrays, or random values. Values are real, not yet quantised."""

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from backends.errors import RunError
from backends.units import format_shape

RANDOM = "random"
"""Stands for made-up values instead of a path."""
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff"})
ARRAY_SUFFIXES = frozenset({".npy", ".npz"})
RANGES: Mapping[str, tuple[float, float]] = {"0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0), "0..255": (0.0, 255.0)}
"""What pixel values 0 to 255 are mapped to, by name."""
DEFAULT_RANGE = "0..1"

_MOST_FILES = 100_000
_MOST_UNPACKED_BYTES = 4 << 30
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """An input of a model; ``shape`` has no free sizes."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChoice:
    """Where samples come from and how many are used."""

    source: str = RANDOM
    """A folder, a ``.npy`` or ``.npz`` file or an image, or ``RANDOM``."""
    count: int = 100
    """At most as many samples."""
    seed: int = 0
    value_range: str = ""
    """A key of ``RANGES`` for images and random values; empty for the caller's own choice."""

    @property
    def is_random(self) -> bool:
        """Whether the values are made up."""
        return self.source == RANDOM

    def to_json(self) -> dict[str, Any]:
        """Give the fields for a child process."""
        return asdict(self)


_Reader = Callable[[int], tuple[Array, ...]]
"""Gives the arrays of one sample."""


class Samples:
    """Samples that are read one by one, when they are asked for.

    Attributes:
        names: what each sample is called: a file's name, or a number.
        notes: what was done to the values, in sentences.
    """

    def __init__(self, names: Sequence[str], read: _Reader, notes: Sequence[str] = ()) -> None:
        self.names = tuple(names)
        self.notes = tuple(notes)
        self._read = read

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> tuple[Array, ...]:
        """Give the values of all inputs in the inputs' shapes.

        Raises:
            IndexError: there is no such sample.
            RunError: the file cannot be read, or does not fit.
        """
        if not 0 <= index < len(self.names):
            raise IndexError(index)
        return self._read(index)


def open_samples(choice: DataChoice, specs: Sequence[InputSpec], default_range: str = DEFAULT_RANGE) -> Samples:
    """Find the samples for a model's inputs; nothing but names and sizes is read yet.

    Args:
        choice: where from.
        specs: the inputs.
        default_range: what pixels are mapped to where the choice does not say.

    Raises:
        RunError: there is nothing usable, or it does not fit the inputs.
    """
    range_name = choice.value_range or default_range
    if range_name not in RANGES:
        raise RunError(f"There is no range of values {range_name!r}", hint=f"Known are: {', '.join(RANGES)}.")
    if choice.is_random:
        names = [f"random {index}" for index in range(choice.count)]
        return Samples(names, _Random(specs, choice.seed, RANGES[range_name]), [_random_note(range_name)])
    path = Path(choice.source)
    files = _list_files(path)
    if len(files) == 1 and files[0].suffix.lower() in ARRAY_SUFFIXES:
        return _open_array(files[0], specs, choice.count)
    files = _spread(files, choice.count)
    notes = []
    if any(file.suffix.lower() in IMAGE_SUFFIXES for file in files):
        notes.append(f"Images were resized to the input and scaled to {range_name}.")
    names = [str(file.relative_to(path)) if path.is_dir() else file.name for file in files]
    return Samples(names, _Files(files, specs, RANGES[range_name]), notes)


def _random_note(range_name: str) -> str:
    return (
        f"RANDOM DATA: the values are made up ({range_name}, independent of one another). Real inputs look nothing "
        "like that: ranges calibrated with them, and accuracies measured on them, say little. Give a folder of "
        "representative images or arrays."
    )


def read_image(path: Path, shape: Sequence[int], limits: tuple[float, float]) -> Array:
    """Read an image as float32 in ``shape`` (height x width x channels, or channels first, with or without a batch).

    Raises:
        RunError: it is no image, or an image does not fit the shape.
    """
    height, width, channels, is_first = _image_size(path.name, shape)
    try:
        with Image.open(path) as image:
            converted = image.convert(_MODES[channels])
            if converted.size != (width, height):
                converted = converted.resize((width, height), Image.Resampling.BILINEAR)
            pixels = np.asarray(converted, np.float32).reshape(height, width, channels)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RunError(f"{path.name} cannot be read as an image", hint="Remove it.", detail=str(error)) from error
    low, high = limits
    values = pixels / np.float32(255) * np.float32(high - low) + np.float32(low)
    if is_first:
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(np.broadcast_to(values, (*shape[:-3], *values.shape)))


def _image_size(name: str, shape: Sequence[int]) -> tuple[int, int, int, bool]:
    """Give height, width, channels, and whether the channels come first."""
    if len(shape) in (3, 4):
        first, middle, last = shape[-3:]
        # Four channels are rare: one or three at the other end decide.
        for likely in ((1, 3), _MODES):
            if last in likely:
                return first, middle, last, False
            if first in likely:
                return middle, last, first, True
    raise RunError(
        f"{name} cannot fill an input of shape {format_shape(tuple(shape))}",
        hint="Images fit inputs of height x width x 1, 3 or 4 channels; use .npy files for others.",
    )


def _list_files(path: Path) -> list[Path]:
    """Give the usable files, sorted as people count (2 before 10)."""
    usable = IMAGE_SUFFIXES | ARRAY_SUFFIXES
    if path.is_file():
        if path.suffix.lower() not in usable:
            raise RunError(f"{path.name} is neither an image nor an array", hint="Give a folder, .npy or .npz.")
        return [path]
    if not path.is_dir():
        raise RunError(f"There is no file or folder {path}", hint="Check the path.")
    files = []
    for number, file in enumerate(path.rglob("*")):
        if number > _MOST_FILES:
            raise RunError(f"{path.name} holds more than {_MOST_FILES} files", hint="Give a smaller folder.")
        if file.suffix.lower() in usable and not file.name.startswith(".") and file.is_file():
            files.append(file)
    if not files:
        raise RunError(f"The folder {path.name} holds no images and no arrays", hint="Put .png, .jpg or .npy there.")
    return sorted(files, key=lambda file: _counting_key(str(file)))


def _counting_key(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", text)]


def _spread(files: list[Path], count: int) -> list[Path]:
    """Take at most ``count`` files, evenly over the folder: its subfolders may be classes."""
    if len(files) <= count:
        return files
    return [files[index * len(files) // count] for index in range(count)]


def _open_array(path: Path, specs: Sequence[InputSpec], count: int) -> Samples:
    arrays = _load(path)
    if isinstance(arrays, np.ndarray):
        arrays = {specs[0].name: arrays}
    columns: list[Array] = []
    for place, spec in enumerate(specs):
        found = arrays.get(spec.name, arrays.get(f"arr_{place}"))
        if found is None and len(arrays) == len(specs):
            found = list(arrays.values())[place]
        if found is None:
            raise RunError(
                f"{path.name} has no array for input {spec.name!r}; it holds {', '.join(arrays)}",
                hint="Save with numpy.savez, one array for each input, under the input's name.",
            )
        columns.append(_as_samples(path.name, found, spec))
    sizes = {len(column) for column in columns}
    if len(sizes) != 1:
        raise RunError(f"the arrays in {path.name} hold different numbers of samples: {sorted(sizes)}")
    chosen = _spread_indices(sizes.pop(), count)
    names = [f"{path.name}[{index}]" for index in chosen]
    return Samples(names, _Rows(columns, chosen, specs))


def _spread_indices(size: int, count: int) -> list[int]:
    return list(range(size)) if size <= count else [index * size // count for index in range(count)]


def _as_samples(name: str, array: Array, spec: InputSpec) -> Array:
    """Give the array with the samples along its first dimension."""
    if array.dtype.kind not in "biuf":
        raise RunError(f"{name} holds values of type {array.dtype}, not numbers")
    size = int(np.prod(spec.shape, dtype=np.int64))
    one = spec.shape[1:]
    if size and array.shape == spec.shape:
        return array.reshape(1, *spec.shape)
    if array.shape[1:] == spec.shape:
        return array
    if spec.shape[:1] == (1,) and array.shape[1:] == one:
        return array.reshape(len(array), *spec.shape)
    if array.shape == one:
        return array.reshape(1, *spec.shape)
    raise RunError(
        f"{name} is {format_shape(array.shape)}, but input {spec.name!r} is {format_shape(spec.shape)}",
        hint=f"Save samples as N x {format_shape(one)}.",
    )


def _load(path: Path) -> Array | dict[str, Array]:
    """Load an array file without running anything that is in it.

    Raises:
        RunError: it cannot be read, or is too large.
    """
    try:
        if path.suffix.lower() == ".npz":
            with zipfile.ZipFile(path) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED_BYTES:
                    raise RunError(f"{path.name} unpacks to more than 4 GiB", hint="Save fewer samples.")
            with np.load(path, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
        array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise RunError(
            f"{path.name} cannot be read as a NumPy array", hint="Save it with numpy.save.", detail=str(error)
        ) from error
    return array


def _as_dtype(values: Array, spec: InputSpec) -> Array:
    return np.ascontiguousarray(values.astype(np.dtype(spec.dtype) if spec.dtype != "bfloat16" else np.float32))


class _Random:
    def __init__(self, specs: Sequence[InputSpec], seed: int, limits: tuple[float, float]) -> None:
        self._specs, self._seed, self._limits = specs, seed, limits

    def __call__(self, index: int) -> tuple[Array, ...]:
        generator = np.random.default_rng([self._seed, index])
        return tuple(self._make(spec, generator) for spec in self._specs)

    def _make(self, spec: InputSpec, generator: np.random.Generator) -> Array:
        if spec.dtype.startswith("float"):
            return _as_dtype(generator.uniform(*self._limits, spec.shape), spec)
        if spec.dtype in ("int8", "uint8", "int16"):
            span = np.iinfo(spec.dtype)
            return _as_dtype(generator.integers(int(span.min), int(span.max) + 1, spec.shape), spec)
        # Indices and switches: what most operators take.
        return _as_dtype(generator.integers(0, 2, spec.shape), spec)


class _Rows:
    def __init__(self, columns: Sequence[Array], chosen: Sequence[int], specs: Sequence[InputSpec]) -> None:
        self._columns, self._chosen, self._specs = columns, chosen, specs

    def __call__(self, index: int) -> tuple[Array, ...]:
        row = self._chosen[index]
        return tuple(_as_dtype(column[row], spec) for column, spec in zip(self._columns, self._specs, strict=True))


class _Files:
    def __init__(self, files: Sequence[Path], specs: Sequence[InputSpec], limits: tuple[float, float]) -> None:
        self._files, self._specs, self._limits = files, specs, limits

    def __call__(self, index: int) -> tuple[Array, ...]:
        path = self._files[index]
        if path.suffix.lower() in ARRAY_SUFFIXES:
            return _open_array(path, self._specs, 1)[0]
        if len(self._specs) != 1:
            raise RunError(
                f"The model has {len(self._specs)} inputs, and an image fills one only",
                hint="Give .npz files with an array for each input.",
            )
        spec = self._specs[0]
        return (_as_dtype(read_image(path, spec.shape, self._limits), spec),)

"""Input values from files the user chose: NumPy arrays and images."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from backends.errors import RunError
from backends.model.model import Tensor
from backends.runs.input_values import NUMPY_TYPES
from backends.units import format_shape

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_LIKELY_CHANNELS = (1, 3)


def read_input(path: Path, tensor: Tensor, shape: tuple[int, ...]) -> tuple[NDArray[np.generic], str]:
    """Read values of ``shape`` for ``tensor``, and a note about what was done to them.

    Raises:
        RunError: the file cannot be read, or does not fit.
    """
    if path.suffix.lower() == ".npy":
        return _read_array(path, tensor, shape), ""
    return _read_image(path, tensor, shape)


def _read_array(path: Path, tensor: Tensor, shape: tuple[int, ...]) -> NDArray[np.generic]:
    try:
        array: NDArray[np.generic] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise RunError(f"{path.name} cannot be read as a NumPy array", hint=str(error)) from error
    if not isinstance(array, np.ndarray) or array.size != int(np.prod(shape, dtype=np.int64)):
        found = format_shape(getattr(array, "shape", ()))
        raise RunError(
            f"{path.name} is {found}, but the input is {format_shape(shape)}",
            hint="Save an array of the input's shape with numpy.save, or set the input's shape.",
        )
    wanted = np.dtype(NUMPY_TYPES[tensor.dtype])
    if not np.can_cast(array.dtype, wanted, "same_kind"):
        raise RunError(
            f"{path.name} holds {array.dtype}, but the input is {tensor.dtype}",
            hint=f"Convert it with astype({tensor.dtype!r}) before saving.",
        )
    return array.reshape(shape)


def _read_image(path: Path, tensor: Tensor, shape: tuple[int, ...]) -> tuple[NDArray[np.generic], str]:
    """Resize an image to the input and scale it: real inputs get -1..1, integer ones the pixel value."""
    height, width, channels, channels_first = _image_size(path, shape)
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert(_MODES[channels]).resize((width, height), Image.Resampling.BILINEAR))
    except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError) as error:
        raise RunError(f"{path.name} cannot be read as an image or array", hint=str(error)) from error
    pixels = pixels.reshape(height, width, channels)
    if channels_first:
        pixels = pixels.transpose(2, 0, 1)
    values: NDArray[np.generic]
    if tensor.dtype.startswith(("float", "bfloat")):
        values, scaling = pixels.astype("<f4") / 127.5 - 1.0, "scaled to -1..1"
    elif tensor.dtype == "int8":
        values, scaling = pixels.astype(np.int16) - 128, "shifted to -128..127"
    else:
        values, scaling = pixels, "kept at 0..255"
    batch = np.broadcast_to(values, (shape[0], *values.shape)) if len(shape) == 4 else values
    return batch, f"{path.name} was resized to {width}x{height} and {scaling}."


def _image_size(path: Path, shape: tuple[int, ...]) -> tuple[int, int, int, bool]:
    """Give height, width, channels, and whether the channels come first."""
    if len(shape) in (3, 4):
        first, middle, last = shape[-3:]
        # Four channels are rare: three at the other end decide.
        for likely in (_LIKELY_CHANNELS, _MODES):
            if last in likely:
                return first, middle, last, False
            if first in likely:
                return middle, last, first, True
    raise RunError(
        f"{path.name} cannot fill an input of shape {format_shape(shape)}",
        hint="Images fit inputs of height x width x 1, 3 or 4 channels; use a .npy file for others.",
    )

"""Loads Keras files in safe mode. Runs in the child process."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backends.conversion.shapes import FreeInput, fix_shapes
from backends.conversion.source import CODE_HINT, code_in
from backends.conversion.worker.loading import Network
from backends.conversion.worker.refusal import Refusal

_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN")
_MOST_STEPS = 128
"""Unrolling longer sequences gives graphs that nobody can look at."""
_LARGEST_PIXEL_SCALE = 0.02
"""1 / 127.5 and 1 / 255 are smaller."""
_LEAST_PIXEL_LIMIT = 200


def load_keras(path: Path, request: Mapping[str, Any], *, unrolls: bool) -> Network:
    """Load a ``.keras`` or HDF5 file; code in it only runs where the request allows it.

    Raises:
        Refusal: it holds code that is not allowed, or was never built.
    """
    import keras

    allows_code = bool(request["allows_code"])
    code = _code_in_hdf5(path) if path.suffix.lower() in (".h5", ".hdf5") else ()
    if code and not allows_code:
        raise Refusal(f"{path.name} holds code that would run ({', '.join(code)}), which was not run.", CODE_HINT)
    if allows_code:
        _offer_modules()
    model = keras.saving.load_model(str(path), compile=False, safe_mode=not allows_code)
    inputs = getattr(model, "inputs", None)
    if not inputs:
        raise Refusal(
            f"{path.name} holds a network that was never built, so its inputs are not known.",
            "Call it once before saving, or give Sequential an Input layer.",
        )
    free = tuple(_free_input(tensor) for tensor in inputs)
    notes: tuple[str, ...] = ()
    if unrolls:
        model, notes = _unroll(model, free, request, is_safe=not allows_code)
    names = [str(name) for name in getattr(model, "output_names", ())]

    def call(tensors: Sequence[Any]) -> Mapping[str, Any]:
        found = model(tensors[0] if len(tensors) == 1 else list(tensors), training=False)
        flat = keras.tree.flatten(found)
        titles = names if len(names) == len(flat) and len(set(names)) == len(flat) else None
        return {(titles[i] if titles else f"output_{i}"): tensor for i, tensor in enumerate(flat)}

    return Network(
        inputs=free,
        dtypes=tuple(keras_dtype(tensor.dtype) for tensor in inputs),
        call=call,
        keep=model,
        value_range=_range_of(model),
        notes=notes,
    )


def keras_dtype(dtype: Any) -> Any:
    """Give TensorFlow's type for one of Keras."""
    import tensorflow as tf

    return tf.as_dtype(dtype)


def _free_input(tensor: Any) -> FreeInput:
    return FreeInput(name=str(tensor.name), shape=tuple(-1 if size is None else int(size) for size in tensor.shape))


def _code_in_hdf5(path: Path) -> tuple[str, ...]:
    import h5py  # type: ignore[import-untyped]  # has no stubs

    with h5py.File(path, "r") as file:
        text = file.attrs.get("model_config")
    if text is None:
        raise Refusal(
            f"{path.name} holds weights but no network.", "Save with model.save() instead of model.save_weights()."
        )
    return tuple(sorted(set(code_in(json.loads(text)))))


def _offer_modules() -> None:
    """Give code from files the names that nearly all of it uses; Keras leaves them out."""
    import keras
    import numpy
    import tensorflow
    from keras.src.utils import python_utils

    scope = vars(python_utils)
    for name, module in {"tf": tensorflow, "keras": keras, "K": keras.ops, "np": numpy}.items():
        scope.setdefault(name, module)


def _unroll(
    model: Any, free: Sequence[FreeInput], request: Mapping[str, Any], *, is_safe: bool
) -> tuple[Any, tuple[str, ...]]:
    """Rebuild a network so that recurrent layers are written out step by step, as integer kinds need it."""
    from keras.src.saving.serialization_lib import SafeModeScope

    recurrent = [layer for layer in _all_layers(model) if type(layer).__name__ in _RECURRENT]
    if not recurrent or all(layer.unroll for layer in recurrent):
        return model, ()
    wanted = {name: tuple(shape) for name, shape in request["shapes"].items()}
    shapes, _ = fix_shapes(free, wanted, int(request["batch"]))
    steps = max((shape[1] for shape in shapes if len(shape) > 1), default=0)
    if steps > _MOST_STEPS:
        return model, (f"Its {steps} recurrent steps stay a loop: such loops cannot be calibrated for integers here.",)
    config = model.get_config()
    by_name = {item.name: [None, *shape[1:]] for item, shape in zip(free, shapes, strict=True)}
    _change(config, by_name)
    with SafeModeScope(is_safe):
        copy = type(model).from_config(config)
    copy.set_weights(model.get_weights())
    return copy, ("Recurrent layers were written out step by step: loops cannot be calibrated for integers.",)


def _all_layers(model: Any) -> list[Any]:
    """Give the layers of a network and of the networks in it."""
    found = []
    for layer in model.layers:
        found.append(layer)
        found.extend(_all_layers(layer) if hasattr(layer, "layers") else [getattr(layer, "layer", None)])
        found.extend(getattr(layer, name, None) for name in ("forward_layer", "backward_layer"))
    return [layer for layer in found if layer is not None]


def _change(config: Any, shapes: Mapping[str, list[Any]]) -> None:
    """Set ``unroll`` of recurrent layers, and the shapes of inputs, wherever they are in a configuration."""
    if isinstance(config, dict):
        inner = config.get("config")
        if config.get("class_name") in _RECURRENT and isinstance(inner, dict):
            inner["unroll"] = True
        if config.get("class_name") == "InputLayer" and isinstance(inner, dict) and inner.get("name") in shapes:
            inner["batch_shape"] = shapes[inner["name"]]
        for value in config.values():
            _change(value, shapes)
    elif isinstance(config, list | tuple):
        for value in config:
            _change(value, shapes)


def _range_of(model: Any) -> str:
    """Tell what pixels are expected, from a first layer that scales them or a last one that clips to 255."""
    for layer in model.layers:
        if type(layer).__name__ == "Rescaling":
            scale = layer.scale
            if isinstance(scale, int | float) and 0 < scale < _LARGEST_PIXEL_SCALE:
                return "0..255"
        if layer.weights:
            break
    for layer in model.layers[-2:]:
        limit = getattr(layer, "max_value", None)
        if isinstance(limit, int | float) and limit > _LEAST_PIXEL_LIMIT:
            return "0..255"
    return ""

"""Loads a network of any format as one function over named inputs. Runs in the child process."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backends.conversion.shapes import FreeInput
from backends.conversion.source import SourceFormat
from backends.conversion.worker.refusal import Refusal

_CHANNELS_LAST_PROGRAM = "onnx2tf"
_ONNX_TIMEOUT_S = 1800.0
_SAMPLE_IMAGES = (20, 128, 128, 3)
_SAMPLE_FILE = "calibration_image_sample_data_20x128x128x3_float32.npy"
"""What onnx2tf looks for in the current folder (onnx2tf/utils/common_functions.py, 1.29)."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network in memory."""

    inputs: tuple[FreeInput, ...]
    dtypes: tuple[Any, ...]
    call: Callable[[Sequence[Any]], Mapping[str, Any]]
    """Takes a tensor for each input, gives the outputs by name; traced by TensorFlow."""
    keep: Any = None
    """Owns the variables."""
    value_range: str = ""
    """What pixels shall be mapped to, where the network itself tells."""
    notes: tuple[str, ...] = ()


def load_network(request: Mapping[str, Any], folder: Path, unrolls: bool) -> Network:
    """Load the network that a request names.

    Args:
        request: as ``ConversionRequest.to_json`` gives it.
        folder: for what other converters write.
        unrolls: write the steps of recurrent layers out, where their number is known.

    Raises:
        Refusal: it cannot be loaded, for a reason that is known.
    """
    path, kind = Path(request["path"]), SourceFormat(request["format"])
    if kind in (SourceFormat.KERAS, SourceFormat.HDF5):
        from backends.conversion.worker.keras_file import load_keras

        return load_keras(path, request, unrolls=unrolls)
    if kind is SourceFormat.FROZEN_GRAPH:
        return _load_frozen_graph(path)
    if kind is SourceFormat.ONNX:
        return _load_saved_model(_convert_onnx(path, folder), "")
    return _load_saved_model(path, str(request["signature"]))


def _load_saved_model(path: Path, key: str) -> Network:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))
    signatures = dict(loaded.signatures)
    if not signatures:
        raise Refusal(
            "The SavedModel has no signature, so its inputs are not known.",
            "Export it with model.export(), or give tf.saved_model.save its signatures.",
        )
    if key and key not in signatures:
        raise Refusal(f"The SavedModel has no signature {key!r}.", f"It has: {', '.join(signatures)}.")
    chosen = key or ("serving_default" if "serving_default" in signatures else next(iter(signatures)))
    function = signatures[chosen]
    specs: dict[str, Any] = function.structured_input_signature[1]
    names = list(specs)

    def call(tensors: Sequence[Any]) -> Mapping[str, Any]:
        outputs = function(**dict(zip(names, tensors, strict=True)))
        return dict(outputs)

    others = [name for name in signatures if name != chosen]
    note = f"Signature {chosen!r} was converted; there are also {', '.join(others)}."
    return Network(
        inputs=tuple(FreeInput(name=name, shape=free_shape(spec.shape)) for name, spec in specs.items()),
        dtypes=tuple(spec.dtype for spec in specs.values()),
        call=call,
        keep=loaded,
        notes=(note,) if others else (),
    )


def _load_frozen_graph(path: Path) -> Network:
    """Import a GraphDef; placeholders are its inputs, nodes that nobody reads its outputs."""
    import tensorflow as tf
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # has no stubs

    graph_def = tf.compat.v1.GraphDef()
    try:
        graph_def.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise Refusal(
            f"{path.name} is no frozen graph.", "Give the folder of a SavedModel, or a GraphDef with frozen weights."
        ) from error
    nodes = list(graph_def.node)
    if any(node.op in ("VariableV2", "VarHandleOp", "Variable") for node in nodes):
        raise Refusal(
            f"{path.name} has variables, so its weights are not in it.",
            "Freeze it (tf.compat.v1.graph_util.convert_variables_to_constants), or export a SavedModel.",
        )
    placeholders = [node for node in nodes if node.op == "Placeholder"]
    read = {name.lstrip("^").split(":")[0] for node in nodes for name in node.input}
    ends = [n.name for n in nodes if n.name not in read and n.op not in ("Placeholder", "Const", "NoOp", "Assert")]
    if not placeholders or not ends:
        raise Refusal(f"{path.name} has no {'input (Placeholder)' if not placeholders else 'output'}.")

    def call(tensors: Sequence[Any]) -> Mapping[str, Any]:
        mapped = {f"{node.name}:0": tensor for node, tensor in zip(placeholders, tensors, strict=True)}
        wanted = [f"{name}:0" for name in ends]
        found = tf.graph_util.import_graph_def(graph_def, input_map=mapped, return_elements=wanted, name="")
        return dict(zip(ends, found, strict=True))

    return Network(
        inputs=tuple(
            FreeInput(name=node.name, shape=free_shape(tf.TensorShape(node.attr["shape"].shape)))
            for node in placeholders
        ),
        dtypes=tuple(tf.as_dtype(node.attr["dtype"].type) for node in placeholders),
        call=call,
    )


def free_shape(shape: Any) -> tuple[int, ...] | None:
    """Give TensorFlow's shape with -1 for free sizes; ``None`` where the rank is not known."""
    if shape.rank is None:
        return None
    return tuple(-1 if size is None else int(size) for size in shape.as_list())


def _convert_onnx(path: Path, folder: Path) -> Path:
    """Let onnx2tf, a program in an environment of its own, make a SavedModel with channels last."""
    beside = Path(sys.executable).with_name(_CHANNELS_LAST_PROGRAM)
    program = str(beside) if beside.is_file() else shutil.which(_CHANNELS_LAST_PROGRAM)
    if program is None:
        raise Refusal(
            "ONNX files need the converter onnx2tf, which is not installed.",
            "It wants versions of TensorFlow and NumPy of its own, so install it beside this program: "
            "pipx install onnx2tf",
        )
    made = folder / "onnx"
    folder.mkdir(parents=True, exist_ok=True)
    # It fetches sample images from the internet unless they lie in the current folder; nothing here fetches.
    images = np.random.default_rng(0).uniform(0, 1, _SAMPLE_IMAGES).astype(np.float32)
    np.save(folder / _SAMPLE_FILE, images)
    nowhere = "http://127.0.0.1:9"
    environment = {**os.environ, "HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere, "TF_CPP_MIN_LOG_LEVEL": "2"}
    environment.pop("PYTHONPATH", None)
    try:
        done = subprocess.run(
            [program, "-i", str(path.resolve()), "-o", str(made), "-osd", "-n"],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            stderr=sys.stderr,
            env=environment,
            cwd=folder,
            timeout=_ONNX_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refusal("onnx2tf did not end within half an hour and was stopped.") from error
    if done.returncode or not (made / "saved_model.pb").is_file():
        raise Refusal(
            f"onnx2tf could not convert {path.name} (code {done.returncode}).", "Its own words are in the log."
        )
    return made

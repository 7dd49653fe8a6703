"""Stages a network as one SavedModel with fixed shapes and frozen weights. Runs in the child process."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backends.conversion.shapes import fix_shapes
from backends.conversion.worker.loading import load_network

_FAKE_QUANT = "FakeQuantWith"


def stage(request: Mapping[str, Any], folder: Path, unrolls: bool) -> dict[str, Any]:
    """Load, fix, freeze and save; gives what the parent and ``make_kind`` need to know.

    Weights are frozen here because TensorFlow Lite's calibration does not initialise the variables of a Keras 3
    network ("variable != nullptr was not true" in READ_VARIABLE, TensorFlow 2.21).

    Raises:
        Refusal: it cannot be loaded.
        RunError: a shape does not fit.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    network = load_network(request, folder, unrolls)
    wanted = {name: tuple(shape) for name, shape in request["shapes"].items()}
    shapes, notes = fix_shapes(network.inputs, wanted, int(request["batch"]))
    names = _argument_names([item.name for item in network.inputs])
    specs = [
        tf.TensorSpec(shape, dtype, name=name) for name, shape, dtype in zip(names, shapes, network.dtypes, strict=True)
    ]

    @tf.function(autograph=False, input_signature=specs)  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def serve(*tensors: Any) -> Any:
        # An output that is an input too needs a node of its own.
        return {_word(name): tf.identity(tensor) for name, tensor in network.call(tensors).items()}

    concrete = serve.get_concrete_function()
    keys = sorted(concrete.structured_outputs)
    frozen = convert_variables_to_constants_v2(concrete)

    @tf.function(autograph=False, input_signature=specs)  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def serve_frozen(*tensors: Any) -> Any:
        return dict(zip(keys, frozen(*tensors), strict=True))

    module = tf.Module()
    module.serve = serve_frozen
    tf.saved_model.save(module, str(folder), signatures={"serving_default": serve_frozen.get_concrete_function()})
    nodes = list(frozen.graph.as_graph_def().node)
    return {
        "inputs": [
            {"name": name, "shape": list(shape), "dtype": dtype.name}
            for name, shape, dtype in zip(names, shapes, network.dtypes, strict=True)
        ],
        "outputs": keys,
        "has_fake_quant": any(node.op.startswith(_FAKE_QUANT) for node in nodes),
        "range": network.value_range,
        "notes": [*network.notes, *notes],
    }


def _argument_names(names: list[str]) -> list[str]:
    words = [_word(name) for name in names]
    return words if len(set(words)) == len(words) else [f"{word}_{i}" for i, word in enumerate(words)]


def _word(name: str) -> str:
    """Make a name that TensorFlow takes for an argument."""
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter == "_") else "_" for letter in name)
    return kept if kept and not kept[0].isdigit() else f"t_{kept}"

"""Makes one kind of TFLite model from what was staged. Runs in the child process."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from backends.accuracy.dataset import DataChoice, InputSpec, Samples, open_samples
from backends.conversion.kinds import KINDS, Kind
from backends.conversion.worker.refusal import Refusal

_UNSUPPORTED_16X8 = re.compile(r"16x8-bit not yet supported for op: '?([A-Z0-9_]+)")

Tell = Callable[[str, int, int], None]


def make_kind(kind: Kind, staged: Mapping[str, Any], folder: Path, request: Mapping[str, Any], tell: Tell) -> Any:
    """Convert; gives the bytes of the model and notes.

    Args:
        kind: which.
        staged: what ``stage`` gave.
        folder: where it put the SavedModel.
        request: as ``ConversionRequest.to_json`` gives it.
        tell: called with text, done and total.

    Raises:
        Refusal: the network cannot become this kind, for a reason that is known.
        RunError: the samples cannot be read.
    """
    notes: list[str] = []
    samples: Samples | None = None
    if kind is Kind.TRAINED and not staged["has_fake_quant"]:
        raise Refusal(
            "The network was not trained with quantisation: there are no fake-quantisation nodes in it.",
            "Choose another kind, or export the quantisation-aware network itself.",
        )
    if KINDS[kind].needs_data:
        specs = [
            InputSpec(name=item["name"], shape=tuple(item["shape"]), dtype=item["dtype"]) for item in staged["inputs"]
        ]
        samples = open_samples(DataChoice(**request["data"]), specs, staged["range"] or "0..1")
        notes.extend(samples.notes)
    try:
        return _convert(kind, folder, request, samples, tell, keeps_float=False), notes
    except (RuntimeError, ValueError) as error:
        stays = _UNSUPPORTED_16X8.search(str(error))
        if kind is not Kind.INT16X8 or stays is None:
            raise
    notes.append(f"{stays[1]} has no 16x8 kernel: it, and whatever else has none, stays float.")
    return _convert(kind, folder, request, samples, tell, keeps_float=True), notes


def _convert(
    kind: Kind, folder: Path, request: Mapping[str, Any], samples: Samples | None, tell: Tell, *, keeps_float: bool
) -> bytes:
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder), signature_keys=["serving_default"])
    is_integer_only = kind in (Kind.INT8, Kind.UINT8)
    if kind is not Kind.FLOAT32:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind is Kind.FLOAT16:
        converter.target_spec.supported_types = [tf.float16]
    if is_integer_only:
        end = tf.int8 if kind is Kind.INT8 else tf.uint8
        converter.inference_input_type = end
        converter.inference_output_type = end
    sets = _operator_sets(kind, keeps_float=keeps_float)
    if request["allows_tensorflow"] and not is_integer_only:
        sets.append(tf.lite.OpsSet.SELECT_TF_OPS)
    converter.target_spec.supported_ops = sets
    if not request["is_per_channel"]:
        # TensorFlow has no public name for it.
        vars(converter)["_experimental_disable_per_channel"] = True
    if samples is not None:
        converter.representative_dataset = _representative(samples, request["input_names"], tell)
    return bytes(converter.convert())


def _operator_sets(kind: Kind, *, keeps_float: bool) -> list[Any]:
    """Give the operators that a kind may have."""
    import tensorflow as tf

    sets = tf.lite.OpsSet
    if kind in (Kind.INT8, Kind.UINT8):
        return [sets.TFLITE_BUILTINS_INT8]
    if kind is Kind.INT16X8:
        only = [sets.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8]
        return [*only, sets.TFLITE_BUILTINS] if keeps_float else only
    return [sets.TFLITE_BUILTINS]


def _representative(samples: Samples, keys: Sequence[str], tell: Tell) -> Callable[[], Iterator[dict[str, Any]]]:
    """Give the function that TensorFlow takes samples from."""

    def representative() -> Iterator[dict[str, Any]]:
        for index in range(len(samples)):
            tell("Calibrating", index, len(samples))
            yield dict(zip(keys, samples[index], strict=True))
        tell("Quantising", 0, 0)

    return representative

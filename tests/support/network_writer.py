"""``python -m tests.support.network_writer FOLDER``: writes networks in every format with TensorFlow, for tests.

Run in a process of its own: nothing else in the tests imports TensorFlow.
"""

import sys
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from keras import layers


def main(folder: Path) -> None:
    """Write everything."""
    keras.utils.set_random_seed(3)
    model = _plain()
    model.save(folder / "plain.keras")
    model.save(folder / "plain.h5")
    model.save_weights(folder / "only.weights.h5")
    (folder / "only.weights.h5").rename(folder / "weights.h5")
    model.export(folder / "exported", verbose=False)
    _write_frozen_graph(model, folder / "frozen.pb")
    _with_lambda().save(folder / "lambda.keras")
    _with_lambda().save(folder / "lambda.h5")
    _custom().save(folder / "custom.keras")
    _clipped(255.0).save(folder / "clip255.keras")
    _clipped(6.0).save(folder / "clip6.keras")
    _write_unsupported(folder / "unsupported")
    _write_trained_with_quantisation(folder / "qat")
    keras.Sequential([layers.Dense(3)]).save(folder / "unbuilt.keras")


def _plain() -> Any:
    image = keras.Input((None, None, 3), name="image")
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    return keras.Model(image, layers.Conv2D(3, 3, padding="same", name="picture")(x))


def _clipped(limit: float) -> Any:
    image = keras.Input((8, 8, 3), name="image")
    x = layers.Add()([layers.Conv2D(27, 3, padding="same")(image), layers.Concatenate()([image] * 9)])
    return keras.Model(image, layers.ReLU(limit)(keras.ops.depth_to_space(x, 3)))


def _with_lambda() -> Any:
    image = keras.Input((8, 8, 12), name="image")
    x = layers.Conv2D(12, 1)(image)
    return keras.Model(image, layers.Lambda(lambda t: tf.nn.depth_to_space(t, 2), name="shuffle")(x))


class Doubled(layers.Layer):
    """A class that a file only names."""

    def call(self, x: Any) -> Any:
        return x * 2


def _custom() -> Any:
    x = keras.Input((4,))
    return keras.Model(x, Doubled()(x))


def _write_frozen_graph(model: Any, path: Path) -> None:
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    serve = tf.function(lambda x: model(x, training=False), autograph=False)
    concrete = serve.get_concrete_function(tf.TensorSpec((None, 16, 16, 3), tf.float32, name="image"))
    path.write_bytes(convert_variables_to_constants_v2(concrete).graph.as_graph_def().SerializeToString())


def _write_unsupported(folder: Path) -> None:
    module = tf.Module()
    module.serve = tf.function(
        lambda x: {"y": tf.math.erfinv(x * 0.5)}, autograph=False, input_signature=[tf.TensorSpec((1, 8), tf.float32)]
    )
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})


def _write_trained_with_quantisation(folder: Path) -> None:
    """Write fake-quantisation nodes around a convolution, as quantisation-aware training leaves them."""
    weights = tf.constant(tf.random.normal((3, 3, 3, 4), seed=1, stddev=0.3))
    fake = tf.quantization.fake_quant_with_min_max_args

    def serve(x: Any) -> Any:
        x = fake(x, 0.0, 1.0)
        kernel = fake(weights, -1.0, 1.0, narrow_range=True)
        return {"y": fake(tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME")), 0.0, 4.0)}

    module = tf.Module()
    module.serve = tf.function(serve, autograph=False, input_signature=[tf.TensorSpec((1, 8, 8, 3), tf.float32)])
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Example networks of the sorts that are deployed, with random weights of sensible size. Runs in the child process.

They follow the descriptions in the Mobile AI 2021 challenge reports and the well-known papers; the super-resolution
ones take pixels from 0 to 255, as the challenge did. Weights of the residual branches are small, so that an untrained
super-resolution network gives its input enlarged: a picture whose accuracy after quantisation means something.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import layers, ops

_SCALE = 3
_PIXELS = 255.0


def make_network(name: str, width: int = 0, size: tuple[int, int] | None = None) -> Any:
    """Build an example.

    Args:
        name: a key of ``backends.conversion.examples.EXAMPLES``.
        width: channels of the inner layers; 0 for the network's usual number.
        size: height and width of images; ``None`` for the network's usual ones.
    """
    keras.utils.set_random_seed(7)
    usual_width, usual_size, build = _BUILDERS[name]
    return build(width or usual_width, *(size or usual_size))


def _conv(x: Any, filters: int, kernel: int = 3, **options: Any) -> Any:
    options.setdefault("kernel_initializer", "he_normal")
    return layers.Conv2D(filters, kernel, padding="same", **options)(x)


def _decided() -> Any:
    """Weights of a last layer that make one class stand out, as in a trained network."""
    return keras.initializers.VarianceScaling(40.0, mode="fan_in")


def _mobilenet(width: int, height: int, columns: int) -> Any:
    image = keras.Input((height, columns, 3), name="image")
    x = _normed(_conv(layers.Rescaling(1 / 127.5, -1)(image), width, strides=2, use_bias=False))
    for factor, stride in ((1, 1), (2, 2), (2, 1), (4, 2), (4, 1)):
        x = _inverted_residual(x, width * factor, stride)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, _classes(x, 10, "classes"), name="mobilenet")


def _classes(x: Any, count: int, name: str) -> Any:
    return layers.Dense(count, activation="softmax", name=name, kernel_initializer=_decided())(x)


def _normed(x: Any) -> Any:
    return layers.ReLU(6.0)(layers.BatchNormalization()(x))


def _inverted_residual(x: Any, filters: int, stride: int) -> Any:
    before = x
    x = _normed(_conv(x, x.shape[-1] * 4, 1, use_bias=False))
    x = _normed(layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False, depthwise_initializer="he_normal")(x))
    x = layers.BatchNormalization()(_conv(x, filters, 1, use_bias=False))
    return layers.Add()([before, x]) if stride == 1 and before.shape[-1] == filters else x


def _unet(width: int, height: int, columns: int) -> Any:
    image = keras.Input((height, columns, 3), name="image")
    x, skips = layers.Rescaling(1 / 255)(image), []
    for level in range(3):
        x = _conv(_conv(x, width << level, activation="relu"), width << level, activation="relu")
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = _conv(x, width << 3, activation="relu")
    for level in reversed(range(3)):
        x = layers.Conv2DTranspose(width << level, 2, 2, padding="same")(x)
        x = _conv(layers.Concatenate()([x, skips[level]]), width << level, activation="relu")
    mask = _conv(x, 2, 1, activation="softmax", name="mask", kernel_initializer=_decided())
    return keras.Model(image, mask, name="unet")


def _small() -> Any:
    return keras.initializers.RandomNormal(stddev=0.001)


def _enlarged(image: Any) -> Any:
    """Repeat each pixel: the anchor that the network adds its details to."""
    return layers.Concatenate()([image] * _SCALE**2)


def _clipped(x: Any) -> Any:
    """Map the output to whole pixels' range: without it the scale of an integer output is wrong."""
    return layers.ReLU(_PIXELS, name="clipped")(x)


def _anchor_sr(width: int, height: int, columns: int) -> Any:
    image = keras.Input((height, columns, 3), name="image")
    x = image
    for _ in range(5):
        x = _conv(x, width, activation="relu")
    x = _conv(x, 3 * _SCALE**2, kernel_initializer=_small())
    x = ops.depth_to_space(layers.Add()([x, _enlarged(image)]), _SCALE)
    return keras.Model(image, _clipped(x), name="anchor_sr")


def _xlsr(width: int, height: int, columns: int) -> Any:
    """As anchor SR, of blocks that convolve four groups of channels apart and mix them, as XLSR's Gblocks."""
    image = keras.Input((height, columns, 3), name="image")
    first = _conv(image, width, activation="relu")
    x = first
    for _ in range(3):
        parts = [_conv(part, width // 4, activation="relu") for part in _groups(x, 4)]
        x = _conv(layers.Concatenate()(parts), width, 1, activation="relu")
    x = _conv(layers.Concatenate()([x, first]), width, activation="relu")
    x = layers.Add()([_conv(x, 3 * _SCALE**2, kernel_initializer=_small()), _enlarged(image)])
    return keras.Model(image, _clipped(ops.depth_to_space(x, _SCALE)), name="xlsr")


def _groups(x: Any, count: int) -> list[Any]:
    return list(ops.split(x, count, axis=-1))


def _tinysr(width: int, height: int, columns: int) -> Any:
    """Space to depth first, three residual blocks, depth to space twice; no clipped output: the trap shows."""
    image = keras.Input((height, columns, 3), name="image")
    x = first = _conv(ops.space_to_depth(image, 2), width, activation="relu")
    for _ in range(3):
        inner = _conv(_conv(x, width, activation="relu"), width, kernel_initializer=_small())
        x = layers.Add()([x, inner])
    x = layers.Add()([x, first])
    # Details large enough to leave the pixels' range, as those of a trained network do.
    x = _conv(x, 4 * 3 * _SCALE**2, kernel_initializer=keras.initializers.RandomNormal(stddev=0.02))
    x = ops.depth_to_space(x, 2)
    x = layers.Add()([x, _enlarged(image)])
    return keras.Model(image, ops.depth_to_space(x, _SCALE), name="tinysr")


def _edsr_attention(width: int, height: int, columns: int) -> Any:
    image = keras.Input((height, columns, 3), name="image")
    x = first = _conv(image, width)
    for _ in range(2):
        inner = _conv(_conv(x, width, activation="relu"), width, kernel_initializer=_small())
        weights = layers.GlobalAveragePooling2D(keepdims=True)(inner)
        weights = _conv(_conv(weights, max(1, width // 4), 1, activation="relu"), width, 1, activation="sigmoid")
        x = layers.Add()([x, layers.Multiply()([inner, weights])])
    x = layers.Add()([x, first])
    x = layers.Add()([_conv(x, 3 * _SCALE**2, kernel_initializer=_small()), _enlarged(image)])
    return keras.Model(image, _clipped(ops.depth_to_space(x, _SCALE)), name="edsr_attention")


def _scene(width: int, height: int, columns: int) -> Any:
    image = keras.Input((height, columns, 3), name="image")
    x = layers.Rescaling(1 / 255)(image)
    for level in range(3):
        x = layers.MaxPooling2D()(_conv(x, width << level, strides=2, activation="relu"))
    x = layers.Dense(width << 3, activation="relu")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, _classes(x, 30, "scenes"), name="scene")


def _lstm(width: int, height: int, columns: int) -> Any:
    """A sequence of ``height`` steps with ``columns`` features."""
    steps = keras.Input((height, columns), name="steps")
    x = layers.LSTM(width)(steps)
    return keras.Model(steps, _classes(x, 4, "classes"), name="lstm")


_BUILDERS: Mapping[str, tuple[int, tuple[int, int], Callable[[int, int, int], Any]]] = {
    "mobilenet": (16, (96, 96), _mobilenet),
    "unet": (16, (128, 128), _unet),
    "anchor-sr": (28, (120, 213), _anchor_sr),
    "xlsr": (32, (120, 213), _xlsr),
    "tinysr": (32, (120, 212), _tinysr),
    "edsr-attention": (32, (120, 213), _edsr_attention),
    "scene": (16, (384, 576), _scene),
    "lstm": (32, (16, 8), _lstm),
}

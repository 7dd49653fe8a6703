"""Makes the bundled sample models: ``python -m tests.support.sample_models FOLDER``.

A small segmentation network in the style of MobileNetV3 with a squeeze-and-excite block and a decoder, once in
float32 and once in int8 with uint8 input and output. The weights are random: the models are for looking at and for
timing, not for use. Ranges for the int8 model are measured by running the float one.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.model_builder import StoredOperator, StoredTensor, a_model, a_stored_tensor, an_operator

SIZE = 128
_SEED = 20
_CALIBRATION_IMAGES = 8
_INT8_VERSIONS = {
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "TRANSPOSE_CONV": 3,
    "ADD": 2,
    "MUL": 2,
    "MEAN": 2,
    "LOGISTIC": 2,
    "CONCATENATION": 2,
    "RESIZE_BILINEAR": 3,
    "HARD_SWISH": 1,
}
_SAME_SCALE = ("CONCATENATION", "RESIZE_BILINEAR")
"""Operators whose int8 kernels want one scale for inputs and output."""

Range = tuple[float, float]


class Network:
    """A float network under construction; every method adds an operator and gives its output."""

    def __init__(self) -> None:
        self.operators: list[StoredOperator] = []
        self._random = np.random.default_rng(_SEED)

    def conv(
        self, x: StoredTensor, scope: str, channels: int, *, kernel: int = 1, stride: int = 1, activation: str = "NONE"
    ) -> StoredTensor:
        height, width, depth = x.shape[1:]
        weights = self._weights(scope, (channels, kernel, kernel, depth), kernel * kernel * depth)
        shape = (1, -(-height // stride), -(-width // stride), channels)
        options = {"stride_w": stride, "stride_h": stride, "fused_activation_function": activation}
        return self._add("CONV_2D", scope, [x, *weights], shape, options)

    def depthwise(
        self, x: StoredTensor, scope: str, *, kernel: int = 3, stride: int = 1, activation: str = "NONE"
    ) -> StoredTensor:
        height, width, depth = x.shape[1:]
        weights = self._weights(scope, (1, kernel, kernel, depth), kernel * kernel)
        shape = (1, -(-height // stride), -(-width // stride), depth)
        options = {
            "stride_w": stride,
            "stride_h": stride,
            "depth_multiplier": 1,
            "fused_activation_function": activation,
        }
        return self._add("DEPTHWISE_CONV_2D", scope, [x, *weights], shape, options)

    def upsample(self, x: StoredTensor, scope: str, channels: int) -> StoredTensor:
        height, width, depth = x.shape[1:]
        shape = (1, 2 * height, 2 * width, channels)
        size = a_stored_tensor((4,), "int32", data=shape, name=f"{scope}/output_shape")
        weights, bias = self._weights(scope, (channels, 2, 2, depth), depth)
        return self._add("TRANSPOSE_CONV", scope, [size, weights, x, bias], shape, {"stride_w": 2, "stride_h": 2})

    def resize(self, x: StoredTensor, scope: str, size: int) -> StoredTensor:
        sizes = a_stored_tensor((2,), "int32", data=(size, size), name=f"{scope}/size")
        shape = (1, size, size, x.shape[3])
        return self._add("RESIZE_BILINEAR", scope, [x, sizes], shape, {"half_pixel_centers": True})

    def mean(self, x: StoredTensor, scope: str) -> StoredTensor:
        axes = a_stored_tensor((2,), "int32", data=(1, 2), name=f"{scope}/axes")
        return self._add("MEAN", scope, [x, axes], (1, 1, 1, x.shape[3]), {"keep_dims": True})

    def concat(self, a: StoredTensor, b: StoredTensor, scope: str) -> StoredTensor:
        return self._add("CONCATENATION", scope, [a, b], (*a.shape[:3], a.shape[3] + b.shape[3]), {"axis": 3})

    def plain(self, kind: str, scope: str, *inputs: StoredTensor) -> StoredTensor:
        return self._add(kind, scope, list(inputs), inputs[0].shape, {})

    def _add(
        self, kind: str, scope: str, inputs: list[StoredTensor], shape: tuple[int, ...], options: Mapping[str, Any]
    ) -> StoredTensor:
        output = a_stored_tensor(shape, name=scope)
        self.operators.append(an_operator(kind, inputs, [output], options=options))
        return output

    def _weights(self, scope: str, shape: tuple[int, ...], fan_in: int) -> tuple[StoredTensor, StoredTensor]:
        """Random weights that keep the spread of activations, and a small bias."""
        axis = 3 if shape[0] == 1 and shape[3] > 1 and fan_in == shape[1] * shape[2] else 0
        weights = self._random.normal(0, (2 / fan_in) ** 0.5, shape).astype(np.float32)
        bias = self._random.normal(0, 0.1, shape[axis]).astype(np.float32)
        return (
            a_stored_tensor(shape, data=weights, name=f"{scope}/weights", dimension=axis),
            a_stored_tensor(bias.shape, data=bias, name=f"{scope}/bias"),
        )


def build_network() -> tuple[Network, StoredTensor, StoredTensor]:
    """Build the float network; gives it with its input and output."""
    net = Network()
    image = a_stored_tensor((1, SIZE, SIZE, 3), name="image")
    x = net.plain("HARD_SWISH", "stem/hard_swish", net.conv(image, "stem/conv", 16, kernel=3, stride=2))
    x = net.depthwise(x, "block_1/depthwise", stride=2, activation="RELU")
    squeezed = net.conv(net.mean(x, "block_1/squeeze"), "block_1/excite/reduce", 8, activation="RELU")
    gate = net.plain("LOGISTIC", "block_1/excite/gate", net.conv(squeezed, "block_1/excite/expand", 16))
    x = net.conv(net.plain("MUL", "block_1/excite/scale", x, gate), "block_1/project", 16)
    x = net.conv(x, "block_2/expand", 64, activation="RELU6")
    x = net.conv(net.depthwise(x, "block_2/depthwise", stride=2, activation="RELU6"), "block_2/project", 24)
    y = net.depthwise(net.conv(x, "block_3/expand", 88, activation="RELU6"), "block_3/depthwise", activation="RELU6")
    skip = x = net.plain("ADD", "block_3/add", net.conv(y, "block_3/project", 24), x)
    x = _swish_block(net, x, "block_4", 96, 40, stride=2)
    x = net.plain("ADD", "block_5/add", _swish_block(net, x, "block_5", 120, 40, stride=1), x)
    x = net.resize(net.conv(x, "decoder/reduce", 32, activation="RELU"), "decoder/resize", skip.shape[1])
    x = net.conv(net.concat(x, skip, "decoder/concat"), "decoder/fuse", 24, kernel=3, activation="RELU")
    x = net.upsample(net.resize(x, "decoder/resize_1", SIZE // 2), "mask/upsample", 1)
    return net, image, net.plain("LOGISTIC", "mask/probability", x)


def _swish_block(
    net: Network, x: StoredTensor, scope: str, expanded: int, channels: int, *, stride: int
) -> StoredTensor:
    x = net.plain("HARD_SWISH", f"{scope}/expand/hard_swish", net.conv(x, f"{scope}/expand", expanded))
    x = net.depthwise(x, f"{scope}/depthwise", kernel=5, stride=stride)
    return net.conv(net.plain("HARD_SWISH", f"{scope}/depthwise/hard_swish", x), f"{scope}/project", channels)


def float_model() -> bytes:
    """Give the float32 sample."""
    net, image, mask = build_network()
    return _finish(net.operators, image, mask, "1.15.0")


def int8_model() -> bytes:
    """Give the int8 sample: the same network with per-channel weights and 8-bit images at both ends."""
    net, image, mask = build_network()
    ranges = measure_ranges(_finish(net.operators, image, mask, ""), image)
    # Twice, for a tensor that joins two such operators.
    for op in net.operators * 2:
        if op.kind in _SAME_SCALE:
            joined = [tensor for tensor in (*op.inputs, *op.outputs) if tensor.data is None]
            common = (min(ranges[t.name][0] for t in joined), max(ranges[t.name][1] for t in joined))
            ranges.update({tensor.name: common for tensor in joined})
    # TFLite's own kernel wants this scale of 1/256 for whatever a LOGISTIC gives.
    ranges.update({op.outputs[0].name: (0.0, 255 / 256) for op in net.operators if op.kind == "LOGISTIC"})
    ranges[image.name] = (0.0, 1.0)
    made: dict[int, StoredTensor] = {}
    operators = [_quantise_operator(op, ranges, made) for op in net.operators]
    pixels = a_stored_tensor(image.shape, "uint8", name="image_u8", scale=1 / 255)
    first = an_operator("QUANTIZE", [pixels], [made[id(image)]], version=2)
    inner = made[id(mask)]
    out = a_stored_tensor(mask.shape, "uint8", name="mask_u8", scale=inner.scale[0], zero_point=0)
    return _finish([first, *operators, an_operator("QUANTIZE", [inner], [out], version=2)], pixels, out, "2.3.0")


def measure_ranges(model: bytes, image: StoredTensor) -> dict[str, Range]:
    """Run the float model on random smooth images; gives the least and largest value of every tensor by name."""
    # Imported late: only this needs the runtime, which does not exist for every platform.
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=model, experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    random = np.random.default_rng(_SEED)
    ranges: dict[str, Range] = {}
    for _ in range(_CALIBRATION_IMAGES):
        coarse = random.random((1, SIZE // 8, SIZE // 8, 3), np.float32)
        pixels = coarse.repeat(8, 1).repeat(8, 2) * 0.8 + random.random(image.shape, np.float32) * 0.2
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels.astype(np.float32))
        interpreter.invoke()
        for detail in interpreter.get_tensor_details():
            if detail["name"]:
                values = interpreter.get_tensor(detail["index"])
                low, high = ranges.get(detail["name"], (0.0, 0.0))
                ranges[detail["name"]] = (min(low, float(values.min())), max(high, float(values.max())))
    return ranges


def _quantise_operator(
    op: StoredOperator, ranges: Mapping[str, Range], made: dict[int, StoredTensor]
) -> StoredOperator:
    """The int8 version of a float operator; ``made`` maps float tensors to quantised ones."""
    for tensor in (*op.inputs, *op.outputs):
        if id(tensor) in made or tensor.dtype == "int32":
            made.setdefault(id(tensor), tensor)
        elif tensor.data is None:
            low, high = ranges[tensor.name]
            scale = max(high - low, 1e-6) / 255
            made[id(tensor)] = replace(
                tensor, dtype="int8", scale=(scale,), zero_point=(int(np.clip(round(-128 - low / scale), -128, 127)),)
            )
        elif len(tensor.shape) == 4:
            made[id(tensor)] = _quantise_weights(tensor)
    if op.kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV"):
        bias = op.inputs[-1]
        image = op.inputs[2 if op.kind == "TRANSPOSE_CONV" else 0]
        scales = made[id(image)].scale[0] * np.array(made[id(op.inputs[1])].scale)
        values = np.round(np.asarray(bias.data) / scales).astype(np.int32)
        made[id(bias)] = replace(
            bias, dtype="int32", data=values, scale=tuple(scales), zero_point=(0,) * len(scales), dimension=0
        )
    return replace(
        op,
        inputs=[made[id(tensor)] for tensor in op.inputs],
        outputs=[made[id(tensor)] for tensor in op.outputs],
        version=_INT8_VERSIONS[op.kind],
    )


def _quantise_weights(tensor: StoredTensor) -> StoredTensor:
    """Symmetric per-channel weights."""
    values = np.asarray(tensor.data)
    others = tuple(axis for axis in range(4) if axis != tensor.dimension)
    scales = np.abs(values).max(axis=others) / 127
    along = np.expand_dims(scales, others)
    data = np.clip(np.round(values / along), -127, 127).astype(np.int8)
    return replace(tensor, dtype="int8", data=data, scale=tuple(scales), zero_point=(0,) * len(scales))


def _finish(operators: list[StoredOperator], image: StoredTensor, mask: StoredTensor, runtime: str) -> bytes:
    """The bytes of a model with one signature."""
    return a_model(
        operators,
        inputs=[image],
        outputs=[mask],
        signatures={"serving_default": ({"image": image}, {"mask": mask})},
        metadata={"min_runtime_version": runtime.encode().ljust(16, b"\0")},
        description="Sample segmentation network with random weights",
    )


def main(folder: Path) -> None:
    """Write both samples."""
    (folder / "segmenter_float32.tflite").write_bytes(float_model())
    (folder / "segmenter_int8.tflite").write_bytes(int8_model())


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""A small float model and the int8 model that a converter would make of it: pictures through two convolutions."""

from pathlib import Path

import numpy as np

from tests.support.model_builder import a_model, a_stored_tensor, an_operator

SHAPE = (1, 12, 12, 3)
_OPTIONS = {"padding": "SAME", "stride_w": 1, "stride_h": 1}


def write_pair(folder: Path, *, spoils_second: bool = False) -> tuple[Path, Path]:
    """Write ``net_float32.tflite`` and ``net_int8.tflite``.

    Args:
        folder: where.
        spoils_second: give the second convolution's output a scale so coarse that it ruins the picture.
    """
    generator = np.random.default_rng(5)
    weights = [generator.normal(0, 0.3, shape).astype("f4") for shape in ((4, 3, 3, 3), (3, 3, 3, 4))]
    weights[0][2] = 0  # a channel that is dead
    paths = folder / "net_float32.tflite", folder / "net_int8.tflite"
    paths[0].write_bytes(_model(weights, None))
    # Input 0..1; after RELU 0..3; the output -4..4.
    scales = [(1 / 255, -128), (3 / 255, -128), ((40.0 if spoils_second else 8.0) / 255, 0)]
    paths[1].write_bytes(_model(weights, scales))
    return paths


def _model(weights: list[np.ndarray], scales: list[tuple[float, int]] | None) -> bytes:
    shapes = (SHAPE, (*SHAPE[:3], 4), SHAPE)
    names = ("image", "first/Relu", "second/BiasAdd")
    dtype = "int8" if scales else "float32"
    tensors = [
        a_stored_tensor(
            shape, dtype, name=name, **({"scale": scales[i][0], "zero_point": scales[i][1]} if scales else {})
        )
        for i, (shape, name) in enumerate(zip(shapes, names, strict=True))
    ]
    operators = []
    for index, values in enumerate(weights):
        count = values.shape[0]
        largest = np.maximum(np.abs(values).max((1, 2, 3)), 0.01) / 127
        if scales is None:
            kernel = a_stored_tensor(values.shape, data=values.ravel().tolist(), name=f"w{index}")
            bias = a_stored_tensor((count,), data=[0.0] * count, name=f"b{index}")
        else:
            stored = np.rint(values / largest[:, None, None, None]).astype(int)
            steps = tuple(largest.astype(float).tolist())
            kernel = a_stored_tensor(
                values.shape,
                "int8",
                data=stored.ravel().tolist(),
                scale=steps,
                zero_point=(0,) * count,
                name=f"w{index}",
            )
            bias_steps = tuple(scales[index][0] * step for step in steps)
            bias = a_stored_tensor(
                (count,), "int32", data=[0] * count, scale=bias_steps, zero_point=(0,) * count, name=f"b{index}"
            )
        options = {**_OPTIONS, **({"fused_activation_function": "RELU"} if index == 0 else {})}
        operators.append(
            an_operator("CONV_2D", [tensors[index], kernel, bias], [tensors[index + 1]], version=3, options=options)
        )
    return a_model(operators)

import pytest

from backends.conversion.translation import translate

_FLEX = """Some ops are not supported by the native TFLite runtime, you can enable TF kernels fallback.
TF Select ops: Erfinv, Roll
Details:
	tf.Erfinv(tensor<1x8xf32>) -> (tensor<1x8xf32>) : {device = ""}
"""
_NEITHER = """<unknown>:0: error: loc(...): 'tf.Erfinv' op is neither a custom op nor a flex op
<unknown>:0: error: failed while converting: 'main':
Some ops are not supported by the native TFLite runtime
"""


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("ConverterError", _NEITHER, "operator tf.Erfinv has no TFLite kernel"),
        ("ConverterError", "Flex ops: FlexErf, FlexRoll\nDetails", "operators tf.FlexErf, tf.FlexRoll have no TFLite"),
        ("ConverterError", _FLEX, "operators tf.Erfinv, tf.Roll have no TFLite kernel"),
        ("RuntimeError", "Quantization not yet supported for op: 'CUSTOM'.\n", "CUSTOM has no integer kernel"),
        (
            "ValueError",
            "Requested the deserialization of a `Lambda` layer with safe_mode=True",
            "holds code that would run",
        ),
        ("TypeError", "Could not locate class 'MyLayer'. Make sure", "does not know the class 'MyLayer'"),
        ("NameError", "name 'tfa' is not defined", "uses 'tfa'"),
        ("MemoryError", "", "memory ran out"),
        ("OSError", "Unable to synchronously open file (truncated file)", "damaged"),
        ("WeirdError", "first\nlast words", "TensorFlow could not convert a.keras: last words"),
    ],
)
def test_failures_become_sentences(kind: str, text: str, expected: str) -> None:
    assert expected in translate(kind, text, "convert a.keras").message

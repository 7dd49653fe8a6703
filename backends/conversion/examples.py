"""The example networks that the program can make itself; ``worker.networks`` builds them."""

from collections.abc import Mapping
from types import MappingProxyType

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "mobilenet": "classifier of inverted residuals, as MobileNetV2",
        "unet": "segmenter with skip connections, as U-Net",
        "anchor-sr": "x3 super-resolution with an anchor residual, clipped ReLU last (Mobile AI 2021, team MCG)",
        "xlsr": "x3 super-resolution of grouped convolutions, clipped ReLU last (XLSR, Mobile AI 2021)",
        "tinysr": "x3 super-resolution of three residual blocks (TinySRNet, Mobile AI 2021)",
        "edsr-attention": "x3 super-resolution of residual blocks with channel attention, as EDSR",
        "scene": "classifier of 30 scenes at 384x576 (Mobile AI 2021, camera scene detection)",
        "lstm": "recurrent classifier of 16 steps",
    }
)
"""What each example is, by name. Sources: A. Ignatov et al., "Real-Time Quantized Image Super-Resolution on Mobile
NPUs" and "Fast and Accurate Quantized Camera Scene Detection on Smartphones", Mobile AI 2021 challenge reports."""

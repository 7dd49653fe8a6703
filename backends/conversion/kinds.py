"""The kinds of TFLite models that one network can become, as the Mobile AI 2021 workshop's slides list them.

The names and what they are good for: A. Ignatov, "Deep Learning on Mobile Devices" (Mobile AI 2021 workshop), INT8
quantization how-to; https://www.tensorflow.org/lite/performance/post_training_quantization.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How weights, activations, inputs and outputs are stored."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    DYNAMIC = "dynamic"
    FULL_INTEGER = "full-integer"
    INT8 = "int8"
    UINT8 = "uint8"
    INT16X8 = "16x8"
    TRAINED = "as-trained"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """What a kind is called and good for."""

    title: str
    sentence: str
    needs_data: bool = False
    """Whether samples are run through the network to find the ranges of its activations."""


KINDS: Mapping[Kind, KindFacts] = MappingProxyType(
    {
        Kind.FLOAT32: KindFacts(title="Float32", sentence="As trained. Runs everywhere, on few NPUs."),
        Kind.FLOAT16: KindFacts(
            title="Float16", sentence="Weights in 16 bits: half the size. For GPUs and NPUs that compute in float16."
        ),
        Kind.DYNAMIC: KindFacts(
            title="Dynamic range",
            sentence="8-bit weights, float activations: a quarter of the size, but of no use to accelerators.",
        ),
        Kind.FULL_INTEGER: KindFacts(
            title="Full integer",
            sentence="8-bit weights and activations, float inputs and outputs; operators without 8-bit kernels stay "
            "float.",
            needs_data=True,
        ),
        Kind.INT8: KindFacts(
            title="Integer only, int8",
            sentence="Everything in int8, inputs and outputs too: runs on all INT8 NPUs, with the lowest accuracy.",
            needs_data=True,
        ),
        Kind.UINT8: KindFacts(
            title="Integer only, uint8",
            sentence="As int8, with inputs and outputs in uint8, as pixels are.",
            needs_data=True,
        ),
        Kind.INT16X8: KindFacts(
            title="16x8",
            sentence="16-bit activations, 8-bit weights: close to float, on few accelerators.",
            needs_data=True,
        ),
        Kind.TRAINED: KindFacts(
            title="As trained (QAT)",
            sentence="For networks trained with quantisation: the ranges that training found are used as they are.",
        ),
    }
)

ALL_KINDS = tuple(Kind)
POST_TRAINING = tuple(kind for kind in Kind if kind is not Kind.TRAINED)
"""Kinds that any network can become."""

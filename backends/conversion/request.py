"""What shall be converted and how, as values that a child process is told in JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from backends.accuracy.dataset import DataChoice
from backends.conversion.kinds import Kind
from backends.conversion.source import Source

_NO_SHAPES: Mapping[str, tuple[int, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionRequest:
    """One network and everything that was chosen.

    Raises:
        ValueError: there is no kind, or the batch is not positive.
    """

    source: Source
    kinds: tuple[Kind, ...]
    data: DataChoice = field(default_factory=DataChoice)
    """What activations are calibrated with."""
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: _NO_SHAPES)
    """Input name to shape, for inputs of free size; an empty name stands for the only input."""
    batch: int = 1
    """What a free first dimension becomes."""
    allows_code: bool = False
    """Whether Python code in the file may run: Lambda layers, pickled objects."""
    allows_tensorflow: bool = False
    """Whether operators without a TFLite kernel may stay TensorFlow's (Flex), which few runtimes have."""
    is_per_channel: bool = True
    """Whether weights get a scale for each channel; some NPUs want one for the whole tensor."""
    signature: str = ""
    """Which entry point of a SavedModel; empty for ``serving_default`` or the only one."""

    def __post_init__(self) -> None:
        if not self.kinds:
            raise ValueError("choose at least one kind")
        if self.batch < 1:
            raise ValueError("the batch must be at least 1")

    def to_json(self) -> dict[str, Any]:
        """Give the fields for the child, but the kinds."""
        return {
            "path": str(self.source.path),
            "format": str(self.source.format),
            "data": self.data.to_json(),
            "shapes": {name: list(shape) for name, shape in self.shapes.items()},
            "batch": self.batch,
            "allows_code": self.allows_code,
            "allows_tensorflow": self.allows_tensorflow,
            "is_per_channel": self.is_per_channel,
            "signature": self.signature,
        }

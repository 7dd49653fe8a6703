"""The TFLite metadata of a model: what its author says about it, its inputs and its outputs.

The metadata is a FlatBuffer of its own in a buffer named ``TFLITE_METADATA``. Its schema is that of the TFLite
Support library (``metadata_schema.fbs``, identifier ``M001``); only the fields that people read are listed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backends.errors import ModelFileError
from backends.model.flatbuffer import FlatBuffer
from backends.model.model import Model
from backends.model.table import Fields, Tables

_BUFFER_NAME = "TFLITE_METADATA"
_IDENTIFIER = b"M001"
_NORMALIZATION = 1
"""Member of the union of processing options that holds mean and standard deviation."""

METADATA_SCHEMA: Mapping[str, Fields] = {
    "ModelMetadata": {
        "name": (0, "string", None),
        "description": (1, "string", None),
        "version": (2, "string", None),
        "subgraph_metadata": (3, "[SubGraphMetadata]", None),
        "author": (4, "string", None),
        "license": (5, "string", None),
        "associated_files": (6, "[AssociatedFile]", None),
        "min_parser_version": (7, "string", None),
    },
    "SubGraphMetadata": {
        "name": (0, "string", None),
        "description": (1, "string", None),
        "input_tensor_metadata": (2, "[TensorMetadata]", None),
        "output_tensor_metadata": (3, "[TensorMetadata]", None),
    },
    "TensorMetadata": {
        "name": (0, "string", None),
        "description": (1, "string", None),
        "process_units": (4, "[ProcessUnit]", None),
        "associated_files": (6, "[AssociatedFile]", None),
    },
    "ProcessUnit": {"options": (1, "ProcessUnitOptions", None)},
    "NormalizationOptions": {"mean": (0, "[float32]", None), "std": (1, "[float32]", None)},
    "AssociatedFile": {"name": (0, "string", None), "description": (1, "string", None)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorMetadata:
    """What the author says about an input or output; ``mean`` and ``std`` are empty without a normalisation."""

    name: str
    description: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    files: tuple[str, ...]
    """Packed files that belong to it: labels, vocabularies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMetadata:
    """What the author says about a model; ``inputs`` and ``outputs`` are those of the primary subgraph, in order."""

    name: str
    description: str
    version: str
    author: str
    license: str
    inputs: tuple[TensorMetadata, ...]
    outputs: tuple[TensorMetadata, ...]


def read_metadata(model: Model) -> ModelMetadata | None:
    """Read the TFLite metadata of a model; ``None`` where it has none.

    Raises:
        ModelFileError: the metadata is damaged; the model itself is not.
    """
    for entry in model.metadata:
        if entry.name == _BUFFER_NAME and entry.size_bytes >= 8:
            start, length = model.buffers[entry.buffer]
            return _parse(model.data[start : start + length], f"The metadata of {model.name}")
    return None


def _parse(data: memoryview, name: str) -> ModelMetadata:
    """Read the metadata's own FlatBuffer."""
    if bytes(data[4:8]) != _IDENTIFIER:
        raise ModelFileError(f"{name} is not TFLite metadata.", hint="The model itself is not affected.")
    buffer = FlatBuffer(data, name)
    root = Tables(buffer, buffer.follow_root(), "ModelMetadata", METADATA_SCHEMA)
    graphs, _ = root.children("subgraph_metadata")
    primary = Tables(buffer, graphs.positions[:1], "SubGraphMetadata", METADATA_SCHEMA)
    texts = {field: root.strings(field)[0] for field in ("name", "description", "version", "author", "license")}
    return ModelMetadata(
        **texts,
        inputs=_read_tensors(primary, "input_tensor_metadata"),
        outputs=_read_tensors(primary, "output_tensor_metadata"),
    )


def _read_tensors(graph: Tables, field: str) -> tuple[TensorMetadata, ...]:
    """What is said about inputs or outputs."""
    tensors, _ = graph.children(field)
    files, file_slices = tensors.children("associated_files")
    file_names = files.strings("name")
    units, unit_slices = tensors.children("process_units")
    is_normalization = (units.union_types("options") == _NORMALIZATION) & (units.targets("options") > 0)
    positions = np.where(is_normalization, units.targets("options"), 0)
    options = Tables(units.buffer, positions, "NormalizationOptions", METADATA_SCHEMA)
    scales = list(zip(options.vectors("mean").tuples(), options.vectors("std").tuples(), strict=True))
    rows = zip(tensors.strings("name"), tensors.strings("description"), unit_slices, file_slices, strict=True)
    return tuple(
        TensorMetadata(
            name=name,
            description=description,
            mean=next((mean for mean, _ in scales[own] if mean), ()),
            std=next((std for _, std in scales[own] if std), ()),
            files=tuple(file_names[own_files]),
        )
        for name, description, own, own_files in rows
    )

"""From the bytes of a file to a ``Model``; the only door for untrusted files.

The reader decodes columns, not objects: all operators, then all tensors, of all subgraphs together (see
``flatbuffer.py``). What breaks the graph itself is an error; what a correct display survives is a warning.
"""

import gc
import hashlib
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from backends.errors import ModelFileError
from backends.model.consistency import check_indices, find_oddities
from backends.model.file_content import check_content
from backends.model.flatbuffer import DAMAGED_HINT, FlatBuffer
from backends.model.model import MetadataEntry, Model, Signature, Subgraph
from backends.model.operator_reader import OperatorRows, read_codes, read_operators
from backends.model.packed_file import list_packed_files
from backends.model.table import Tables
from backends.model.tensor_reader import Buffers, TensorRows, read_tensors

COPIED_BYTES = 256 << 20
"""Files up to this size are read into memory, larger ones are mapped: a mapped file that another program shortens
would kill the process on the next access."""
MAX_SUBGRAPHS = 10_000
MAX_WARNINGS = 100
_HEAD_BYTES = 4096


def read_model(path: str | Path) -> Model:
    """Read a ``.tflite`` file.

    Raises:
        ModelFileError: there is no such file, it cannot be read, or it is not a sound TFLite model.
    """
    path = Path(path)
    return read_model_bytes(load_file(path), name=path.name, path=str(path))


def load_file(path: Path) -> memoryview:
    """Give the bytes of a file, mapped where it is large.

    Raises:
        ModelFileError: there is no such file, or it cannot be read.
    """
    try:
        if path.is_dir():
            raise ModelFileError(f"{path.name} is a folder, not a model file.", hint="Choose the .tflite file in it.")
        if not path.is_file():
            raise ModelFileError(f"There is no file {path}.", hint="Check the path.")
        with path.open("rb") as file:
            size = path.stat().st_size
            head = file.read(_HEAD_BYTES)
            if size <= COPIED_BYTES:
                return memoryview(head + file.read())
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{path.name} cannot be read: {error}.", hint="Check the path and its rights.") from error


def read_model_bytes(data: bytes | memoryview, *, name: str = "model", path: str = "") -> Model:
    """Read a TFLite model from memory.

    Args:
        data: the whole file; the model keeps it.
        name: what to call the model in messages.
        path: where it came from, if from a file.

    Raises:
        ModelFileError: it is not a sound TFLite model.
    """
    view = memoryview(data).toreadonly()
    check_content(bytes(view[:_HEAD_BYTES]), len(view), name)
    with _collector_paused():
        return _parse(FlatBuffer(view, name), path)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the cycle collector from looking through the growing model: values have no cycles, and it costs a third."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _parse(buffer: FlatBuffer, path: str) -> Model:
    """Put the model together."""
    view, name = buffer.data, buffer.name
    root = Tables(buffer, buffer.follow_root(), "Model")
    warnings: list[str] = []
    buffers = _read_buffers(root, warnings)
    subgraphs, _ = root.children("subgraphs")
    if not len(subgraphs):
        raise ModelFileError(f"{name} holds no subgraph, so there is nothing to show.", hint=DAMAGED_HINT)
    if len(subgraphs) > MAX_SUBGRAPHS:
        raise buffer.absurd(f"{len(subgraphs)} subgraphs")
    tensors = read_tensors(subgraphs, buffers)
    operators = read_operators(subgraphs, read_codes(root))
    graphs = _read_subgraphs(subgraphs, tensors, operators, warnings)
    return Model(
        name=name,
        path=path,
        sha256=hashlib.sha256(view).hexdigest(),
        size_bytes=len(view),
        schema_version=int(root.scalars("version")[0]),
        description=root.strings("description")[0],
        subgraphs=graphs,
        signatures=_read_signatures(root, graphs, warnings),
        metadata=_read_metadata(root, buffers, warnings),
        packed_files=list_packed_files(view, warnings),
        buffers=buffers,
        data=view,
        warnings=_limited([*warnings, *find_oddities(graphs, operators, buffers)]),
    )


def _limited(warnings: list[str]) -> tuple[str, ...]:
    """At most ``MAX_WARNINGS`` sentences."""
    if len(warnings) > MAX_WARNINGS:
        return (*warnings[:MAX_WARNINGS], f"There are {len(warnings) - MAX_WARNINGS} more warnings.")
    return tuple(warnings)


def _read_buffers(root: Tables, warnings: list[str]) -> Buffers:
    """Where each buffer lies; (0, 0) for one that does not exist, a size of 0 for one behind the end of the file."""
    tables, _ = root.children("buffers")
    starts, lengths = tables.byte_ranges("data")
    if not len(tables):
        return ()
    offsets, sizes = tables.scalars("offset"), tables.scalars("size")
    pairs = list(zip(starts.tolist(), lengths.tolist(), strict=True))
    cut = 0
    for index in np.flatnonzero((offsets > 1) & (starts == 0)).tolist():
        offset, size = int(offsets[index]), int(sizes[index])
        if offset + size > tables.buffer.size:
            cut += 1
            offset, size = min(offset, tables.buffer.size), 0
        pairs[index] = (offset, size)
    if cut:
        warnings.append(f"{cut} buffers lie behind the end of the file, which seems to be cut off: no values for them.")
    return tuple(pairs)


def _read_subgraphs(
    tables: Tables, tensors: TensorRows, operators: OperatorRows, warnings: list[str]
) -> tuple[Subgraph, ...]:
    """Put the subgraphs together."""
    inputs, outputs = tables.vectors("inputs"), tables.vectors("outputs")
    check_indices(tables.buffer.name, tensors.slices, operators, (inputs, outputs))
    graphs = []
    rows = zip(tables.strings("name"), inputs.tuples(), outputs.tuples(), tensors.slices, operators.slices, strict=True)
    for index, (name, in_, out, own_tensors, own_operators) in enumerate(rows):
        if min((*in_, *out, 0)) < 0:
            warnings.append(
                f"Subgraph {index} lists an absent tensor (-1) among its inputs or outputs; it is left out."
            )
        graphs.append(
            Subgraph(
                index=index,
                name=name,
                tensors=tuple(tensors.tensors[own_tensors]),
                inputs=tuple(tensor for tensor in in_ if tensor >= 0),
                outputs=tuple(tensor for tensor in out if tensor >= 0),
                operators=tuple(operators.operators[own_operators]),
            )
        )
    return tuple(graphs)


def _read_signatures(root: Tables, graphs: tuple[Subgraph, ...], warnings: list[str]) -> tuple[Signature, ...]:
    """Read the signatures; a broken one is left out with a warning, for the graph is sound without it."""
    try:
        tables, _ = root.children("signature_defs")
        maps = [_read_tensor_maps(tables, field) for field in ("inputs", "outputs")]
        rows = list(zip(tables.strings("signature_key"), tables.scalars("subgraph_index").tolist(), *maps, strict=True))
    except ModelFileError as error:
        warnings.append(f"The signatures cannot be read: {error.message}")
        return ()
    signatures = []
    for key, subgraph, inputs, outputs in rows:
        if subgraph >= len(graphs):
            warnings.append(f"Signature '{key}' names subgraph {subgraph}, which does not exist; it is left out.")
        elif any(tensor >= len(graphs[subgraph].tensors) for _, tensor in (*inputs, *outputs)):
            warnings.append(f"Signature '{key}' names a tensor that subgraph {subgraph} lacks; it is left out.")
        else:
            signatures.append(Signature(key=key, subgraph=subgraph, inputs=inputs, outputs=outputs))
    return tuple(signatures)


def _read_tensor_maps(tables: Tables, field: str) -> list[tuple[tuple[str, int], ...]]:
    """Argument names and tensor indices of each signature."""
    maps, slices = tables.children(field)
    pairs = list(zip(maps.strings("name"), maps.scalars("tensor_index").tolist(), strict=True))
    return [tuple(pairs[part]) for part in slices]


def _read_metadata(root: Tables, buffers: Buffers, warnings: list[str]) -> tuple[MetadataEntry, ...]:
    """Read names and sizes of the metadata buffers; broken ones are left out with a warning."""
    try:
        tables, _ = root.children("metadata")
        rows = list(zip(tables.strings("name"), tables.scalars("buffer").tolist(), strict=True))
    except ModelFileError as error:
        warnings.append(f"The metadata cannot be read: {error.message}")
        return ()
    entries = []
    for name, index in rows:
        if index >= len(buffers):
            warnings.append(f"Metadata '{name}' names buffer {index}, which does not exist; it is left out.")
        else:
            entries.append(MetadataEntry(name=name, size_bytes=buffers[index][1], buffer=index))
    return tuple(entries)

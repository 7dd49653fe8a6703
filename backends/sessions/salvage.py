"""Reading what is left of a damaged session, without SQLite.

The file is cut into pages, and every page that looks like a leaf of a table is read cell by cell; what forms a row of
models or of runs is kept. So rows survive that no index leads to any more. The format is that of
https://www.sqlite.org/fileformat2.html: section 1.6 (pages and cells), 1.5 (varints are in 1.6) and 2.1 (records).
"""

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

from backends.errors import StoreError
from backends.sessions.database import MAX_CONTENT_BYTES
from backends.sessions.packing import RUN_MARK, unpack_run, unpack_tags
from backends.sessions.values import KeptModel, KeptRun, SessionContent

_MAX_PAYLOAD = MAX_CONTENT_BYTES + (1 << 20)
_LEAF_TABLE = 0x0D
_HEADER = 100
_LEAF_HEADER = 8
_DEFAULT_PAGE = 4096
_SHA256_LENGTH = 64
_RUN_COLUMNS, _MODEL_COLUMNS = 7, 7

Row = tuple[object, ...]
Bytes = bytes | mmap.mmap


def salvage_session(path: Path, reason: StoreError) -> SessionContent:
    """Read the models and runs of a damaged session, as far as they are whole.

    Raises:
        StoreError: nothing could be read; the reason is the given one.
    """
    models: dict[str, KeptModel] = {}
    runs: dict[str, tuple[int, KeptRun]] = {}
    broken = 0
    try:
        for rowid, row in _rows(path):
            if _is_run(row):
                try:
                    runs[str(row[0])] = (rowid, _run(row))
                except StoreError:
                    broken += 1
            elif _is_model(row):
                models[str(row[0])] = _model(row)
    except OSError as error:
        raise StoreError(f"{path.name} cannot be read: {error.strerror or error}") from error
    if not runs and not models:
        raise StoreError(
            f"{path.name} is not a session, or nothing of it can be read",
            hint="Choose a .tfsession file.",
            detail=reason.message,
        )
    kept = tuple(kept for _, kept in sorted(runs.values(), key=lambda pair: pair[0]))
    lost = f" {broken} could only be read in part and are left out." if broken else ""
    sentence = f"{path.name} is damaged: {len(kept)} runs were read, others may be missing.{lost}"
    return SessionContent(
        models=tuple(models.values()),
        runs=kept,
        warnings=(sentence, "The file is left as it is; save the session under another name to keep what was read."),
        is_read_only=True,
    )


def _is_run(row: Row) -> bool:
    return len(row) == _RUN_COLUMNS and isinstance(row[6], bytes) and row[6].startswith(RUN_MARK)


def _is_model(row: Row) -> bool:
    return len(row) == _MODEL_COLUMNS and isinstance(row[0], str) and len(row[0]) == _SHA256_LENGTH and not _is_run(row)


def _run(row: Row) -> KeptRun:
    return KeptRun(
        run=unpack_run(row[6]), title=str(row[2]), tags=unpack_tags(row[3]), note=str(row[4]), added_at=str(row[5])
    )


def _model(row: Row) -> KeptModel:
    sha256, name, path, member, size, note, _ = row
    size_bytes = size if isinstance(size, int) else 0
    return KeptModel(
        sha256=str(sha256), name=str(name), path=str(path), member=str(member), size_bytes=size_bytes, note=str(note)
    )


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Give row id and values of every whole row on any page."""
    with path.open("rb") as file:
        if path.stat().st_size < _HEADER:
            return
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    size = _page_size(data)
    for start in range(0, len(data), size):
        page = data[start : start + size]
        offset = _HEADER if start == 0 else 0
        if len(page) < offset + _LEAF_HEADER or page[offset] != _LEAF_TABLE:
            continue
        count = struct.unpack_from(">H", page, offset + 3)[0]
        for place in range(min(count, (len(page) - offset - _LEAF_HEADER) // 2)):
            pointer = struct.unpack_from(">H", page, offset + _LEAF_HEADER + 2 * place)[0]
            found = _cell(data, page, pointer, size)
            if found is not None:
                yield found


def _page_size(data: Bytes) -> int:
    size = int(struct.unpack_from(">H", data, 16)[0]) if len(data) >= _HEADER else 0
    size = 65536 if size == 1 else size
    return size if 512 <= size <= 65536 and size & (size - 1) == 0 else _DEFAULT_PAGE


def _cell(data: Bytes, page: bytes, pointer: int, size: int) -> tuple[int, Row] | None:
    """Give the row in a cell; ``None`` if it is not whole."""
    length, pointer = _varint(page, pointer)
    rowid, pointer = _varint(page, pointer)
    if not 0 < length <= _MAX_PAYLOAD or pointer >= len(page):
        return None
    local = _local_bytes(length, size)
    payload = page[pointer : pointer + local]
    if length > local:
        rest = _overflow(data, page, pointer + local, length - local, size)
        if rest is None:
            return None
        payload += rest
    row = _record(payload) if len(payload) == length else None
    return None if row is None else (rowid, row)


def _local_bytes(length: int, size: int) -> int:
    """Give how much of a payload stands on the leaf itself (section 1.6; no reserved bytes)."""
    most = size - 35
    if length <= most:
        return length
    least = (size - 12) * 32 // 255 - 23
    local = least + (length - least) % (size - 4)
    return local if local <= most else least


def _overflow(data: Bytes, page: bytes, pointer: int, length: int, size: int) -> bytes | None:
    """Follow the chain of pages that hold the rest of a payload."""
    if pointer + 4 > len(page):
        return None
    number = struct.unpack_from(">I", page, pointer)[0]
    parts: list[bytes] = []
    seen: set[int] = set()
    while length > 0:
        start = (number - 1) * size
        if number in seen or number < 2 or start + size > len(data):
            return None
        seen.add(number)
        take = min(length, size - 4)
        parts.append(data[start + 4 : start + 4 + take])
        length -= take
        number = struct.unpack_from(">I", data, start)[0]
    return b"".join(parts)


def _record(payload: bytes) -> Row | None:
    """Give the values of a record (section 2.1); ``None`` if it contradicts itself."""
    header, place = _varint(payload, 0)
    if not 0 < header <= len(payload):
        return None
    values: list[object] = []
    body = header
    while place < header:
        kind, place = _varint(payload, place)
        if kind >= 12:
            length = (kind - 12) // 2
            part = payload[body : body + length]
            values.append(bytes(part) if kind % 2 == 0 else part.decode("utf-8", errors="replace"))
        else:
            length = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)[kind]
            part = payload[body : body + length]
            whole = int.from_bytes(part, "big", signed=True)
            values.append(None if kind == 0 else kind - 8 if kind >= 8 else None if kind == 7 else whole)
        if len(part) != length:
            return None
        body += length
    return tuple(values)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Read a number of up to nine bytes; 0 at the end of the data."""
    value = 0
    for step in range(9):
        if place >= len(data):
            return 0, place
        byte = data[place]
        place += 1
        if step == 8:
            return (value << 8) | byte, place
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            break
    return value, place

"""FlexBuffers: the self-describing form in which custom and composite operators keep their attributes.

A value is found from the end of the data; every container knows the width of its entries, and offsets point
backwards (https://flatbuffers.dev/flexbuffers). Nothing says that some bytes are FlexBuffers at all, so that
anything that does not parse exactly counts as something else.
"""

import struct
from collections.abc import Mapping
from types import MappingProxyType

from backends.model.model import Operator

FlexValue = None | bool | int | float | str | bytes | tuple["FlexValue", ...] | Mapping[str, "FlexValue"]

MAX_VALUES = 10_000
"""Values of one buffer, including those in nested containers."""
MAX_DEPTH = 8
MAX_TEXT_BYTES = 1 << 20
"""Bytes of all strings and blobs of one buffer, which may overlap in a hostile file."""

_NULL, _INT, _UINT, _FLOAT, _KEY, _STRING = range(6)
_INDIRECT_INT, _INDIRECT_UINT, _INDIRECT_FLOAT, _MAP, _VECTOR = range(6, 11)
_TYPED_VECTORS = {11: _INT, 12: _UINT, 13: _FLOAT, 14: _KEY, 15: _STRING, 36: 26}
_FIXED_VECTORS = range(16, 25)
"""Two, three or four elements of INT, UINT or FLOAT, without a stored size."""
_BLOB, _BOOL = 25, 26
_FORMATS = {
    _INT: {1: "<b", 2: "<h", 4: "<i", 8: "<q"},
    _UINT: {1: "<B", 2: "<H", 4: "<I", 8: "<Q"},
    _FLOAT: {2: "<e", 4: "<f", 8: "<d"},
}
_NO_ATTRIBUTES: Mapping[str, FlexValue] = MappingProxyType({})


def custom_attributes(operator: Operator) -> Mapping[str, FlexValue]:
    """Give the attributes of a custom or composite operator by name; empty where they are not a FlexBuffers map.

    TensorFlow operators (``Flex...``) hold a name and a graph node in the form of another format; they have none.
    """
    data = operator.custom_options or operator.options.get("composite_attributes", b"")
    value = parse_flexbuffer(data) if isinstance(data, bytes) else None
    return value if isinstance(value, Mapping) else _NO_ATTRIBUTES


def parse_flexbuffer(data: bytes) -> FlexValue:
    """Give the value in a FlexBuffer; ``None`` also for bytes that are none."""
    if len(data) < 3:
        return None
    try:
        return _Parser(data).root()
    except _NotFlexError:
        return None


class _NotFlexError(Exception):
    """The bytes are not FlexBuffers, or too much of them."""


class _Parser:
    """Reads values, each access checked."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._values_left = MAX_VALUES
        self._text_left = MAX_TEXT_BYTES

    def root(self) -> FlexValue:
        """Read the value whose type and width stand in the last two bytes."""
        width, packed = self._data[-1], self._data[-2]
        if width not in (1, 2, 4, 8):
            raise _NotFlexError
        return self._value(len(self._data) - 2 - width, width, packed, 0)

    def _value(self, place: int, width: int, packed: int, depth: int) -> FlexValue:
        """Read a value stored at ``place`` with the width of its container."""
        self._values_left -= 1
        if self._values_left < 0 or depth > MAX_DEPTH:
            raise _NotFlexError
        type_, own_width = packed >> 2, 1 << (packed & 3)
        if type_ == _NULL:
            return None
        if type_ == _BOOL:
            return bool(self._number(place, width, _UINT))
        if type_ in _FORMATS:
            return self._number(place, width, type_)
        target = self._target(place, width)
        if type_ in (_INDIRECT_INT, _INDIRECT_UINT, _INDIRECT_FLOAT):
            return self._number(target, own_width, type_ - _INDIRECT_INT + _INT)
        if type_ == _KEY:
            return self._key(target)
        if type_ in (_STRING, _BLOB):
            content = self._bytes(target, self._size(target, own_width))
            return content if type_ == _BLOB else content.decode("utf-8", "replace")
        return self._container(target, own_width, type_, depth + 1)

    def _container(self, target: int, width: int, type_: int, depth: int) -> FlexValue:
        """Read a map or one of the vectors."""
        if type_ in _FIXED_VECTORS:
            count, element = divmod(type_ - _FIXED_VECTORS.start, 3)
            return self._typed(target, width, element + _INT, count + 2)
        if type_ in _TYPED_VECTORS:
            return self._typed(target, width, _TYPED_VECTORS[type_], self._size(target, width), depth)
        if type_ not in (_VECTOR, _MAP):
            raise _NotFlexError
        size = self._size(target, width)
        types = self._bytes(target + size * width, size, is_text=False)
        values = [self._value(target + i * width, width, types[i], depth) for i in range(size)]
        if type_ == _VECTOR:
            return tuple(values)
        keys_place = target - 3 * width
        keys, keys_width = self._target(keys_place, width), self._number(target - 2 * width, width, _UINT)
        if keys_width not in (1, 2, 4, 8):
            raise _NotFlexError
        names = [self._key(self._target(keys + i * int(keys_width), int(keys_width))) for i in range(size)]
        return MappingProxyType(dict(zip(names, values, strict=True)))

    def _typed(self, target: int, width: int, element: int, size: int, depth: int = 0) -> tuple[FlexValue, ...]:
        """Read a vector whose elements have one type; keys and strings are stored as offsets."""
        packed = element << 2
        return tuple(self._value(target + i * width, width, packed, depth) for i in range(size))

    def _number(self, place: int, width: int, type_: int) -> int | float:
        layout = _FORMATS[type_].get(width)
        if layout is None or place < 0 or place + width > len(self._data):
            raise _NotFlexError
        number: int | float = struct.unpack_from(layout, self._data, place)[0]
        return number

    def _target(self, place: int, width: int) -> int:
        """Follow the offset at ``place``, backwards."""
        return place - int(self._number(place, width, _UINT))

    def _size(self, target: int, width: int) -> int:
        """The size of a container, in front of it; no container has more entries than there are bytes."""
        size = int(self._number(target - width, width, _UINT))
        if size > len(self._data):
            raise _NotFlexError
        return size

    def _key(self, target: int) -> str:
        """A text that ends with a zero byte."""
        end = self._data.find(b"\0", target) if target >= 0 else -1
        if end < 0:
            raise _NotFlexError
        return self._bytes(target, end - target).decode("utf-8", "replace")

    def _bytes(self, target: int, size: int, *, is_text: bool = True) -> bytes:
        self._text_left -= size if is_text else 0
        if target < 0 or target + size > len(self._data) or self._text_left < 0:
            raise _NotFlexError
        return self._data[target : target + size]

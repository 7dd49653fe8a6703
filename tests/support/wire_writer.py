"""Writes protocol buffers' wire format, for what a device's tool would write."""

import struct

Value = int | float | str | bytes | list["Value"]


def message(fields: dict[int, "Value"]) -> bytes:
    """Encode fields by number; lists are repeated fields, ``packed`` ones are given as bytes."""
    return b"".join(_field(number, value) for number, value in fields.items())


def packed(values: list[int]) -> bytes:
    return b"".join(varint(value) for value in values)


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, value: Value) -> bytes:
    if isinstance(value, list):
        return b"".join(_field(number, item) for item in value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import RunError
from backends.runs.benchmark.wire import Message
from tests.support.wire_writer import message, packed, varint


def test_every_kind_of_field_comes_back() -> None:
    data = message({1: 7, 2: "näme", 3: 1.5, 4: packed([1, -2, 300]), 5: [3, 4], 6: message({1: -1})})
    read = Message(data, "thing")

    assert (read.integer(1), read.text(2), read.real(3)) == (7, "näme", 1.5)
    assert (read.integers(4), read.integers(5)) == ((1, -2, 300), (3, 4))
    inner = read.message(6)
    assert inner is not None
    assert inner.integer(1) == -1


def test_absent_fields_have_their_defaults() -> None:
    read = Message(b"", "thing")

    assert (read.integer(1), read.text(2), read.real(3), read.message(4), read.integers(5)) == (0, "", None, None, ())


def test_a_field_of_another_type_is_an_error_and_not_a_crash() -> None:
    read = Message(message({1: "text", 2: 3}), "thing")

    with pytest.raises(RunError, match="the thing that the device wrote is damaged"):
        read.integer(1)
    with pytest.raises(RunError, match="damaged"):
        read.text(2)


def test_groups_and_field_zero_are_refused() -> None:
    for data in (varint(1 << 3 | 3), message({0: "x"})):
        with pytest.raises(RunError, match="damaged"):
            Message(data, "thing")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read = Message(data, "thing")
        for number in range(1, 10):
            for ask in (read.integers, read.text, read.real, lambda n: list(read.messages(n))):
                try:
                    ask(number)
                except RunError:
                    continue
    except RunError:
        return

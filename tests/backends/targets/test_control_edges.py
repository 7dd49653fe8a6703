import pytest

from backends.model.model import Model
from backends.model.reader import read_model_bytes
from backends.targets.check import check_model
from backends.targets.control_edges import METADATA_NAME, read_control_edges
from backends.targets.loader import load_targets
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


def a_model_stating(content: bytes) -> Model:
    """Three operators that need nothing of each other; the second is not supported by NNAPI."""
    operators = [an_operator(kind, [a_stored_tensor()] * 2) for kind in ("ADD", "ATAN2", "MUL")]
    return read_model_bytes(a_model(operators, metadata={METADATA_NAME: content}))


def packed(*numbers: int) -> bytes:
    """Numbers below 128 take one byte; a non-negative operator index is stored doubled."""
    return bytes(numbers)


def test_pairs_of_operators_are_read() -> None:
    assert read_control_edges(a_model_stating(packed(1, 1, 2, 0, 2, 2, 4))) == (((0, 1), (1, 2)),)


def test_large_and_negative_numbers_are_read() -> None:
    assert read_control_edges(a_model_stating(bytes((1, 1, 1, 0x80 | 44, 2, 1)))) == (((150, -1),),)


@pytest.mark.parametrize(
    "content",
    [b"", packed(2, 1, 0), packed(1, 2, 0, 0), packed(1, 1, 1, 0), packed(1, 1, 0, 0), b"\x01\x01\x80", b"\xff" * 9],
    ids=["empty", "version", "subgraphs", "short", "long", "cut", "endless"],
)
def test_what_is_damaged_is_ignored(content: bytes) -> None:
    assert read_control_edges(a_model_stating(content)) is None


def test_the_stated_order_decides_about_partitions() -> None:
    nnapi = next(target for target in load_targets() if target.id == "nnapi-1.3")

    def sets(content: bytes) -> list[tuple[int, ...]]:
        return [part.operators for part in check_model(a_model_stating(content), nnapi).partitions]

    assert sets(packed(1, 1, 0)) == [(0, 2), (1,)]
    assert sets(packed(1, 1, 2, 0, 2, 2, 4)) == [(0,), (1,), (2,)]
    assert sets(packed(1, 1, 1, 0, 100)) == [(0, 1, 2)]

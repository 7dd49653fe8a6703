"""Constraints on the operators around an operator.

They count as value constraints: neighbours are no part of a signature.
"""

from backends.targets.constraints.constraint import Tensors, value_constraints
from backends.targets.facts import OperatorFacts


def writer_count_is(op: OperatorFacts, *, tensor: Tensors, count: int) -> str | None:
    """{tensor} is written by {count} operator of the graph."""
    found = len(op.links.writers(tensor.one(op).index))
    return None if found == count else f"written {found} times"


def reader_count_is(op: OperatorFacts, *, tensor: Tensors, count: int) -> str | None:
    """{tensor} is read {count} time in the graph."""
    found = len(op.links.readers(tensor.one(op).index))
    return None if found == count else f"read {found} times"


def read_here(op: OperatorFacts, *, tensor: Tensors) -> str | None:
    """{tensor} is read by an operator of the same subgraph."""
    return None if op.links.readers(tensor.one(op).index) else "read by nothing"


def first_reader_in(
    op: OperatorFacts, *, tensor: Tensors, kinds: tuple[str, ...], dtypes: tuple[str, ...]
) -> str | None:
    """{tensor} is read by {kinds} that gives {dtypes}."""
    readers = op.links.readers(tensor.one(op).index)
    if not readers:
        return "read by nothing"
    dtype = op.links.output_dtype(readers[0])
    fits = readers[0].kind in kinds and dtype in dtypes
    return None if fits else f"read by {readers[0].label} that gives {dtype}"


CONSTRAINTS = value_constraints(writer_count_is, reader_count_is, read_here, first_reader_in)

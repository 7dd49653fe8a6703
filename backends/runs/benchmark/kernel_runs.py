"""Which kernels of a delegate belong to which partition.

A delegate that reports its own kernels numbers them from 0 in each partition, and its partitions have no rows of their
own. The tool adds up kernels of one name and number wherever they ran: a row that was called several times per
inference stands for a kernel in several partitions, and appears only where it ran first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backends.runs.benchmark.op_profile import ProfileRow, RowKind
from backends.runs.host.alignment import Kernel, align

Step = int | tuple[int, ...]
"""What runs, in order: the index of a node, or the nodes of a partition without a row of its own."""


@dataclass(slots=True)
class _Pool:
    """Rows that may stand for further kernels, by number."""

    rows: dict[int, list[ProfileRow]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    def add(self, row: ProfileRow) -> None:
        self.rows.setdefault(row.index, []).append(row)
        self.left[row.name] = max(1, round(row.calls))

    def take(self, row: ProfileRow) -> ProfileRow:
        self.left[row.name] = self.left.get(row.name, 1) - 1
        return row

    def best(self, number: int, expected: Sequence[Kernel]) -> ProfileRow | None:
        """Give a row with calls left over for this number, the one whose name fits the expected kernels best."""
        open_rows = [row for row in self.rows.get(number, ()) if self.left[row.name] > 0]
        fitting = [row for row in open_rows if align(expected, [Kernel(row.node_type, 1.0)]) != [-1]]
        return next(iter(fitting or open_rows), None)


def split_kernels(
    rows: Sequence[ProfileRow], steps: Sequence[Step], expected: Mapping[int, Kernel]
) -> dict[tuple[int, ...], list[ProfileRow]]:
    """Give each partition its kernels in order.

    Args:
        rows: nodes and kernels in the order they first ran.
        steps: what the graph runs.
        expected: the kernel each node is likely to run.
    """
    seen = _by_stretch(rows, steps)
    pool = _Pool()
    for row in rows:
        if row.kind is RowKind.KERNEL:
            pool.add(row)
    found: dict[tuple[int, ...], list[ProfileRow]] = {}
    for partition, own in seen:
        for row in own:
            pool.take(row)
        found[partition] = own
    for partition, own in seen:
        found[partition] = _filled(partition, own, pool, expected)
    return found


def _by_stretch(rows: Sequence[ProfileRow], steps: Sequence[Step]) -> list[tuple[tuple[int, ...], list[ProfileRow]]]:
    """Pair partitions with the rows that first appear in them, using the nodes between them as marks."""
    position = {step: i for i, step in enumerate(steps) if isinstance(step, int)}
    found: list[tuple[tuple[int, ...], list[ProfileRow]]] = []
    kernels: list[ProfileRow] = []
    at = 0
    for row in rows:
        if row.kind is RowKind.KERNEL:
            kernels.append(row)
        elif row.kind is RowKind.NODE and position.get(row.index, -1) >= at:
            here = position[row.index]
            found += _paired([step for step in steps[at:here] if not isinstance(step, int)], kernels)
            kernels, at = [], here + 1
    return found + _paired([step for step in steps[at:] if not isinstance(step, int)], kernels)


def _paired(
    partitions: list[tuple[int, ...]], kernels: list[ProfileRow]
) -> list[tuple[tuple[int, ...], list[ProfileRow]]]:
    """Cut a stretch of kernels wherever their numbers do not rise; too many pieces stay with the last partition."""
    if not partitions:
        return []
    pieces: list[list[ProfileRow]] = [[]]
    for row in kernels:
        if pieces[-1] and row.index <= pieces[-1][-1].index and len(pieces) < len(partitions):
            pieces.append([])
        pieces[-1].append(row)
    pieces += [[] for _ in range(len(partitions) - len(pieces))]
    return list(zip(partitions, pieces, strict=True))


def _filled(
    partition: tuple[int, ...], own: Sequence[ProfileRow], pool: _Pool, expected: Mapping[int, Kernel]
) -> list[ProfileRow]:
    """Add the kernels that appeared in earlier partitions first: those of the numbers that are missing."""
    by_number = {row.index: row for row in own}
    count = max([*by_number, -1]) + 1
    likely = [expected[node] for node in partition if node in expected]
    filled: list[ProfileRow] = []
    for number in range(max(count, len(partition))):
        if number in by_number:
            filled.append(by_number[number])
            continue
        # Beyond the last own kernel, only what fits the node that should stand there is taken.
        near = likely if number < count else likely[number : number + 1]
        row = pool.best(number, near)
        if row is None:
            continue
        if number >= count and align(near, [Kernel(row.node_type, 1.0)]) == [-1]:
            break
        filled.append(pool.take(row))
    repeated = [row for row in own if by_number[row.index] is not row]
    return filled + repeated

"""Reads the operator profile as the tool writes it in its ``proto`` mode.

Field numbers are those of ``tflite/profiling/proto/profiling_info.proto`` in LiteRT.
"""

from backends.runs.benchmark.op_profile import OpProfile, ProfileRow, ProfileTable, classify
from backends.runs.benchmark.wire import Message

_WHAT = "operator profile"


def parse_op_profile(data: bytes) -> OpProfile:
    """Read a ``BenchmarkProfilingData`` message.

    Raises:
        RunError: it is damaged.
    """
    whole = Message(data, _WHAT)
    init, runs = whole.message(2), whole.message(3)
    return OpProfile(
        init=_tables(init) if init else (),
        runs=_tables(runs) if runs else (),
        internal=_internal(runs) if runs else (),
    )


def _tables(profile: Message) -> tuple[ProfileTable, ...]:
    return tuple(
        ProfileTable(subgraph=table.integer(2), name=table.text(1), rows=_rows(table, is_internal=False))
        for table in profile.messages(1)
    )


def _internal(profile: Message) -> tuple[ProfileRow, ...]:
    return tuple(row for delegate in profile.messages(2) for row in _rows(delegate, is_internal=True))


def _rows(table: Message, *, is_internal: bool) -> tuple[ProfileRow, ...]:
    """Sort by the order in which nodes first ran."""
    number = 2 if is_internal else 3
    rows = sorted(table.messages(number), key=lambda row: row.integer(6))
    return tuple(_row(row, is_internal=is_internal) for row in rows)


def _row(row: Message, *, is_internal: bool) -> ProfileRow:
    """Read a row; the stated average is in whole µs, so sum and count are used."""
    name = row.text(5)
    kind, index = classify(name, is_internal=is_internal)
    stat = row.message(2)
    calls = max(0, row.integer(4))
    total, count = (stat.integer(8), stat.integer(9)) if stat else (0, 0)
    return ProfileRow(
        kind=kind,
        node_type=row.text(1),
        name=name,
        index=index,
        time_us=max(0.0, total / count * calls) if count > 0 else 0.0,
        first_us=float(max(0, stat.integer(1))) if stat else 0.0,
        calls=float(calls),
    )

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.runs.benchmark.op_profile import OpProfile
from backends.runs.benchmark.profile_proto import parse_op_profile
from backends.runs.benchmark.profile_text import parse_profile_text
from tests.support.shared import SHARED

_FOLDER = SHARED / "recordings" / "benchmark_model" if SHARED else None
_TEXTS = sorted(p for p in _FOLDER.glob("*.text.stdout") if "Run Order" in p.read_text()) if _FOLDER else []
_CSVS = sorted(_FOLDER.glob("*.profile.csv")) if _FOLDER else []
needs_recordings = pytest.mark.skipif(not _TEXTS, reason="the recordings are not here")

_OLD_TEXT = """\
Operator-wise Profiling Info for Regular Benchmark Runs:
============================== Run Order ==============================
\t   [node type]\t   [start]\t  [first]\t [avg ms]\t     [%]\t  [cdf%]\t  [mem KB]\t[times called]\t[Name]
\t                 CONV_2D\t            0.000\t    4.269\t    4.269\t  0.107%\t  0.107%\t     0.000\t        1\t[a, b]:0
\t     TfLiteNnapiDelegate\t            4.270\t    2.150\t    2.150\t  0.054%\t  0.161%\t     0.000\t        2\t[out]:61

============================== Top by Computation Time ==============================
\t   [node type]\t   [start]\t  [first]\t [avg ms]\t     [%]\t  [cdf%]\t  [mem KB]\t[times called]\t[Name]
\t                 CONV_2D\t            0.000\t    4.269\t    4.269\t  0.107%\t  0.107%\t     0.000\t        1\t[a, b]:0

Timings (microseconds): count=50 first=1 curr=2 min=1 max=3 avg=8569 std=1
"""
_OLD_CSV = """\
Operator-wise Profiling Info for Regular Benchmark Runs:
============================== Run Order ==============================
node type, start, first, avg_ms, %, cdf%, mem KB, times called, name
Convolution (NHWC, QU8) IGEMM, 0.1, 2.0, 2.5, 50%, 50%, 0, 1, Delegate/Convolution (NHWC, QU8) IGEMM:0
ADD, 2.6, 2.0, 2.5, 50%, 100%, 0, 1, [x\ty]:3

"""


def _rows(profile: OpProfile) -> list[tuple[str, str, int, float]]:
    return [(r.node_type, r.name, r.index, round(r.time_us, 3)) for table in profile.runs for r in table.rows]


def test_tables_of_old_binaries_have_one_more_column() -> None:
    assert _rows(parse_profile_text(_OLD_TEXT)) == [
        ("CONV_2D", "[a, b]:0", 0, pytest.approx(9.169)),
        ("TfLiteNnapiDelegate", "[out]:61", 61, pytest.approx(4.627)),
    ]


def test_names_and_types_in_csv_may_hold_commas() -> None:
    assert _rows(parse_profile_text(_OLD_CSV)) == [
        ("Convolution (NHWC, QU8) IGEMM", "Delegate/Convolution (NHWC, QU8) IGEMM:0", 0, 2500.0),
        ("ADD", "[x, y]:3", 3, 2500.0),
    ]


def test_rows_inside_a_delegate_are_kept_apart() -> None:
    text = _OLD_CSV + "Delegate internal:\n" + _OLD_CSV.partition("\n")[2]
    profile = parse_profile_text(text)

    assert len(profile.runs[0].rows) == 2
    assert [row.kind for row in profile.internal] == ["internal", "node"]


def test_text_without_tables_is_an_empty_profile() -> None:
    assert parse_profile_text("INFO: nothing\n== x ==\n").is_empty


@needs_recordings
@pytest.mark.parametrize("path", _TEXTS, ids=lambda path: path.name)
def test_the_rows_of_a_recorded_text_add_up_to_its_total(path: Path) -> None:
    profile = parse_profile_text(path.read_text(encoding="utf-8"))

    assert profile.total_us is not None
    assert sum(row.time_us for row in profile.runs[0].rows) == pytest.approx(profile.total_us, rel=0.002)


@needs_recordings
@pytest.mark.parametrize("path", _CSVS, ids=lambda path: path.name)
def test_a_recorded_csv_has_the_rows_of_the_proto(path: Path) -> None:
    csv = parse_profile_text(path.read_text(encoding="utf-8"))
    proto = parse_op_profile(path.with_suffix(".pb").read_bytes())

    assert sum(row.time_us for row in csv.runs[0].rows) == pytest.approx(csv.total_us or 0, rel=0.002)
    assert {(row.kind, row.index, row.node_type) for row in csv.runs[0].rows} == {
        (row.kind, row.index, row.node_type) for row in proto.runs[0].rows
    }


@needs_recordings
def test_subgraphs_of_control_flow_have_tables_of_their_own() -> None:
    assert _FOLDER is not None
    text = (_FOLDER / "gen_if_while_nested.text.stdout").read_text(encoding="utf-8")
    profile = parse_profile_text(text)

    assert [(table.subgraph, table.name) for table in profile.runs[:3]] == [
        (0, "main"),
        (2, "cond_true_60"),
        (5, "while_cond_false_600"),
    ]
    assert max(row.calls for table in profile.runs for row in table.rows) == 11


@given(st.lists(st.sampled_from([*re.split("(,)|\n", _OLD_CSV), *_OLD_TEXT.split("\n"), "\n", "\t"])))
def test_scrambled_tables_are_read_without_a_crash(parts: list[str | None]) -> None:
    profile = parse_profile_text("".join(part or "" for part in parts))

    assert all(row.time_us >= 0 for table in profile.runs for row in table.rows)

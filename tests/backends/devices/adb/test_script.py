"""Quoting, and the output of a device's shell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.devices.adb.facts_script import SCRIPT
from backends.devices.adb.script import make_script, quote
from backends.devices.adb.shell_output import LineSplitter, PacketParser, TextParser
from backends.errors import DeviceError


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_quoted_words_are_read_back_as_they_were(words: list[str]) -> None:
    import shlex

    words[0] = words[0] or "program"

    assert shlex.split(quote(words)) == words


def test_words_that_no_program_can_be_given_are_refused() -> None:
    for argv in ([], [""], ["a\0b"]):
        with pytest.raises(DeviceError):
            quote(argv)


def test_marks_differ_each_time() -> None:
    scripts = [make_script(["true"], reports_end=True) for _ in range(2)]

    assert len({mark for script in scripts for mark in (script.begin, script.end)}) == 4


@given(st.binary(), st.integers(0, 255), st.lists(st.integers(1, 7), min_size=1))
def test_text_is_read_the_same_however_it_is_cut(text: bytes, code: int, cuts: list[int]) -> None:
    text = text.replace(b"\r", b"")
    sent = text + b"@end %d\n" % code
    parser, pieces, start = TextParser("@end"), [], 0
    while start < len(sent):
        size = cuts[start % len(cuts)]
        pieces.extend(parser.feed(sent[start : start + size]))
        start += size

    assert b"".join(piece.data for piece in pieces) == text
    assert [piece.code for piece in pieces if piece.code is not None] == [code]


def test_lines_are_given_before_the_next_one_begins() -> None:
    parser = TextParser("@end")

    assert b"".join(piece.data for piece in parser.feed(b"line\r\n")) == b"line\n"


def test_a_text_that_ends_without_a_mark_is_not_lost() -> None:
    parser = TextParser("@end")
    given_out = b"".join(piece.data for piece in parser.feed(b"cut @en"))

    assert given_out + parser.rest() == b"cut @en"


def test_packets_are_read_the_same_however_they_are_cut() -> None:
    sent = b"\x01\x03\x00\x00\x00out\x02\x03\x00\x00\x00err\x03\x01\x00\x00\x00\x07"
    for size in range(1, len(sent) + 1):
        parser = PacketParser()
        pieces = [p for start in range(0, len(sent), size) for p in parser.feed(sent[start : start + size])]

        assert [(p.stream, p.data, p.code) for p in pieces] == [
            ("stdout", b"out", None),
            ("stderr", b"err", None),
            ("stdout", b"", 7),
        ]


def test_a_long_output_keeps_its_last_part() -> None:
    splitter = LineSplitter(kept_bytes=100)

    lines = [line for number in range(1000) for line in splitter.feed(b"line %d\n" % number)]

    assert len(lines) == 1000
    assert splitter.text.endswith("line 999\n")
    assert len(splitter.text) <= 200


def test_the_question_for_facts_fits_into_one_message_of_an_old_device() -> None:
    script = make_script(("sh", "-c", SCRIPT, "sh", "/data/local/tmp"), reports_end=True)

    assert len(f"shell:{script.text}\0".encode()) <= 4096

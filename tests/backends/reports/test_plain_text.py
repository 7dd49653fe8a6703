from hypothesis import given
from hypothesis import strategies as st

from backends.reports.plain_text import clip, display_width, escape_markdown, guard_formula, pad, plain


def test_ordinary_names_stay_as_they_are() -> None:
    assert plain("block_1/conv:0 – Größe 畳み込み") == "block_1/conv:0 – Größe 畳み込み"


def test_terminal_escapes_and_line_breaks_become_visible() -> None:
    assert plain("a\x1b[31mred\nnext\u2028line") == "a\\x1b[31mred\\x0anext\\u2028line"


def test_characters_that_turn_the_reading_direction_become_visible() -> None:
    assert plain("safe\u202egpj.exe\u2066") == "safe\\u202egpj.exe\\u2066"


def test_lone_surrogates_become_visible() -> None:
    assert plain("a\ud800b") == "a\\ud800b"


@given(st.text())
def test_plain_text_is_always_one_printable_line(text: str) -> None:
    shown = plain(text)

    assert len(shown.splitlines()) <= 1
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u202a\u202e\u2066\u2069\u200f" for c in shown)
    shown.encode("utf-8")


def test_formulas_get_an_apostrophe() -> None:
    assert [guard_formula(t) for t in ("=1+1", "+x", "-x", "@SUM(A1)", " =1", "\t=1")] == [
        "'=1+1",
        "'+x",
        "'-x",
        "'@SUM(A1)",
        "' =1",
        "'\\x09=1",
    ]


def test_text_that_is_no_formula_gets_none() -> None:
    assert guard_formula("conv_1=2") == "conv_1=2"


def test_markup_in_a_name_is_shown_and_not_interpreted() -> None:
    assert escape_markdown("<b>a|b</b> [x](y) `c` _d_") == "\\<b\\>a\\|b\\</b\\> \\[x\\](y) \\`c\\` \\_d\\_"


def test_wide_characters_take_two_columns() -> None:
    assert display_width("畳み込み") == 8
    assert clip("畳み込み", 5) == "畳み…"
    assert pad("畳", 4, is_right=True) == "  畳"


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"])), st.integers(1, 20))
def test_a_clipped_text_fits(text: str, width: int) -> None:
    assert display_width(clip(text, width)) <= width

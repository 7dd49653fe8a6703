r"""LaTeX: tables for a paper, to be read with ``\input`` or cut out; every character of a text is escaped."""

from typing import TextIO

from backends.reports.content import Content, Section, Table
from backends.reports.plain_text import plain

_SPECIALS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}",
    "–": "--", "—": "---", "…": r"\ldots{}", "×": r"$\times$", "µ": r"\textmu{}", "✓": r"$\surd$", "≤": r"$\leq$",
    "≥": r"$\geq$", "→": r"$\rightarrow$", "·": r"$\cdot$", "°": r"\textdegree{}", "±": r"$\pm$",
}  # fmt: skip
"""All that means something to TeX, quotes and signs included: T1's ligatures and active characters too."""
_HEAD = r"""% Made by TFLite Profiler. In the preamble:
% \usepackage[T1]{fontenc} \usepackage{textcomp} \usepackage{booktabs} \usepackage{longtable} \usepackage{array}
"""
_WIDE = 30
"""Columns with longer cells get a fixed width and are wrapped."""


class LatexReport:
    r"""Headings as ``\section*``, facts and tables as ``longtable`` with the rules of ``booktabs``."""

    name = "latex"
    suffix = ".tex"

    def write(self, stream: TextIO, content: Content) -> None:
        """Write title and sections."""
        stream.write(f"{_HEAD}\n\\section*{{{escape_latex(content.title)}}}\n")
        for section in content.sections():
            _write_section(stream, section)


def escape_latex(text: str) -> str:
    """Give text in which nothing is a command; characters beyond Latin-1 are written as ``U+4F60``."""
    return "".join(_escaped(c) for c in plain(text))


def _escaped(character: str) -> str:
    known = _SPECIALS.get(character)
    if known is not None:
        return known
    return character if ord(character) < 0x250 else f"U+{ord(character):04X}"


def _write_section(stream: TextIO, section: Section) -> None:
    if section.title:
        stream.write(f"\n\\sub{'sub' if section.is_part else ''}section*{{{escape_latex(section.title)}}}\n")
    if section.facts:
        table = Table(headings=("", ""), rows=section.facts)
        _write_table(stream, table, has_head=False)
    for sentence in section.sentences:
        stream.write(f"\n{escape_latex(sentence)}\n")
    if section.table is not None:
        _write_table(stream, section.table)


def _write_table(stream: TextIO, table: Table, *, has_head: bool = True) -> None:
    """Write the columns that hold words or numbers; bars made of characters are left to other formats."""
    kept = [i for i in range(len(table.headings)) if i not in table.bars]
    if not table.rows or not kept:
        return
    stream.write(f"\n\\begin{{longtable}}{{@{{}}{''.join(_column(table, i) for i in kept)}@{{}}}}\n\\toprule\n")
    if has_head:
        stream.write(_line([table.headings[i] for i in kept]) + "\\midrule\n\\endhead\n")
    body = len(table.rows) - table.footer_rows
    for number, row in enumerate(table.rows):
        if number == body and body:
            stream.write("\\midrule\n")
        stream.write(_line([row[i] for i in kept]))
    stream.write("\\bottomrule\n\\end{longtable}\n")


def _column(table: Table, index: int) -> str:
    longest = max(len(row[index]) for row in table.rows)
    if longest > _WIDE:
        wide = sum(max(len(row[i]) for row in table.rows) > _WIDE for i in range(len(table.headings)))
        return f"p{{{0.6 / wide:.2f}\\linewidth}}"
    return "r" if index in table.right_aligned else "l"


def _line(cells: list[str]) -> str:
    # A bracket after the line's end would be taken for its argument.
    texts = [escape_latex(cell) for cell in cells]
    texts = [f"{{}}{text}" if text.startswith(("[", "*")) else text for text in texts]
    return " & ".join(texts) + " \\\\\n"

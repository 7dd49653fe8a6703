import io

from backends.cli.progress_line import ProgressLine
from backends.progress import Sample, Step


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_each_phase_is_one_line_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream)
    for text in ("Preparing", "Measuring", "Profiling", "Measuring", "Profiling"):
        line(Step(text=text, done=1, total=9))
    line(Sample(phase="run", latency_ns=5))
    line.clear()

    assert stream.getvalue() == "Preparing\nMeasuring\nProfiling\n"


def test_a_terminal_shows_one_line_that_goes_away() -> None:
    stream = Terminal()
    line = ProgressLine(stream)
    line(Step(text="Measuring \x1b[31m", done=3, total=9))
    line(Step(text="too soon to be drawn"))
    line.clear()

    assert stream.getvalue() == "\r\x1b[KMeasuring \\x1b[31m 3/9\r\x1b[K"

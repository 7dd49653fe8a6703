"""What goes on on one device while it is measured."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QProgressBar, QToolButton, QVBoxLayout, QWidget

from backends.progress import Sample, Step
from backends.reports.plain_text import plain
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.live_latency import LiveLatency

_LOG_LINES = 2000


class LaneView(QWidget):
    """Phase, progress, live latency and log of one device, with buttons of its own.

    Signals:
        stop_wanted: end and keep what was measured.
        cancel_wanted: end and discard.
    """

    stop_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = plain_label(title, role="section", is_selectable=False)
        self.phase = plain_label("", is_selectable=False)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.live = LiveLatency()
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_LOG_LINES)
        self.log.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.stop_button = _small_button("Stop")
        self.cancel_button = _small_button("Cancel")
        self._buttons = QWidget()
        self._arrange()
        self.stop_button.clicked.connect(self.stop_wanted)
        self.cancel_button.clicked.connect(self.cancel_wanted)

    def show_parts(self, *, has_log: bool, has_buttons: bool) -> None:
        """Show the log where a program on the device writes one, and buttons where there are several lanes."""
        self.log.setVisible(has_log)
        self._buttons.setVisible(has_buttons)

    def show_step(self, step: Step) -> None:
        """Show where the work stands."""
        self.phase.set_text(step.text)
        self.bar.setRange(0, step.total)
        self.bar.setValue(min(step.done, step.total))

    def say(self, text: str) -> None:
        """Show a phase of which no progress is known."""
        self.phase.set_text(text)

    def add_samples(self, samples: tuple[Sample, ...]) -> None:
        """Take new latencies."""
        self.live.add(samples)

    def add_lines(self, lines: Iterable[str]) -> None:
        """Take new lines of the log."""
        self.log.appendPlainText("\n".join(plain(line) for line in lines))

    def end(self, text: str) -> None:
        """Show how it ended; nothing can be stopped any more."""
        self.say(text)
        self.bar.setRange(0, 1)
        self.bar.setValue(1)
        self.stop_button.setEnabled(False)
        self.cancel_button.setEnabled(False)

    def _arrange(self) -> None:
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.stop_button)
        row.addWidget(self.cancel_button)
        self.stop_button.setToolTip("End on this device and keep what was measured")
        self.cancel_button.setToolTip("End on this device and discard what is being measured")
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.phase, 1)
        head.addWidget(self._buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.live, 1)
        column.addWidget(self.log, 1)


def _small_button(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setProperty("role", "toggle")
    return button

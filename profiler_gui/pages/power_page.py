"""Power: curves over time, live and of the chosen run, its energy, and the power-performance curve."""

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from backends.power.recorder import LiveBoard, LiveCurve
from backends.power.sustained import Sustained, describe_sustained
from backends.power.throttling import find_throttling
from backends.power.traces import Quantity, Trace
from backends.progress import Progress
from backends.reports.plain_text import plain
from backends.reports.power_facts import energy_facts, power_at_rate_text
from backends.runs.operating_points import points_of
from backends.runs.recording_folder import MOST_BYTES, MOST_DAYS, recordings_folder
from backends.runs.run import Run
from backends.units import format_bytes, format_energy, format_latency, format_power
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.curve_pane import CurvePane
from profiler_gui.pages.export import export_pictures_button
from profiler_gui.pages.page import Page
from profiler_gui.pages.run_details import scrolled
from profiler_gui.session import OpenModel, Session
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.number_tiles import Number, NumberTiles
from profiler_gui.widgets.trace_view import Curve, TraceView
from profiler_gui.widgets.turning_splitter import TurningSplitter

_LIVE_MS = 100
"""Ten redraws a second."""
_HOST_LIVE_MS = 500
"""Two while this computer measures itself, so that drawing takes nothing from the measurement."""
_HOST = "host"
_NO_MODEL = "Open a model, choose a meter in Profile, and measure it: power, temperatures and clocks are shown here."
_NO_RUN = "Choose a meter in Profile (under “Power”) and press Profile (Ctrl+R): power and energy are shown here."
_NO_POWER = "Nothing was sampled beside the chosen run. Choose a meter in Profile (under “Power”) and measure again."


class PowerPage(Page):
    """Live curves while something runs, else those of the chosen run, with its figures.

    Args:
        session: what is open.
        jobs: where recordings are read.
        notices: where failures are told.
        board: the recorders of runs under way.
    """

    def __init__(
        self, session: Session, jobs: JobRunner, notices: NoticeBoard | None = None, board: LiveBoard | None = None
    ) -> None:
        super().__init__(session, notices)
        self._jobs = jobs
        self._board = board if board is not None else LiveBoard()
        self._was_live = False
        self.traces = TraceView()
        self.curve = CurvePane()
        self.tiles = NumberTiles()
        # The words below it may be long, and must not squeeze it.
        self.tiles.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._title = plain_label("", role="section")
        self._words = plain_label("", role="dim")
        self.add_button = QPushButton("Add a meter's file…")
        self.folder_button = QPushButton("Recordings")
        self.tabs = QTabWidget()
        self._arrange()
        self._timer = QTimer(self)
        self._timer.setInterval(_LIVE_MS)
        self._timer.timeout.connect(self._on_tick)
        self.folder_button.clicked.connect(self._open_folder)
        self.add_button.clicked.connect(self._choose_file)
        self.curve.run_chosen.connect(self._on_run_chosen)
        self.follow(model_changed=self.invalidate, runs_changed=self.invalidate, run_changed=self.invalidate)
        session.model_opened.connect(self.invalidate)
        session.model_closed.connect(self.invalidate)

    @property
    def is_live(self) -> bool:
        """Whether curves of a run under way are shown."""
        return self._was_live

    def refresh(self) -> None:
        """Show the chosen run of the model in front, and the points of all open models."""
        record = self.record
        run = record.run if record else None
        if not self._was_live:
            self._show_run(run)
        runs = [run for opened in self.session.models for run in opened.runs]
        self.curve.show_points(points_of(runs), run.id if run is not None else "")

    def pictures(self) -> dict[str, QWidget]:
        """Give what can be exported, by title."""
        found: dict[str, QWidget] = {}
        if self.traces.curves:
            found["Power over time"] = self.traces
        if self.curve.plot.points:
            found["Power-performance curve"] = self.curve.plot
        return found

    def showEvent(self, event: QShowEvent) -> None:
        """Follow what is measured while the page is seen."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Draw nothing while the page is not seen."""
        super().hideEvent(event)
        self._timer.stop()

    def _arrange(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(4)
        for label in (self._title, self._words):
            label.setContentsMargins(12, 0, 12, 0)
        column.addWidget(self._title)
        column.addWidget(self.tiles)
        column.addWidget(self._words)
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 0)
        row.addWidget(self.add_button)
        row.addWidget(self.folder_button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        self.add_button.setToolTip("Put an external meter's recording into the chosen run: Joulescope, Monsoon, Otii…")
        self.folder_button.setToolTip(
            f"All samples of long recordings, as CSV. Those of the last {MOST_DAYS:g} days are kept, "
            f"up to {format_bytes(MOST_BYTES)}; runs keep their curves and figures."
        )
        over_time = TurningSplitter((5, 2))
        over_time.addWidget(self.traces)
        self._side = scrolled(side, margin=0)
        over_time.addWidget(self._side)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(over_time, "Over time")
        self.tabs.addTab(self.curve, "Power and rate")
        self.tabs.setCornerWidget(export_pictures_button(self, self.pictures))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)

    # While something runs ---------------------------------------------------------------------------------------------

    @Slot()
    def _on_tick(self) -> None:
        live = self._board.snapshot()
        if not live:
            if self._was_live:
                self._was_live = False
                self.invalidate()
            self._timer.setInterval(_LIVE_MS)
            return
        self._timer.setInterval(_HOST_LIVE_MS if _HOST in live else _LIVE_MS)
        if not self._was_live:
            self._was_live = True
            self._side.show()
            self._title.set_text("Measuring")
            self.tiles.show_numbers(())
            self._words.set_text("Energy is computed from all samples when the run is over.")
            self.add_button.setVisible(False)
        several = len(live) > 1
        curves = [
            _live_curve(curve, f"{device}: " if several else "") for device, parts in live.items() for curve in parts
        ]
        self.traces.empty_text = "Waiting for the first samples…"
        self.traces.show_curves(curves)

    # A finished run ---------------------------------------------------------------------------------------------------

    def _show_run(self, run: Run | None) -> None:
        self.add_button.setVisible(run is not None and bool(run.windows))
        # An empty column beside a sentence would only make the sentence's room smaller.
        self._side.setVisible(run is not None and bool(run.windows or run.traces))
        if run is None or not run.traces:
            self.traces.empty_text = _NO_MODEL if self.record is None else _NO_RUN if run is None else _NO_POWER
            self.traces.show_curves(())
            self.tiles.show_numbers(())
            for label in (self._title, self._words):
                label.set_text("")
            return
        throttles = find_throttling(run.traces, run.windows)
        self.traces.show_curves([_curve(trace) for trace in run.traces], run.windows, throttles)
        sustained = describe_sustained(run.traces, run.windows)
        self._title.set_text("Energy of one inference" if run.energy is not None else "Without energy")
        self.tiles.show_numbers([*_energy_numbers(run), *_sustained_numbers(sustained)])
        said = dict(energy_facts(run.energy)) if run.energy is not None else {}
        lines = [
            *([f"{said['Meter']}: {said['Measures']}"] if said else []),
            *(item.sentence for item in throttles),
            *(run.energy.warnings if run.energy is not None else run.warnings),
        ]
        self._words.set_text("\n".join(plain(line) for line in lines))

    # An external meter's file -----------------------------------------------------------------------------------------

    @Slot()
    def _open_folder(self) -> None:
        """Show the folder with all samples of long recordings."""
        folder = recordings_folder()
        if not folder.is_dir():
            self.notices.inform(
                "There are no recordings yet.",
                hint="Only recordings that are too long to be kept whole within a run get files of their own.",
                key="recordings",
            )
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot()
    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "An external meter's recording", "", "Recordings (*.csv *.json *.txt);;All files (*)"
        )
        if path:
            self.add_file(Path(path))

    def add_file(self, path: Path) -> None:
        """Put an external meter's recording into the chosen run."""
        record = self.record
        if record is None or record.run is None:
            return
        self._jobs.start(
            partial(_read_recording, record.run, path),
            title=f"Reading {path.name}",
            on_success=partial(self._on_added, record, record.run),
            on_failure=self.notices.report,
        )

    def _on_added(self, record: OpenModel, old: Run, run: Run) -> None:
        if record in self.session.models and old in record.runs:
            record.remove_run(old)
            record.add_run(run)

    @Slot(str)
    def _on_run_chosen(self, run_id: str) -> None:
        for record in self.session.models:
            for run in record.runs:
                if run.id == run_id:
                    self.session.set_current(record)
                    record.choose_run(run)


def _read_recording(run: Run, path: Path, progress: Progress) -> Run:
    """Read and match in a job; what that needs is imported there."""
    from backends.runs.recordings import add_recording

    progress.step(f"Reading {path.name}")
    return add_recording(run, path)


def _curve(trace: Trace) -> Curve:
    return Curve(
        title=plain(trace.title),
        quantity=trace.quantity,
        times_s=np.asarray(trace.times_s),
        values=np.asarray(trace.values),
        is_mean=trace.is_mean,
    )


def _live_curve(curve: LiveCurve, prefix: str) -> Curve:
    return Curve(
        title=plain(prefix + curve.channel.title),
        quantity=curve.channel.quantity,
        times_s=curve.times_s,
        values=curve.values,
        is_mean=curve.channel.is_mean,
    )


def _energy_numbers(run: Run) -> list[Number]:
    energy = run.energy
    if energy is None:
        return []
    error = energy.per_inference_error_mj
    numbers = []
    if energy.per_inference_mj is not None:
        numbers.append(
            Number(
                title="Above idle",
                text=format_energy(energy.per_inference_mj),
                tip="Energy of one inference without what the device draws anyway.",
            )
        )
        numbers.append(
            Number(title="± (one sigma)", text=format_energy(error or 0.0), tip="From sampling, clock and idle drift.")
        )
    numbers += [
        Number(title="With idle", text=format_energy(energy.total_per_inference_mj), tip="Everything the meter sees."),
        Number(title="Average power", text=format_power(energy.mean_mw)),
        Number(title="Peak power", text=format_power(energy.peak_mw)),
    ]
    if energy.idle_mw is not None:
        tip = "" if energy.idle_drift_mw is None else f"Drifted by {energy.idle_drift_mw:+.0f} mW."
        numbers.append(Number(title="Idle power", text=format_power(energy.idle_mw), tip=tip))
    if energy.inferences_per_joule is not None:
        numbers.append(
            Number(title="Per joule", text=f"{energy.inferences_per_joule:.3g}", tip="Inferences per joule.")
        )
        numbers.append(
            Number(title="W at 30 FPS", text=power_at_rate_text(energy, 30.0).partition(" ±")[0], tip="30 × energy.")
        )
    return numbers


def _sustained_numbers(found: Sustained | None) -> list[Number]:
    if found is None:
        return []
    latency = next((change for change in found.changes if change.quantity is Quantity.LATENCY), None)
    numbers = []
    if latency is not None:
        span = f"{found.part_seconds:.0f} s"
        numbers += [
            Number(title=f"First {span}", text=format_latency(latency.first * 1e6), tip="Median latency."),
            Number(title=f"Last {span}", text=format_latency(latency.last * 1e6), tip=f"{latency.share:+.1%}"),
        ]
    begun = found.seconds_to_throttle
    numbers.append(Number(title="To throttle", text="none" if begun is None else f"{begun:.0f} s"))
    steady = found.steady_from_s
    numbers.append(
        Number(
            title="Steady from",
            text="not yet" if steady is None else f"{steady:.0f} s",
            tip="From when on the latency stayed within 2 % of its last quarter, or its noise.",
        )
    )
    return numbers

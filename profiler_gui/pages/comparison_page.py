"""Two or more sides beside each other: the answer in words, two linked graphs, and tables and plots below."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QSplitter,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backends.compare.align import align_models, subgraph_pairs
from backends.compare.alignment import Alignment, Correction
from backends.compare.comparison import Comparison, Subject, compare
from backends.compare.verdict_difference import TargetDifference, compare_verdicts
from backends.model.model import Model, OperatorId
from backends.progress import Progress
from backends.reports.comparison_columns import NUMBER_COLUMNS, number_rows
from backends.reports.comparison_content import METHOD, ComparisonContent, drawn_of, headlines
from backends.reports.plain_text import plain
from backends.reports.report_file import find_report_for, write_report
from backends.runs.run import Run
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict
from profiler_gui.canvas.picture import GraphPicture, build_picture
from profiler_gui.canvas.text import TextMetrics
from profiler_gui.jobs import Job, JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.comparison_graphs import LETTERS, ComparisonGraphs
from profiler_gui.pages.comparison_overview import ComparisonOverview
from profiler_gui.pages.comparison_plots import ComparisonPlots
from profiler_gui.pages.comparison_tables import FactDifferences, LayerDifferences, TargetDifferences, simple_view
from profiler_gui.pages.export import REPORT_FORMATS
from profiler_gui.side import CorrectionBook, Side
from profiler_gui.widgets.label import PlainLabel, plain_label

HELP = (
    *METHOD,
    "Drift is taken out along a straight line; the interval grows by how much the drifts of both sides differ. One run "
    "is one start of the program, and another start can differ by a percent or more: choose several runs of each side, "
    "or repeat the comparison, before you trust small differences.",
    "Sources: Kalibera and Jones 2013 (what to count), Politis and White 2004 (blocks), Hesterberg 2015 (expanded "
    "intervals), Brunner and Munzel 2000 (ranks).",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """What the job gives."""

    comparison: Comparison
    alignment: Alignment
    """Before corrections."""


class ComparisonPage(QWidget):
    """Compares two of the sides it was given; with more than two, an overview says how each does against A.

    Args:
        sides: what to choose from, A and B first.
        jobs: where comparing, drawing and checking happens.
        notices: where failures are told.
        targets: the targets whose answers are compared.
        corrections: where corrections of alignments are kept; a book of its own when left out.
        others: what can be chosen besides.

    Signals:
        compared: a new ``Comparison``.
        help_wanted: paragraphs on how a difference is judged shall be shown.
    """

    needs_room = True
    """The panels of the window step aside while it is in front."""
    compared = Signal(object)
    help_wanted = Signal(object)

    def __init__(
        self,
        sides: Sequence[Side],
        jobs: JobRunner,
        notices: NoticeBoard,
        targets: Sequence[Target] = (),
        *,
        corrections: CorrectionBook | None = None,
        others: Sequence[Side] = (),
    ) -> None:
        super().__init__()
        self._sides = list(sides)
        self._given = len(self._sides)
        known = {_identity(side) for side in sides}
        self._sides += [side for side in others if _identity(side) not in known]
        self._shown = (0, 1)
        self._jobs, self._notices, self._targets = jobs, notices, tuple(targets)
        self._running: list[Job] = []
        self._alignments: dict[tuple[str, str], Alignment] = {}
        self._book = corrections if corrections is not None else CorrectionBook(self)
        self._pictured: tuple[object, ...] = ()
        self._verdicts: dict[str, dict[str, ModelVerdict]] = {}
        self._waiting: list[Callable[[], object]] = []
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._show_next)
        self.comparison: Comparison | None = None
        self.headline: PlainLabel = plain_label("", role="title")
        self.details: PlainLabel = plain_label("", role="dim")
        self.graphs = ComparisonGraphs()
        self.layers = LayerDifferences()
        self.plots = ComparisonPlots()
        self.changes = FactDifferences("Nothing about the models differs.")
        self.surroundings = FactDifferences("Plan and environment of both runs agree.")
        self.targets = TargetDifferences()
        self.metrics = simple_view(NUMBER_COLUMNS)
        self.overview = ComparisonOverview()
        self._choices = (QComboBox(), QComboBox())
        self._tabs = QTabWidget()
        self._arrange()
        self._connect()
        self._fill_choices()
        self._start()

    @property
    def sides(self) -> tuple[Side, Side]:
        """A and B as they are shown."""
        return self._sides[self._shown[0]], self._sides[self._shown[1]]

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """What was corrected about the alignment that is shown."""
        return self._book.of(*self._key)

    def swap(self) -> None:
        """Make B the reference."""
        self.show_pair(self._shown[1], self._shown[0])

    def show_pair(self, a: int, b: int) -> None:
        """Compare two of the sides, given by their places."""
        if a == b:
            # The other one takes the place that was left.
            a, b = (self._shown[1], b) if b == self._shown[0] else (a, self._shown[0])
        self._shown = (a, b)
        for combo, place in zip(self._choices, self._shown, strict=True):
            combo.setCurrentIndex(place)
        self._start()

    def finish(self) -> None:
        """End what runs."""
        self._waiting = []
        for job in self._running:
            job.cancel()

    # Parts ------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.graphs)
        splitter.addWidget(self._tabs)
        splitter.setSizes([560, 440])
        self._tabs.setDocumentMode(True)
        latency = QWidget()
        row = QHBoxLayout(latency)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._notes = plain_label("", role="dim")
        self._notes.setContentsMargins(12, 6, 12, 6)
        left = QVBoxLayout()
        left.addWidget(self.metrics, 1)
        left.addWidget(self._notes)
        row.addLayout(left, 2)
        row.addWidget(self.plots, 3)
        for page, title in (
            (self.layers, "Layers"), (latency, "Latency"), (self.changes, "Models"), (self.targets, "Targets"),
            (self.surroundings, "Surroundings"),
        ):  # fmt: skip
            self._tabs.addTab(page, title)
        if self._given > 2:
            self._tabs.insertTab(0, self.overview, f"All {self._given}")
            self._tabs.setCurrentIndex(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_head())
        column.addWidget(splitter, 1)

    def _make_head(self) -> QWidget:
        head = QFrame()
        column = QVBoxLayout(head)
        column.setContentsMargins(12, 8, 12, 4)
        column.setSpacing(3)
        bar = QHBoxLayout()
        swap = _button("⇄", "Swap A and B")
        swap.clicked.connect(self.swap)
        help_button = _button("How is this decided?", "")
        help_button.clicked.connect(lambda: self.help_wanted.emit(HELP))
        for place, (letter, combo) in enumerate(zip(LETTERS, self._choices, strict=True)):
            label = plain_label(letter, role="section", is_selectable=False)
            label.setWordWrap(False)
            combo.setMinimumContentsLength(18)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setAccessibleName(f"Side {letter}")
            if place:
                bar.addWidget(swap)
            bar.addWidget(label)
            bar.addWidget(combo, 1)
        bar.addWidget(help_button)
        bar.addWidget(self._make_export())
        column.addLayout(bar)
        column.addWidget(self.headline)
        column.addWidget(self.details)
        return head

    def _make_export(self) -> QToolButton:
        button = _button("Export ▾", "Write the whole comparison to a file")
        menu = QMenu(button)
        for title, suffix in REPORT_FORMATS:
            menu.addAction(f"{title}…", partial(self._export, title, suffix)).setData(suffix)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _connect(self) -> None:
        self._book.changed.connect(self._on_corrected)
        for combo in self._choices:
            combo.activated.connect(self._on_chosen)
        self.graphs.selected.connect(self.layers.select)
        self.graphs.correction_wanted.connect(self.correct)
        self.graphs.undo_wanted.connect(self.undo_correction)
        self.graphs.subgraphs_wanted.connect(self._draw)
        self.graphs.can_undo = lambda: bool(self.corrections)
        self.layers.selected.connect(partial(self.graphs.select, shows=True))
        self.layers.opened.connect(self.graphs.select)
        self.layers.correction_wanted.connect(self.correct)
        self.targets.selected.connect(self._on_target_selected)
        self.overview.pair_wanted.connect(self.show_pair)

    def _fill_choices(self) -> None:
        for combo, place in zip(self._choices, self._shown, strict=True):
            combo.clear()
            for side in self._sides:
                combo.addItem(plain(side.title))
            combo.setCurrentIndex(place)

    # Work -------------------------------------------------------------------------------------------------------------

    @property
    def _key(self) -> tuple[str, str]:
        a, b = self.sides
        return a.model.sha256, b.model.sha256

    def _start(self) -> None:
        """Compare in the background; what was aligned once is not aligned again."""
        a, b = self.sides
        self.headline.set_text("Comparing…")
        self.details.set_text(f"{a.title} with {b.title}")
        known, corrections = self._alignments.get(self._key), self.corrections

        def work(progress: Progress) -> _Result:
            progress.step("Aligning the operators")
            alignment = known or align_models(a.model, b.model, progress=progress)
            comparison = compare(_subject(a), _subject(b), corrections, progress, alignment=alignment)
            return _Result(comparison=comparison, alignment=alignment)

        self._run(work, f"Comparing {a.title} with {b.title}", "compare", self._on_compared)
        if self._given > 2:
            self.overview.show_sides(self._sides[: self._given], self._shown, self._jobs)

    def _run(self, work: object, title: str, key: str, on_success: object) -> None:
        job = self._jobs.start(
            work, title=title, replaces=f"{key}:{id(self)}", on_success=on_success, on_failure=self._on_failed,  # type: ignore[arg-type]
        )  # fmt: skip
        self._running = [other for other in self._running if not other.is_finished] + [job]

    @Slot(object)
    def _on_compared(self, result: _Result) -> None:
        comparison = result.comparison
        a, b = self.sides
        self._alignments[self._key] = result.alignment
        self.comparison = comparison
        self._show_words(comparison)
        # One part in a turn, so that the window answers in between.
        self._waiting = [
            partial(self.layers.show_rows, comparison.layers),
            partial(self.graphs.show_comparison, comparison),
            partial(self._show_facts, comparison),
            partial(self._show_graphs, a.model, b.model),
            partial(self._check, comparison),
            partial(self.compared.emit, comparison),
        ]
        self._turn.start()

    @Slot()
    def _show_next(self) -> None:
        if self._waiting:
            self._waiting.pop(0)()
            self._turn.start()

    def _show_facts(self, comparison: Comparison) -> None:
        model = comparison.model
        self.changes.show_facts(model.sentences if model else (), model.facts if model else ())
        self.surroundings.show_facts(
            () if comparison.judgement else ("Choose a run on each side to compare their surroundings.",),
            comparison.surroundings,
        )
        self.metrics.table.set_rows(number_rows(comparison))
        self.metrics.fit_columns()
        self.plots.show_comparison(comparison, self._other_runs())

    def _show_graphs(self, a: Model, b: Model) -> None:
        if self._pictured[:2] == (a, b):
            return
        pairs = subgraph_pairs(a, b)
        self.graphs.show_subgraphs(pairs, (a, b))
        self._draw(*pairs[0])

    def _show_words(self, comparison: Comparison) -> None:
        lines = headlines(comparison)
        self.headline.set_text(lines[0] if lines else "Nothing to compare.")
        self._show_details(lines[1:])
        judgement = comparison.judgement
        notes = list(judgement.notes) if judgement else ["Choose a run on each side to compare latencies."]
        if judgement is not None and judgement.rank_test is not None:
            notes.append(f"Rank test: p = {judgement.rank_test.p_value:.2g}.")
        if comparison.surroundings:
            notes.append(f"{len(comparison.surroundings)} things about the surroundings differ; see there.")
        self._notes.set_text("\n".join(notes))

    def _show_details(self, lines: Sequence[str]) -> None:
        self.details.set_text("   ".join(lines))
        self.details.setVisible(bool(lines))

    @Slot(int, int)
    def _draw(self, a_index: int, b_index: int) -> None:
        """Draw a pair of subgraphs."""
        a, b = self.sides
        self._pictured = (a.model, b.model, a_index, b_index)
        self.graphs.begin("Laying out the graphs")
        metrics = TextMetrics(self.graphs.canvases[0].font())

        def work(progress: Progress) -> tuple[GraphPicture, GraphPicture]:
            first = build_picture(a.model, a_index, metrics, progress)
            if a.model is b.model and a_index == b_index:
                return first, first
            return first, build_picture(b.model, b_index, metrics, progress)

        self._run(work, "Laying out the graphs to compare", "compare pictures", self.graphs.show_pictures)

    def _check(self, comparison: Comparison) -> None:
        """Ask the targets about both models, after everything else."""
        a, b = self.sides
        known, alignment, targets = self._verdicts, comparison.alignment, self._targets
        if not targets or a.model.sha256 == b.model.sha256:
            text = "Both sides are the same model, so that every target answers alike." if targets else ""
            self.targets.show_targets((), text or "The targets are not loaded yet.")
            return
        self.targets.show_targets((), "Asking the targets…")

        def work(progress: Progress) -> tuple[TargetDifference, ...]:
            answers = []
            for model in (a.model, b.model):
                if model.sha256 not in known:
                    known[model.sha256] = _answers(model, targets, progress)
                answers.append(known[model.sha256])
            return compare_verdicts(answers[0], answers[1], alignment)

        self._run(work, "Comparing what the targets say", "compare targets", self._on_checked)

    @Slot(object)
    def _on_checked(self, targets: tuple[TargetDifference, ...]) -> None:
        self.targets.show_targets(targets)
        worse = [target.target_name for target in targets if target.is_regression]
        if worse and self.comparison is not None:
            lines = headlines(self.comparison)[1:]
            self._show_details([*lines, f"Targets that take less of B: {', '.join(worse)}."])

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.headline.set_text("The comparison failed.")
        self.graphs.fail("There is nothing to show.")
        self._notices.report(error)

    # What the user does -----------------------------------------------------------------------------------------------

    @Slot()
    def _on_chosen(self) -> None:
        a, b = (combo.currentIndex() for combo in self._choices)
        if (a, b) != self._shown:
            self.show_pair(a, b)

    @Slot(object)
    def correct(self, correction: Correction) -> None:
        """Take a correction of the alignment, and compare anew."""
        self._set_corrections((*self.corrections, correction))

    @Slot()
    def undo_correction(self) -> None:
        """Take the last correction back."""
        if self.corrections:
            self._set_corrections(self.corrections[:-1])

    def _set_corrections(self, corrections: tuple[Correction, ...]) -> None:
        self._book.keep(*self._key, corrections)

    @Slot(str, str)
    def _on_corrected(self, a_sha256: str, b_sha256: str) -> None:
        if set(self._key) == {a_sha256, b_sha256}:
            self._start()

    @Slot(object, object)
    def _on_target_selected(self, a: frozenset[OperatorId], b: frozenset[OperatorId]) -> None:
        for canvas, ids in zip(self.graphs.canvases, (a, b), strict=True):
            canvas.set_matches(ids)
        self.graphs.select(a, b)

    def _export(self, title: str, suffix: str) -> None:
        """Ask where to, and write the comparison in the background: graphs are laid out for it."""
        comparison = self.comparison
        if comparison is None:
            return
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Export the comparison", f"comparison{suffix}", f"{title} (*{suffix})"
        )
        if not chosen:
            return
        path = Path(chosen)
        path = path if path.suffix else path.with_suffix(suffix)
        report = find_report_for(path) or find_report_for(Path(f"comparison{suffix}"))
        assert report is not None, "every format offered has a report"
        self._jobs.start(
            lambda _progress: write_report(path, report, ComparisonContent(comparison, drawn=drawn_of(report.suffix))),
            title=f"Writing {path.name}",
            replaces=f"write:{path}",
            on_success=lambda _: self._notices.inform(
                f"The comparison is written to {plain(path.name)}.", key="written"
            ),
            on_failure=self._notices.report,
        )

    def _other_runs(self) -> list[tuple[str, Run]]:
        """Give the runs of sides that are not A or B, as C, D and so on."""
        given = enumerate(self._sides[: self._given])
        others = [side for place, side in given if place not in self._shown]
        return [(chr(ord("C") + number % 24), side.run) for number, side in enumerate(others) if side.run is not None]


def _subject(side: Side) -> Subject:
    return Subject(title=side.title, model=side.model, runs=side.runs)


def _identity(side: Side) -> tuple[str, ...]:
    return side.model.sha256, *(run.id for run in side.runs)


def _answers(model: Model, targets: Sequence[Target], progress: Progress) -> dict[str, ModelVerdict]:
    facts = ModelFacts(model)
    answers = {}
    for number, target in enumerate(targets):
        progress.step(f"Asking {target.name} about {model.name}", done=number, total=len(targets))
        answers[target.id] = check_model(model, target, facts=facts)
    return answers


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    return button

"""A challenge's score card for the model in front: requirements, own score, and the place among published entries."""

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from backends.accuracy.comparison import Comparison
from backends.challenges.challenge import Challenge, Metric, load_challenges
from backends.challenges.requirements import Answer, check_requirements
from backends.challenges.scoring import Place, fit_constant, formula_of, score_entry
from backends.devices.device import Check
from backends.model.model import Model
from backends.progress import Progress
from backends.published.table import find_table
from backends.reports.columns import Align, Column
from backends.reports.score_content import OWN_ENTRY, fit_text, format_score, measured_metrics, standings
from backends.runs.run import Run
from backends.runs.summary import summarize_latencies
from backends.targets.check import check_model
from backends.targets.target import Target
from backends.targets.verdict import ModelVerdict
from backends.units import format_latency
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.page import Page
from profiler_gui.pages.run_numbers import run_title
from profiler_gui.session import OpenModel, Session
from profiler_gui.tables.record_table import RecordTable
from profiler_gui.tables.record_view import RecordView
from profiler_gui.widgets.check_list import CheckList
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.placeholder import Placeholder
from profiler_gui.widgets.section import FactGrid

_NO_MODEL = "Open a model to hold it against a challenge."
_NO_RUN = "no run yet: profile the model (Ctrl+R), best on the challenge's own device"
_NOT_COMPARED = (
    "Type in what was measured on the challenge's images, or compare this model with its original on images with "
    "reference pictures or labels (Profile > Compare accuracy): the figures are then offered here."
)
_NOT_RIGHT = (
    "This model was compared with its original only. For the challenge's figures compare it again with reference "
    "pictures or labels."
)
_NS_IN_MS = 1e6
_NOT_GIVEN = -1.0

Texts = tuple[str, ...]


class ScorePage(Page):
    """Checks a challenge's requirements, scores the chosen run, and places it."""

    def __init__(self, session: Session, notices: NoticeBoard, jobs: JobRunner) -> None:
        super().__init__(session, notices)
        self._jobs = jobs
        self._challenges = load_challenges()
        self.chooser = QComboBox()
        self.chooser.addItems([one.title for one in self._challenges])
        self.chooser.setAccessibleName("Challenge")
        self.chooser.setMinimumContentsLength(18)
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.metrics: dict[str, QDoubleSpinBox] = {}
        self._form = QFormLayout()
        self._form.setContentsMargins(12, 8, 12, 4)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.take_button = QPushButton("Take them from the comparison")
        self.take_button.setAutoDefault(False)
        self._accuracy_text = plain_label("", role="dim")
        self._accuracy_text.setContentsMargins(12, 0, 12, 0)
        self.requirements = CheckList()
        self._score = QWidget()
        self._score_column = QVBoxLayout(self._score)
        self._score_column.setContentsMargins(12, 0, 12, 8)
        self._tables = QTabWidget()
        self._tables.setDocumentMode(True)
        self._facts = FactGrid(())
        self._stack = QStackedWidget()
        self._stack.addWidget(Placeholder(_NO_MODEL))
        self._stack.addWidget(self._arrange())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self._answers: tuple[Answer, ...] = ()
        self._shown_facts: tuple[tuple[str, str], ...] = ()
        self.chooser.currentIndexChanged.connect(self._on_challenge_chosen)
        self._make_fields()
        self.take_button.clicked.connect(self._take_measured)
        self.session.accuracies.changed.connect(self._offer_measured)
        self.follow(model_changed=self.invalidate, run_changed=self.invalidate, verdicts_changed=self.invalidate)

    @property
    def challenge(self) -> Challenge:
        """The chosen challenge."""
        return self._challenges[self.chooser.currentIndex()]

    @property
    def text(self) -> str:
        """The facts that are shown, for tests and screen readers."""
        return "\n".join(f"{name}: {value}" for name, value in self._shown_facts)

    @property
    def standings(self) -> RecordView:
        """The table of entries."""
        view = self._tables.widget(1)
        assert isinstance(view, RecordView)
        return view

    def refresh(self) -> None:
        """Check the requirements in a job; the score shows at once."""
        record = self.record
        self._stack.setCurrentIndex(0 if record is None else 1)
        if record is None:
            return
        self._show_score()
        self._offer_measured()
        challenge = self.challenge
        target = next((one for one in self.session.targets if one.id == challenge.target), None)
        self._jobs.start(
            partial(_answer, challenge, record.model, target, record.verdicts.get(challenge.target)),
            replaces="score",
            on_success=partial(self._show_answers, record, challenge),
            on_failure=self.notices.report,
        )

    def _arrange(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._form)
        column.addWidget(self._accuracy_text)
        button_row = QHBoxLayout()
        button_row.setContentsMargins(12, 0, 12, 4)
        button_row.addWidget(self.take_button)
        button_row.addStretch(1)
        column.addLayout(button_row)
        column.addWidget(self._score)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setMinimumWidth(270)
        scroll.setWidget(left)
        self._tables.addTab(self.requirements, "Requirements")
        self._tables.addTab(RecordView(RecordTable(())), "Published entries")
        splitter = QSplitter()
        splitter.addWidget(scroll)
        splitter.addWidget(self._tables)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([360, 640])
        splitter.setChildrenCollapsible(False)
        return splitter

    def _make_fields(self) -> None:
        while self._form.rowCount():
            item = self._form.itemAt(0, QFormLayout.ItemRole.FieldRole)
            if item is not None and item.widget() is self.chooser:
                self._form.takeRow(0)
            else:
                self._form.removeRow(0)
        self._form.addRow("Challenge", self.chooser)
        self.metrics = {}
        for metric in self.challenge.metrics:
            field = QDoubleSpinBox()
            field.setRange(_NOT_GIVEN, metric.most)
            field.setSpecialValueText("type it in")
            field.setValue(_NOT_GIVEN)
            field.setDecimals(2)
            field.setSuffix(f" {metric.unit}")
            field.setToolTip(f"{metric.title} {metric.hint}")
            field.setAccessibleName(metric.title)
            field.valueChanged.connect(self._show_score)
            self.metrics[metric.id] = field
            self._form.addRow(metric.title, field)

    @Slot()
    def _on_challenge_chosen(self) -> None:
        self._make_fields()
        self._answers = ()
        self.requirements.show_checks(())
        self.invalidate()

    @Slot()
    def _offer_measured(self, *_: object) -> None:
        """Offer the metrics that a comparison of this model found, or say how to get them."""
        comparison = self._comparison()
        found = measured_metrics(self.challenge, comparison) if comparison is not None else {}
        self.take_button.setVisible(bool(found))
        if comparison is not None and found:
            values = ", ".join(f"{one.title} {found[one.id]:.2f} {one.unit}" for one in self._challenge_metrics(found))
            self._accuracy_text.set_text(f"Compared with what is right on {comparison.samples} samples: {values}.")
        elif comparison is not None:
            self._accuracy_text.set_text(_NOT_RIGHT)
        else:
            self._accuracy_text.set_text(_NOT_COMPARED)

    def _challenge_metrics(self, found: dict[str, float]) -> tuple[Metric, ...]:
        return tuple(metric for metric in self.challenge.metrics if metric.id in found)

    def _comparison(self) -> Comparison | None:
        return self.session.accuracies.of(self.record.model.sha256) if self.record is not None else None

    @Slot()
    def _take_measured(self) -> None:
        comparison = self._comparison()
        if comparison is not None:
            for id_, value in measured_metrics(self.challenge, comparison).items():
                self.metrics[id_].setValue(value)

    @Slot()
    def _show_score(self) -> None:
        run = self.record.run if self.record is not None else None
        challenge, metrics = self.challenge, self._given()
        place = self._place(challenge, metrics, run)
        fit = fit_constant(challenge)
        facts = [
            ("Score", format_score(place.score) if place else "needs a run and " + _wanted(challenge)),
            ("Place", self._place_text(place)),
            ("Runtime", _runtime_text(run)),
            ("Formula", formula_of(challenge)),
            ("C", f"2^{fit.log2_constant:.3f}, from {fit.rows} published entries; {fit_text(fit)}"),
            ("Measured on", challenge.chipset),
            ("Note", challenge.note),
            ("Source", challenge.source),
        ]
        self._shown_facts = tuple((name, value) for name, value in facts if value)
        self._score_column.removeWidget(self._facts)
        self._facts.hide()
        self._facts.deleteLater()
        self._facts = FactGrid(self._shown_facts)
        self._score_column.addWidget(self._facts)
        self._fill_standings(challenge, place, metrics)

    def _place_text(self, place: Place | None) -> str:
        if place is None:
            return ""
        unmet = sum(one.is_met is False for one in self._answers)
        refused = f"; not accepted as it is: {unmet} requirement{'s' if unmet > 1 else ''} not met" if unmet else ""
        return f"{place.rank} of {place.of}{refused}"

    def _given(self) -> dict[str, float]:
        return {id_: field.value() for id_, field in self.metrics.items() if field.value() >= 0}

    def _place(self, challenge: Challenge, metrics: dict[str, float], run: Run | None) -> Place | None:
        if run is None or not run.latencies_ns or len(metrics) < len(challenge.metrics):
            return None
        return score_entry(challenge, metrics, summarize_latencies(run.latencies_ns).mean_ns / _NS_IN_MS)

    def _fill_standings(self, challenge: Challenge, place: Place | None, metrics: dict[str, float]) -> None:
        table = find_table(challenge.table)
        rows = standings(challenge, table, place, metrics)
        titles = (*(key.title for key in table.keys), *(column.heading for column in table.columns))
        columns = [_column(number, title, is_number=number >= len(table.keys)) for number, title in enumerate(titles)]
        index = self._tables.currentIndex()
        view = RecordView(RecordTable(columns))
        view.setAccessibleName("Published entries")
        view.table.set_rows(rows)
        view.fit_columns()
        view.select_rows(lambda row: row[0] == OWN_ENTRY)
        old = self._tables.widget(1)
        self._tables.removeTab(1)
        if old is not None:
            old.hide()
            old.deleteLater()
        self._tables.addTab(view, "Published entries")
        self._tables.setCurrentIndex(index)

    def _show_answers(self, record: OpenModel, challenge: Challenge, answers: tuple[Answer, ...]) -> None:
        if record is not self.record or challenge is not self.challenge:
            return
        self._answers = answers
        self.requirements.show_checks([_check(one) for one in answers])
        unmet = sum(one.is_met is False for one in answers)
        self._show_score()
        self._tables.setTabText(0, f"Requirements ({unmet} not met)" if unmet else "Requirements")


def _answer(
    challenge: Challenge, model: Model, target: Target | None, known: ModelVerdict | None, _progress: Progress
) -> tuple[Answer, ...]:
    verdict = known or (check_model(model, target) if target is not None else None)
    return check_requirements(challenge, model, verdict)


def _check(answer: Answer) -> Check:
    words = {True: "met", False: "not met", None: "cannot be said"}[answer.is_met]
    return Check(
        name=answer.requirement.text,
        is_ok=answer.is_met is True,
        message=f"{words}. {answer.found}",
        remedy=f"Asked for in {answer.requirement.source}.",
    )


def _runtime_text(run: Run | None) -> str:
    if run is None or not run.latencies_ns:
        return _NO_RUN
    return f"{format_latency(summarize_latencies(run.latencies_ns).mean_ns)} ({run_title(run)})"


def _wanted(challenge: Challenge) -> str:
    return " and ".join(metric.title for metric in challenge.metrics)


def _column(number: int, title: str, *, is_number: bool) -> Column[Texts]:
    def value(row: Texts) -> str:
        return row[number]

    def key(row: Texts) -> float | None:
        try:
            return float(row[number])
        except ValueError:
            return None

    return Column(
        id=f"column-{number}",
        title=title,
        value=value,
        align=Align.RIGHT if is_number else Align.LEFT,
        sort_key=key if is_number else None,
    )

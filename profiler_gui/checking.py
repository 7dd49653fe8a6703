"""Asks all targets about every model that is opened, in the background, also about what-ifs."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import QObject, Slot

from backends.errors import ResourceError
from backends.model.model import Model
from backends.progress import Progress
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.lint import LintFinding, check_lint, load_lint_rules
from backends.targets.loader import load_targets
from backends.targets.supposition import Supposition, check_supposing
from backends.targets.target import Target
from backends.targets.user_folder import user_target_folder
from backends.targets.verdict import ModelVerdict
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import Notice, NoticeBoard, Severity
from profiler_gui.session import OpenModel, Session
from profiler_gui.settings import Settings


class TargetChecker(QObject):
    """Keeps the verdicts of the open models up to date."""

    def __init__(self, session: Session, jobs: JobRunner, notices: NoticeBoard, settings: Settings) -> None:
        super().__init__(session)
        self._session = session
        self._jobs = jobs
        self._notices = notices
        self._settings = settings
        self._wrong_files = 0
        session.model_opened.connect(self._on_model_opened)
        session.targets_changed.connect(self._on_targets_changed)

    @Slot()
    def load_targets(self) -> None:
        """Read the targets of the program and of the user; models that are open are checked then."""
        self._jobs.start(
            _load, title="Loading targets", replaces="targets", on_success=self._on_loaded,
            on_failure=self._notices.report,
        )  # fmt: skip

    @Slot(object)
    def _on_loaded(self, loaded: tuple[tuple[Target, ...], tuple[ResourceError, ...]]) -> None:
        targets, errors = loaded
        self._session.set_targets(targets)
        for number in range(self._wrong_files):
            self._notices.dismiss_key(_key(number))
        self._wrong_files = len(errors)
        for number, error in enumerate(errors):
            self._notices.post(
                Notice(
                    severity=Severity.ERROR,
                    message=error.message,
                    hint=f"{error.hint} Correct it, then reload the targets (F5).".strip(),
                    detail=error.detail,
                    key=_key(number),
                )
            )

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        record.choose_target(self._settings.target_id)
        record.target_changed.connect(self._on_target_chosen)
        record.model_changed.connect(partial(self._on_model_read, record))
        record.supposition_changed.connect(partial(self._suppose, record))
        self._on_model_read(record)

    @Slot(object)
    def _on_targets_changed(self) -> None:
        for record in self._session.models:
            self._check(record)

    @Slot(str)
    def _on_target_chosen(self, target_id: str) -> None:
        self._settings.target_id = target_id

    def _on_model_read(self, record: OpenModel, *_: object) -> None:
        self._check(record)
        self._jobs.start(
            partial(_advise, record.model),
            title=f"Looking for advice on {record.title}",
            replaces=f"advice:{record.key}",
            on_success=record.set_advice,
            on_failure=self._notices.report,
        )

    def _check(self, record: OpenModel, *_: object) -> None:
        targets = self._session.targets
        if not targets:
            return
        if record.target_id not in {target.id for target in targets}:
            record.choose_target(targets[0].id)
        self._jobs.start(
            partial(_check_all, record.model, targets),
            title=f"Checking {record.title}",
            replaces=f"check:{record.key}",
            on_success=partial(self._on_checked, record),
            on_failure=self._notices.report,
        )

    def _on_checked(self, record: OpenModel, verdicts: Mapping[str, ModelVerdict]) -> None:
        record.set_verdicts(verdicts)
        self._suppose(record)

    def _suppose(self, record: OpenModel, *_: object) -> None:
        if record.supposition.is_empty:
            return
        self._jobs.start(
            partial(_check_all, record.model, self._session.targets, supposition=record.supposition),
            title=f"Supposing on {record.title}",
            replaces=f"suppose:{record.key}",
            on_success=record.set_supposed,
            on_failure=self._notices.report,
        )


def _load(progress: Progress) -> tuple[tuple[Target, ...], tuple[ResourceError, ...]]:
    progress.step("Loading targets")
    errors: list[ResourceError] = []
    targets = load_targets([user_target_folder()], on_error=errors.append)
    return targets, tuple(errors)


def _advise(model: Model, progress: Progress) -> tuple[LintFinding, ...]:
    progress.step("Looking for advice")
    return check_lint(model, load_lint_rules())


def _key(number: int) -> str:
    return f"target file {number}"


def _check_all(
    model: Model, targets: tuple[Target, ...], progress: Progress, *, supposition: Supposition | None = None
) -> Mapping[str, ModelVerdict]:
    facts = ModelFacts(model)
    verdicts = {}
    for number, target in enumerate(targets):
        progress.step(f"Checking {target.name}", done=number, total=len(targets))
        if supposition is None:
            verdicts[target.id] = check_model(model, target, facts=facts)
        else:
            verdicts[target.id] = check_supposing(model, target, supposition, facts=facts)
    return MappingProxyType(verdicts)

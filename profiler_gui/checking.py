"""Asks all targets about every model that is opened, in the background."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import QObject, Slot

from backends.errors import ResourceError
from backends.model.model import Model
from backends.progress import Progress
from backends.targets.check import check_model
from backends.targets.facts import ModelFacts
from backends.targets.loader import load_targets
from backends.targets.target import Target
from backends.targets.user_folder import user_target_folder
from backends.targets.verdict import ModelVerdict
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
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
        session.model_opened.connect(self._on_model_opened)
        session.targets_changed.connect(self._on_targets_changed)

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
        for error in errors:
            self._notices.report(error)

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        record.choose_target(self._settings.target_id)
        record.target_changed.connect(self._on_target_chosen)
        record.model_changed.connect(partial(self._check, record))
        self._check(record)

    @Slot(object)
    def _on_targets_changed(self) -> None:
        for record in self._session.models:
            self._check(record)

    @Slot(str)
    def _on_target_chosen(self, target_id: str) -> None:
        self._settings.target_id = target_id

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
            on_success=record.set_verdicts,
            on_failure=self._notices.report,
        )


def _load(progress: Progress) -> tuple[tuple[Target, ...], tuple[ResourceError, ...]]:
    progress.step("Loading targets")
    errors: list[ResourceError] = []
    targets = load_targets([user_target_folder()], on_error=errors.append)
    return targets, tuple(errors)


def _check_all(model: Model, targets: tuple[Target, ...], progress: Progress) -> Mapping[str, ModelVerdict]:
    facts = ModelFacts(model)
    verdicts = {}
    for number, target in enumerate(targets):
        progress.step(f"Checking {target.name}", done=number, total=len(targets))
        verdicts[target.id] = check_model(model, target, facts=facts)
    return MappingProxyType(verdicts)

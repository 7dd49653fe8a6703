"""What becomes of things that are dropped: folders, saved runs, and anything on a device."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from backends.errors import StoreError
from backends.progress import Progress
from backends.reports.plain_text import plain
from backends.runs.plan import Plan
from backends.runs.run import Run
from backends.runs.store import SCHEMA, read_run
from backends.sessions.session_file import now
from backends.sessions.values import KeptRun
from profiler_gui.devices import HOST_ID, READY
from profiler_gui.main_window import MainWindow
from profiler_gui.opening import Route, read_file
from profiler_gui.services import Services
from profiler_gui.session import OpenedFile, OpenModel

if TYPE_CHECKING:
    # Brings what measures along, which only a batch or a measurement needs.
    from backends.runs.batch import BatchModel
    from profiler_gui.pages.batch_page import BatchPage
    from profiler_gui.pages.devices_page import DevicesPage
    from profiler_gui.pages.profile_page import ProfilePage

_HEAD_BYTES = 4096


class DropCommands(QObject):
    """Gives folders to a batch, saved runs to the list, and starts a measurement where things fall on a device.

    Args:
        window: where pages are shown.
        services: what is open.
        show_run: brings a ``KeptRun`` with its model to the front.
    """

    def __init__(self, window: MainWindow, services: Services, show_run: Callable[[KeptRun], object]) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._show_run = show_run
        services.opener.add_route(Route(accepts=Path.is_dir, open_paths=self._open_folders))
        services.opener.add_route(Route(accepts=is_saved_run, open_paths=self.add_runs))
        window.actions_table["open_folder"].triggered.connect(self._choose_folder)
        window.docks.page_made.connect(self._on_page_made)

    # Folders ----------------------------------------------------------------------------------------------------------

    def open_batch(self, paths: tuple[Path, ...]) -> "BatchPage":
        """Show all models in folders (and files) as a table, check them, and let them be measured."""
        from profiler_gui.pages.batch_page import BatchPage

        services = self._services
        page = BatchPage(paths, services.session, services.jobs, services.notices, services.devices)
        page.model_opened.connect(self._open_model)
        key = "batch:" + "|".join(str(path) for path in paths)
        self._window.tabs.show_view(key, page, page.title, tip=", ".join(str(path) for path in paths))
        return page

    def _open_folders(self, paths: tuple[Path, ...]) -> None:
        self.open_batch(paths)

    @Slot()
    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self._window, "Open a folder of models", self._services.settings.last_folder
        )
        if folder:
            self.open_batch((Path(folder),))

    @Slot(object)
    def _open_model(self, model: "BatchModel") -> None:
        if model.member:
            self._services.opener.open_members(model.path, [model.member])
        else:
            self._services.opener.open_paths([model.path])

    # Saved runs -------------------------------------------------------------------------------------------------------

    def add_runs(self, paths: tuple[Path, ...]) -> None:
        """Put saved runs into the list; those of an open model are shown with it."""
        self._services.jobs.start(
            partial(_read_runs, paths),
            title="Reading runs",
            on_success=self._on_runs_read,
            on_failure=self._services.notices.report,
        )

    @Slot(object)
    def _on_runs_read(self, read: tuple[tuple[Run, ...], tuple[StoreError, ...]]) -> None:
        runs, errors = read
        for error in errors:
            self._services.notices.report(error)
        book, session = self._services.runs, self._services.session
        fresh = book.add_kept(KeptRun(run=run, added_at=now()) for run in runs)
        if not runs:
            return
        current = session.current
        for kept in fresh:
            if current is not None and kept.run in current.runs:
                current.choose_run(kept.run)
        shown = {record.model.sha256 for record in session.models}
        strange = {run.model_name for run in runs if run.model_sha256 not in shown}
        what = (
            f"{len(fresh)} run{'s' if len(fresh) != 1 else ''} added" if fresh else "These runs are in the list already"
        )
        hint = f"Open {', '.join(sorted(strange))} with the same content to see them in its graph." if strange else ""
        self._services.notices.inform(plain(f"{what}."), hint=plain(hint), key="runs added")
        self._window.docks.raise_panel("runs")

    # On devices -------------------------------------------------------------------------------------------------------

    @Slot(str, object)
    def _on_page_made(self, id_: str, page: QWidget) -> None:
        if id_ == "devices":
            devices = cast("DevicesPage", page).devices
            devices.files_dropped.connect(self.measure_files)
            devices.runs_dropped.connect(self.measure_runs)

    @Slot(str, object)
    def measure_files(self, device_id: str, paths: tuple[Path, ...]) -> None:
        """Measure models that were dropped on a device; several, or a folder, become a batch there."""
        if not self._is_ready(device_id):
            return
        runs = tuple(path for path in paths if is_saved_run(path))
        models = tuple(path for path in paths if path not in runs)
        if runs:
            self._services.jobs.start(
                partial(_read_runs, runs),
                on_success=partial(self._on_plans_read, device_id),
                on_failure=self._services.notices.report,
            )
        if len(models) > 1 or any(path.is_dir() for path in models):
            self.open_batch(models).measure_on([device_id])
        elif models:
            self._services.jobs.start(
                partial(read_file, models[0].absolute(), ""),
                title=f"Opening {models[0].name}",
                on_success=partial(self._on_model_read, device_id),
                on_failure=self._services.notices.report,
            )

    @Slot(str, object)
    def measure_runs(self, device_id: str, ids: tuple[str, ...]) -> None:
        """Measure on a device what runs of the list measured, in the same way; the first one if there are several."""
        kept = next((found for found in map(self._services.runs.find, ids) if found is not None), None)
        if kept is not None and self._is_ready(device_id):
            self._repeat(device_id, kept)

    def _on_plans_read(self, device_id: str, read: tuple[tuple[Run, ...], tuple[StoreError, ...]]) -> None:
        self._on_runs_read(read)
        if read[0]:
            self.measure_runs(device_id, (read[0][0].id,))

    def _on_model_read(self, device_id: str, read: object) -> None:
        if isinstance(read, OpenedFile):
            self._start(device_id, self._services.session.add(read), None)
        else:
            self._services.notices.inform("The bundle holds several models.", hint="Open the one that you mean first.")

    def _repeat(self, device_id: str, kept: KeptRun) -> None:
        self._show_run(kept)
        record = self._services.session.current
        if record is not None and record.model.sha256 == kept.run.model_sha256:
            self._start(device_id, record, replace(kept.run.plan, device=device_id))

    def _start(self, device_id: str, record: OpenModel, plan: Plan | None) -> None:
        """Fill the form and begin; what stands in the way is said."""
        from profiler_gui.pages.plan_filling import fill_form

        self._services.session.set_current(record)
        self._window.docks.raise_panel("profile")
        page = cast("ProfilePage", self._window.docks.page("profile"))
        if page.is_running:
            self._services.notices.inform(
                "A measurement is under way; the model was opened but not started.", hint="Drop it again after that."
            )
            return
        page.refresh()  # offers the inputs of this model
        fill_form(page.form, device_id, plan)
        if page.form.problem:
            self._services.notices.warn(page.form.problem, hint="Complete the form in Profile, then press Profile.")
            return
        # After the events that the form has sent.
        page.start_run()

    def _is_ready(self, device_id: str) -> bool:
        info = self._services.devices.find(device_id)
        if device_id == HOST_ID or (info is not None and info.state == READY):
            return True
        name = info.name if info is not None else device_id
        self._services.notices.warn(f"{plain(name)} cannot be used now.", hint="See Devices for what is in the way.")
        return False


def is_saved_run(path: Path) -> bool:
    """Whether a file begins like a run that was saved here; never raises."""
    try:
        if path.suffix.lower() != ".json" or not path.is_file():
            return False
        with path.open("rb") as file:
            return SCHEMA.encode() in file.read(_HEAD_BYTES)
    except OSError:
        return False


def _read_runs(paths: tuple[Path, ...], progress: Progress) -> tuple[tuple[Run, ...], tuple[StoreError, ...]]:
    runs, errors = [], []
    for path in paths:
        progress.step(f"Reading {path.name}")
        try:
            runs.append(read_run(path))
        except StoreError as error:
            errors.append(StoreError(f"{path.name}: {error.message}", hint=error.hint))
    return tuple(runs), tuple(errors)

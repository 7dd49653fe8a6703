"""Converting from the window: dropped networks, File > Convert, opening and saving what came out."""

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox

from backends.conversion.examples import EXAMPLES
from backends.conversion.source import SUFFIXES, Source, SourceFormat, find_source
from backends.errors import StoreError
from backends.progress import Progress
from backends.reports.plain_text import plain
from backends.runs.run import Run
from profiler_gui.main_window import MainWindow
from profiler_gui.opening import Route
from profiler_gui.services import Services
from profiler_gui.session import OpenModel

if TYPE_CHECKING:
    from backends.conversion.siblings import Sibling
    from profiler_gui.accuracy_commands import AccuracyCommands
    from profiler_gui.pages.conversion_page import ConversionPage


class ConversionCommands(QObject):
    """Shows a tab for each network that is converted."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        services.opener.add_route(Route(accepts=is_convertible, open_paths=self.show_networks))
        window.actions_table["convert"].triggered.connect(self.choose_network)
        for name in EXAMPLES:
            window.actions_table[f"example_{name}"].triggered.connect(partial(self.show_example, name))
        window.actions_table["compare_accuracy"].triggered.connect(self.show_accuracy)
        services.session.model_opened.connect(self._on_model_opened)
        self._runs: dict[str, Run] = {}
        self._examples: dict[str, Path] = {}
        self._accuracy: AccuracyCommands | None = None

    @Slot()
    def choose_network(self) -> None:
        """Ask for a network and show its tab."""
        suffixes = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        chosen, _ = QFileDialog.getOpenFileName(
            self._window,
            "Convert a network (for a SavedModel, choose its saved_model.pb)",
            self._services.settings.last_folder,
            f"Networks ({suffixes});;All files (*)",
        )
        if not chosen:
            return
        source = find_source(Path(chosen))
        if source is None:
            self._services.notices.warn(
                f"{plain(Path(chosen).name)} is nothing that can be converted.",
                hint=f"Convertible are SavedModel folders and files that end in {', '.join(SUFFIXES)}.",
            )
            return
        self.show_source(source)

    def show_networks(self, paths: Sequence[Path]) -> None:
        """Show a tab for each path."""
        for path in paths:
            source = find_source(path)
            if source is not None:
                self.show_source(source)

    def show_source(self, source: Source) -> "ConversionPage":
        """Show the tab of a network; one that is open comes to the front."""
        # Brings what measures along, which only a conversion needs.
        from profiler_gui.pages.conversion_page import ConversionPage

        key = f"convert:{source.path.resolve()}"
        shown = self._window.tabs.view(key)
        if isinstance(shown, ConversionPage):
            self._window.tabs.show_view(key, shown, "")
            return shown
        page = ConversionPage(self._services, source, self._kept_folder())
        page.open_wanted.connect(self._services.opener.open_paths)
        page.save_wanted.connect(self.save)
        page.accuracy_wanted.connect(lambda *what: self.accuracy.compare(*what))
        page.measured.connect(self._on_measured)
        self._window.tabs.show_view(key, page, f"Convert {source.path.name}", tip=str(source.path))
        if source.path not in self._examples.values():
            self._services.settings.last_folder = str(source.path.parent)
        return page

    def show_example(self, name: str, *_: object) -> None:
        """Make one of the example networks, if that was not done before, and show its tab.

        Args:
            name: a key of ``EXAMPLES``.
        """
        made = self._examples.get(name)
        if made is not None:
            self.show_networks([made])
            return
        path = self._kept_folder() / f"{name}.keras"
        self._services.jobs.start(
            partial(_make_example, name, path),
            title=f"Making the network {name}",
            lane="conversion",
            replaces=f"example {name}",
            on_success=partial(self._on_example_made, name),
            on_failure=self._services.notices.report,
        )

    def _on_example_made(self, name: str, path: Path) -> None:
        self._examples[name] = path
        self.show_networks([path])

    def _kept_folder(self) -> Path:
        """Make a folder that is kept until the program ends: models may be open long after their tab is closed."""
        folder = Path(tempfile.mkdtemp(prefix="tflite-profiler-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return folder

    @property
    def accuracy(self) -> "AccuracyCommands":
        """What shows the tab in which models are compared; made when it is first needed."""
        from profiler_gui.accuracy_commands import AccuracyCommands

        if self._accuracy is None:
            self._accuracy = AccuracyCommands(self._window, self._services)
        return self._accuracy

    @Slot()
    def show_accuracy(self) -> None:
        """Show the tab in which models are compared."""
        self.accuracy.show_page()

    @Slot(object)
    def _on_measured(self, siblings: "Sequence[Sibling]") -> None:
        """Keep what was found out about what was made: a model that is opened has its times at once."""
        for sibling in siblings:
            if sibling.result.model is None:
                continue
            if sibling.run is not None:
                self._runs[sibling.result.model.sha256] = sibling.run
            if sibling.comparison is not None:
                self._services.session.accuracies.add(sibling.result.model.sha256, sibling.comparison)

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        run = self._runs.get(record.model.sha256)
        if run is not None:
            record.add_run(run)

    @Slot(object)
    def save(self, paths: Sequence[Path]) -> None:
        """Ask for a folder and copy models there; existing files are replaced after a yes only."""
        folder = QFileDialog.getExistingDirectory(
            self._window, "Save the models in", self._services.settings.last_folder
        )
        if not folder:
            return
        existing = [path.name for path in paths if (Path(folder) / path.name).exists()]
        if existing and not self._may_replace(existing, Path(folder)):
            return
        try:
            for path in paths:
                shutil.copyfile(path, Path(folder) / path.name)
        except OSError as error:
            failure = StoreError(
                f"{path.name} cannot be written to {folder}: {error.strerror or error}.", hint="Choose another folder."
            )
            self._services.notices.report(failure)
            return
        count = f"{len(paths)} models were" if len(paths) != 1 else f"{paths[0].name} was"
        self._services.notices.inform(plain(f"{count} saved in {folder}."), key="saved kinds")

    def _may_replace(self, names: Sequence[str], folder: Path) -> bool:
        some = ", ".join(names)
        answer = QMessageBox.question(
            self._window,
            "Replace files?",
            plain(f"{folder.name} already holds {some}. Replace {'it' if len(names) == 1 else 'them'}?"),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        return answer == QMessageBox.StandardButton.Yes


def _make_example(name: str, path: Path, progress: Progress) -> Path:
    from backends.conversion.child import ConversionChild

    with ConversionChild(progress) as child:
        child.make_example(name, path)
    return path


def is_convertible(path: Path) -> bool:
    """Whether a path is a network to convert; looks at no more than names, and never raises."""
    source = find_source(path)
    return source is not None and (source.format is SourceFormat.SAVED_MODEL or path.is_file())

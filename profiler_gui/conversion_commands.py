"""Converting from the window: dropped networks, File > Convert, opening and saving what came out."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox

from backends.conversion.source import SUFFIXES, Source, SourceFormat, find_source
from backends.errors import StoreError
from backends.reports.plain_text import plain
from profiler_gui.main_window import MainWindow
from profiler_gui.opening import Route
from profiler_gui.services import Services

if TYPE_CHECKING:
    from profiler_gui.pages.conversion_page import ConversionPage

_SAVED_MODEL_FILE = "saved_model.pb"


class ConversionCommands(QObject):
    """Shows a tab for each network that is converted."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._folders: list[tempfile.TemporaryDirectory[str]] = []
        services.opener.add_route(Route(accepts=is_convertible, open_paths=self.show_networks))
        window.actions_table["convert"].triggered.connect(self.choose_network)

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
        # Kept until the program ends: models may be open long after the tab is closed.
        folder = tempfile.TemporaryDirectory(prefix="tflite-profiler-")
        self._folders.append(folder)
        page = ConversionPage(self._services, source, Path(folder.name))
        page.open_wanted.connect(self._services.opener.open_paths)
        page.save_wanted.connect(self.save)
        self._window.tabs.show_view(key, page, f"Convert {source.path.name}", tip=str(source.path))
        self._services.settings.last_folder = str(source.path.parent)
        return page

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


def is_convertible(path: Path) -> bool:
    """Whether a path is a network to convert; looks at no more than names, and never raises."""
    source = find_source(path)
    return source is not None and (source.format is SourceFormat.SAVED_MODEL or path.is_file())

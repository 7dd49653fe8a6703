"""Comparing models from the window: Profile > Compare accuracy, and what a conversion hands over."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from backends.model.model import Model
from profiler_gui.main_window import MainWindow
from profiler_gui.pages.accuracy_page import AccuracyPage
from profiler_gui.services import Services

if TYPE_CHECKING:
    from backends.accuracy.dataset import DataChoice
    from backends.conversion.siblings import Sibling

_KEY = "accuracy"


class AccuracyCommands(QObject):
    """Shows the tab in which models are compared; there is one."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services

    @Slot()
    def show_page(self) -> AccuracyPage:
        """Show the tab; one that is open comes to the front."""
        shown = self._window.tabs.view(_KEY)
        page = shown if isinstance(shown, AccuracyPage) else AccuracyPage(self._services)
        self._window.tabs.show_view(_KEY, page, "Accuracy")
        return page

    @Slot(object, object, object)
    def compare(self, original: Model, sibling: "Sibling", data: "DataChoice") -> None:
        """Show where the error of a converted model enters."""
        if sibling.result.model is not None:
            self.show_page().compare(original, sibling.result.model, data)

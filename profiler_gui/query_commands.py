"""What queries do besides finding: filter the table of layers, and colour by rules."""

from PySide6.QtCore import QObject, Slot

from profiler_gui.colour_rules import ColourRules, RulePainting
from profiler_gui.main_window import MainWindow
from profiler_gui.services import Services


class QueryCommands(QObject):
    """Connects queries to the panels, and the colour rules to the models."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self.rules = ColourRules(services.settings, self)
        self.painting = RulePainting(services.session, services.jobs, self.rules, self)
        window.table_wanted.connect(self._show_in_table)
        window.rule_wanted.connect(self._add_rule)
        window.actions_table["colour_rules"].triggered.connect(self._show_rules)

    @Slot(str)
    def _show_in_table(self, query: str) -> None:
        from profiler_gui.pages.layers_page import LayersPage

        page = self._window.docks.page("layers")
        self._window.docks.raise_panel("layers")
        if isinstance(page, LayersPage):
            page.filter_by(query)

    @Slot(str)
    def _add_rule(self, query: str) -> None:
        self.rules.add_rule(query)
        self._show_rules()

    @Slot()
    def _show_rules(self) -> None:
        from profiler_gui.dialogs.colour_rules_dialog import ColourRulesDialog

        for dialog in self._window.findChildren(ColourRulesDialog):
            dialog.raise_()
            return
        ColourRulesDialog(self.rules, self.painting, self._services, self._window).show()

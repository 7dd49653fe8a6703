"""The window: tabs of models in the middle, docks around them, menus, and drops."""

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from backends.reports.plain_text import plain
from backends.units import format_count
from profiler_gui.actions import Actions, Menu
from profiler_gui.central_tabs import CentralTabs
from profiler_gui.docks import Docks
from profiler_gui.dropping import DropZone
from profiler_gui.main_toolbar import MainToolBar
from profiler_gui.pages.model_page import ModelPage
from profiler_gui.samples import sample_paths
from profiler_gui.services import Services
from profiler_gui.session import OpenModel
from profiler_gui.widgets.activity import Activity
from profiler_gui.widgets.empty_state import EmptyState
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.notice_bar import NoticeBar

_TITLE = "TFLite Profiler"
_DEFAULT_SIZE = (1280, 800)


class MainWindow(QMainWindow):
    """Arranges the parts; what the menus do is said in ``commands``.

    Signals:
        graph_painted: the first graph of a model is on the screen.
        close_wanted: the window is about to close; jobs shall end.
        table_wanted: a query whose matches the table of layers shall show.
        rule_wanted: a query to make a colour rule of.
    """

    graph_painted = Signal()
    close_wanted = Signal()
    table_wanted = Signal(str)
    rule_wanted = Signal(str)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.actions_table = Actions(services.theme, self)
        self.notice_bar = NoticeBar(services.notices)
        self.empty_state = EmptyState(has_sample=bool(sample_paths()))
        self.tabs = CentralTabs(services.session)
        self._shows_docks = False
        self.recent_menu = QMenu("Open recent", self)
        self._stack = QStackedWidget()
        self.docks = Docks(self, services)
        self.setWindowTitle(_TITLE)
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(False)
        self._arrange()
        self._build_menus()
        self._connect()
        self.restore_place()
        self._show_whether_open()

    @property
    def page(self) -> ModelPage | None:
        """The page of the model in front."""
        return self.tabs.page

    def restore_place(self) -> None:
        """Give the window the size it had last."""
        if not self.restoreGeometry(self._services.settings.geometry):
            available = self.screen().availableSize()
            self.resize(min(_DEFAULT_SIZE[0], available.width()), min(_DEFAULT_SIZE[1], available.height()))

    def reset_layout(self) -> None:
        """Put docks and tool bar where they were at first."""
        self._services.settings.forget_layout()
        if self._services.session.current is not None:
            self.docks.arrange()

    # Parts ------------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        self._stack.addWidget(self.empty_state)
        self._stack.addWidget(self.tabs)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice_bar)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(middle)
        # Docks stay in sight: devices take drops of their own.
        self.drops = DropZone(middle, self._services)
        self.tool_bar = MainToolBar(self._services.session, self.actions_table, self._services.theme)
        self.addToolBar(self.tool_bar)
        self.activity = Activity(self._services.jobs)
        self.facts = plain_label("", role="dim")
        self.facts.setWordWrap(False)
        self.facts.setContentsMargins(8, 0, 12, 0)
        self.statusBar().addWidget(self.activity, 1)
        self.statusBar().addPermanentWidget(self.facts)
        self.statusBar().setSizeGripEnabled(False)

    def _build_menus(self) -> None:
        for menu in Menu:
            shown = self.menuBar().addMenu(f"&{menu}")
            submenus: dict[str, QMenu] = {}
            for spec, action in self.actions_table.of(menu):
                if spec.submenu and spec.submenu not in submenus:
                    submenus[spec.submenu] = shown.addMenu(spec.submenu)
                place = submenus.get(spec.submenu, shown)
                if spec.starts_group:
                    place.addSeparator()
                place.addAction(action)
                if spec.id == "open_sample":
                    shown.addMenu(self.recent_menu)
            if menu is Menu.VIEW:
                shown.addSeparator()
                shown.addSection("Panels")
                shown.addActions(self.docks.toggles)

    def _connect(self) -> None:
        session = self._services.session
        session.model_opened.connect(self._on_model_opened)
        session.model_closed.connect(self._on_model_closed)
        session.current_changed.connect(self._on_current_changed)
        self.tabs.views_changed.connect(self._show_whether_open)
        self._services.runs.changed.connect(self._show_whether_open)

    # Tabs -------------------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        page = ModelPage(record, self._services.jobs, self._services.notices)
        page.painted.connect(self.graph_painted)
        page.table_wanted.connect(self.table_wanted)
        page.rule_wanted.connect(self.rule_wanted)
        page.canvas.addActions(self.actions_table.of_graph())
        self.tabs.add_model(page)

    @Slot(object)
    def _on_model_closed(self, record: OpenModel) -> None:
        self.tabs.remove_model(record)

    @Slot(object)
    def _on_current_changed(self, record: OpenModel | None) -> None:
        self._show_whether_open()
        self.setWindowTitle(f"{plain(record.title)} – {_TITLE}" if record is not None else _TITLE)
        self.facts.set_text(_facts_of(record) if record is not None else "")

    @Slot()
    def _show_whether_open(self) -> None:
        """Show the docks with the first model, and the empty state without any tab."""
        has_model = self._services.session.current is not None
        shown = self.tabs if has_model or self.tabs.views else self.empty_state
        # First of all: what is hidden shall not make the window larger when docks come.
        policy = QSizePolicy.Policy.Preferred if shown is self.empty_state else QSizePolicy.Policy.Ignored
        self.empty_state.setSizePolicy(policy, policy)
        self._stack.setCurrentWidget(shown)
        is_open = has_model or bool(self._services.runs.runs)
        was_open = self._shows_docks
        self._shows_docks = is_open
        self.actions_table.set_has_model(has_model)
        for toggle in self.docks.toggles:
            toggle.setEnabled(is_open)
        if is_open and not was_open:
            if not self.restoreState(self._services.settings.layout):
                self.docks.arrange()
        elif was_open and not is_open:
            self._save_layout()
            self.docks.hide_all()

    def _save_layout(self) -> None:
        self._services.settings.layout = self.docks.layout_state()

    # Drops and closing ------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Say what a drop will do."""
        self.drops.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Mark the place under the pointer."""
        self.drops.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the veil away."""
        self.drops.leave(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Do what was said."""
        self.drops.drop(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember place and layout, and let the jobs end."""
        settings = self._services.settings
        settings.geometry = self.saveGeometry()
        if self._services.session.current is not None:
            self._save_layout()
        settings.save()
        self.tabs.finish()
        self.close_wanted.emit()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the full-screen action true."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self.actions_table["full_screen"].setChecked(self.isFullScreen())


def _facts_of(record: OpenModel) -> str:
    summary = record.summary
    return "   ·   ".join(
        (
            f"{summary.operator_count} operator{'s' if summary.operator_count != 1 else ''}",
            f"{format_count(summary.parameter_count)} parameters",
            f"{format_count(summary.macs)} MACs",
            summary.quantization.text,
        )
    )

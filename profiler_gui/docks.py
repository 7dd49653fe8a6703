"""The panels around the graph: which there are, where they stand, and how they get their pages."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from profiler_gui.naming import name_parts
from profiler_gui.pages.page import Page
from profiler_gui.services import Services

_INSPECTOR_WIDTH_SHARE = 0.27
_INSPECTOR_WIDTHS = (300, 460)
_BOTTOM_HEIGHT_SHARE = 0.36
_BOTTOM_HEIGHTS = (220, 480)
_MOST_WIDTH_SHARE, _MOST_HEIGHT_SHARE = 0.38, 0.45
"""The graph keeps the larger part of small windows, such as those on screens at 200 %."""
_LEAST_PAGE = (240, 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel; its page is made when the first model is opened."""

    id: str
    title: str
    area: Qt.DockWidgetArea
    shortcut: str
    make_page: Callable[[Services], QWidget]


def _make_inspector(services: Services) -> QWidget:
    from profiler_gui.pages.inspector_page import InspectorPage

    return InspectorPage(services.session, services.jobs)


def _make_layers(services: Services) -> QWidget:
    from profiler_gui.pages.layers_page import LayersPage

    return LayersPage(services.session, services.notices, services.settings, services.jobs)


def _make_targets(services: Services) -> QWidget:
    from profiler_gui.pages.targets_page import TargetsPage

    return TargetsPage(services.session, services.notices, services.jobs)


def _make_advice(services: Services) -> QWidget:
    from profiler_gui.pages.advice_page import AdvicePage

    return AdvicePage(services.session, services.notices, services.jobs)


def _make_profile(services: Services) -> QWidget:
    from profiler_gui.pages.profile_page import ProfilePage

    return ProfilePage(services.session, services.jobs, services.notices, services.devices, services.power)


def _make_plots(services: Services) -> QWidget:
    from profiler_gui.pages.plots_page import PlotsPage

    return PlotsPage(services.session, services.notices, services.jobs)


def _make_devices(services: Services) -> QWidget:
    from profiler_gui.pages.devices_page import DevicesPage

    return DevicesPage(services.devices, services.notices)


def _make_runs(services: Services) -> QWidget:
    from profiler_gui.pages.runs_page import RunsPage

    return RunsPage(services.session, services.runs, services.notices, services.settings)


def _make_power(services: Services) -> QWidget:
    from profiler_gui.pages.power_page import PowerPage

    return PowerPage(services.session, services.jobs, services.notices, services.power)


def _make_score(services: Services) -> QWidget:
    from profiler_gui.pages.score_page import ScorePage

    return ScorePage(services.session, services.notices, services.jobs)


_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
_BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
PANELS = (
    Panel(id="inspector", title="Inspector", area=_RIGHT, shortcut="Alt+1", make_page=_make_inspector),
    Panel(id="layers", title="Layers", area=_BOTTOM, shortcut="Alt+2", make_page=_make_layers),
    Panel(id="targets", title="Targets", area=_BOTTOM, shortcut="Alt+3", make_page=_make_targets),
    Panel(id="advice", title="Advice", area=_BOTTOM, shortcut="Alt+7", make_page=_make_advice),
    Panel(id="profile", title="Profile", area=_BOTTOM, shortcut="Alt+4", make_page=_make_profile),
    Panel(id="plots", title="Plots", area=_BOTTOM, shortcut="Alt+5", make_page=_make_plots),
    Panel(id="power", title="Power", area=_BOTTOM, shortcut="Alt+9", make_page=_make_power),
    Panel(id="devices", title="Devices", area=_BOTTOM, shortcut="Alt+6", make_page=_make_devices),
    Panel(id="score", title="Score", area=_BOTTOM, shortcut="Alt+0", make_page=_make_score),
    Panel(id="runs", title="Runs", area=_BOTTOM, shortcut="Alt+8", make_page=_make_runs),
)


class Docks(QObject):
    """The docks of a window. They stay hidden until there is a model; each page is made when it is first seen.

    Signals:
        page_made: id and page of a panel.
    """

    page_made = Signal(str, object)

    def __init__(self, window: QMainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._docks: dict[str, QDockWidget] = {}
        self._toggles: dict[str, QAction] = {}
        self._in_front: set[str] = set()
        self._waiting: dict[str, QWidget] = {}
        """Pages that are made and not yet in their docks."""
        self._kept: QByteArray | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self._on_settled)
        for panel in PANELS:
            dock = QDockWidget(panel.title, window)
            dock.setObjectName(panel.id)
            # Also before it has a page: a small window would leave nothing to the panel, not even room to be made.
            dock.setMinimumHeight(_LEAST_PAGE[1])
            window.addDockWidget(panel.area, dock)
            self._docks[panel.id] = dock
            self._toggles[panel.id] = self._make_toggle(panel, dock)
            dock.topLevelChanged.connect(partial(_show_title, dock))
            dock.visibilityChanged.connect(partial(self._on_visibility_changed, panel.id))
            _show_title(dock, dock.isFloating())
        window.setDockOptions(window.dockOptions() | QMainWindow.DockOption.GroupedDragging)
        window.setCorner(Qt.Corner.BottomRightCorner, _RIGHT)
        window.setCorner(Qt.Corner.TopRightCorner, _RIGHT)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.arrange()
        self.hide_all()

    def __getitem__(self, id_: str) -> QDockWidget:
        return self._docks[id_]

    @property
    def toggles(self) -> tuple[QAction, ...]:
        """The actions of the panels: one that is hidden or behind another comes to the front, else it is hidden."""
        return tuple(self._toggles.values())

    @property
    def pages_in_front(self) -> tuple[QWidget, ...]:
        """The pages that are seen, in the order of the panels."""
        pages = (self.made_page(panel.id) for panel in PANELS if panel.id in self._in_front)
        return tuple(page for page in pages if page is not None)

    def page(self, id_: str) -> QWidget:
        """Give the page in a dock; it is made if it was not yet."""
        dock = self._docks[id_]
        if dock.widget() is None:
            page = self._waiting.pop(id_, None) or self._make(id_)
            dock.setWidget(page)
            self.page_made.emit(id_, page)
        return dock.widget()

    def _make(self, id_: str) -> QWidget:
        panel = next(panel for panel in PANELS if panel.id == id_)
        page = panel.make_page(self._services)
        name_parts(page, panel.title)
        # A page scrolls rather than keep the window from being made smaller.
        page.setMinimumSize(*_LEAST_PAGE)
        return page

    def made_page(self, id_: str) -> QWidget | None:
        """Give the page in a dock if it was made."""
        return self._docks[id_].widget()

    def _make_toggle(self, panel: Panel, dock: QDockWidget) -> QAction:
        # Not Qt's own action: that one hides a panel which is only behind the tab of another.
        toggle = QAction(panel.title, self)
        toggle.setCheckable(True)
        toggle.setShortcut(QKeySequence(panel.shortcut))
        toggle.triggered.connect(partial(self._on_toggled, panel.id))
        dock.toggleViewAction().toggled.connect(toggle.setChecked)
        return toggle

    def _on_toggled(self, id_: str, *_: object) -> None:
        if id_ in self._in_front:
            self._docks[id_].hide()
        else:
            self.raise_panel(id_)
        self._toggles[id_].setChecked(not self._docks[id_].isHidden())

    def _on_visibility_changed(self, id_: str, is_visible: bool) -> None:
        # Docks come and go while they are arranged; what counts is which are in front when that is over.
        if is_visible:
            self._in_front.add(id_)
            self._settle.start()
        else:
            self._in_front.discard(id_)

    @Slot()
    def _on_settled(self) -> None:
        # Qt makes these bars anew when docks move. Whole titles, with arrows to the others, where room is short.
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            bar.setElideMode(Qt.TextElideMode.ElideNone)
            bar.setUsesScrollButtons(True)
            bar.setAccessibleName("Panels")
        if self._services.session.current is not None or self._services.runs.runs:
            for panel in PANELS:
                if panel.id in self._in_front and self.made_page(panel.id) is None:
                    self._approach(panel)
                    self._settle.start()
                    return
        for id_ in self._in_front:
            page = self.made_page(id_)
            if isinstance(page, Page):
                page.catch_up()

    def _approach(self, panel: Panel) -> None:
        """Do the next step towards a page in a turn of its own, so that the window answers in between."""
        module = f"profiler_gui.pages.{panel.id}_page"
        if module not in sys.modules:
            importlib.import_module(module)
        elif panel.id not in self._waiting:
            self._waiting[panel.id] = self._make(panel.id)
        else:
            self.page(panel.id)

    def raise_panel(self, id_: str) -> None:
        """Show a panel and bring it to the front of its tabs."""
        self._docks[id_].show()
        self._docks[id_].raise_()

    def step_aside(self, is_aside: bool) -> None:
        """Leave the whole window to a view that needs it, or come back as before."""
        if is_aside and self._kept is None:
            self._kept = self._window.saveState()
            self.hide_all()
        elif not is_aside and self._kept is not None:
            kept, self._kept = self._kept, None
            self._window.restoreState(kept)

    def layout_state(self) -> QByteArray:
        """Give how the docks stand, or will when they come back."""
        return self._window.saveState() if self._kept is None else self._kept

    def hide_all(self) -> None:
        """Hide every dock."""
        for dock in self._docks.values():
            dock.hide()

    def arrange(self) -> None:
        """Put every dock where it belongs, in sizes that fit the window."""
        window, docks = self._window, list(self._docks.values())
        for panel in PANELS:
            dock = self._docks[panel.id]
            dock.setFloating(False)
            window.addDockWidget(panel.area, dock)
            dock.show()
        bottom = [self._docks[panel.id] for panel in PANELS if panel.area == _BOTTOM]
        for first, second in pairwise(bottom):
            window.tabifyDockWidget(first, second)
        bottom[0].raise_()
        width = _within(window.width() * _INSPECTOR_WIDTH_SHARE, _INSPECTOR_WIDTHS)
        width = min(width, round(window.width() * _MOST_WIDTH_SHARE))
        height = _within(window.height() * _BOTTOM_HEIGHT_SHARE, _BOTTOM_HEIGHTS)
        height = min(height, round(window.height() * _MOST_HEIGHT_SHARE))
        window.resizeDocks([docks[0]], [width], Qt.Orientation.Horizontal)
        window.resizeDocks([bottom[0]], [height], Qt.Orientation.Vertical)


def _show_title(dock: QDockWidget, is_floating: bool) -> None:
    """Leave the title to the tab while docked; a floating panel needs one to be moved."""
    old = dock.titleBarWidget()
    if is_floating and old is not None:
        dock.setTitleBarWidget(None)  # type: ignore[arg-type]  # Qt's way to get the usual title back
        old.deleteLater()
    elif not is_floating and old is None:
        dock.setTitleBarWidget(QWidget(dock))


def _within(size: float, limits: tuple[int, int]) -> int:
    return round(min(max(size, limits[0]), limits[1]))

"""The tabs in the middle of the window: one for each open model, and views of other things such as comparisons."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QTabBar, QTabWidget, QToolButton, QWidget

from backends.reports.plain_text import plain
from profiler_gui.naming import name_parts
from profiler_gui.pages.model_page import ModelPage
from profiler_gui.session import OpenModel, Session
from profiler_gui.widgets.label import escape_mnemonic

_LEAST_WIDTH = 110
"""Of a tab whose title is longer, in px: what is left of it must still tell which one it is."""


class CentralTabBar(QTabBar):
    """Shortens long titles before short ones; what does not fit then is scrolled to."""

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Give the least size of a tab."""
        least, wanted = super().minimumTabSizeHint(index), self.tabSizeHint(index)
        return QSize(max(least.width(), min(wanted.width(), _LEAST_WIDTH)), least.height())


class CentralTabs(QTabWidget):
    """Follows the session for models; other views are shown with ``show_view`` and closed like any tab.

    A view that has a ``finish()`` method is asked to end its work before it goes.

    Signals:
        views_changed: a view was shown or closed.
    """

    views_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pages: dict[OpenModel, ModelPage] = {}
        self._views: dict[str, QWidget] = {}
        self._switch = QWidget()
        self.graph_button, self.netron_button = _switch_button("Graph"), _switch_button("Netron")
        self._arrange_switch()
        self.setTabBar(CentralTabBar())
        self.setAccessibleName("Open models and views")
        self.setTabsClosable(True)
        self.setMovable(True)
        self.setDocumentMode(True)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.currentChanged.connect(self._on_tab_changed)
        self.tabCloseRequested.connect(self._on_tab_close_requested)
        session.current_changed.connect(self._on_current_changed)

    @property
    def page(self) -> ModelPage | None:
        """The page of the model in front; ``None`` while another view is."""
        page = self.currentWidget()
        return page if isinstance(page, ModelPage) else None

    @property
    def views(self) -> tuple[QWidget, ...]:
        """The tabs that are not models, in the order they were shown."""
        return tuple(self._views.values())

    def view(self, key: str) -> QWidget | None:
        """Give the view with this key if it is shown."""
        return self._views.get(key)

    def add_model(self, page: ModelPage) -> None:
        """Add the page of a model that was opened; the session says when it comes to the front."""
        record = page.record
        self._pages[record] = page
        name_parts(page, plain(record.title))
        self.blockSignals(True)
        index = self.addTab(page, escape_mnemonic(record.title))
        self.blockSignals(False)
        self.setTabToolTip(index, plain(f"{record.path}  {record.member}".rstrip()))

    def page_of(self, record: OpenModel) -> ModelPage:
        """Give the page of an open model."""
        return self._pages[record]

    def remove_model(self, record: OpenModel) -> None:
        """Take out the page of a model that was closed."""
        page = self._pages.pop(record)
        page.finish()
        self.removeTab(self.indexOf(page))
        page.deleteLater()

    def show_view(self, key: str, view: QWidget, title: str, *, tip: str = "") -> None:
        """Bring a view to the front; one that had the same key is replaced in its place."""
        old = self._views.get(key)
        if old is not None and old is not view:
            self.close_view(key)
        if self._views.get(key) is not view:
            self._views[key] = view
            name_parts(view, plain(title))
            self.setTabToolTip(self.addTab(view, escape_mnemonic(plain(title))), plain(tip or title))
        self.setCurrentWidget(view)
        self.views_changed.emit()

    def close_view(self, key: str) -> None:
        """Close a view; one that is not shown is ignored."""
        view = self._views.pop(key, None)
        if view is None:
            return
        finish = getattr(view, "finish", None)
        if callable(finish):
            finish()
        self.removeTab(self.indexOf(view))
        view.deleteLater()
        self.views_changed.emit()

    def close_front_view(self) -> bool:
        """Close what is in front if it is no model; give whether it was."""
        for key, view in tuple(self._views.items()):
            if view is self.currentWidget():
                self.close_view(key)
                return True
        return False

    def finish(self) -> None:
        """End what the tabs have running, before the window goes."""
        for page in self._pages.values():
            page.finish()

    def _arrange_switch(self) -> None:
        """Put the switch between our graph and Netron beside the tabs."""
        row = QHBoxLayout(self._switch)
        row.setContentsMargins(0, 2, 8, 2)
        row.setSpacing(2)
        group = QButtonGroup(self)
        for button in (self.graph_button, self.netron_button):
            row.addWidget(button)
            group.addButton(button)
        self.graph_button.setToolTip("Our own graph")
        self.netron_button.setToolTip("The same model in Netron, with the selection linked")
        self.netron_button.toggled.connect(self._on_netron_toggled)
        self.setCornerWidget(self._switch, Qt.Corner.TopRightCorner)

    @Slot(bool)
    def _on_netron_toggled(self, is_wanted: bool) -> None:
        page = self.page
        if page is not None and page.shows_netron != is_wanted:
            page.show_netron(is_wanted)

    def _follow_page(self) -> None:
        page = self.page
        self._switch.setVisible(page is not None)
        shows_netron = page is not None and page.shows_netron
        (self.netron_button if shows_netron else self.graph_button).setChecked(True)

    @Slot(object)
    def _on_current_changed(self, record: OpenModel | None) -> None:
        if record is not None and record in self._pages:
            self.setCurrentWidget(self._pages[record])
            self._follow_page()

    @Slot(int)
    def _on_tab_changed(self, _index: int) -> None:
        page = self.page
        self._follow_page()
        if page is not None:
            self._session.set_current(page.record)

    @Slot(int)
    def _on_tab_close_requested(self, index: int) -> None:
        page = self.widget(index)
        if isinstance(page, ModelPage):
            self._session.close(page.record)
            return
        for key, view in tuple(self._views.items()):
            if view is page:
                self.close_view(key)


def _switch_button(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setAutoRaise(True)
    button.setAccessibleName(f"Show {text}")
    return button

"""The web view with Netron's page of one model."""

import secrets
from pathlib import Path

from PySide6.QtCore import QEvent, QUrl, Signal, Slot
from PySide6.QtWebEngineCore import (
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from backends.exchange.netron_attachment import attachment_of
from backends.model.bundle import member_bytes
from backends.model.model import OperatorId
from backends.model.reader import load_file
from backends.runs.operator_column import OperatorColumn
from backends.targets.verdict import ModelVerdict
from profiler_gui.netron.script import attach_script, choose_script, read_chosen, start_script
from profiler_gui.netron.server import NetronServer
from profiler_gui.session import OpenModel
from profiler_gui.theme import is_dark
from profiler_gui.widgets.placeholder import Placeholder

_LOADING = "Netron is being loaded…"
_FAILED = "Netron's page could not be loaded. Close the model and open it again, or use our own graph."
_ENDED = "The web engine that shows Netron has ended. Switch to the graph and back to start it again."


class _OwnServerOnly(QWebEngineUrlRequestInterceptor):
    """Blocks every request that does not go to our own server."""

    def __init__(self, host: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = host
        self.blocked: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        """Let through what stays on this computer."""
        url = info.requestUrl()
        is_own = url.scheme() == "http" and f"{url.host()}:{url.port()}" == self._host
        if not is_own and url.scheme() not in {"data", "blob"}:
            self.blocked.append(url.toString())
            info.block(True)


class _Page(QWebEnginePage):
    """Netron's page: hears what its script says, and stays where it is.

    Signals:
        said: what the script says.
    """

    said = Signal(str)

    def __init__(self, profile: QWebEngineProfile, word: str, host: str, parent: QWidget) -> None:
        super().__init__(profile, parent)
        self._word = word
        self._host = host

    def javaScriptConsoleMessage(
        self, _level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, _line: int, _source: str
    ) -> None:
        """Hand on what is marked with our word; drop everything else."""
        if message.startswith(self._word):
            self.said.emit(message[len(self._word) :])

    def acceptNavigationRequest(self, url: QUrl | str, _type: QWebEnginePage.NavigationType, _is_main: bool) -> bool:
        """Stay on our own server."""
        wanted = QUrl(url)
        return f"{wanted.host()}:{wanted.port()}" == self._host

    def createWindow(self, _type: QWebEnginePage.WebWindowType) -> None:  # type: ignore[override]
        """Open no other window."""


class NetronView(QWidget):
    """Shows one model in Netron, with the selection of both linked.

    Signals:
        drawn: the page shows the graph.
    """

    drawn = Signal()

    def __init__(self, record: OpenModel) -> None:
        super().__init__()
        self._record = record
        self._is_drawn = False
        self._is_dark = is_dark(self.palette())
        self._word = secrets.token_urlsafe(12) + " "
        path, member = record.path, record.member
        self.server = NetronServer(lambda: _bytes_of(path, member), is_dark=self._is_dark)
        self._profile = QWebEngineProfile(self)  # without a name: nothing is kept
        self.interceptor = _OwnServerOnly(self.server.host, self)
        self._profile.setUrlRequestInterceptor(self.interceptor)
        self.page = _Page(self._profile, self._word, self.server.host, self)
        settings = self.page.settings()
        for attribute in (
            QWebEngineSettings.WebAttribute.PluginsEnabled,
            QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls,
            QWebEngineSettings.WebAttribute.FullScreenSupportEnabled,
        ):
            settings.setAttribute(attribute, False)
        self.web = QWebEngineView()
        self.web.setPage(self.page)
        self.web.setAccessibleName("Netron")
        self._message = Placeholder(_LOADING)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._message)
        self._stack.addWidget(self.web)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.page.loadFinished.connect(self._on_loaded)
        self.page.renderProcessTerminated.connect(self._on_ended)
        self.page.said.connect(self._on_said)
        record.selection_changed.connect(self._show_selection)
        record.model_changed.connect(self.load)
        for changed in (record.run_changed, record.verdicts_changed, record.target_changed, record.columns_changed):
            changed.connect(self._attach)
        self.load()

    @property
    def is_drawn(self) -> bool:
        """Whether the page shows the graph."""
        return self._is_drawn

    @property
    def message(self) -> str:
        """What stands in the page's place; empty while the page is shown."""
        return self._message.text if self._stack.currentWidget() is self._message else ""

    @Slot()
    def load(self) -> None:
        """Load the page, also again after the model has changed."""
        self._is_drawn = False
        self._message.set_text(_LOADING)
        self._stack.setCurrentWidget(self._message)
        self.page.load(QUrl(self.server.url))

    def finish(self) -> None:
        """End the server and the page; the page goes before its profile."""
        self.web.setPage(None)  # type: ignore[arg-type]  # Qt's way to take it out
        self.page.deleteLater()
        self.server.close()

    @Slot(bool)
    def _on_loaded(self, is_ok: bool) -> None:
        if not is_ok:
            self._message.set_text(_FAILED)
            return
        self._stack.setCurrentWidget(self.web)
        self.page.runJavaScript(start_script(self._word))

    @Slot()
    def _on_ended(self) -> None:
        self._is_drawn = False
        self._message.set_text(_ENDED)
        self._stack.setCurrentWidget(self._message)

    @Slot(str)
    def _on_said(self, message: str) -> None:
        if message == "drawn":
            self._is_drawn = True
            self._attach()
            self._show_selection(self._record.selection)
            self.drawn.emit()
            return
        operator = read_chosen(message)
        if operator is not None:
            self._record.reveal(operator)

    @Slot(object)
    def _show_selection(self, selection: frozenset[OperatorId]) -> None:
        if self._is_drawn and len(selection) == 1:
            self.page.runJavaScript(choose_script(next(iter(selection))))

    @Slot()
    def _attach(self) -> None:
        """Show times, verdicts and other numbers in the page's sidebar."""
        if self._is_drawn:
            self.page.runJavaScript(attach_script(_attachment(self._record)))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if (
            event.type() is QEvent.Type.PaletteChange
            and hasattr(self, "_stack")
            and is_dark(self.palette()) != self._is_dark
        ):
            self._is_dark = self.server.is_dark = is_dark(self.palette())
            self.load()


def _bytes_of(path: Path, member: str) -> memoryview:
    return member_bytes(path, member) if member else load_file(path)


def _attachment(record: OpenModel) -> dict[str, object]:
    columns = list(record.columns)
    if record.run is not None:
        times = {one.operator: one.time_ns / 1e6 for one in record.run.operators if one.time_ns is not None}
        columns.insert(0, OperatorColumn(id="time", title="Time", unit="ms", values=times))
    attachment: dict[str, object] = dict(attachment_of(columns, ()))
    if record.verdict is not None:
        rows = attachment["metadata"]
        assert isinstance(rows, list)
        rows.extend(_verdict_rows(record.verdict))
    return attachment


def _verdict_rows(verdict: ModelVerdict) -> list[dict[str, str]]:
    """Say what the chosen target answers for each operator of the first subgraph."""
    rows = []
    for id_, answer in verdict.verdicts.items():
        if id_.subgraph == 0:
            reasons = "; ".join(finding.message for finding in answer.findings)
            text = f"{answer.placement.value}: {reasons}" if reasons else answer.placement.value
            rows.append({"kind": "node", "identifier": str(id_.index), "name": verdict.target_name, "value": text})
    return rows

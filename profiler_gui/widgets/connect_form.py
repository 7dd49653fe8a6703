"""Reaching devices over the network, and another adb server."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QScrollArea, QWidget

from profiler_gui.widgets.label import plain_label


class ConnectForm(QScrollArea):
    """Asks for addresses.

    Signals:
        connect_wanted: address of a device.
        pair_wanted: address and code that the device shows.
        server_wanted: address of an adb server; empty for the usual one of this computer.
    """

    connect_wanted = Signal(str)
    pair_wanted = Signal(str, str)
    server_wanted = Signal(str)

    def __init__(self, server: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target = _line("192.168.1.20:5555", "Address of the device")
        self.pair_target = _line("192.168.1.20:37123", "Address for pairing")
        self.code = _line("code", "Pairing code")
        self.server = _line("127.0.0.1:5037", "Address of the adb server")
        self.server.setText(server)
        self.connect_button = QPushButton("Connect")
        self.pair_button = QPushButton("Pair")
        self.server_button = QPushButton("Use")
        self.answer = plain_label("")
        self._arrange()
        for line, send in (
            (self.target, self._on_connect),
            (self.pair_target, self._on_pair),
            (self.code, self._on_pair),
            (self.server, self._on_server),
        ):
            line.returnPressed.connect(send)
            line.textChanged.connect(self._show_state)
        self.connect_button.clicked.connect(self._on_connect)
        self.pair_button.clicked.connect(self._on_pair)
        self.server_button.clicked.connect(self._on_server)
        self._show_state()

    def show_answer(self, text: str) -> None:
        """Say what came of it."""
        self.answer.set_text(text)

    def _arrange(self) -> None:
        body = QWidget()
        body.setAutoFillBackground(True)
        body.setBackgroundRole(QPalette.ColorRole.Base)
        grid = QGridLayout(body)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            (
                "A device over the network: switch on wireless debugging on it, and type its address here.",
                (self.target, self.connect_button),
            ),
            (
                "The first time, pair: the address and the code of 'Pair device with pairing code'.",
                (self.pair_target, self.code, self.pair_button),
            ),
            (
                "The adb server to ask, also on another computer (there: adb -a nodaemon server).",
                (self.server, self.server_button),
            ),
        )
        for number, (text, widgets) in enumerate(rows):
            grid.addWidget(plain_label(text, role="dim", is_selectable=False), 2 * number, 0, 1, 3)
            for column, widget in enumerate(widgets):
                is_alone = len(widgets) == 2 and column == 0
                place = 2 if widget is widgets[-1] else column
                grid.addWidget(widget, 2 * number + 1, place, 1, 2 if is_alone else 1)
        grid.addWidget(self.answer, 6, 0, 1, 3)
        grid.setRowStretch(7, 1)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(body)

    @Slot()
    def _show_state(self) -> None:
        self.connect_button.setEnabled(bool(self.target.text().strip()))
        self.pair_button.setEnabled(bool(self.pair_target.text().strip() and self.code.text().strip()))

    @Slot()
    def _on_connect(self) -> None:
        if self.connect_button.isEnabled():
            self.connect_wanted.emit(self.target.text().strip())

    @Slot()
    def _on_pair(self) -> None:
        if self.pair_button.isEnabled():
            self.pair_wanted.emit(self.pair_target.text().strip(), self.code.text().strip())

    @Slot()
    def _on_server(self) -> None:
        self.server_wanted.emit(self.server.text().strip())


def _line(hint: str, name: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(hint)
    line.setAccessibleName(name)
    line.setMinimumWidth(60)
    return line

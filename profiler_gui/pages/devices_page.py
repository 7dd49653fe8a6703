"""The devices there are: finding them, what they are, and whether one can be measured now."""

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from backends.devices.device import DeviceInfo
from backends.errors import DeviceError
from profiler_gui.devices import HOST_ID, READY, DeviceBoard
from profiler_gui.notices import NoticeBoard
from profiler_gui.widgets.check_list import CheckList
from profiler_gui.widgets.connect_form import ConnectForm
from profiler_gui.widgets.device_facts import DeviceFactsView
from profiler_gui.widgets.device_list import DeviceList, state_words
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.turning_splitter import TurningSplitter

_NOT_LOOKING = (
    "Devices appear by themselves while this computer's adb server runs. Press this to start it if it does not; "
    "nothing is asked of USB or the network before."
)
_NONE_YET = (
    "No other device yet. Plug a phone or board in with USB debugging switched on, or connect to one over the network."
)
_ASKING = "Asking the device…"
_NOT_ASKED = "Not asked yet."


class DevicesPage(QWidget):
    """Devices on the left, facts of the chosen one in the middle, checks and connections on the right.

    Signals are those of the ``DeviceBoard``, which this page shows and commands.
    """

    def __init__(self, board: DeviceBoard, notices: NoticeBoard) -> None:
        super().__init__()
        self._board = board
        self._notices = notices
        self.look_button = QPushButton()
        self.always = QCheckBox("Always look")
        self.hint = plain_label("", role="dim", is_selectable=False)
        self.devices = DeviceList()
        self.facts = DeviceFactsView()
        self.checks = CheckList()
        self.check_button = QPushButton("Check again")
        self.clean_button = QPushButton("Remove our files")
        self.disconnect_button = QPushButton("Disconnect")
        self.form = ConnectForm(str(board.address))
        self._tabs = QTabWidget()
        self._arrange()
        self._connect_widgets()
        self._show_looking()
        self.devices.show_devices(board.devices)

    def minimumSizeHint(self) -> QSize:
        """Ask for little, so that docks can be made as small as the user wants."""
        return QSize(200, 100)

    def _arrange(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(12)
        bar.addWidget(self.look_button)
        bar.addWidget(self.always)
        bar.addStretch(1)
        column.addLayout(bar)
        self.hint.setContentsMargins(12, 0, 12, 8)
        column.addWidget(self.hint)
        column.addWidget(self.devices, 1)
        self.always.setToolTip("Look for devices whenever the program starts")
        self.clean_button.setToolTip("Remove all models and programs that were copied to the device")
        checks = QWidget()
        below = QVBoxLayout(checks)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self.checks, 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(12, 6, 12, 8)
        for button in (self.check_button, self.clean_button, self.disconnect_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        below.addLayout(buttons)
        self._tabs.setDocumentMode(True)
        self._tabs.addTab(checks, "Checks")
        self._tabs.addTab(self.form, "Connect")
        splitter = TurningSplitter((3, 4, 4))
        for part in (left, self.facts, self._tabs):
            splitter.addWidget(part)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)

    def _connect_widgets(self) -> None:
        board = self._board
        self.always.setChecked(board.looks_always)
        self.look_button.clicked.connect(self._on_look_clicked)
        self.always.toggled.connect(board.look_always)
        self.devices.device_chosen.connect(self._on_device_chosen)
        self.check_button.clicked.connect(self._on_check_clicked)
        self.clean_button.clicked.connect(lambda: board.remove_files(self.devices.chosen))
        self.disconnect_button.clicked.connect(lambda: board.disconnect_from(self.devices.chosen))
        self.form.connect_wanted.connect(board.connect_to)
        self.form.pair_wanted.connect(board.pair)
        self.form.server_wanted.connect(self._on_server_wanted)
        board.answered.connect(self.form.show_answer)
        board.devices_changed.connect(self._on_devices_changed)
        board.looking_changed.connect(self._show_looking)
        board.examination_changed.connect(self._on_examination_changed)

    @Slot()
    def _on_look_clicked(self) -> None:
        if self._board.is_looking:
            self._board.stop_looking()
        else:
            self._board.look()

    @Slot()
    def _show_looking(self) -> None:
        is_looking = self._board.is_looking
        self.look_button.setText("Stop looking" if is_looking else "Look for devices")
        self.look_button.setProperty("primary", not is_looking)
        self.look_button.style().polish(self.look_button)
        self._show_hint()

    def _show_hint(self) -> None:
        has_others = len(self._board.devices) > 1
        self.hint.set_text(_NOT_LOOKING if not self._board.is_looking else "" if has_others else _NONE_YET)
        self.hint.setVisible(bool(self.hint.text()))

    @Slot(object)
    def _on_devices_changed(self, devices: tuple[DeviceInfo, ...]) -> None:
        self.devices.show_devices(devices)
        self._show_hint()

    @Slot(str)
    def _on_device_chosen(self, device_id: str) -> None:
        if self._board.examination(device_id) is None:
            self._board.examine(device_id)
        self._show_device()

    @Slot(str)
    def _on_examination_changed(self, device_id: str) -> None:
        if device_id == self.devices.chosen:
            self._show_device()

    @Slot()
    def _on_check_clicked(self) -> None:
        self._board.examine(self.devices.chosen)

    @Slot(str)
    def _on_server_wanted(self, address: str) -> None:
        try:
            self._board.set_address(address)
        except DeviceError as error:
            self._notices.report(error)
            return
        self.form.show_answer(f"The adb server at {self._board.address} is asked from now on.")

    def _show_device(self) -> None:
        board, device_id = self._board, self.devices.chosen
        info = board.find(device_id)
        if info is None:
            return
        found = board.examination(device_id)
        is_asking = board.is_examining(device_id)
        is_remote = device_id != HOST_ID
        is_ready = info.state == READY
        state = [] if is_ready else [text for text in state_words(info) if text]
        waiting = [_ASKING] if is_asking and found is None else []
        self.facts.show_device(
            info.name, [*state, *waiting], found.facts if found else {}, found.accelerators if found else ()
        )
        self.checks.show_checks(found.checks if found else (), _ASKING if is_asking else _NOT_ASKED)
        failed = sum(not check.is_ok for check in found.checks) if found else 0
        self._tabs.setTabText(0, f"Checks ({failed} to look at)" if failed else "Checks")
        self.check_button.setText("Checking…" if is_asking else "Check again")
        self.check_button.setEnabled(is_ready and not is_asking)
        self.clean_button.setVisible(is_remote)
        self.clean_button.setEnabled(is_ready)
        self.disconnect_button.setVisible(is_remote and ":" in device_id.partition(":")[2])

import threading

import pytest
from PySide6.QtCore import Qt

from backends.devices.device import DeviceInfo
from backends.errors import DeviceError
from profiler_gui import devices
from profiler_gui.devices import HOST_ID, DeviceBoard
from profiler_gui.examining import Examination
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard


def an_info(serial, *, name="Pixel 7", state="ready"):
    return DeviceInfo(id=f"adb:{serial}", name=name, kind="android", state=state)


class FakeServer:
    """Stands for the watch on an adb server; tells what the test puts into ``lists``."""

    def __init__(self):
        self.asked = []
        self.tells = {}
        self.error = None
        self.is_asked = threading.Event()

    def watch(self, address, tell, progress):
        self.asked.append(str(address))
        if self.error is not None:
            raise self.error
        self.tells[str(address)] = tell
        self.is_asked.set()
        while True:
            progress.sleep(0.01)


@pytest.fixture
def server(monkeypatch):
    server = FakeServer()
    monkeypatch.setattr(devices, "_watch", server.watch)
    monkeypatch.setattr(
        devices, "_examine", lambda id_, *_: Examination(device_id=id_, facts={"model": id_}, checks=())
    )
    return server


@pytest.fixture
def board(qtbot, server, settings):
    jobs = JobRunner()
    board = DeviceBoard(jobs, NoticeBoard(), settings)
    yield board
    assert jobs.close()


def look(board, server, qtbot, *infos):
    board.look()
    address = str(board.address)
    qtbot.waitUntil(lambda: address in server.tells)
    server.tells[address](infos)
    qtbot.waitUntil(lambda: len(board.devices) == len(infos) + 1)


def test_nothing_is_asked_before_somebody_looks(board, server, qtbot):
    qtbot.wait(50)

    assert server.asked == []
    assert [info.id for info in board.devices] == [HOST_ID]
    assert not board.is_looking


def test_devices_appear_and_vanish_as_they_are_told(board, server, qtbot):
    look(board, server, qtbot, an_info("1"), an_info("2", name="EVK", state="offline: plug it in again"))
    ready = [info.id for info in board.ready_devices]
    server.tells[str(board.address)](())
    qtbot.waitUntil(lambda: len(board.devices) == 1)

    assert ready == [HOST_ID, "adb:1"]


def test_devices_of_one_name_are_told_apart_by_their_serial_numbers(board, server, qtbot):
    look(board, server, qtbot, an_info("1"), an_info("2"), an_info("3", name="EVK"))

    assert [info.name for info in board.devices[1:]] == ["Pixel 7 (1)", "Pixel 7 (2)", "EVK"]


def test_after_looking_no_device_is_left_and_late_news_are_dropped(board, server, qtbot):
    look(board, server, qtbot, an_info("1"))
    tell = server.tells[str(board.address)]
    board.stop_looking()
    tell((an_info("2"),))
    qtbot.wait(50)

    assert [info.id for info in board.devices] == [HOST_ID]
    assert not board.is_looking


def test_another_server_is_asked_at_once_and_the_old_one_no_longer_counts(board, server, qtbot):
    look(board, server, qtbot, an_info("1"))
    old = server.tells[str(board.address)]
    board.set_address("10.0.0.7:5037")
    qtbot.waitUntil(lambda: "10.0.0.7:5037" in server.tells)
    old((an_info("9"),))
    qtbot.wait(50)

    assert [info.id for info in board.devices] == [HOST_ID]


def test_an_address_that_is_none_is_refused_and_the_old_one_stays(board):
    before = board.address
    with pytest.raises(DeviceError, match="is not an address"):
        board.set_address("nonsense")

    assert board.address == before


def test_a_server_that_cannot_be_started_is_told_and_looking_ends(board, server, qtbot):
    server.error = DeviceError("the adb server cannot be started", hint="see who uses the port")
    board.look()
    qtbot.waitUntil(lambda: not board.is_looking)

    assert [notice.message for notice in board._notices.notices] == ["The adb server cannot be started."]


def test_answers_of_a_device_are_forgotten_when_it_is_gone(board, server, qtbot):
    look(board, server, qtbot, an_info("1"))
    board.examine("adb:1")
    qtbot.waitUntil(lambda: board.examination("adb:1") is not None)
    server.tells[str(board.address)]((an_info("1", state="offline: plug it in again"),))
    qtbot.waitUntil(lambda: board.examination("adb:1") is None)

    assert len(board.devices) == 2


def test_a_device_that_is_not_ready_is_not_asked(board, server, qtbot):
    look(board, server, qtbot, an_info("1", state="offline: plug it in again"))
    board.examine("adb:1")

    assert not board.is_examining("adb:1")


def test_who_always_wants_to_look_does_so_from_now_on(board, server, qtbot, settings):
    board.look_always(True)
    qtbot.waitUntil(server.is_asked.is_set)

    assert settings.looks_for_devices
    assert board.looks_always


def test_devices_of_an_adb_server_that_runs_here_appear_unasked(board, server, monkeypatch, qtbot):
    answers = [False, True]
    monkeypatch.setattr(devices, "_is_running", lambda address, progress: answers.pop(0))
    board.look_if_running()
    qtbot.waitUntil(lambda: len(answers) == 1)
    qtbot.wait(50)
    before = board.is_looking
    board.look_if_running()
    qtbot.waitUntil(lambda: board.is_looking)

    assert not before


def test_a_pairing_code_that_is_typed_pairs_with_the_device(window, adb_server, settings, qtbot):
    from tests.support.adb_peer.pairing import PairingPeer

    settings.adb_address = f"{adb_server.host}:{adb_server.port}"
    window.docks.raise_panel("devices")
    form = window.docks.page("devices").form
    with PairingPeer("271828") as device:
        form.pair_target.setText(device.address)
        form.code.setText("271828")
        qtbot.mouseClick(form.pair_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: "Paired with" in form.answer.plain_text, timeout=20_000)

    assert len(device.paired_keys) == 1

import pytest
from PySide6.QtCore import Qt

from backends.devices.adb.entries import describe_state
from backends.devices.device import DeviceInfo
from profiler_gui import devices
from profiler_gui.devices import DeviceBoard
from profiler_gui.jobs import JobRunner
from profiler_gui.notices import NoticeBoard
from profiler_gui.pages.devices_page import DevicesPage
from profiler_gui.theme import Theme, ThemeMode


@pytest.fixture
def opened(qtbot, make_phone, settings):
    """The page with a real adb server behind it, which nobody has asked yet."""
    jobs, notices = JobRunner(), NoticeBoard()
    board = DeviceBoard(jobs, notices, settings)
    page = DevicesPage(board, notices)
    qtbot.addWidget(page)
    page.resize(1280, 400)
    page.show()
    yield page, board, notices
    assert jobs.close()


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def connect(qtbot, page, board, phone):
    """Type the phone's address and wait until it is in the list."""
    page._tabs.setCurrentIndex(1)
    page.form.target.setText(phone.address)
    click(qtbot, page.form.connect_button)
    qtbot.waitUntil(lambda: board.find(f"adb:{phone.address}") is not None, timeout=30_000)


def test_the_page_says_that_it_has_touched_nothing(opened):
    page, board, _ = opened

    assert not board.is_looking
    assert page.look_button.text() == "Look for devices"
    assert page.hint.plain_text.startswith("Devices appear by themselves")
    assert len(page.devices.texts()) == 1


def test_this_computer_is_asked_without_adb(opened, qtbot):
    page, board, _ = opened
    qtbot.waitUntil(lambda: "Processor" in page.facts.text())

    assert {check.name for check in page.checks.checks} >= {"Runtime", "Load"}
    assert not board.is_looking
    assert not page.disconnect_button.isVisible()


def test_a_phone_appears_and_tells_what_it_is(opened, qtbot, make_phone):
    page, board, notices = opened
    phone = make_phone()
    click(qtbot, page.look_button)
    connect(qtbot, page, board, phone)
    page.devices.setCurrentRow(1)
    qtbot.waitUntil(lambda: bool(page.checks.checks) and "Phone 7" in page.facts.text(), timeout=30_000)
    text = page.facts.text()

    assert page.form.answer.plain_text == f"Connected to {phone.address}."
    for fact in ("Snapdragon 855", "Android 12", "arm64-v8a", "47.7 GiB", "83 %", "libOpenCL.so"):
        assert fact in text
    assert "Hexagon DSP" in text
    assert "int8, through hexagon, nnapi" in text
    (failed,) = [check for check in page.checks.checks if not check.is_ok]
    assert failed.name == "Runner"
    assert page.checks.checks[0] is failed
    assert page._tabs.tabText(0) == "Checks (1 to look at)"
    assert notices.notices == ()


def test_checking_again_asks_the_device_anew(opened, qtbot, make_phone):
    page, board, _ = opened
    phone = make_phone()
    connect(qtbot, page, board, phone)
    page.devices.setCurrentRow(1)
    qtbot.waitUntil(lambda: bool(page.checks.checks) and page.check_button.isEnabled(), timeout=30_000)
    page._tabs.setCurrentIndex(0)
    power = phone.files.path("/dumpsys/power")
    power.write_text(power.read_text().replace("state=ON", "state=OFF"))
    click(qtbot, page.check_button)
    qtbot.waitUntil(lambda: any(c.name == "Screen" and not c.is_ok for c in page.checks.checks), timeout=30_000)

    assert "Switch it on" in next(check.remedy for check in page.checks.checks if check.name == "Screen")


def test_an_unplugged_phone_vanishes_or_says_what_to_do(opened, qtbot, make_phone):
    page, board, _ = opened
    phone = make_phone()
    connect(qtbot, page, board, phone)
    page.devices.setCurrentRow(1)
    phone.unplug()
    qtbot.waitUntil(lambda: len(board.ready_devices) == 1, timeout=30_000)
    left = [text for text in page.devices.texts()[1:] if "ready" in text]
    phone.plug()
    connect(qtbot, page, board, phone)
    qtbot.waitUntil(lambda: len(board.ready_devices) == 2, timeout=30_000)

    assert left == []


@pytest.mark.parametrize(
    ("state", "words", "remedy"),
    [
        ("unauthorized", "not authorised", "Unlock the device and accept the dialog that asks to allow USB debugging."),
        ("offline", "offline", "Plug it in again, or switch USB debugging off and on."),
        ("no permissions", "no permissions", "Add a udev rule for the device"),
        ("recovery", "in recovery mode", "Restart it into Android."),
    ],
)
def test_a_phone_that_cannot_be_used_says_why_and_what_to_do(opened, qtbot, monkeypatch, state, words, remedy):
    page, board, _ = opened
    info = DeviceInfo(id="adb:R5CT", name="R5CT", kind="android", state=describe_state(state))

    def watch(_address, tell, progress):
        tell((info,))
        progress.sleep(60)

    monkeypatch.setattr(devices, "_watch", watch)
    click(qtbot, page.look_button)
    qtbot.waitUntil(lambda: len(board.devices) == 2)
    page.devices.setCurrentRow(1)

    assert f"R5CT\n{words}  ·  R5CT" in page.devices.texts()
    assert words in page.facts.text()
    assert remedy in page.facts.text()
    assert not page.check_button.isEnabled()


def test_an_address_where_nobody_answers_is_told_with_a_remedy(opened, qtbot):
    page, _, notices = opened
    page._tabs.setCurrentIndex(1)
    page.form.target.setText("127.0.0.1:1")
    click(qtbot, page.form.connect_button)
    qtbot.waitUntil(lambda: bool(notices.notices), timeout=30_000)

    assert notices.notices[0].message.startswith("Cannot connect to 127.0.0.1:1")
    assert notices.notices[0].hint


def test_pairing_with_a_wrong_code_is_told_with_a_remedy(opened, qtbot):
    page, _, notices = opened
    page._tabs.setCurrentIndex(1)
    page.form.pair_target.setText("127.0.0.1:1")
    page.form.code.setText("123456")
    click(qtbot, page.form.pair_button)
    qtbot.waitUntil(lambda: bool(notices.notices), timeout=30_000)

    assert notices.notices[0].message == "Cannot pair with 127.0.0.1:1."
    assert "pairing code" in notices.notices[0].hint


def test_what_is_no_address_of_a_server_is_refused(opened, qtbot, settings):
    page, _, notices = opened
    before = settings.adb_address
    page._tabs.setCurrentIndex(1)
    page.form.server.setText("somewhere")
    click(qtbot, page.form.server_button)

    assert notices.notices[0].message == "'somewhere' is not an address."
    assert settings.adb_address == before


def test_looking_can_be_ended(opened, qtbot, make_phone):
    page, board, _ = opened
    connect(qtbot, page, board, make_phone())
    click(qtbot, page.look_button)

    assert not board.is_looking
    assert len(page.devices.texts()) == 1
    assert page.look_button.text() == "Look for devices"


def test_files_on_the_device_are_removed_on_request(opened, qtbot, make_phone):
    page, board, _ = opened
    phone = make_phone()
    ours = phone.files.write("/data/local/tmp/tflite-profiler/abc/model.tflite", "x")
    others = phone.files.write("/data/local/tmp/other.txt", "x")
    connect(qtbot, page, board, phone)
    page.devices.setCurrentRow(1)
    page._tabs.setCurrentIndex(0)
    qtbot.waitUntil(page.clean_button.isEnabled, timeout=30_000)
    click(qtbot, page.clean_button)
    qtbot.waitUntil(lambda: not ours.exists(), timeout=30_000)

    assert others.exists()


def test_the_page_follows_the_theme_while_it_shows_checks(opened, qtbot, qapp):
    page, _, _ = opened
    qtbot.waitUntil(lambda: bool(page.checks.checks))
    before = page.checks._marks[0].pixmap().toImage()
    theme = Theme(qapp, ThemeMode.DARK)
    theme.apply()
    after = page.checks._marks[0].pixmap().toImage()
    Theme(qapp, ThemeMode.LIGHT).apply()

    assert before != after
    assert page.checks.checks

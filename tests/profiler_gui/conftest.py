import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from backends.devices.adb.address import ServerAddress
from backends.devices.adb.server import AdbServer
from profiler_gui.app import make_services, make_window
from tests.support.adb_peer import AdbPeer, OwnAdbServer, install_phone
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


def a_small_model(kinds=("CONV_2D", "RELU", "LOGISTIC"), *, name="block") -> bytes:
    """A convolution with per-channel int8 weights, then a chain of the other kinds."""
    shape = (1, 8, 8, 4)
    tensor = a_stored_tensor(shape, "int8", scale=0.5, zero_point=-3, name=f"{name}/input")
    operators = []
    for index, kind in enumerate(kinds):
        inputs = [tensor]
        options = {}
        if kind == "CONV_2D":
            weights = a_stored_tensor(
                (4, 1, 1, 4), "int8", data=list(range(-8, 8)), scale=(0.1, 0.2, 0.3, 0.4), name=f"{name}/weights"
            )
            inputs.append(weights)
            inputs.append(a_stored_tensor((4,), "int32", data=[1, 2, 3, 4], scale=0.05, name=f"{name}/bias"))
            options = {"padding": "SAME", "stride_w": 1, "stride_h": 1}
        tensor = a_stored_tensor(shape, "int8", scale=0.25, zero_point=7, name=f"{name}/{kind.lower()}_{index}")
        operators.append(an_operator(kind, inputs, [tensor], options=options))
    return a_model(operators)


@pytest.fixture
def model_file(tmp_path):
    path = tmp_path / "small.tflite"
    path.write_bytes(a_small_model())
    return path


@pytest.fixture
def other_file(tmp_path):
    path = tmp_path / "other.tflite"
    path.write_bytes(a_small_model(("RELU", "RELU"), name="other"))
    return path


@pytest.fixture
def services(qapp, settings):
    settings.theme = "light"
    services = make_services(qapp, settings)
    services.theme.apply()
    yield services
    assert services.jobs.close(), "a job did not end within three seconds"
    for part in (services.session, services.jobs, services.notices, services.theme):
        part.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def close_popups() -> None:
    """Close menus and choices that are left open: Qt activates no window while there is one."""
    for _ in range(10):
        popup = QApplication.activePopupWidget()
        if popup is None:
            return
        popup.close()


def activate(window, qtbot) -> None:
    """Make a window the active one, asking again until it is; skip where the platform activates none."""

    def is_active() -> bool:
        close_popups()
        window.raise_()
        window.activateWindow()
        return window.isActiveWindow()

    try:
        qtbot.waitUntil(is_active, timeout=10_000)
    except qtbot.TimeoutError:
        pytest.skip("no window can be activated here")


@pytest.fixture(autouse=True)
def _no_popup_is_left(qapp):
    close_popups()
    yield
    close_popups()


@pytest.fixture
def window(services, qtbot):
    """The whole window, on the screen."""
    window = make_window(services)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: bool(services.session.targets))
    yield window
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def open_file(window, services, qtbot):
    """Open a file as a user would and wait for its graph and its verdicts."""

    def open_(path):
        services.opener.open_paths([path])
        qtbot.waitUntil(lambda: services.session.current is not None and services.session.current.path == path)
        record = services.session.current
        qtbot.waitUntil(lambda: window.page.canvas.picture is not None and bool(record.verdicts), timeout=10_000)
        return record

    return open_


@pytest.fixture(scope="session")
def adb_server(tmp_path_factory):
    """A real adb server that knows no device of the user."""
    with OwnAdbServer(tmp_path_factory.mktemp("adb")) as server:
        yield server


@pytest.fixture
def make_phone(adb_server, settings, tmp_path):
    """Make phones for the real adb server, which the program is told to ask; nobody has connected to them yet."""
    settings.adb_address = f"{adb_server.host}:{adb_server.port}"
    phones = []

    def make():
        phone = AdbPeer(tmp_path / f"phone{len(phones)}")
        install_phone(phone.files)
        phones.append(phone)
        return phone

    yield make
    server = AdbServer(ServerAddress(host=adb_server.host, port=adb_server.port))
    for phone in phones:
        # Gone first: the server would wait long for one that never answers.
        phone.close()
        server.disconnect(phone.address)

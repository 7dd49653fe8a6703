import os
import zipfile

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget

from backends.model.model import OperatorId
from profiler_gui.dialogs.bundle_dialog import BundleDialog
from profiler_gui.notices import Severity
from tests.profiler_gui.conftest import a_small_model

_LEFT = Qt.MouseButton.LeftButton
A_CONV, A_RELU = OperatorId(0, 0), OperatorId(0, 1)


@pytest.fixture
def bundle(tmp_path):
    path = tmp_path / "two.task"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("detector.tflite", a_small_model())
        archive.writestr("readme.txt", "hello")
        archive.writestr("landmarks.tflite", a_small_model(("RELU",)))
    return path


def chooser(window) -> BundleDialog | None:
    return next((w for w in window.children() if isinstance(w, BundleDialog) and w.isVisible()), None)


def test_a_bundle_with_several_models_asks_which(window, services, qtbot, bundle):
    services.opener.open_paths([bundle])
    qtbot.waitUntil(lambda: chooser(window) is not None)
    dialog = chooser(window)
    listing = dialog.findChild(QTreeWidget)

    assert [listing.topLevelItem(row).text(0) for row in range(2)] == ["detector.tflite", "landmarks.tflite"]
    assert listing.topLevelItem(0).text(1).endswith("KiB")

    listing.selectAll()
    dialog.accept()
    qtbot.waitUntil(lambda: window.tabs.count() == 2)

    assert [window.tabs.tabText(index) for index in range(2)] == ["detector.tflite", "landmarks.tflite"]
    assert services.settings.recent_files == (str(bundle),)


def test_a_bundle_with_one_model_just_opens_it(window, services, qtbot, tmp_path):
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("only.tflite", a_small_model())

    services.opener.open_paths([path])
    qtbot.waitUntil(lambda: window.tabs.count() == 1)

    assert services.session.current.member == "only.tflite"


def test_a_missing_recent_file_is_forgotten(window, services, qtbot, tmp_path):
    gone = str(tmp_path / "gone.tflite")
    services.settings.remember_file(gone)

    services.opener.open_paths([gone])
    qtbot.waitUntil(lambda: bool(services.notices.notices))

    assert services.settings.recent_files == ()


def test_reloading_keeps_selection_and_shows_the_new_content(window, services, qtbot, open_file, model_file):
    record = open_file(model_file)
    record.select([A_CONV])
    model_file.write_bytes(a_small_model(("CONV_2D", "TANH", "RELU", "RELU")))

    window.actions_table["reload"].trigger()
    qtbot.waitUntil(lambda: len(record.model.subgraphs[0].operators) == 4)
    qtbot.waitUntil(lambda: len(window.page.canvas.picture.nodes) == 6 and bool(record.verdicts))

    assert record.selection == {A_CONV}
    assert window.page.canvas.selection == {A_CONV}
    assert A_RELU in next(iter(record.verdicts.values())).verdicts


def test_a_file_replaced_on_disk_offers_to_reload(window, services, qtbot, open_file, model_file, tmp_path):
    record = open_file(model_file)
    fresh = tmp_path / "fresh.tmp"
    fresh.write_bytes(a_small_model(("RELU", "RELU")))
    fresh.replace(model_file)

    qtbot.waitUntil(lambda: bool(services.notices.notices), timeout=10_000)
    notice = services.notices.notices[0]

    assert notice.severity is Severity.INFO
    assert notice.message == "small.tflite has changed on disk."
    assert len(record.model.subgraphs[0].operators) == 3

    qtbot.mouseClick(window.notice_bar._actions[0], _LEFT)
    qtbot.waitUntil(lambda: len(record.model.subgraphs[0].operators) == 2)

    assert services.notices.notices == ()


def test_a_mere_touch_offers_nothing_and_the_next_change_does(window, services, qtbot, open_file, model_file):
    open_file(model_file)
    os.utime(model_file, (1, 1))
    qtbot.wait(700)

    assert services.notices.notices == ()

    model_file.write_bytes(a_small_model(("RELU",)))
    qtbot.waitUntil(lambda: bool(services.notices.notices), timeout=10_000)


def test_closing_a_model_takes_back_the_offer_to_reload(window, services, qtbot, open_file, model_file):
    open_file(model_file)
    model_file.write_bytes(a_small_model(("RELU",)))
    qtbot.waitUntil(lambda: bool(services.notices.notices), timeout=10_000)

    window.actions_table["close"].trigger()

    assert services.notices.notices == ()

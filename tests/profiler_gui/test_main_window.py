import gc
import shutil

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QPushButton, QTabBar

from backends.model.model import OperatorId
from profiler_gui.app import make_window
from profiler_gui.garbage import MainThreadCollector
from profiler_gui.main_window import MainWindow
from profiler_gui.session import Overlay
from profiler_gui.settings import Settings
from profiler_gui.widgets.drop_overlay import DropOverlay
from profiler_gui.widgets.label import PlainLabel
from profiler_gui.widgets.operator_view import OperatorView
from tests.profiler_gui.conftest import a_small_model
from tests.support.builders import a_run


def dragged(*paths) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drag_over(window: MainWindow, data: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(
        QPoint(100, 100), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dragEnterEvent(event)
    return event


def drop(window: MainWindow, data: QMimeData) -> None:
    window.dropEvent(
        QDropEvent(
            QPointF(100, 100), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )


def tab_titles(window: MainWindow) -> list[str]:
    return [window.tabs.tabText(index) for index in range(window.tabs.count())]


def test_without_a_model_the_window_says_what_to_drop(window):
    texts = [button.text() for button in window.empty_state.findChildren(QPushButton) if button.isVisible()]

    assert window.empty_state.isVisible()
    assert texts == ["Open…", "Open the sample"]
    assert not window.docks["layers"].isVisible()
    assert not window.actions_table["profile"].isEnabled()


def test_an_opened_model_gets_a_tab_a_graph_and_panels(window, open_file, model_file):
    record = open_file(model_file)

    assert tab_titles(window) == ["small.tflite"]
    assert window.tabs.tabToolTip(0) == str(model_file)
    assert window.page.canvas.isVisible()
    assert len(window.page.canvas.picture.nodes) == 5
    assert window.docks["inspector"].isVisible()
    assert window.windowTitle().startswith("small.tflite")
    assert record.target_id == "nnapi-1.0"
    assert window.facts.text().startswith("3 operators")


def test_the_sample_opens_from_the_empty_state(window, services, qtbot):
    button = next(b for b in window.empty_state.findChildren(QPushButton) if b.text() == "Open the sample")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: window.page is not None and window.page.canvas.picture is not None, timeout=10_000)

    assert services.session.current.title.endswith(".tflite")


def test_dragging_a_file_over_the_window_says_what_a_drop_will_do(window, model_file):
    overlay = window.findChild(DropOverlay)

    event = drag_over(window, dragged(model_file))

    assert event.isAccepted()
    assert overlay.isVisible()
    assert overlay.geometry() == window.centralWidget().rect()
    assert overlay.texts == ("Drop to open small.tflite",)

    window.dragLeaveEvent(QDragLeaveEvent())

    assert not overlay.isVisible()


def test_something_that_is_no_file_cannot_be_dropped(window):
    data = QMimeData()
    data.setText("hello")
    data.setUrls([QUrl("https://example.org/model.tflite")])

    drag_over(window, data)

    assert not window.findChild(DropOverlay).isVisible()


def test_dropped_files_open_as_tabs(window, services, qtbot, model_file, other_file):
    drop(window, dragged(model_file, other_file))

    qtbot.waitUntil(lambda: window.tabs.count() == 2)

    assert tab_titles(window) == ["small.tflite", "other.tflite"]
    assert services.session.current.title == "other.tflite"
    assert not window.findChild(DropOverlay).isVisible()


def test_opening_an_open_file_again_brings_its_tab_to_the_front(window, services, open_file, model_file, other_file):
    first = open_file(model_file)
    open_file(other_file)

    services.opener.open_paths([model_file])

    assert window.tabs.count() == 2
    assert services.session.current is first
    assert window.page.record is first


def test_choosing_a_tab_changes_the_model_in_front(window, services, open_file, model_file, other_file):
    first = open_file(model_file)
    open_file(other_file)

    window.tabs.setCurrentIndex(0)

    assert services.session.current is first
    assert window.windowTitle().startswith("small.tflite")


def test_closing_the_last_tab_shows_the_empty_state_again(window, services, open_file, model_file):
    open_file(model_file)

    window.actions_table["close"].trigger()

    assert services.session.current is None
    assert window.tabs.count() == 0
    assert window.empty_state.isVisible()
    assert not window.docks["inspector"].isVisible()


def test_a_model_can_be_opened_again_after_it_was_closed(window, open_file, model_file):
    open_file(model_file)
    window.actions_table["close"].trigger()

    open_file(model_file)

    assert tab_titles(window) == ["small.tflite"]
    assert window.docks["inspector"].isVisible()


def test_opened_files_are_offered_again_with_a_key_each(window, services, open_file, model_file, other_file):
    open_file(model_file)
    open_file(other_file)

    actions = [action for action in window.recent_menu.actions() if not action.isSeparator()]

    assert [action.text() for action in actions] == ["other.tflite", "small.tflite", "Clear"]
    assert actions[0].shortcut().toString() == "Alt+Shift+1"
    assert services.settings.recent_files == (str(other_file), str(model_file))


def test_a_bad_file_is_told_in_the_notice_bar_and_opens_nothing(window, services, qtbot, tmp_path):
    path = tmp_path / "bad.tflite"
    path.write_bytes(b"this is no model at all" * 10)

    services.opener.open_paths([path])
    qtbot.waitUntil(lambda: window.notice_bar.isVisible())

    assert "bad.tflite" in window.notice_bar.notice.message
    assert window.tabs.count() == 0

    services.opener.open_paths([tmp_path / "missing.tflite"])
    qtbot.waitUntil(lambda: len(services.notices.notices) == 2)

    assert window.notice_bar.notice is services.notices.notices[1]


def test_the_theme_switch_changes_colours_and_is_remembered(window, services, open_file, model_file):
    open_file(model_file)
    light = window.palette().window().color()

    window.actions_table["toggle_theme"].trigger()

    assert services.theme.is_dark
    assert window.palette().window().color().lightness() < light.lightness()
    assert services.settings.theme == "dark"

    window.actions_table["toggle_theme"].trigger()

    assert window.palette().window().color() == light


def test_choosing_a_target_colours_the_graph_by_its_verdict(window, services, open_file, model_file):
    record = open_file(model_file)
    chooser = window.tool_bar._targets
    row = chooser.findData("nnapi-1.2")

    chooser.setCurrentIndex(row)
    chooser.activated.emit(row)

    assert record.target_id == "nnapi-1.2"
    assert record.overlay.overlay is Overlay.VERDICT
    assert services.settings.target_id == "nnapi-1.2"


def test_the_layout_comes_back_and_can_be_reset(window, services, open_file, model_file, settings):
    open_file(model_file)
    window.docks["layers"].hide()
    window.close()

    assert Settings(settings._store).layout == services.settings.layout
    assert not services.settings.layout.isEmpty()

    window.show()
    window.reset_layout()

    assert window.docks["layers"].isVisible()
    assert services.settings.layout.isEmpty()


def test_the_key_of_a_panel_brings_it_to_the_front_and_then_hides_it(window, open_file, model_file, qtbot):
    open_file(model_file)
    toggle = next(action for action in window.docks.toggles if action.text() == "Targets")

    toggle.trigger()
    qtbot.waitUntil(lambda: window.docks.made_page("targets") is not None)

    assert window.docks.made_page("targets").isVisible()
    assert toggle.isChecked()

    toggle.trigger()

    assert window.docks["targets"].isHidden()
    assert not toggle.isChecked()


def test_a_selection_travels_back_and_forth(window, open_file, model_file):
    record = open_file(model_file)
    record.select([OperatorId(0, 0)])
    record.select([OperatorId(0, 2)])

    window.actions_table["back"].trigger()

    assert record.selection == {OperatorId(0, 0)}

    window.actions_table["forward"].trigger()

    assert record.selection == {OperatorId(0, 2)}


def test_hostile_names_are_shown_as_plain_text(window, open_file, qtbot, tmp_path):
    path = tmp_path / "<b>bold<b> & more.tflite"
    path.write_bytes(a_small_model(name="<img src=x>\x1b[31m\u202egnp.exe"))

    record = open_file(path)
    record.select([OperatorId(0, 0)])
    inspector = window.docks.page("inspector")
    qtbot.waitUntil(lambda: isinstance(inspector.view, OperatorView))

    labels = inspector.view.findChildren(PlainLabel)
    assert tab_titles(window) == ["<b>bold<b> && more.tflite"]
    assert "<img src=x>\\x1b[31m\\u202egnp.exe/input" in [label.plain_text for label in labels]
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


@pytest.mark.parametrize("action", ["about", "shortcuts", "palette"])
def test_the_help_dialogs_open(window, action):
    window.actions_table[action].trigger()

    dialog = next(w for w in window.children() if w.inherits("QDialog") and w.isVisible())

    assert dialog.isVisible()
    dialog.close()


def test_a_copied_file_can_be_opened_beside_the_first(window, open_file, model_file, tmp_path):
    open_file(model_file)
    copy = tmp_path / "copy.tflite"
    shutil.copy(model_file, copy)

    open_file(copy)

    assert window.tabs.count() == 2


def test_a_small_window_keeps_its_size_and_leaves_room_for_panels(services, qtbot, model_file):
    """As on a screen of 1280x800 at 200 %."""
    window = make_window(services)
    qtbot.addWidget(window)
    window.resize(640, 400)
    with qtbot.waitExposed(window):
        window.show()
    services.opener.open_paths([model_file])
    qtbot.waitUntil(lambda: window.docks.made_page("layers") is not None and window.page.canvas.picture is not None)
    qtbot.waitUntil(lambda: window.docks["layers"].height() >= 120)

    assert (window.width(), window.height()) == (640, 400)
    assert window.page.canvas.height() >= 60
    window.close()


def test_titles_of_panels_are_whole_however_narrow_the_window_is(window, open_file, model_file, qtbot):
    open_file(model_file)
    window.resize(640, 500)
    bar = window.findChild(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    qtbot.waitUntil(lambda: bar.elideMode() is Qt.TextElideMode.ElideNone)

    assert bar.usesScrollButtons()


def test_a_panel_behind_the_tab_of_another_waits_until_it_is_seen(window, open_file, model_file, qtbot):
    record = open_file(model_file)
    for panel in ("plots", "targets"):
        window.docks.raise_panel(panel)
        qtbot.waitUntil(lambda panel=panel: window.docks.made_page(panel) is not None)
    plots = window.docks.page("plots")
    qtbot.waitUntil(lambda: not plots.is_in_sight)
    refreshed = []
    plots.refresh = lambda: refreshed.append(plots.is_in_sight)

    record.add_run(a_run(record.model))
    qtbot.waitUntil(lambda: window.docks.page("targets").is_in_sight)
    qtbot.wait(30)

    assert refreshed == []

    window.docks.raise_panel("plots")
    qtbot.waitUntil(lambda: len(refreshed) == 1)


def test_what_a_large_model_brings_is_not_looked_at_as_garbage(qapp):
    collector = MainThreadCollector(qapp)
    try:
        gc.unfreeze()
        content = [[number] for number in range(40_000)]
        before = gc.get_freeze_count()

        collector.collect()

        assert gc.get_freeze_count() - before >= len(content)
    finally:
        collector.setParent(None)
        collector.deleteLater()
        gc.unfreeze()
        gc.enable()

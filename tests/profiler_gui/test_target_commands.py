from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from backends.model.model import OperatorId
from backends.targets.user_folder import user_target_folder
from profiler_gui.dialogs.chipset_dialog import ChipsetDialog
from profiler_gui.pages.accepts_page import AcceptsPage
from profiler_gui.session import Overlay
from tests.support.model_builder import a_model, a_stored_tensor, an_operator
from tests.support.table_text import table_text
from tests.support.user_target import TARGET_FILE, drop_target_file


@pytest.fixture(autouse=True)
def _own_targets(tmp_path, monkeypatch):
    for name in ("XDG_CONFIG_HOME", "APPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "configuration"))


@pytest.fixture
def islands_file(tmp_path) -> Path:
    """Float operators, of which NNAPI takes no ATAN2."""
    tensors = [a_stored_tensor(shape=(1, 8, 8, 4), name=f"t{i}") for i in range(6)]
    kinds = ["RELU", "ATAN2", "RELU", "ATAN2", "RELU"]
    operators = [
        an_operator(kind, [tensors[i]] * (2 if kind == "ATAN2" else 1), [tensors[i + 1]])
        for i, kind in enumerate(kinds)
    ]
    path = tmp_path / "islands.tflite"
    path.write_bytes(a_model(operators))
    return path


@pytest.fixture
def targets_page(window, open_file, islands_file):
    """The Targets page with the islands in front."""
    record = open_file(islands_file)
    record.choose_target("nnapi-1.3")
    window.docks.raise_panel("targets")
    return window.docks.page("targets"), record


def dialog_of(window, kind):
    found = window.findChildren(kind)
    return found[-1] if found else None


def check(pane, text: str) -> None:
    """Tick the line of the what-if that starts with a text."""
    for top in range(pane.list.topLevelItemCount()):
        head = pane.list.topLevelItem(top)
        for row in range(head.childCount()):
            item = head.child(row)
            if item.text(0).startswith(text):
                on = item.checkState(0) is Qt.CheckState.Checked
                item.setCheckState(0, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
                return
    raise AssertionError(f"no line {text}")


def open_what_if(window, page, qtbot):
    window.actions_table["what_if"].trigger()
    qtbot.waitUntil(lambda: page.what_if.list.topLevelItemCount() > 0)
    return page.what_if


# What if ------------------------------------------------------------------------------------------------------------


def test_pretending_a_type_changes_result_strip_and_graph_until_reset(window, targets_page, qtbot):
    page, record = targets_page
    pane = open_what_if(window, page, qtbot)
    strip = window.page.what_if_strip
    assert not strip.isVisible()

    check(pane, "ATAN2")
    qtbot.waitUntil(lambda: "partitions 3 → 1" in strip.text)

    assert strip.isVisible()
    assert "ATAN2" in strip.text
    assert record.verdict.summary.partition_count == 1
    qtbot.waitUntil(lambda: "partitions | 3 | 1" in pane.numbers_text())
    assert "1 partition," in page.summary_line
    assert table_text(page.partition_view.table, (0, 1)) == ["partition 1 | 5"]

    qtbot.mouseClick(strip.reset_button, Qt.MouseButton.LeftButton)

    assert not strip.isVisible()
    assert record.verdict.summary.partition_count == 3
    qtbot.waitUntil(lambda: "3 partitions" in page.summary_line)


def test_selected_operators_can_be_kept_on_the_cpu_and_taken_back(window, targets_page, qtbot):
    page, record = targets_page
    pane = open_what_if(window, page, qtbot)
    assert not pane.exclude_button.isEnabled()
    record.select([OperatorId(0, 2)])
    qtbot.waitUntil(lambda: pane.exclude_button.isEnabled())

    qtbot.mouseClick(pane.exclude_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: record.verdict.summary.partition_count == 2)

    assert record.verdict.verdicts[OperatorId(0, 2)].placement == "fallback"
    qtbot.waitUntil(lambda: any("2 RELU" in text for text in texts_of(pane)))
    check(pane, "2 RELU")
    assert record.supposition.is_empty


def texts_of(pane) -> list[str]:
    heads = [pane.list.topLevelItem(top) for top in range(pane.list.topLevelItemCount())]
    return [head.child(row).text(0) for head in heads for row in range(head.childCount())]


def test_the_number_of_partitions_can_be_limited(window, targets_page, qtbot):
    page, record = targets_page
    pane = open_what_if(window, page, qtbot)
    pane.limit.setCurrentIndex(pane.limit.findData(1))
    pane.limit.activated.emit(pane.limit.currentIndex())
    qtbot.waitUntil(lambda: record.verdict.summary.delegated_partition_count == 1)

    assert record.supposition.max_partitions == 1
    qtbot.waitUntil(lambda: "After the delegate's limits" in page.summary_line)


def test_a_rule_can_be_pretended_to_hold(window, targets_page, qtbot):
    page, record = targets_page
    record.choose_target("hexagon")
    pane = open_what_if(window, page, qtbot)
    rules = {rule.id for target in window._services.session.targets if target.id == "hexagon" for rule in target.rules}
    qtbot.waitUntil(lambda: any(text.rpartition(" ")[0] in rules for text in texts_of(pane)))
    line = next(text for text in texts_of(pane) if text.rpartition(" ")[0] in rules)
    rule = line.rpartition(" ")[0]

    check(pane, line)

    assert record.supposition.holding_rules == {rule}
    qtbot.waitUntil(
        lambda: all(finding.rule != rule for answer in record.verdict.verdicts.values() for finding in answer.findings)
    )


def test_other_content_of_the_file_ends_the_what_if(window, targets_page, qtbot, islands_file, services):
    page, record = targets_page
    check(open_what_if(window, page, qtbot), "ATAN2")
    qtbot.waitUntil(lambda: record.verdict.summary.partition_count == 1)
    x, y = (a_stored_tensor(shape=(1, 8, 8, 4), name=name) for name in "xy")
    islands_file.write_bytes(a_model([an_operator("ATAN2", [x, x], [y])]))

    window.actions_table["reload"].trigger()
    qtbot.waitUntil(lambda: len(record.model.subgraphs[0].operators) == 1)

    assert record.supposition.is_empty
    qtbot.waitUntil(lambda: record.verdict is not None and record.verdict.summary.partition_count == 0)


# Partitions on the graph --------------------------------------------------------------------------------------------


def test_partitions_and_islands_are_coloured_for_either_cut(window, targets_page, qtbot):
    page, record = targets_page
    record.choose_target("gpu")
    qtbot.waitUntil(lambda: record.verdict.target_id == "gpu")
    show = next(b for b in page.partitions.findChildren(QPushButton) if b.text() == "Show on graph")
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)

    coat = window.page.canvas._graph.coat
    parts = {region for region in coat.region.tolist() if region >= 0}
    assert record.overlay.overlay is Overlay.PARTITIONS
    assert len(parts) == len(record.verdict.partitions)
    assert len(set(coat.region_tints.tolist())) > 1

    page.partitions.cut.setCurrentIndex(1)

    assert record.overlay.overlay is Overlay.DELEGATED
    assert {region for region in window.page.canvas._graph.coat.region.tolist() if region >= 0} <= parts


# What a target accepts ----------------------------------------------------------------------------------------------


def test_what_the_chosen_target_accepts_is_shown_searched_and_exported(
    window, targets_page, qtbot, monkeypatch, tmp_path
):
    page, record = targets_page
    record.choose_target("vs680")
    qtbot.mouseClick(page._accepts, Qt.MouseButton.LeftButton)
    accepts = dialog_of(window, AcceptsPage)

    assert accepts.isVisible()
    assert accepts.target.id == "vs680"
    assert "VX delegate" in accepts.about_text
    all_rows = accepts.table.table.rowCount()
    qtbot.keyClicks(accepts.search, "conv_2d stride")
    assert 0 < accepts.table.table.rowCount() < all_rows
    accepts.table.selectRow(0)
    assert "looked at on" in accepts.sentences_text

    target = tmp_path / "page.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    menus = [button.menu() for button in accepts.findChildren(type(page._accepts)) if button.menu()]
    next(action for action in menus[0].actions() if action.text() == "HTML…").trigger()
    assert "CONV_2D" in target.read_text()
    accepts.window().close()


def test_the_published_number_and_the_reason_for_ours_are_on_the_page(window, targets_page, qtbot):
    window.actions_table["accepts"].trigger()
    accepts = dialog_of(window, AcceptsPage)
    accepts.chooser.setCurrentIndex(accepts.chooser.findData("nnapi-1.1"))
    accepts.chooser.activated.emit(accepts.chooser.currentIndex())

    assert accepts.target.id == "nnapi-1.1"
    assert ": 37. " in accepts.about_text
    assert "highest operation code" in accepts.about_text
    accepts.window().close()


def test_the_table_of_targets_has_our_count_beside_the_published_one(targets_page, qtbot):
    page, _ = targets_page
    qtbot.waitUntil(lambda: page.summary_view.table.columns[-1].id == "types")
    place = len(page.summary_view.table.columns) - 1
    texts = table_text(page.summary_view.table, (0, place))
    row = texts.index("NNAPI 1.0 | 28 (28)")

    assert "NNAPI 1.3 | 91 (101)" in texts
    assert "highest operation code" in page.summary_view.table.index(row, place).data(Qt.ItemDataRole.ToolTipRole)


# Phones -------------------------------------------------------------------------------------------------------------


def test_a_phone_leads_to_its_target(window, targets_page, qtbot):
    _, record = targets_page
    window.actions_table["chipsets"].trigger()
    dialog = dialog_of(window, ChipsetDialog)
    qtbot.keyClicks(dialog.search, "Kirin 990")

    assert table_text(dialog.table.table, (0, 1)) == ["HiSilicon | Da Vinci NPU"]
    assert "nnapi" in dialog.text
    button = next(button for button in dialog.target_buttons() if button.text() == "NNAPI 1.2")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert record.target_id == "nnapi-1.2"
    assert record.overlay.overlay is Overlay.VERDICT


def test_a_chipset_can_be_typed_as_the_phone_reports_it(window, qtbot):
    window.actions_table["chipsets"].trigger()
    dialog = dialog_of(window, ChipsetDialog)
    qtbot.keyClicks(dialog.search, "sm8150")

    assert "sm8150 is the Snapdragon 855" in dialog.text
    dialog.search.setText("Nonesuch 1")
    assert "No accelerator of this chipset is listed" in dialog.text
    dialog.close()


# Own target files ---------------------------------------------------------------------------------------------------


def test_an_own_target_file_appears_in_matrix_and_page_after_a_reload(window, targets_page, qtbot):
    page, record = targets_page
    drop_target_file()
    window.actions_table["reload"].trigger()
    qtbot.waitUntil(lambda: "my-npu" in record.verdicts)
    qtbot.waitUntil(lambda: any("Example NPU of mine" in row for row in table_text(page.summary_view.table, (0,))))
    titles = [column.title for column in page.matrix.tree.model().columns]
    record.choose_target("my-npu")
    window.actions_table["accepts"].trigger()
    accepts = dialog_of(window, AcceptsPage)

    assert "Example NPU of mine" in titles
    assert record.verdict.verdicts[OperatorId(0, 0)].placement == "fallback"
    assert accepts.target.id == "my-npu"
    assert "Only guessed." in accepts.about_text
    accepts.window().close()


def test_a_wrong_target_file_is_named_with_key_and_reason_until_it_is_right(window, services, qtbot):
    path = drop_target_file(TARGET_FILE.replace('"Example NPU of mine"', "7"))
    window.actions_table["reload_targets"].trigger()
    qtbot.waitUntil(lambda: bool(services.notices.notices))
    told = services.notices.notices[0].message
    path.write_text(TARGET_FILE, encoding="utf-8")
    window.actions_table["reload_targets"].trigger()
    qtbot.waitUntil(lambda: "my-npu" in {target.id for target in services.session.targets})

    assert "my-npu.toml" in told
    assert "'name'" in told
    assert "text" in told
    assert services.notices.notices == ()


def test_the_folder_for_own_targets_is_made_and_opened(window, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(
        "profiler_gui.target_commands.QDesktopServices.openUrl", lambda url: opened.append(url.toLocalFile()) or True
    )
    window.actions_table["open_target_folder"].trigger()

    assert user_target_folder().is_dir()
    assert opened == [str(user_target_folder())]


def test_without_a_program_for_folders_the_path_is_told(window, services, monkeypatch):
    monkeypatch.setattr("profiler_gui.target_commands.QDesktopServices.openUrl", lambda _url: False)
    window.actions_table["open_target_folder"].trigger()

    assert str(user_target_folder()) in services.notices.notices[0].message


# Advice -------------------------------------------------------------------------------------------------------------


def test_advice_is_counted_on_its_tab_and_leads_to_the_operators(window, open_file, tmp_path, qtbot):
    shape = (1, 8, 8, 4)
    x, y = (a_stored_tensor(shape=shape, name=name) for name in "xy")
    q, r = (a_stored_tensor(shape, "int8", scale=0.5, zero_point=0, name=name) for name in "qr")
    operators = [an_operator("QUANTIZE", [x], [q]), an_operator("RELU", [q], [r]), an_operator("DEQUANTIZE", [r], [y])]
    path = tmp_path / "ends.tflite"
    path.write_bytes(a_model(operators))
    record = open_file(path)
    qtbot.waitUntil(lambda: bool(record.advice))
    window.docks.raise_panel("advice")
    page = window.docks.page("advice")
    qtbot.waitUntil(lambda: bool(page.list.links()))

    assert window.docks["advice"].windowTitle() == f"Advice ({len(record.advice)})"
    assert record.advice[0].title in page.list.text()
    assert record.advice[0].remedy in page.list.text()
    qtbot.mouseClick(page.list.links()[0], Qt.MouseButton.LeftButton)
    assert record.selection

    record.choose_target("coreml-3")
    page.only_chosen.click()
    wanted = [finding for finding in record.advice if "coreml-3" in finding.targets]
    qtbot.waitUntil(lambda: len(page.list.links()) == len([f for f in wanted if f.operators]) or not wanted)


def test_no_window_of_a_test_stays(window, qtbot):
    window.actions_table["accepts"].trigger()
    accepts = dialog_of(window, AcceptsPage)
    accepts.window().close()

    assert QApplication.activeModalWidget() is None
    assert not accepts.isVisible()


def test_a_chipset_leads_to_its_published_numbers(window, services, qtbot):
    window.actions_table["chipsets"].trigger()
    dialog = dialog_of(window, ChipsetDialog)
    dialog.search.setText("Kirin 990")
    buttons = dialog.published_buttons()
    assert [button.text() for button in buttons] == ["Kirin 990"]
    buttons[0].click()
    page = window.tabs.currentWidget()

    assert page.search.text() == "Kirin 990"
    assert all("Kirin 990" in hit.row.keys[1] for hit in page.view.table.all_rows)
    assert page.view.table.all_rows

import pytest

from backends.model.model import OperatorId
from backends.query.colour_rule import ColourRule
from profiler_gui.colour_rules import ColourRules
from profiler_gui.dialogs.colour_rules_dialog import ColourRulesDialog
from tests.support.builders import a_run

_CONV, _RELU = OperatorId(0, 0), OperatorId(0, 1)


@pytest.fixture
def record(open_file, model_file):
    return open_file(model_file)


@pytest.fixture
def dialog(window, record):
    window.actions_table["colour_rules"].trigger()
    dialog = window.findChild(ColourRulesDialog)
    yield dialog
    dialog.close()


def picked(record):
    return [(tint.name, tint.colour, set(tint.operators)) for tint in record.tints]


def test_rules_stay_in_the_settings(settings, qapp):
    rules = ColourRules(settings)
    rules.add_rule("type:conv")

    assert ColourRules(settings).rules == rules.rules


def test_settings_that_make_no_sense_are_no_rules(settings, qapp):
    settings.colour_rules = "{"

    assert ColourRules(settings).rules == ()


def test_the_find_bar_makes_a_rule_that_colours_the_graph(window, record, qtbot):
    window.actions_table["find"].trigger()
    window.page.find_bar.set_query("type:relu")
    qtbot.waitUntil(lambda: window.page.find_bar._count.plain_text == "1 match")

    window.page.find_bar._rule.click()
    qtbot.waitUntil(lambda: picked(record) == [("type:relu", "#d55e00", {_RELU})])

    assert window.page.canvas._overlay.tints == record.tints
    dialog = window.findChild(ColourRulesDialog)
    qtbot.waitUntil(lambda: dialog.rows[0].count.plain_text == "1 found")
    dialog.close()


def test_rules_are_edited_ordered_and_switched_off(dialog, record, qtbot):
    for query in ("dtype:int8", "type:relu"):
        dialog._add()
        dialog.rows[-1].query.setText(query)
        dialog.rows[-1].name.setText(query)
        dialog.rows[-1].query.editingFinished.emit()
    qtbot.waitUntil(lambda: [len(found) for _, _, found in picked(record)] == [3, 0])

    dialog.rows[1].up.click()
    qtbot.waitUntil(lambda: [len(found) for _, _, found in picked(record)] == [1, 2])

    dialog.rows[0].is_on.setChecked(False)
    qtbot.waitUntil(lambda: [len(found) for _, _, found in picked(record)] == [3])

    dialog.rows[1].remove.click()
    qtbot.waitUntil(lambda: picked(record) == [])


def test_a_mistake_in_a_rule_is_said_in_its_row(dialog, record, qtbot):
    dialog._add()
    dialog.rows[0].query.setText("tpye:relu")
    dialog.rows[0].query.editingFinished.emit()

    qtbot.waitUntil(lambda: dialog.rows[0].count.plain_text == "wrong")
    assert "There is no field 'tpye'." in dialog.rows[0].query.toolTip()


def test_rules_follow_what_becomes_known(dialog, record, qtbot):
    dialog._add()
    dialog.rows[0].query.setText("time>3ms")
    dialog.rows[0].query.editingFinished.emit()
    record.add_run(a_run(record.model, [5e6, 1e6, 1e6]))

    qtbot.waitUntil(lambda: [found for _, _, found in picked(record)] == [{_CONV}])


def test_rules_are_shared_as_a_file(dialog, record, tmp_path, services, window, qtbot):
    dialog._add()
    dialog.rows[0].query.setText("type:relu")
    dialog.rows[0].query.editingFinished.emit()
    dialog.export_rules(tmp_path / "rules.json")
    dialog.rows[0].remove.click()

    dialog.import_rules(tmp_path / "rules.json")
    dialog.import_rules(tmp_path / "rules.json")

    assert [row.rule.query for row in dialog.rows] == ["type:relu"]
    assert dialog.rows[0].rule == ColourRule(name="", query="type:relu", colour="#d55e00")


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"schema": "x"}'])
def test_a_file_of_something_else_is_a_notice(dialog, services, tmp_path, content):
    path = tmp_path / "rules.json"
    path.write_bytes(content)

    dialog.import_rules(path)

    assert dialog.rows == []
    assert len(services.notices.notices) == 1

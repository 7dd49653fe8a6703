from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QTableView, QTabWidget, QVBoxLayout, QWidget

from profiler_gui.docks import PANELS
from profiler_gui.naming import name_parts
from tests.support.accessible_names import nameless_widgets


def test_a_widget_without_a_name_is_found(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(QLineEdit())

    assert nameless_widgets(window) == ["QLineEdit in QWidget"]


def test_tables_are_named_after_their_tab_and_lines_after_their_hint(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    tabs, line, table, combo = QTabWidget(), QLineEdit(), QTableView(), QComboBox()
    line.setPlaceholderText("Search names")
    tabs.addTab(table, "Results (3)")
    form = QFormLayout()
    form.addRow(QLabel("Precision"), combo)
    column = QVBoxLayout(page)
    column.addWidget(line)
    column.addWidget(tabs)
    column.addLayout(form)
    name_parts(page, "Runs")

    assert line.accessibleName() == "Search names"
    assert table.accessibleName() == "List, Results, Runs"
    assert combo.accessibleName() == "Precision"
    assert nameless_widgets(page) == []


def test_a_name_of_its_own_stays(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    line = QLineEdit(page)
    line.setAccessibleName("Budget")
    name_parts(page, "Runs")

    assert line.accessibleName() == "Budget"


def test_everything_the_keyboard_reaches_has_a_name(window, open_file, model_file):
    open_file(model_file)
    window.page.open_find()
    for panel in PANELS:
        window.docks.page(panel.id)
    for action in ("accepts", "runners", "chipsets", "colour_rules", "shortcuts", "palette", "published"):
        window.actions_table[action].trigger()

    assert nameless_widgets(window) == []

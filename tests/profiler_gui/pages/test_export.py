import pytest
from PySide6.QtWidgets import QFileDialog, QToolButton

from profiler_gui.pages.layers_page import LayersPage
from profiler_gui.pages.plots_page import PlotsPage
from tests.support.sessions import a_session


@pytest.fixture
def page(qtbot):
    session, _ = a_session()
    page = LayersPage(session)
    qtbot.addWidget(page)
    page.show()
    return page


def export_actions(page):
    (button,) = (button for button in page.findChildren(QToolButton) if button.text().startswith("Export"))
    button.menu().aboutToShow.emit()
    return {action.text(): action for action in button.menu().actions() if action.text()}


def answer(monkeypatch, path):
    asked = []

    def ask(_parent, _title, name, _kind):
        asked.append(name)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return asked


def test_a_table_is_written_in_the_chosen_format(page, monkeypatch, tmp_path):
    asked = answer(monkeypatch, tmp_path / "layers.csv")
    export_actions(page)["CSV…"].trigger()

    assert asked == ["chain-operators.csv"]
    assert (tmp_path / "layers.csv").read_text().splitlines()[0].startswith("index,kind,name,shape")


def test_a_name_without_a_suffix_gets_one(page, monkeypatch, tmp_path):
    answer(monkeypatch, tmp_path / "layers")
    export_actions(page)["Markdown…"].trigger()

    assert (tmp_path / "layers.md").exists()


def test_the_suffix_the_user_typed_wins(page, monkeypatch, tmp_path):
    answer(monkeypatch, tmp_path / "layers.json")
    export_actions(page)["CSV…"].trigger()

    assert (tmp_path / "layers.json").read_text().startswith("{")


def test_changing_ones_mind_writes_nothing(page, monkeypatch, tmp_path):
    answer(monkeypatch, "")
    export_actions(page)["JSON…"].trigger()

    assert list(tmp_path.glob("chain*")) == []


def test_a_failure_is_told(page, monkeypatch, tmp_path):
    answer(monkeypatch, tmp_path / "missing" / "layers.csv")
    export_actions(page)["CSV…"].trigger()

    assert "layers.csv cannot be written" in page.notices.notices[0].message


def test_a_plot_is_written_as_a_picture(qtbot, monkeypatch, tmp_path):
    session, _ = a_session()
    page = PlotsPage(session)
    qtbot.addWidget(page)
    page.show()
    asked = answer(monkeypatch, tmp_path / "bars.svg")
    actions = export_actions(page)
    actions["By type (SVG)…"].trigger()

    assert asked == ["by-type.svg"]
    assert (tmp_path / "bars.svg").read_text().startswith("<?xml")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from backends.targets.verdict import Placement
from profiler_gui.widgets.reason_list import Reason, ReasonList
from tests.support.builders import a_finding


def a_reason(**fields):
    given = {
        "kind": "ADD",
        "finding": a_finding(found="int32", allowed="float32"),
        "operators": (4, 5),
        "place": "4, 5",
    }
    return Reason(**{**given, **fields})


def test_everything_a_finding_says_is_shown(qtbot):
    reasons = ReasonList()
    qtbot.addWidget(reasons)
    reasons.show_reasons("ADD on X", Placement.FALLBACK, ["A note."], [a_reason()])

    assert reasons.text().split("\n") == [
        "ADD on X",
        "A note.",
        "ADD: UnsupportedInputType",
        "input is int32; allowed: float32, int8",
        "Found",
        "int32",
        "Allowed",
        "float32",
        "Way out",
        "cast it",
        "Source",
        "delegate.cc",
        "Operators",
    ]


def test_what_a_finding_leaves_out_is_left_out(qtbot):
    reasons = ReasonList()
    qtbot.addWidget(reasons)
    reasons.show_reasons("ADD", None, (), [a_reason(finding=a_finding(remedy="", source=""), place="")])

    assert reasons.text().split("\n")[-1].startswith("input is int32")


def test_its_operators_can_be_selected(qtbot):
    reasons = ReasonList()
    qtbot.addWidget(reasons)
    reasons.show_reasons("ADD", None, (), [a_reason()])
    with qtbot.waitSignal(reasons.operators_wanted) as wanted:
        qtbot.mouseClick(reasons.findChild(QPushButton), Qt.MouseButton.LeftButton)

    assert wanted.args == [(4, 5)]


def test_very_many_reasons_are_cut_with_a_word(qtbot):
    reasons = ReasonList()
    qtbot.addWidget(reasons)
    reasons.show_reasons("All", None, (), [a_reason(kind=f"K{i}") for i in range(100)])

    assert "… and 40 more" in reasons.text()

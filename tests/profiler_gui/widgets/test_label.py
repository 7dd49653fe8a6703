from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from profiler_gui.widgets.label import PlainLabel, escape_mnemonic, plain_label

_NAME = "model/block_1/" + "x" * 60 + ";other/ReadVariableOp"


def test_a_long_name_can_wrap_and_reads_back_unchanged(qtbot):
    label = plain_label(_NAME)
    qtbot.addWidget(label)

    assert label.plain_text == _NAME
    assert label.text() != _NAME
    assert label.minimumSizeHint().width() < 300


def test_copying_leaves_out_the_breaks(qtbot):
    label = plain_label(_NAME)
    qtbot.addWidget(label)
    label.show()
    label.setSelection(0, len(label.text()))

    qtbot.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert QGuiApplication.clipboard().text() == _NAME


def test_lines_stay_and_control_characters_are_escaped(qtbot):
    label = PlainLabel("one\ntwo\x07\u202e")
    qtbot.addWidget(label)

    assert label.plain_text == "one\ntwo\\x07\\u202e"


def test_an_ampersand_on_a_button_is_no_shortcut():
    assert escape_mnemonic("a & b") == "a && b"

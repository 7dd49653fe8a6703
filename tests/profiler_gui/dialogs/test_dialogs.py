from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from profiler_gui.actions import ACTIONS
from profiler_gui.dialogs.about_dialog import AboutDialog
from profiler_gui.dialogs.command_palette import CommandPalette
from profiler_gui.dialogs.details_dialog import DetailsDialog
from profiler_gui.dialogs.packed_file_dialog import PackedFileDialog
from profiler_gui.dialogs.shortcuts_dialog import ShortcutsDialog
from profiler_gui.notices import Notice, Severity
from profiler_gui.widgets.section import shown_texts


def test_the_details_of_a_bug_name_the_versions_and_can_be_copied(qtbot):
    dialog = DetailsDialog(Notice(severity=Severity.BUG, message="Oops.", hint="A bug.", detail="Traceback <b>"))
    qtbot.addWidget(dialog)

    dialog.copy()

    text = QGuiApplication.clipboard().text()
    assert dialog.findChild(QPlainTextEdit).toPlainText() == text
    assert text.startswith("Oops.\nA bug.\n\nTraceback <b>\n")
    assert "PySide6: 6." in text


def test_the_details_of_an_error_are_its_own(qtbot):
    dialog = DetailsDialog(Notice(severity=Severity.ERROR, message="No.", detail="log"))
    qtbot.addWidget(dialog)

    assert dialog.findChild(QPlainTextEdit).toPlainText() == "No.\n\nlog"


def test_about_names_versions_and_licences(qtbot):
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    texts = shown_texts(dialog)

    for name in ("TFLite Profiler", "Python", "Qt", "PySide6", "LiteRT", "NumPy", "Apache License 2.0", "LGPL"):
        assert name in texts


def test_the_shortcuts_sheet_has_every_action_with_a_key(qtbot):
    dialog = ShortcutsDialog([QAction("Layers")])
    qtbot.addWidget(dialog)
    texts = shown_texts(dialog).split("\n")

    wanted = [spec.text for spec in ACTIONS.values() if spec.shortcuts and not spec.submenu]
    assert [text for text in wanted if text.rstrip("…") not in texts] == []
    assert {"Layers", "Go to a bookmark, set it"} <= set(texts)


def test_the_shortcuts_sheet_fits_the_screen(qtbot):
    dialog = ShortcutsDialog([QAction("Layers")])
    qtbot.addWidget(dialog)
    dialog.show()

    assert dialog.height() <= dialog.screen().availableSize().height()


def test_no_two_actions_share_a_key():
    keys = [key for spec in ACTIONS.values() for key in spec.shortcuts]

    assert sorted(keys) == sorted(set(keys))


def test_the_palette_runs_what_fits(qtbot):
    ran = []
    actions = [QAction("Reload"), QAction("Switch light and dark"), QAction("Reset layout")]
    for action in actions:
        action.triggered.connect(partial(_note, ran, action))
    actions[2].setEnabled(False)
    palette = CommandPalette(actions)
    qtbot.addWidget(palette)
    palette.show()

    assert palette.shown == ("Reload", "Switch light and dark")

    qtbot.keyClicks(palette._edit, "dark sw")

    assert palette.shown == ("Switch light and dark",)

    qtbot.keyClick(palette._edit, Qt.Key.Key_Return)

    assert ran == ["Switch light and dark"]


def _note(ran, action, *_):
    ran.append(action.text())


def test_a_packed_file_is_shown_as_plain_text_or_as_bytes(qtbot):
    text = PackedFileDialog("labels.txt", b"cat\n<b>dog</b>\x1b\tend\n")
    binary = PackedFileDialog("data.bin", b"\x00\xff\x10")
    for dialog in (text, binary):
        qtbot.addWidget(dialog)

    assert text.findChild(QPlainTextEdit).toPlainText() == "cat\n<b>dog</b>\\x1b    end"
    assert binary.findChild(QPlainTextEdit).toPlainText() == "00 ff 10"

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QPushButton, QWidget

from backends.model.model import OperatorId
from backends.model.reader import read_model
from profiler_gui.dialogs.values_dialog import ValuesDialog
from profiler_gui.widgets.constant_view import ConstantView
from profiler_gui.widgets.operator_view import OperatorView
from tests.support.model_builder import a_model, a_stored_tensor, an_operator

_WEIGHTS = np.arange(-60, 60).reshape(2, 3, 4, 5)
_SCALES = (0.5, 0.25)


@pytest.fixture
def browse(services, qtbot, tmp_path):
    """Open the dialog on a constant and wait until it is read; a second one is put beside it in the file."""
    parent = QWidget()
    qtbot.addWidget(parent)

    def open_(constant, is_read=True):
        path = tmp_path / "constant.tflite"
        path.write_bytes(a_model([an_operator("ADD", [a_stored_tensor(), constant], [a_stored_tensor()])]))
        model = read_model(path)
        index = next(tensor.index for tensor in model.subgraphs[0].tensors if tensor.name == "constant")
        dialog = ValuesDialog(model, 0, index, services.jobs, services.notices, parent)
        dialog.show()
        if is_read:
            qtbot.waitUntil(lambda: dialog.table.rowCount() > 0 and not services.jobs.jobs)
        return dialog

    yield open_
    parent.deleteLater()


def _weights():
    return a_stored_tensor(
        _WEIGHTS.shape, "int8", data=_WEIGHTS.reshape(-1).tolist(), scale=_SCALES, zero_point=0, name="constant"
    )


def _button(dialog, text):
    box = dialog.findChild(QDialogButtonBox)
    return next(button for button in box.buttons() if button.text() == text)


def _cell(dialog, row, column):
    return dialog.table.index(row, column).data()


def test_the_inspector_leads_to_all_values_without_blocking_the_window(window, open_file, model_file, qtbot):
    record = open_file(model_file)
    inspector = window.docks.page("inspector")
    record.select([OperatorId(0, 0)])
    qtbot.waitUntil(lambda: isinstance(inspector.view, OperatorView))
    qtbot.waitUntil(lambda: len(inspector.view.findChildren(ConstantView)) == 2)
    buttons = [button for button in inspector.view.findChildren(QPushButton) if button.text() == "Values…"]

    qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)

    dialog = window.findChild(ValuesDialog)
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 1)
    assert dialog.isVisible()
    assert not dialog.isModal()
    assert dialog.windowTitle() == "Values of block/weights"
    dialog.close()


def test_the_grid_shows_the_last_two_dimensions_at_the_chosen_index(browse, qtbot):
    dialog = browse(_weights())
    first, second = dialog.indexes.choosers
    qtbot.keyClicks(first, "1")
    qtbot.keyClick(first, Qt.Key.Key_Up)
    second.stepUp()

    assert (dialog.table.rowCount(), dialog.table.columnCount()) == (4, 5)
    assert _cell(dialog, 3, 4) == str(_WEIGHTS[1, 1, 3, 4])
    assert dialog.table.headerData(3, Qt.Orientation.Vertical) == "3"


def test_real_values_use_the_scale_of_their_channel(browse, qtbot):
    dialog = browse(_weights())
    qtbot.keyClicks(dialog.face, "Real")
    dialog.indexes.choosers[0].stepUp()

    assert float(_cell(dialog, 2, 1)) == _WEIGHTS[1, 0, 2, 1] * _SCALES[1]
    assert "stored as" in dialog.table.index(2, 1).data(Qt.ItemDataRole.ToolTipRole)


def test_values_without_scales_have_one_face_only(browse):
    dialog = browse(a_stored_tensor((2, 2), data=[0.5, 1.5, 2.5, 3.5], name="constant"))

    assert not dialog.face.isEnabled()
    assert _cell(dialog, 1, 1) == "3.5"


@pytest.mark.parametrize("text", ["1, 2, 3, 0", "[1,2,3,0]", str(np.ravel_multi_index((1, 2, 3, 0), _WEIGHTS.shape))])
def test_going_to_an_element_selects_it(browse, qtbot, text):
    dialog = browse(_weights())
    qtbot.keyClicks(dialog.go_to, text)
    qtbot.keyClick(dialog.go_to, Qt.Key.Key_Return)

    assert dialog.isVisible()
    assert dialog.grid.currentIndex().data() == str(_WEIGHTS[1, 2, 3, 0])
    assert dialog.indexes.chosen == ((1, 2), 0, 0)


def test_an_element_that_does_not_exist_is_told(browse, qtbot):
    dialog = browse(_weights())
    qtbot.keyClicks(dialog.go_to, "5, 0, 0, 0")
    qtbot.keyClick(dialog.go_to, Qt.Key.Key_Return)

    assert dialog.message.plain_text == "There is no such element in a shape of [2, 3, 4, 5]."


def test_a_single_dimension_is_wrapped_and_its_rows_say_where_they_begin(browse):
    dialog = browse(a_stored_tensor((20,), "int32", data=list(range(20)), name="constant"))

    assert dialog.table.headerData(1, Qt.Orientation.Vertical) == "16"
    assert _cell(dialog, 1, 3) == "19"
    assert _cell(dialog, 1, 4) is None


def test_the_selection_is_copied_for_a_spreadsheet(browse, qtbot):
    dialog = browse(_weights())
    dialog.grid.selectAll()
    qtbot.mouseClick(_button(dialog, "Copy"), Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()

    assert [[int(value) for value in line.split("\t")] for line in lines] == _WEIGHTS[0, 0].tolist()
    assert dialog.message.plain_text == "20 values copied."


def test_copying_a_wrapped_dimension_keeps_its_rows(browse, qtbot):
    dialog = browse(a_stored_tensor((20,), "int32", data=list(range(20)), name="constant"))
    dialog.grid.selectAll()
    qtbot.mouseClick(_button(dialog, "Copy"), Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()

    assert lines == ["\t".join(map(str, range(16))), "16\t17\t18\t19" + "\t" * 12]


def test_the_histogram_counts_every_value(browse):
    dialog = browse(a_stored_tensor((4,), "int8", data=[1, 1, 1, 3], scale=0.5, name="constant"))

    assert dialog.histogram.text_at(dialog.histogram.rect().topLeft()) == "0.5 … 1.5: 3"
    assert dialog.histogram.text_at(dialog.histogram.rect().topRight()) == "2.5 … 3.5: 1"


@pytest.mark.parametrize(("face", "expected"), [("Stored", _WEIGHTS), ("Real", _WEIGHTS * [[[[0.5]]], [[[0.25]]]])])
def test_all_values_are_saved_for_numpy(browse, qtbot, tmp_path, monkeypatch, services, face, expected):
    dialog = browse(_weights())
    qtbot.keyClicks(dialog.face, face)
    path = tmp_path / "saved.npy"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), "NumPy array (*.npy)"))
    qtbot.mouseClick(_button(dialog, "Save…"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.message.plain_text == "Saved as saved.npy.")

    assert np.array_equal(np.load(path), expected)


def test_a_file_that_cannot_be_written_is_a_notice(browse, qtbot, tmp_path, monkeypatch, services):
    dialog = browse(_weights())
    path = Path(tmp_path / "missing" / "saved.csv")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(_button(dialog, "Save…"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(services.notices.notices))

    assert services.notices.notices[0].message.startswith("saved.csv cannot be written")
    assert dialog.isVisible()


def test_values_that_cannot_be_read_are_a_notice_and_close_the_dialog(browse, qtbot, services):
    dialog = browse(a_stored_tensor((1000,), "float32", data=[1.0], name="constant"), is_read=False)
    with qtbot.waitSignal(dialog.rejected):
        pass

    assert "cannot be read" in services.notices.notices[0].message

import pytest
from PySide6.QtWidgets import QLabel

from backends.errors import StoreError
from profiler_gui.widgets.picture import write_picture


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml")])
def test_the_suffix_chooses_the_format(qtbot, tmp_path, name, start):
    label = QLabel("Hello")
    qtbot.addWidget(label)
    label.resize(100, 40)
    write_picture(label, tmp_path / name, "Hello")

    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["a.png", "a.svg"])
def test_a_folder_that_is_not_there_is_told(qtbot, tmp_path, name):
    label = QLabel("Hello")
    qtbot.addWidget(label)
    label.resize(100, 40)

    with pytest.raises(StoreError, match=name):
        write_picture(label, tmp_path / "missing" / name, "Hello")

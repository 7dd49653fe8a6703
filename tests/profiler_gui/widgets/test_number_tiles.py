from profiler_gui.widgets.number_tiles import Number, NumberTiles


def test_numbers_stand_over_their_titles_as_many_as_fit(qtbot):
    tiles = NumberTiles()
    qtbot.addWidget(tiles)
    tiles.show_numbers([Number(title=f"n{i}", text=f"{i} ms") for i in range(6)])
    tiles.resize(400, 100)
    tiles.show()
    wide = tiles._grid.rowCount()
    tiles.resize(200, 100)
    qtbot.waitUntil(lambda: tiles._columns == 2)

    assert tiles.texts()["n3"] == "3 ms"
    assert wide == 2
    assert tiles._grid.rowCount() == 3


def test_other_numbers_replace_them(qtbot):
    tiles = NumberTiles()
    qtbot.addWidget(tiles)
    tiles.show_numbers([Number(title="old", text="1")])
    tiles.show_numbers([Number(title="new", text="2")])

    assert tiles.texts() == {"new": "2"}

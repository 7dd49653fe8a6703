from PySide6.QtCore import Qt

from profiler_gui.areas import focus_into


def _is_in(area):
    focused = area.window().focusWidget()
    return focused is not None and (area is focused or area.isAncestorOf(focused))


def test_the_focus_goes_from_the_graph_through_the_panels_and_back(window, open_file, model_file, qtbot):
    open_file(model_file)
    docks = window.docks
    qtbot.waitUntil(lambda: docks.made_page("inspector") is not None and docks.made_page("layers") is not None)
    window.page.canvas.setFocus()
    qtbot.waitUntil(lambda: _is_in(window.page.canvas))
    seen = []
    for _ in range(3):
        window.actions_table["next_area"].trigger()
        areas = {"graph": window.page, "inspector": docks.page("inspector"), "layers": docks.page("layers")}
        seen.append(next(name for name, area in areas.items() if _is_in(area)))

    assert seen == ["inspector", "layers", "graph"]

    window.actions_table["previous_area"].trigger()
    assert _is_in(docks.page("layers"))


def test_operators_are_walked_with_the_keyboard_alone(window, open_file, model_file, qtbot):
    record = open_file(model_file)
    qtbot.waitUntil(lambda: window.docks.made_page("layers") is not None)
    assert focus_into(window.docks.page("layers"))
    window.actions_table["next_area"].trigger()
    assert _is_in(window.page)
    for _ in range(2):
        qtbot.keyClick(window.page.canvas, Qt.Key.Key_Down)

    assert [id_.index for id_ in record.selection] == [0]

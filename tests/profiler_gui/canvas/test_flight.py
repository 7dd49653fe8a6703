import pytest

from profiler_gui.canvas.flight import between
from profiler_gui.canvas.viewport import Viewport

START = Viewport(x=0, y=0, zoom=1.0, width=100, height=100)
END = Viewport(x=1000, y=500, zoom=0.25, width=100, height=100)


def test_a_move_begins_and_ends_where_it_should():
    assert between(START, END, 0.0).centre == pytest.approx(START.centre)
    assert between(START, END, 1.0).centre == pytest.approx(END.centre)
    assert between(START, END, 1.0).zoom == pytest.approx(END.zoom)


def test_half_way_the_zoom_is_the_geometric_mean():
    assert between(START, END, 0.5).zoom == pytest.approx(0.5)

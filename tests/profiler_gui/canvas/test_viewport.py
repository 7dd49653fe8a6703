import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiler_gui.canvas.viewport import LEAST_ZOOM, MOST_ZOOM, Viewport

VIEW = Viewport(x=10.0, y=20.0, zoom=2.0, width=400.0, height=300.0)
numbers = st.floats(-1e5, 1e5)


def test_what_is_seen_depends_on_place_zoom_and_size():
    assert VIEW.box == (10.0, 20.0, 210.0, 170.0)
    assert VIEW.centre == (110.0, 95.0)


@given(numbers, numbers)
def test_to_picture_undoes_to_widget(x, y):
    assert VIEW.to_picture(*VIEW.to_widget(x, y)) == pytest.approx((x, y), abs=1e-6)


@given(st.floats(0.3, 1.9), st.floats(0, 400), st.floats(0, 300))
def test_zooming_keeps_the_point_under_the_pointer(factor, x, y):
    assert VIEW.zoomed(factor, x, y).to_picture(x, y) == pytest.approx(VIEW.to_picture(x, y), abs=1e-6)


def test_zoom_has_limits():
    assert VIEW.zoomed(1e9, 0, 0).zoom == MOST_ZOOM
    assert VIEW.zoomed(1e-12, 0, 0).zoom == LEAST_ZOOM


def test_a_fitted_box_is_seen_as_a_whole():
    box = (-500.0, 0.0, 4000.0, 90000.0)

    assert VIEW.fitted(box).shows(box)


def test_a_small_box_is_not_enlarged_beyond_its_natural_size():
    assert VIEW.fitted((0.0, 0.0, 10.0, 10.0)).zoom == 1.0


def test_moving_by_pixels_moves_the_picture_with_the_pointer():
    assert VIEW.moved(20.0, -10.0).to_widget(110.0, 95.0) == (220.0, 140.0)


def test_resizing_keeps_the_middle():
    assert VIEW.resized(1000.0, 50.0).centre == pytest.approx(VIEW.centre)


def test_the_middle_never_leaves_the_picture():
    far = VIEW.centred_on(9999.0, -9999.0).kept_near((0.0, 0.0, 100.0, 100.0))

    assert far.centre == (100.0, 0.0)

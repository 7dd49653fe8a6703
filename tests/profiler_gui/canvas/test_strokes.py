import numpy as np

from profiler_gui.canvas.strokes import distinct_pixels, piece_lines


def test_rectangles_on_the_same_pixels_are_drawn_once():
    rects = np.asarray([[0.1, 0.2, 0.3, 0.3], [0.4, 0.6, 0.2, 0.1], [5.0, 0.0, 2.0, 2.0]])

    assert distinct_pixels(rects).tolist() == [[0.0, 0.0, 1.0, 1.0], [5.0, 0.0, 2.0, 2.0]]


def test_a_piece_becomes_its_lines_without_those_of_no_length():
    straight = [0.0, 0.0, 0.0, 0.0, 10.0, 10.0]
    bent = [0.0, 0.0, 5.0, 8.0, 10.0, 12.0]

    assert len(piece_lines(np.asarray([straight]))) == 1
    assert piece_lines(np.asarray([bent])).tolist() == [[0, 0, 0, 5], [0, 5, 8, 10], [8, 10, 8, 12]]

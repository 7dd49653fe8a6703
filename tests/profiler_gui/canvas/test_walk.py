from profiler_gui.canvas.picture import build_picture
from profiler_gui.canvas.walk import Step, walk
from tests.support.graph_builders import a_graph_model


def test_up_and_down_follow_edges_and_stop_at_the_ends(residual):
    assert walk(residual, 1, Step.PRODUCER) == 0
    assert walk(residual, 0, Step.PRODUCER) is None
    assert walk(residual, 3, Step.CONSUMER) == 4
    assert walk(residual, 4, Step.CONSUMER) is None


def test_left_and_right_go_to_the_neighbour_in_the_rank(metrics):
    picture = build_picture(
        a_graph_model([("SPLIT", (0,), (1, 2, 3)), *(("RELU", (i,), (i + 3,)) for i in (1, 2, 3))], outputs=(4, 5, 6)),
        0,
        metrics,
    )
    middle = sorted((2, 3, 4), key=lambda node: picture.layout.left[node])

    assert walk(picture, middle[1], Step.LEFT) == middle[0]
    assert walk(picture, middle[1], Step.RIGHT) == middle[2]
    assert walk(picture, middle[0], Step.LEFT) is None

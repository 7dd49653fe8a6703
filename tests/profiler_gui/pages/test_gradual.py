import pytest

from profiler_gui.jobs import JobRunner
from profiler_gui.pages.gradual import Gradual
from profiler_gui.pages.layers_page import LayersPage
from profiler_gui.pages.targets_page import TargetsPage
from tests.support.builders import a_chain
from tests.support.sessions import a_session, give_verdicts, open_model

_LARGE = 2500


@pytest.fixture
def jobs(qapp):
    jobs = JobRunner()
    yield jobs
    assert jobs.close()


def test_small_things_are_shown_at_once(jobs):
    shown = []
    Gradual(jobs, jobs).show(10, lambda: 7, lambda value: [lambda: shown.append(value)])

    assert shown == [7]


def test_a_later_wish_drops_the_earlier_one(jobs, qtbot):
    shown = []
    gradual = Gradual(jobs, jobs)
    for wish in (1, 2):
        gradual.show(_LARGE, lambda wish=wish: wish, lambda value: [lambda: shown.append(value)])
    qtbot.waitUntil(lambda: not gradual.is_busy)

    assert shown == [2]


def test_the_layers_of_a_large_model_come_from_a_job(jobs, qtbot):
    session, _ = a_session(["RELU", "CONV_2D"] * _LARGE)
    page = LayersPage(session, jobs=jobs)
    qtbot.addWidget(page)
    page.show()
    before = page.operator_view.table.rowCount()
    qtbot.waitUntil(lambda: page.operator_view.table.rowCount() == 2 * _LARGE)
    qtbot.waitUntil(lambda: page.kind_view.table.rowCount() == 2)

    assert before == 0


def test_another_model_in_front_leaves_no_rows_of_the_one_before(jobs, qtbot):
    session, _ = a_session(["RELU"] * _LARGE)
    page = LayersPage(session, jobs=jobs)
    qtbot.addWidget(page)
    page.show()
    open_model(session, a_chain(["ADD"], name="other.tflite"))
    qtbot.waitUntil(lambda: page.operator_view.table.rowCount() == 1)
    qtbot.waitUntil(lambda: not jobs.jobs)

    assert [row.kind for row in page.operator_view.table.visible_rows] == ["ADD"]


def test_the_targets_of_a_large_model_follow_the_chosen_one(jobs, qtbot):
    session, record = a_session(["RELU", "CONV_2D"] * _LARGE)
    page = TargetsPage(session, jobs=jobs)
    qtbot.addWidget(page)
    page.show()
    give_verdicts(record)
    qtbot.waitUntil(lambda: page.summary_line.startswith("Old NPU"))
    record.choose_target("new")
    qtbot.waitUntil(lambda: page.summary_line.startswith("New NPU"))

    qtbot.waitUntil(lambda: page.matrix.flat.table.rowCount() == 2 * _LARGE)

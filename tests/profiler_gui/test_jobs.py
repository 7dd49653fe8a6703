import pytest

from profiler_gui.jobs import JobRunner
from profiler_gui.widgets.activity import Activity


@pytest.fixture
def jobs(qtbot):
    jobs = JobRunner()
    yield jobs
    assert jobs.close()


def test_lines_of_a_log_arrive_whole_and_in_order_before_the_end(jobs, qtbot):
    lines, ends = [], []

    def work(progress):
        for number in range(100):
            progress.line(f"line {number}")

    job = jobs.start(work, title="Talking")
    job.logged.connect(lines.extend)
    job.finished.connect(lambda: ends.append(len(lines)))
    qtbot.waitUntil(lambda: bool(ends))

    assert lines == [f"line {number}" for number in range(100)]
    assert ends == [100]


def test_a_worker_that_talks_without_end_keeps_only_its_last_lines_waiting(jobs, qtbot):
    lines = []

    def work(progress):
        for number in range(50_000):
            progress.line(str(number))

    job = jobs.start(work, title="Talking")
    job.logged.connect(lines.append)
    with qtbot.waitSignal(job.finished):
        pass

    assert max(len(delivery) for delivery in lines) <= 1000
    assert lines[-1][-1] == "49999"


def test_what_goes_on_all_the_time_is_not_shown_as_activity(jobs, qtbot):
    activity = Activity(jobs)
    qtbot.addWidget(activity)
    activity.show()
    job = jobs.start(lambda progress: progress.sleep(0.4), title="")
    with qtbot.waitSignal(job.finished):
        qtbot.wait(300)
        is_shown = activity._bar.isVisible()

    assert not is_shown

from itertools import pairwise

from backends.progress import Sample
from profiler_gui.widgets.live_latency import LiveLatency


def samples(*latencies_ns, phase="run"):
    return tuple(Sample(phase=phase, latency_ns=latency) for latency in latencies_ns)


def test_it_redraws_at_most_twice_a_second(qtbot):
    live = LiveLatency()
    qtbot.addWidget(live)
    live.add(samples(1))
    due = live._timer.remainingTime()
    live.add(samples(2))

    assert live._timer.interval() >= 500
    assert live._timer.remainingTime() <= due


def test_only_the_latest_samples_stay(qtbot):
    live = LiveLatency()
    qtbot.addWidget(live)
    live.add(samples(*range(1, 1001)))

    assert len(live.samples) == 300
    assert live.samples[-1].latency_ns == 1000


def test_it_draws_nothing_one_value_equal_values_and_many(qtbot):
    live = LiveLatency()
    qtbot.addWidget(live)
    live.resize(300, 100)
    pictures = [live.grab().toImage()]
    for latencies in ((5,), (5, 5), range(1, 200)):
        live.clear()
        live.add(samples(*latencies))
        pictures.append(live.grab().toImage())

    assert all(first != second for first, second in pairwise(pictures))


def test_a_new_run_starts_empty(qtbot):
    live = LiveLatency()
    qtbot.addWidget(live)
    live.add(samples(1, phase="warmup"))
    live.clear()

    assert live.samples == ()
    assert not live._timer.isActive()

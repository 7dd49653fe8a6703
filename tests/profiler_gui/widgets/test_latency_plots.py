import pytest

from profiler_gui.widgets.latency_plots import (
    Latencies,
    latency_ecdf,
    latency_histogram,
    latency_timeline,
)

LATENCIES = Latencies(warmup_ns=(3_000, 2_500), runs_ns=(2_000, 2_100, 1_900, 2_050))


@pytest.fixture(params=[latency_timeline, latency_histogram, latency_ecdf])
def plot(request, qtbot):
    plot = request.param()
    qtbot.addWidget(plot)
    plot.resize(320, 240)
    return plot


def axes(plot):
    return [plot.item.getAxis(side).labelText for side in ("left", "bottom")]


def test_one_axis_tells_the_latency_in_a_fitting_unit(plot):
    plot.show_latencies(LATENCIES)

    assert "Latency (µs)" in axes(plot)


def test_percentiles_stand_in_the_legend(plot):
    plot.show_latencies(LATENCIES)

    assert all(text in plot._legend.text() for text in ("p50", "2.02", "p90", "2.08", "p99", "2.10"))


def test_nothing_to_show_is_no_error(plot):
    plot.show_latencies(LATENCIES)
    plot.show_latencies(None)

    assert plot._legend.text() == ""
    assert plot.item.listDataItems() == []


def test_a_single_run_can_be_plotted(plot):
    plot.show_latencies(Latencies(warmup_ns=(), runs_ns=(7,)))

    assert "Latency (ns)" in axes(plot)


def test_the_timeline_counts_warm_up_runs_before_one(qtbot):
    plot = latency_timeline()
    qtbot.addWidget(plot)
    plot.show_latencies(LATENCIES)
    warmup, runs = plot.item.listDataItems()

    assert warmup.xData.tolist() == [-1, 0]
    assert runs.xData.tolist() == [1, 2, 3, 4]
    assert runs.yData.tolist() == [2.0, 2.1, 1.9, 2.05]


def test_runs_far_out_are_ringed(qtbot):
    plot = latency_timeline()
    qtbot.addWidget(plot)
    plot.show_latencies(Latencies(warmup_ns=(), runs_ns=(10, 11, 10, 11, 10, 99)))
    _, rings = plot.item.listDataItems()

    assert rings.xData.tolist() == [6]

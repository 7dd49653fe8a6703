from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from backends.runs.benchmark.accuracy import Accuracy
from backends.runs.benchmark.culprit import NodeRange
from backends.runs.benchmark.similarity import Similarity
from backends.runs.plan import Plan
from backends.runs.prediction import compare_prediction, find_predicting_target
from backends.runs.run import NpuLayer, RunChunk
from backends.targets.verdict import Placement
from profiler_gui.pages.accuracy_pane import AccuracyPane
from profiler_gui.pages.npu_pane import NpuPane
from profiler_gui.pages.prediction_pane import PredictionPane
from profiler_gui.pages.run_details import RunDetails
from profiler_gui.pages.run_numbers import run_numbers, run_title
from tests.support.builders import a_chain, a_run, a_verdict_of

_PLAN = Plan(device="adb:R5CT", delegate="nnapi")


def a_device_run(*placements, **environment):
    model = a_chain(["CONV_2D"] * len(placements))
    run = a_run(model, plan=_PLAN)
    operators = tuple(replace(item, placement=place) for item, place in zip(run.operators, placements, strict=True))
    return replace(run, operators=operators, environment={"model": "Pixel 7", **environment}), model


def an_output(name="scores", **fields):
    values = {"max_abs": 0.25, "mean_abs": 0.01, "psnr_db": 41.23, "cosine": 0.9998, "top1_agrees": True}
    return Similarity(name=name, count=10, top5_agreement=0.8, **{**values, **fields})


def test_contradictions_are_counted_listed_and_explained(qtbot):
    run, model = a_device_run("NNAPI", "CPU", "NNAPI")
    verdict = a_verdict_of(model, {2: Placement.FALLBACK}, target_id="nnapi-1.3", target_name="NNAPI 1.3")
    pane = PredictionPane()
    qtbot.addWidget(pane)
    count = pane.show_rows(verdict.target_name, compare_prediction(run, verdict))

    assert count == 2
    assert pane.summary.plain_text == (
        "1 of 3 operators ran where NNAPI 1.3 predicted. 1 fell back to the processor against the prediction. "
        "1 were accelerated against the prediction."
    )
    assert [row.operator.index for row in pane.view.table.visible_rows] == [1, 2]


def test_without_a_target_the_pane_says_that_nothing_was_predicted(qtbot):
    pane = PredictionPane()
    qtbot.addWidget(pane)
    pane.show_rows("", ())

    assert "nothing was predicted" in pane.summary.plain_text


@pytest.mark.parametrize(
    ("environment", "chosen", "found"),
    [
        ({"nnapi": "1.2"}, "nnapi-1.0", "nnapi-1.2"),
        ({"nnapi": "1.3, feature level 5 or higher"}, "vs680", "nnapi-1.3"),
        ({}, "nnapi-1.1", "nnapi-1.1"),
        ({}, "vs680", "nnapi-1.0"),
    ],
)
def test_the_devices_own_nnapi_predicts_else_the_chosen_target(environment, chosen, found):
    run, _ = a_device_run("NNAPI", **environment)

    assert find_predicting_target(run, ["nnapi-1.0", "nnapi-1.1", "nnapi-1.2", "nnapi-1.3", "vs680"], chosen) == found


def test_a_run_without_delegate_is_predicted_by_nothing():
    assert find_predicting_target(a_run(a_chain(["RELU"])), ["nnapi-1.0"], "nnapi-1.0") == ""


def test_outputs_are_compared_in_numbers_and_one_sentence(qtbot):
    pane = AccuracyPane()
    qtbot.addWidget(pane)
    accuracy = Accuracy(
        delegate="gpu",
        outputs=(an_output(), an_output("same", psnr_db=float("inf"))),
        deviation=0.2,
        tolerance=0.05,
        culprit=NodeRange(first=3, last=4),
    )
    pane.show_accuracy(accuracy, can_compare=True)
    columns = {column.id: column for column in pane.view.table.columns}
    first, second = pane.view.table.visible_rows

    assert pane.summary.plain_text == (
        "The outputs deviate by 20.0 % of the largest value, beyond the tolerance of 5.0 %. "
        "The deviation comes from operators 3 to 4."
    )
    assert columns["psnr_db"].text(first) == "41.2 dB"
    assert columns["psnr_db"].text(second) == "equal"
    assert columns["top1"].text(first) == "same"


def test_comparing_is_asked_for_with_or_without_the_search(qtbot):
    pane = AccuracyPane()
    qtbot.addWidget(pane)
    pane.show()
    wanted = []
    pane.comparison_wanted.connect(wanted.append)
    pane.show_accuracy(None, can_compare=True)
    qtbot.mouseClick(pane.button, Qt.MouseButton.LeftButton)
    pane.finds_culprit.setChecked(True)
    qtbot.mouseClick(pane.button, Qt.MouseButton.LeftButton)
    pane.show_accuracy(None, can_compare=False)

    assert wanted == [False, True]
    assert not pane.button.isEnabled()


def test_runs_on_devices_have_more_to_show(qtbot):
    details = RunDetails()
    qtbot.addWidget(details)
    run, _ = a_device_run("NNAPI")
    run = replace(run, log="$ benchmark_model --graph=m\nINFO: STARTING!")
    details.show_runs([run], run)
    on_device = [details.tabText(i) for i in range(details.count()) if details.isTabVisible(i)]
    host = a_run(a_chain(["RELU"]))
    details.show_runs([host], host)

    assert on_device == ["Environment", "Notes", "Prediction", "Accuracy", "Runs (1)", "Log", "Device log"]
    assert [details.tabText(i) for i in range(details.count()) if details.isTabVisible(i)] == [
        "Environment",
        "Notes",
        "Runs (1)",
        "Log",
    ]
    assert details.device_log.toPlainText() == ""


def test_starting_cold_and_with_caches_is_told_apart():
    run, _ = a_device_run("NNAPI")
    inits, firsts = (20_000_000, 4_000_000, 6_000_000), (9_000_000, 2_000_000, 3_000_000)
    chunks = tuple(
        RunChunk(count=5, mean_ns=1e6, min_ns=1e6, max_ns=1e6, init_ns=init, first_ns=first)
        for init, first in zip(inits, firsts, strict=True)
    )
    run = replace(run, chunks=chunks, init_ns=inits[0], first_ns=firsts[0])
    texts = {number.title: number.text for number in run_numbers(run)}

    assert texts["Init, cold"] == "20.0 ms"
    assert texts["Init, cached"] == "5.00 ms"
    assert texts["First, cold"] == "9.00 ms"
    assert texts["First, cached"] == "2.50 ms"
    assert run_title(run) == "2026-03-01 12:00:00, Pixel 7, NNAPI, 15 runs in 3 processes, 1 thread"


def test_layers_of_an_npu_are_listed_with_what_they_mean(qtbot):
    pane = NpuPane()
    qtbot.addWidget(pane)
    layers = [
        NpuLayer(network=3, index=i, name=f"ConvolutionReluPoolingLayer{i}", engine="NN", time_ns=1000.0 * i, cycles=70)
        for i in (1, 2)
    ]
    pane.show_layers(layers)
    (first, *_), shown = pane.view.table.visible_rows, set(pane.view.visible_column_ids())
    pane.show_layers([NpuLayer(network=3, index=1, name="x", engine="NN", read_bytes=10)])

    assert first.name == "ConvolutionReluPoolingLayer1"
    assert {"time_ns", "cycles"} <= shown
    assert "read_bytes" not in shown
    assert "read_bytes" in pane.view.visible_column_ids()
    assert "step by step" in pane.summary.plain_text

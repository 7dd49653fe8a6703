from backends.accuracy.comparison import Comparison, OutputComparison
from tests.support.builders import a_run


def open_score(window, services, qtbot, model_file):
    services.opener.open_paths([model_file])
    qtbot.waitUntil(lambda: window.page is not None)
    window.docks.raise_panel("score")
    page = window.docks.page("score")
    page.chooser.setCurrentText("Mobile AI 2021: quantised super-resolution on VS680")
    qtbot.waitUntil(lambda: len(page.requirements.checks) == 4)
    return page, services.session.current


def test_requirements_are_checked_and_a_score_needs_run_and_metric(window, services, qtbot, model_file):
    page, record = open_score(window, services, qtbot, model_file)

    assert [check.is_ok for check in page.requirements.checks].count(False) >= 2
    assert "Score: needs a run and PSNR" in page.text

    record.add_run(a_run(record.model, latencies_ns=(44_850_000,)))
    page.metrics["psnr"].setValue(29.58)
    qtbot.waitUntil(lambda: "Score: 51.02" in page.text)

    assert "of 11; not accepted as it is" in page.text
    table = page.standings.table
    assert "your model" in [row[0] for row in table.all_rows]


def test_another_challenge_asks_for_other_metrics(window, services, qtbot, model_file):
    page, _record = open_score(window, services, qtbot, model_file)
    page.chooser.setCurrentText("Mobile AI 2021: quantised camera scene detection")

    assert list(page.metrics) == ["top1", "top3"]
    qtbot.waitUntil(lambda: len(page.requirements.checks) == 3)


def a_comparison(**fields):
    output = OutputComparison(name="out", shape=(1,), samples=5, psnr_db=41.0, **fields)
    return Comparison(reference="a", actual="b", kernels=("", ""), samples=5, outputs=(output,))


def test_what_a_comparison_with_reference_pictures_found_is_offered(window, services, qtbot, model_file):
    page, record = open_score(window, services, qtbot, model_file)
    assert not page.take_button.isVisibleTo(page)

    services.session.accuracies.add(record.model.sha256, a_comparison())
    assert not page.take_button.isVisibleTo(page)  # near to its own original is no quality

    services.session.accuracies.add(record.model.sha256, a_comparison(actual_truth_psnr_db=29.58))
    assert page.take_button.isVisibleTo(page)
    page.take_button.click()

    assert page.metrics["psnr"].value() == 29.58
    page.chooser.setCurrentText("Mobile AI 2021: quantised camera scene detection")
    qtbot.waitUntil(lambda: not page.take_button.isVisibleTo(page))
    services.session.accuracies.add(record.model.sha256, a_comparison(actual_top={1: 0.9, 3: 0.99}))
    page.take_button.click()

    assert (page.metrics["top1"].value(), page.metrics["top3"].value()) == (90.0, 99.0)

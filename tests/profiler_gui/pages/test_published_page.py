from dataclasses import replace

from profiler_gui.pages.published_page import VIEW_KEY
from tests.profiler_gui.conftest import a_small_model
from tests.support.builders import a_run


def open_published(window):
    window.actions_table["published"].trigger()
    return window.tabs.view(VIEW_KEY)


def test_a_search_leaves_the_rows_that_fit_and_plots_them(window, qtbot):
    page = open_published(window)
    page.search.setText("kirin 9000")

    assert page.choice.currentItem().text() == "AI Benchmark: FP16 inference (1)"
    assert [page.view.table.all_rows[0].row.keys[1]] == ["Kirin 9000"]
    assert page.bars.bars[0].text == "3.3 ms"

    page.column.setCurrentText("DPED (ms)")

    assert page.bars.bars[0].text == "5 ms"


def test_without_a_model_there_is_a_hint(window):
    assert "Open a model" in open_published(window).about


def test_an_own_run_stands_among_the_published_ones(window, services, qtbot, tmp_path):
    path = tmp_path / "mobilenet_v2_own.tflite"
    path.write_bytes(a_small_model())
    services.opener.open_paths([path])
    qtbot.waitUntil(lambda: services.session.current is not None)
    record = services.session.current
    record.add_run(a_run(record.model, latencies_ns=(3_000_000,)))
    page = open_published(window)
    qtbot.waitUntil(lambda: page.view.table.all_rows != ())

    assert "a variant of MobileNet-V2" in page.about
    assert ("Your run", "3 ms") in [(bar.label, bar.text) for bar in page.bars.bars]


def test_the_view_is_shown_once(window):
    open_published(window)
    open_published(window)

    assert window.tabs.count() == 1


def test_a_run_on_a_known_chipset_is_put_beside_what_was_published(window, services, qtbot, tmp_path):
    path = tmp_path / "mobilenet_v2_own.tflite"
    path.write_bytes(a_small_model())
    services.opener.open_paths([path])
    qtbot.waitUntil(lambda: services.session.current is not None)
    record = services.session.current
    run = a_run(record.model, latencies_ns=(3_000_000,))
    window.docks.raise_panel("profile")
    page = window.docks.page("profile")
    record.add_run(run)
    qtbot.waitUntil(lambda: page.details.notes.plain_text != "")
    assert "Published" not in page.details.notes.plain_text

    record.add_run(replace(run, id="other", environment={**run.environment, "chipset": "Kirin 9000"}))
    qtbot.waitUntil(lambda: "Published MobileNet-V2" in page.details.notes.plain_text)

    assert "on Kirin 9000" in page.details.notes.plain_text
    assert "yours: 3.00 ms" in page.details.notes.plain_text

import pytest

from backends.model.model import OperatorId
from backends.runs.host.peak import Peak
from backends.runs.plan import Plan
from profiler_gui.pages import roofline_pane
from tests.support.builders import a_run

_CONV = OperatorId(0, 0)


@pytest.fixture
def page(window, open_file, model_file, monkeypatch):
    monkeypatch.setattr(roofline_pane, "kept_peak", lambda threads: None)
    monkeypatch.setattr(
        roofline_pane,
        "host_peak",
        lambda threads, progress, measures_anew=False: Peak(
            macs_per_second=1e10, bytes_per_second=1e9, source=f"Measured {'anew' if measures_anew else 'first'}."
        ),
    )
    open_file(model_file)
    window.docks.raise_panel("plots")
    page = window.docks.page("plots")
    page.show_roofline()
    return page


def test_without_a_run_it_says_what_to_do(page, qtbot):
    qtbot.waitUntil(lambda: "Ctrl+R" in page.roofline._wait.text)


def test_the_peak_of_this_computer_is_measured_once_and_again_when_asked(page, qtbot):
    page.record.add_run(a_run(page.record.model, [1e6, 2e6, 3e6]))
    qtbot.waitUntil(lambda: "Measured first." in page.roofline._source.text(), timeout=10_000)

    assert [spot.data()[0].operator for spot in page.roofline.plot.dots.points()] == [_CONV]
    assert "2 operators are left out" in page.roofline._source.text()

    page.roofline.again.click()
    qtbot.waitUntil(lambda: "Measured anew." in page.roofline._source.text())


def test_a_device_shows_the_largest_rates_of_its_run_as_such(page, qtbot):
    page.record.add_run(a_run(page.record.model, [1e6, 2e6, 3e6], plan=Plan(device="phone", delegate="gpu")))
    qtbot.waitUntil(lambda: "not measured" in page.roofline._source.text(), timeout=10_000)

    assert not page.roofline.again.isVisible()


def test_selection_goes_both_ways(page, qtbot):
    page.record.add_run(a_run(page.record.model, [1e6, 2e6, 3e6]))
    qtbot.waitUntil(lambda: page.roofline.plot is not None and len(page.roofline.plot.dots.points()) == 1)

    page.roofline.plot.chosen.emit((_CONV,), False)

    assert page.record.selection == {_CONV}
    assert page.roofline.plot._selection == {_CONV}

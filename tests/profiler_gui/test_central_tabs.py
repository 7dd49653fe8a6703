from PySide6.QtWidgets import QLabel, QWidget

from profiler_gui.central_tabs import CentralTabs
from profiler_gui.opening import Route


class View(QLabel):
    is_finished = False

    def finish(self) -> None:
        self.is_finished = True


def test_a_view_without_any_model_is_shown_and_closed(window, services):
    view = View("two runs")
    window.tabs.show_view("compare:a:b", view, "a & b", tip="a beside b")

    assert window.tabs.isVisible()
    assert window.page is None
    assert window.tabs.tabText(0) == "a && b"

    window.tabs.tabCloseRequested.emit(0)

    assert view.is_finished
    assert window.empty_state.isVisible()


def test_a_view_with_the_same_key_takes_the_place_of_the_old_one(window, services):
    window.tabs.show_view("compare:a:b", View("old"), "old")
    new = View("new")
    window.tabs.show_view("compare:a:b", new, "new")

    assert window.tabs.views == (new,)
    assert window.tabs.count() == 1


def test_a_model_comes_to_the_front_of_a_view(window, services, qtbot, model_file, other_file):
    services.opener.open_paths([model_file])
    qtbot.waitUntil(lambda: window.page is not None)
    window.tabs.show_view("v", View("view"), "view")

    assert window.page is None

    services.opener.open_paths([other_file])
    qtbot.waitUntil(lambda: window.page is not None)

    assert window.page.record is services.session.current


def test_a_route_gets_the_files_it_accepts_in_one_go(window, services, qtbot, model_file, tmp_path):
    taken = []
    services.opener.add_route(Route(accepts=lambda path: path.suffix == ".prof", open_paths=taken.append))
    services.opener.open_paths([tmp_path / "a.prof", model_file, tmp_path / "b.prof"])
    qtbot.waitUntil(lambda: window.page is not None)

    assert taken == [(tmp_path / "a.prof", tmp_path / "b.prof")]


def test_short_titles_stay_readable_beside_long_ones(services, qtbot):
    tabs = CentralTabs(services.session)
    qtbot.addWidget(tabs)
    for number in range(4):
        tabs.show_view(f"long:{number}", QWidget(), "a_name_that_is_quite_long_for_a_tab ↔ another_one_of_that_kind")
    tabs.show_view("short", QWidget(), "folder")
    tabs.resize(900, 300)
    tabs.show()
    bar = tabs.tabBar()

    assert bar.tabRect(4).width() >= min(110, bar.tabSizeHint(4).width())
    assert bar.tabRect(0).width() >= 110

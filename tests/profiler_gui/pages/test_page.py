from profiler_gui.pages.page import Page
from profiler_gui.session import OverlayChoice, Session
from tests.support.builders import a_chain
from tests.support.sessions import a_session, open_model


class CountingPage(Page):
    def __init__(self, session):
        super().__init__(session)
        self.shown = []
        self.follow(target_changed=self.invalidate, overlay_changed=self.invalidate)

    def refresh(self):
        self.shown.append(self.record.title if self.record else "")


def test_it_shows_the_model_in_front_when_it_is_seen(qtbot):
    session, _ = a_session()
    page = CountingPage(session)
    qtbot.addWidget(page)
    before = list(page.shown)
    page.show()

    assert (before, page.shown) == ([], ["chain.tflite"])


def test_several_changes_lead_to_one_refresh(qtbot):
    session, record = a_session()
    page = CountingPage(session)
    qtbot.addWidget(page)
    page.show()
    record.choose_target("a")
    record.choose_target("b")
    record.choose_overlay(OverlayChoice(is_logarithmic=True))
    qtbot.waitUntil(lambda: len(page.shown) == 2)
    qtbot.wait(20)

    assert len(page.shown) == 2


def test_only_the_model_in_front_is_listened_to(qtbot):
    session, first = a_session()
    page = CountingPage(session)
    qtbot.addWidget(page)
    page.show()
    open_model(session, a_chain(["MUL"], name="second.tflite"))
    qtbot.waitUntil(lambda: page.shown[-1] == "second.tflite")
    first.choose_target("a")
    qtbot.wait(20)

    assert page.shown == ["chain.tflite", "second.tflite"]


def test_closing_the_last_model_leaves_the_page_empty(qtbot):
    session, record = a_session()
    page = CountingPage(session)
    qtbot.addWidget(page)
    page.show()
    session.close(record)
    qtbot.waitUntil(lambda: page.shown[-1] == "")

    assert page.record is None


def test_a_dock_can_be_made_smaller_than_its_parts_would_like(qtbot):
    page = CountingPage(Session())
    qtbot.addWidget(page)

    assert page.minimumSizeHint().height() <= 100

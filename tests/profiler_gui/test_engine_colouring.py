from dataclasses import replace

from backends.model.model import OperatorId
from backends.reports.columns import engine_text, matrix_columns, speed_word
from backends.reports.rows import operator_rows
from backends.targets.verdict import Placement, Verdict
from profiler_gui.canvas.coat import Pattern, dress
from profiler_gui.canvas.overlay import GroupOverlay
from profiler_gui.canvas.palette import DARK, LIGHT
from profiler_gui.canvas.picture import build_picture
from profiler_gui.canvas.text import TextMetrics
from profiler_gui.colouring import overlay_of
from profiler_gui.session import Overlay, OverlayChoice
from tests.support.builders import a_finding
from tests.support.sessions import a_session, give_verdicts


def with_engines():
    """Operators on NN fast, PPU slow, TP to be measured, and on the CPU."""
    _, record = a_session()
    give_verdicts(record)
    ids = [OperatorId(0, index) for index in range(4)]
    told = [("NN", True, ()), ("PPU", False, (a_finding(),)), ("TP", None, (a_finding(),))]
    verdicts = {
        id_: Verdict(operator=id_, placement=Placement.ACCELERATED, engine=engine, fast_path=fast, findings=findings)
        for id_, (engine, fast, findings) in zip(ids, told, strict=False)
    }
    verdicts[ids[3]] = Verdict(operator=ids[3], placement=Placement.FALLBACK, findings=(a_finding(),))
    record.set_verdicts({"old": replace(record.verdicts["old"], verdicts=verdicts)})
    record.choose_overlay(OverlayChoice(overlay=Overlay.ENGINE))
    return record


def test_operators_are_grouped_by_engine_and_speed_and_say_so():
    overlay = overlay_of(with_engines())

    assert isinstance(overlay, GroupOverlay)
    assert [group.name for group in overlay.groups] == ["NN fast", "PPU slow", "TP measure", "CPU"]
    assert overlay.labels[OperatorId(0, 1)] == "PPU slow"


def test_engines_have_colours_of_their_own_and_speeds_have_textures(qapp):
    record = with_engines()
    picture = build_picture(record.model, 0, TextMetrics(qapp.font()))
    for palette in (LIGHT, DARK):
        coat = dress(picture, palette, overlay_of(record))
        nodes = [picture.node_of[OperatorId(0, index)] for index in range(4)]

        assert len({coat.colours[coat.colour[node]] for node in nodes}) == 4
        assert [Pattern(coat.pattern[node]) for node in nodes] == [
            Pattern.PLAIN,
            Pattern.HATCHED,
            Pattern.DOTTED,
            Pattern.HATCHED,
        ]


def test_a_target_with_one_engine_shows_placements_alone():
    _, record = a_session()
    give_verdicts(record)
    record.choose_overlay(OverlayChoice(overlay=Overlay.ENGINE))

    assert [group.name for group in overlay_of(record).groups] == ["accelerated", "CPU"]


def test_the_matrix_names_engine_and_fast_path():
    record = with_engines()
    rows = operator_rows(record.model, record.costs)
    column = matrix_columns(tuple(record.verdicts.values()))[-1]

    assert [column.text(row) for row in rows] == [
        "accelerated (NN fast)",
        "accelerated (PPU slow)",
        "accelerated (TP measure)",
        "fallback",
    ]


def test_a_speed_is_only_told_of_what_is_accelerated():
    id_ = OperatorId(0, 0)

    assert speed_word(Verdict(operator=id_, placement=Placement.FALLBACK, fast_path=False)) == ""
    assert engine_text(Verdict(operator=id_, placement=Placement.ACCELERATED, engine="TP")) == "TP"
    assert engine_text(Verdict(operator=id_, placement=Placement.ACCELERATED, fast_path=True)) == "fast"

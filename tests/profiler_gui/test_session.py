from dataclasses import replace
from pathlib import Path

import pytest

from backends.model.cost import estimate_model
from backends.model.model import OperatorId
from backends.runs.operator_column import OperatorColumn
from profiler_gui.session import OpenedFile, Overlay, OverlayChoice, Session, Side, open_key
from tests.support.builders import a_chain, a_run


def opened(kinds=("CONV_2D", "RELU", "ADD"), *, path="/models/a.tflite", member="", sha256="aa" * 32) -> OpenedFile:
    model = replace(a_chain(kinds), sha256=sha256)
    costs, summary = estimate_model(model)
    return OpenedFile(model=model, path=Path(path), member=member, costs=costs, summary=summary)


@pytest.fixture
def session(qapp):
    session = Session()
    yield session
    session.deleteLater()


def test_what_is_open_already_comes_to_the_front(session, qtbot):
    first = session.add(opened())
    session.add(opened(path="/models/b.tflite"))

    again = session.add(opened())

    assert again is first
    assert session.current is first
    assert len(session.models) == 2


def test_models_of_one_bundle_are_different_tabs(session):
    session.add(opened(path="/models/x.task", member="a.tflite"))
    session.add(opened(path="/models/x.task", member="b.tflite"))

    assert [record.title for record in session.models] == ["a.tflite", "b.tflite"]
    assert open_key(Path("/models/x.task"), "a.tflite") != open_key(Path("/models/x.task"), "b.tflite")


def test_closing_brings_the_neighbour_to_the_front(session):
    first = session.add(opened(path="/models/a.tflite"))
    second = session.add(opened(path="/models/b.tflite"))
    third = session.add(opened(path="/models/c.tflite"))
    session.set_current(second)

    session.close(second)

    assert session.current is third

    session.close(third)
    session.close(first)

    assert session.current is None


def test_a_selection_of_what_does_not_exist_is_ignored(session):
    record = session.add(opened())

    record.select([OperatorId(0, 1), OperatorId(0, 9), OperatorId(3, 0), OperatorId(0, -1)])

    assert record.selection == {OperatorId(0, 1)}


def test_an_unchanged_selection_is_not_told_again(session):
    record = session.add(opened())
    told = []
    record.selection_changed.connect(told.append)

    record.select([OperatorId(0, 1)])
    record.select([OperatorId(0, 1)])

    assert told == [frozenset({OperatorId(0, 1)})]


def test_a_first_run_is_chosen_and_colours_the_graph(session):
    record = session.add(opened())
    run = a_run(record.model)

    record.add_run(run)

    assert record.run is run
    assert record.overlay.overlay is Overlay.TIME


def test_a_run_leaves_a_chosen_colouring_alone(session):
    record = session.add(opened())
    record.choose_overlay(OverlayChoice(overlay=Overlay.MACS))

    record.add_run(a_run(record.model))

    assert record.overlay.overlay is Overlay.MACS


def test_removing_the_chosen_run_chooses_the_newest_other(session):
    record = session.add(opened())
    first, second = a_run(record.model, id_="1"), a_run(record.model, id_="2")
    record.add_run(first)
    record.add_run(second)

    record.remove_run(second)

    assert record.run is first

    record.remove_run(first)

    assert record.run is None


def test_a_reload_keeps_the_selection_where_the_operators_are_alike(session):
    record = session.add(opened())
    record.select([OperatorId(0, 0), OperatorId(0, 1), OperatorId(0, 2)])

    record.replace_file(opened(("CONV_2D", "TANH"), sha256="bb" * 32))

    assert record.selection == {OperatorId(0, 0)}


def test_a_reload_of_other_content_drops_runs_and_the_same_content_keeps_them(session):
    record = session.add(opened())
    run = a_run(record.model)
    record.add_run(run)

    record.replace_file(opened())

    assert record.runs == (run,)

    record.replace_file(opened(sha256="cc" * 32))

    assert record.runs == ()
    assert record.run is None


def a_column(id_="energy_mj", value=1.0) -> OperatorColumn:
    return OperatorColumn(id=id_, title="Energy", unit="mJ", values={OperatorId(0, 0): value})


def test_a_column_with_the_same_id_takes_the_place_of_the_old_one(session, qtbot):
    record = session.add(opened())
    record.add_column(a_column("energy_mj"))
    record.add_column(a_column("error"))

    with qtbot.waitSignal(record.columns_changed):
        record.add_column(a_column("energy_mj", 2.0))

    assert [(column.id, column.values[OperatorId(0, 0)]) for column in record.columns] == [
        ("energy_mj", 2.0),
        ("error", 1.0),
    ]

    record.remove_column("energy_mj")

    assert [column.id for column in record.columns] == ["error"]


def test_columns_of_the_old_content_go_with_it(session):
    record = session.add(opened())
    record.add_column(a_column())

    record.replace_file(opened())

    assert len(record.columns) == 1

    record.replace_file(opened(sha256="bb" * 32))

    assert record.columns == ()


def test_a_comparison_needs_two_sides(session, qtbot):
    record = session.add(opened())
    side = Side(model=record.model, costs=record.costs, run=a_run(record.model), title="a.tflite")
    wanted = []
    session.compare_wanted.connect(wanted.append)

    session.compare([side])
    assert wanted == []

    session.compare([side, side])
    assert wanted == [(side, side)]

from dataclasses import replace

import pytest

from backends.model.model import OperatorId
from profiler_gui.history import SelectionHistory
from profiler_gui.session import OpenModel, Session
from tests.profiler_gui.test_session import opened

HERE, THERE = OperatorId(0, 1), OperatorId(1, 0)


@pytest.fixture
def session(qapp):
    session = Session()
    yield session
    session.deleteLater()


@pytest.fixture
def history(session):
    return SelectionHistory(session)


@pytest.fixture
def record(session, history) -> OpenModel:
    """A model with two subgraphs of three operators."""
    file = opened()
    first = file.model.subgraphs[0]
    second = replace(first, index=1, operators=tuple(replace(o, id=OperatorId(1, o.id.index)) for o in first.operators))
    return session.add(replace(file, model=replace(file.model, subgraphs=(first, second))))


def place(record):
    return record.subgraph, set(record.selection)


def test_going_back_leaves_a_subgraph_with_the_selection_it_was_entered_from(history, record):
    record.select([HERE])
    record.show_subgraph(1)
    history.step(-1)

    assert place(record) == (0, {HERE})


def test_a_jump_to_an_operator_of_another_subgraph_is_one_step(history, record):
    record.select([HERE])
    record.reveal(THERE)
    history.step(-1)

    assert place(record) == (0, {HERE})

    history.step(1)

    assert place(record) == (1, {THERE})

"""Operators get an estimate of their energy where the chosen run has one."""

import pytest

from backends.reports.power_facts import ENERGY_COLUMN
from profiler_gui.energy_columns import EnergyColumns
from tests.support.builders import a_run
from tests.support.powered_runs import a_powered_run
from tests.support.sessions import a_session


def ids(record):
    return [column.id for column in record.columns]


def test_the_estimate_adds_up_and_follows_the_chosen_run(qapp):
    session, record = a_session()
    EnergyColumns(session)
    bare, powered = a_run(record.model, id_="bare"), a_powered_run(record.model)

    record.add_run(bare)
    assert ids(record) == []
    record.add_run(powered)
    column = next(column for column in record.columns if column.id == ENERGY_COLUMN)
    assert sum(column.values.values()) == pytest.approx(powered.energy.per_inference_mj)
    assert "estimated" in column.title
    record.choose_run(bare)
    assert ids(record) == []

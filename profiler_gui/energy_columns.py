"""The estimated energy of each operator, offered as a further number wherever the chosen run has one."""

from functools import partial

from PySide6.QtCore import QObject

from backends.reports.power_facts import operator_energies
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run
from profiler_gui.session import OpenModel, Session

COLUMN_ID = "energy_mj"


class EnergyColumns(QObject):
    """Follows the chosen run of each open model.

    Args:
        session: what is open.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        session.model_opened.connect(self._follow)
        for record in session.models:
            self._follow(record)

    def _follow(self, record: OpenModel) -> None:
        record.run_changed.connect(partial(_show, record))
        _show(record, record.run)


def _show(record: OpenModel, run: Run | None) -> None:
    energies, _ = operator_energies(run) if run is not None else ({}, "")
    known = next((column for column in record.columns if column.id == COLUMN_ID), None)
    if not energies:
        if known is not None:
            record.remove_column(COLUMN_ID)
    elif known is None or dict(known.values) != energies:
        record.add_column(
            OperatorColumn(
                id=COLUMN_ID,
                title="Energy, estimated",
                unit="mJ",
                values=energies,
                source="time share of the inference's energy, within one compute unit",
            )
        )

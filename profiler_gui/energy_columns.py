"""The estimated energy of each operator, offered as a further number wherever the chosen run has one."""

from functools import partial

from PySide6.QtCore import QObject

from backends.reports.power_facts import ENERGY_COLUMN, energy_column
from backends.runs.run import Run
from profiler_gui.session import OpenModel, Session


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
    column = energy_column(run) if run is not None else None
    known = next((column for column in record.columns if column.id == ENERGY_COLUMN), None)
    if column is None:
        if known is not None:
            record.remove_column(ENERGY_COLUMN)
    elif known is None or dict(known.values) != dict(column.values):
        record.add_column(column)

"""Going back to what was selected and shown before."""

from PySide6.QtCore import QObject, Slot

from backends.model.model import OperatorId
from profiler_gui.session import OpenModel, Session

_KEPT = 100

Place = tuple[int, frozenset[OperatorId]]
"""Subgraph and selection."""


class SelectionHistory(QObject):
    """Remembers the selections of each open model, and the subgraphs that were shown."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._places: dict[OpenModel, list[Place]] = {}
        self._at: dict[OpenModel, int] = {}
        self._is_travelling = False
        session.model_opened.connect(self._on_model_opened)
        session.model_closed.connect(self._on_model_closed)

    def step(self, step: int, *_: object) -> None:
        """Go back (-1) or forth (1) in the model in front."""
        record = self._session.current
        if record is None:
            return
        at = self._at[record] + step
        if not 0 <= at < len(self._places[record]):
            return
        self._at[record] = at
        subgraph, selection = self._places[record][at]
        self._is_travelling = True
        record.show_subgraph(subgraph)
        record.select(selection)
        self._is_travelling = False

    @Slot(object)
    def _on_model_opened(self, record: OpenModel) -> None:
        self._places[record] = [(record.subgraph, record.selection)]
        self._at[record] = 0
        record.selection_changed.connect(self._on_place_changed)
        record.subgraph_changed.connect(self._on_place_changed)

    @Slot(object)
    def _on_model_closed(self, record: OpenModel) -> None:
        del self._places[record], self._at[record]

    @Slot()
    def _on_place_changed(self) -> None:
        record = self.sender()
        if self._is_travelling or not isinstance(record, OpenModel) or record not in self._places:
            return
        kept = self._places[record][: self._at[record] + 1]
        subgraph, selection = kept[-1]
        if subgraph == record.subgraph and selection and all(id_.subgraph != subgraph for id_ in selection):
            kept.pop()  # on the way to an operator of another subgraph, nobody stopped there
        self._places[record] = [*kept, (record.subgraph, record.selection)][-_KEPT:]
        self._at[record] = len(self._places[record]) - 1

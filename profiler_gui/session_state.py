"""What was open and chosen in a window, as a text in the session file, and put back from it."""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QByteArray

from backends.model.model import OperatorId
from backends.sessions.values import KeptVerdict
from backends.targets.verdict import ModelVerdict
from profiler_gui.session import OpenModel, Overlay, OverlayChoice, Session

_MOST_OPENED = 12
"""Tabs that a session opens by itself."""


def state_text(session: Session, layout: QByteArray) -> str:
    """Give what is open and chosen as JSON."""
    current = session.current
    state = {
        "open": [record.model.sha256 for record in session.models],
        "current": current.model.sha256 if current is not None else "",
        "records": {
            record.model.sha256: {
                "run": record.run.id if record.run is not None else "",
                "overlay": str(record.overlay.overlay),
                "is_logarithmic": record.overlay.is_logarithmic,
                "target": record.target_id,
                "subgraph": record.subgraph,
                "selection": [[id_.subgraph, id_.index] for id_ in sorted(record.selection)[:1000]],
            }
            for record in session.models
        },
        "corrections": session.corrections.to_json(),
        "layout": base64.b64encode(layout.data()).decode() if not layout.isEmpty() else "",
    }
    return json.dumps(state)


class SavedState:
    """A state that was saved; nonsense in it is as if it were not there.

    Args:
        text: what ``state_text`` gave, or anything.
    """

    def __init__(self, text: str) -> None:
        value: Any = None
        with suppress(ValueError, RecursionError):
            value = json.loads(text)
        self._values: Mapping[str, Any] = value if isinstance(value, dict) else {}

    @property
    def opened(self) -> tuple[str, ...] | None:
        """Contents (sha256) of the models that had a tab, in order; ``None`` if that was not saved."""
        found = self._values.get("open")
        return (
            tuple(item for item in found if isinstance(item, str))[:_MOST_OPENED] if isinstance(found, list) else None
        )

    @property
    def current(self) -> str:
        """Content of the model in front, or empty."""
        return _text(self._values, "current")

    @property
    def corrections(self) -> Any:
        """Corrections of alignments, as ``CorrectionBook`` gave them."""
        return self._values.get("corrections")

    @property
    def layout(self) -> QByteArray:
        """Places of docks, or empty."""
        with suppress(ValueError):
            return QByteArray(base64.b64decode(_text(self._values, "layout"), validate=True))
        return QByteArray()

    def restore(self, record: OpenModel) -> None:
        """Choose in a model what was chosen; runs and overlays that do not exist are left out."""
        records = self._values.get("records")
        state = records.get(record.model.sha256) if isinstance(records, dict) else None
        if not isinstance(state, dict):
            return
        run = next((run for run in record.runs if run.id == state.get("run")), None)
        if run is not None:
            record.choose_run(run)
        if state.get("overlay") in tuple(Overlay):
            overlay = Overlay(state["overlay"])
            record.choose_overlay(OverlayChoice(overlay=overlay, is_logarithmic=state.get("is_logarithmic") is True))
        if _text(state, "target"):
            record.choose_target(_text(state, "target"))
        if isinstance(state.get("subgraph"), int):
            record.show_subgraph(state["subgraph"])
        pairs = state.get("selection")
        ids = [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2] if isinstance(pairs, list) else []
        record.select(OperatorId(a, b) for a, b in ids if isinstance(a, int) and isinstance(b, int))


def kept_verdicts(sha256: str, verdicts: Mapping[str, ModelVerdict]) -> tuple[KeptVerdict, ...]:
    """Give what all targets say as it is saved."""
    return tuple(
        KeptVerdict(
            model_sha256=sha256,
            target_id=verdict.target_id,
            target_name=verdict.target_name,
            placements={id_: str(item.placement) for id_, item in verdict.verdicts.items()},
            rules={
                id_: tuple(finding.rule for finding in item.findings)
                for id_, item in verdict.verdicts.items()
                if item.findings
            },
        )
        for verdict in verdicts.values()
    )


def changed_verdicts(saved: tuple[KeptVerdict, ...], verdicts: Mapping[str, ModelVerdict]) -> dict[str, int]:
    """Count by name of the target the operators that are placed otherwise than when they were saved."""
    changes = {}
    for item in saved:
        found = verdicts.get(item.target_id)
        if found is None:
            continue
        count = sum(
            1
            for id_, verdict in found.verdicts.items()
            if id_ in item.placements and str(verdict.placement) != item.placements[id_]
        )
        if count:
            changes[found.target_name] = count
    return changes


def _text(values: Mapping[str, Any], name: str) -> str:
    found = values.get(name)
    return found if isinstance(found, str) else ""

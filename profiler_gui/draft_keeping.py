"""Saves what is measured while it is measured: a kill in the middle of a long run costs a few seconds of it."""

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, QTimer, Slot

from backends.model.model import Model
from backends.progress import Sample
from backends.runs.plan import Plan
from backends.sessions.session_file import now
from backends.sessions.values import Draft
from profiler_gui.session import Session
from profiler_gui.session_saving import SessionSaver

_INTERVAL_MS = 2000
"""Rare enough that writing does not disturb what is measured on this computer."""


@dataclass(slots=True)
class _Measurement:
    """What came in from a device since it began."""

    draft: Draft
    warmup_ns: list[int] = field(default_factory=list)
    latencies_ns: list[int] = field(default_factory=list)
    is_saved: bool = True


class DraftKeeper(QObject):
    """Collects the samples of measurements under way and writes them to the session every two seconds.

    The finished run takes the draft's place in the file; a cancelled or failed one leaves none.
    """

    def __init__(self, session: Session, saver: SessionSaver) -> None:
        super().__init__(saver)
        self._saver = saver
        self._running: dict[str, _Measurement] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self.save)
        session.sampled.connect(self._on_sampled)
        session.measuring_ended.connect(self._on_ended)

    @Slot(object, object, object)
    def _on_sampled(self, model: Model, plan: Plan, samples: tuple[Sample, ...]) -> None:
        known = self._running.get(plan.device)
        if known is None or known.draft.plan is not plan:
            draft = Draft(model_sha256=model.sha256, model_name=model.name, plan=plan, started_at=now())
            known = self._running[plan.device] = _Measurement(draft=draft)
        for sample in samples:
            (known.latencies_ns if sample.phase == "run" else known.warmup_ns).append(sample.latency_ns)
        known.is_saved = False
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def save(self) -> None:
        """Write what came in since the last time."""
        for known in self._running.values():
            if not known.is_saved and known.latencies_ns:
                known.is_saved = True
                warmup, latencies = tuple(known.warmup_ns), tuple(known.latencies_ns)
                self._saver.keep_draft(replace(known.draft, warmup_ns=warmup, latencies_ns=latencies))

    @Slot(object)
    def _on_ended(self, plan: Plan) -> None:
        known = self._running.pop(plan.device, None)
        if known is not None:
            device = plan.device
            self._saver.keep(lambda file: file.drop_draft(device), creates=False)
        if not self._running:
            self._timer.stop()

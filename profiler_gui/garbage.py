"""Python's cyclic garbage is collected in the main thread only.

Python collects in whichever thread happens to allocate. A worker would then destroy widgets, timers and socket
notifiers of the main thread, and Qt crashes. Collecting on a timer also keeps the pauses out of reading big models.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 1000
_OLDER_EVERY = 10
"""The older generations are looked at in every tenth and hundredth round, as Python does."""

_CONTENT = 30_000
"""More new objects than that in one interval are the content of a large model, its rows or its verdicts."""
_CLOSED_MS = 10_000


class MainThreadCollector(QObject):
    """Takes collecting over from Python for as long as it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rounds = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._holds_content = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_CLOSED_MS)
        self._later.timeout.connect(self._collect_everything)
        gc.collect()
        # What was imported stays for good; not looking at it again makes every later round shorter.
        gc.freeze()
        gc.disable()
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect what is due."""
        fresh = gc.get_count()[0]
        if fresh < gc.get_threshold()[0]:
            return
        if fresh > _CONTENT:
            # Looking at all of it would stop the window for as long as reading took; it is a model, not garbage.
            gc.freeze()
            self._holds_content = True
            return
        self._rounds += 1
        generation = 2 if self._rounds % _OLDER_EVERY**2 == 0 else 1 if self._rounds % _OLDER_EVERY == 0 else 0
        gc.collect(generation)

    @Slot()
    def collect_closed(self) -> None:
        """Collect what a closed model leaves, in a while: it takes long where there was much, so not at once."""
        if self._holds_content:
            self._later.start()

    @Slot()
    def _collect_everything(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._holds_content = False

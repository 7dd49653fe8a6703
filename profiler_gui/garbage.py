"""Python's cyclic garbage is collected in the main thread only.

Python collects in whichever thread happens to allocate. A worker would then destroy widgets, timers and socket
notifiers of the main thread, and Qt crashes. Collecting on a timer also keeps the pauses out of reading big models.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 1000
_OLDER_EVERY = 10
"""The older generations are looked at in every tenth and hundredth round, as Python does."""


class MainThreadCollector(QObject):
    """Takes collecting over from Python for as long as it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rounds = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        gc.collect()
        # What was imported stays for good; not looking at it again makes every later round shorter.
        gc.freeze()
        gc.disable()
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect what is due."""
        if gc.get_count()[0] < gc.get_threshold()[0]:
            return
        self._rounds += 1
        generation = 2 if self._rounds % _OLDER_EVERY**2 == 0 else 1 if self._rounds % _OLDER_EVERY == 0 else 0
        gc.collect(generation)

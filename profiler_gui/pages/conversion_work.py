"""What a conversion's job does: convert, then find out about the results, telling each one as it is done."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from backends.accuracy.comparison import read_truth
from backends.conversion.conversion import Conversion, KindResult, convert
from backends.conversion.request import ConversionRequest
from backends.conversion.siblings import Evaluation, Sibling, evaluate
from backends.devices.adb.address import ServerAddress
from backends.devices.device import Device
from backends.progress import Progress
from backends.targets.loader import load_targets
from backends.targets.user_folder import user_target_folder


def find_devices(address: ServerAddress | None) -> Iterable[Device]:
    """List devices in the job's thread; what that needs is imported there, not with the page."""
    from backends.devices.adb.server import AdbServer
    from backends.devices.discovery import list_devices

    return list_devices(AdbServer(address)) if address is not None else list_devices()


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """Everything that a job gives."""

    conversion: Conversion
    siblings: tuple[Sibling, ...]


class Tidings:
    """Collects siblings in the job's thread for the page, which takes them whenever it hears of a step."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[str, Sibling] = {}
        self._is_new = False

    def add_result(self, result: KindResult) -> None:
        """Take a kind that was made, or not."""
        self.add_sibling(Sibling(result=result))

    def add_sibling(self, sibling: Sibling) -> None:
        """Take what was found out about a kind."""
        with self._lock:
            self._rows[str(sibling.result.kind)] = sibling
            self._is_new = True

    def take(self) -> tuple[Sibling, ...] | None:
        """Give all rows if there is something new."""
        with self._lock:
            if not self._is_new:
                return None
            self._is_new = False
            return tuple(self._rows.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionWork:
    """A job's work."""

    request: ConversionRequest
    evaluation: Evaluation
    labels: str
    pictures: str
    folder: Path
    tidings: Tidings

    def __call__(self, progress: Progress) -> Converted:
        """Do it.

        Raises:
            Cancelled: the user cancelled.
            ProfilerError: nothing could be made.
        """
        truth = read_truth(self.labels, self.pictures)
        conversion = convert(self.request, self.folder, progress, self.tidings.add_result)
        # Started before the window had read its targets.
        targets = self.evaluation.targets or load_targets([user_target_folder()], on_error=lambda _error: None)
        evaluation = replace(self.evaluation, truth=truth, targets=targets)
        siblings = evaluate(conversion, evaluation, progress, self.tidings.add_sibling)
        return Converted(conversion=conversion, siblings=siblings)

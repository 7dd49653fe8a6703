"""A power that the user types: for when nothing can be measured but a figure is known from elsewhere."""

import re
import time
from collections.abc import Sequence

from backends.devices.device import Check
from backends.errors import MeterError
from backends.power.files import sleep_until
from backends.power.integration import Signal
from backends.power.meter import POWER_ID, MeterInfo
from backends.power.recorder import Channel, Recorder, Source
from backends.power.traces import Quantity, Window
from backends.progress import Progress

_PERIOD_S = 0.2
_UNITS = {"": 1.0, "mw": 1.0, "w": 1000.0}


class TypedMeter:
    """Tells the same power all the time.

    Args:
        text: a number, in mW or with a unit: ``1500``, ``1500mW``, ``1.5W``.

    Raises:
        MeterError: that is no power.
    """

    def __init__(self, text: str) -> None:
        match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*(mw|w)?", text.strip(), re.IGNORECASE)
        power = float(match[1]) * _UNITS[(match[2] or "").lower()] if match else 0.0
        if not 0 < power <= 2e6:
            raise MeterError(
                f"{text!r} is no power" if text else "a typed power needs a number",
                hint="Write it like constant=1500 (milliwatts), constant=1500mW or constant=1.5W.",
            )
        self.power_mw = power

    @property
    def info(self) -> MeterInfo:
        """Say what it is."""
        return MeterInfo(
            id="constant",
            title="Typed power",
            measures=f"Nothing: {self.power_mw:g} mW were typed, and are multiplied with measured times.",
            unit="mW",
            sign="positive when drawn",
            period_s=0.0,
            is_typed=True,
        )

    def sources(self) -> Sequence[Source]:
        """Give the sampling."""
        return (self,)

    def checks(self) -> tuple[Check, ...]:
        """Say that it is no measurement."""
        return (
            Check(
                name="Meter",
                is_ok=False,
                message=f"The power of {self.power_mw:g} mW is typed and not measured.",
                remedy="Choose a real meter to measure.",
            ),
        )

    def calibrate(self, signal: Signal, windows: Sequence[Window]) -> tuple[float, str]:
        """There is nothing to find out."""
        return 1.0, ""

    def record(self, recorder: Recorder, progress: Progress) -> None:
        """Tell the power until the end; see ``Source.record``."""
        recorder.declare(Channel(id=POWER_ID, title="Typed power", quantity=Quantity.POWER, source="constant"))
        while not progress.is_stopping:
            recorder.add(POWER_ID, recorder.now(), self.power_mw)
            sleep_until(time.monotonic() + _PERIOD_S, progress)
        recorder.add(POWER_ID, recorder.now(), self.power_mw)

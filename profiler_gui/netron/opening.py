"""Makes the view, or says why it cannot be shown."""

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from profiler_gui.session import OpenModel
from profiler_gui.widgets.placeholder import Placeholder

if TYPE_CHECKING:
    from profiler_gui.netron.netron_view import NetronView

_NO_ENGINE = "Netron needs Qt's web engine, which cannot be loaded here: {reason}. {remedy}"
_DEBIAN = (
    "On Debian and Ubuntu: sudo apt-get install libnss3 libxcomposite1 libxdamage1 libxrandr2 libxtst6 libasound2 "
    "libgbm1 libxkbfile1"
)
_OTHER = "Install PySide6-Addons in the version of PySide6-Essentials."
_NO_NETRON = "The package netron is missing. Install it with: pip install netron"


def make_netron_view(record: OpenModel) -> "NetronView | QWidget":
    """Give the view of a model, or a sentence in its place."""
    _let_root_start()
    if find_spec("netron") is None:
        return Placeholder(_NO_NETRON)
    try:
        from profiler_gui.netron.netron_view import NetronView
    except ImportError as error:
        remedy = _DEBIAN if sys.platform.startswith("linux") else _OTHER
        return Placeholder(_NO_ENGINE.format(reason=str(error).splitlines()[0][:200], remedy=remedy))
    return NetronView(record)


def _let_root_start() -> None:
    """Let the web engine start for root, too: Chromium's sandbox refuses it, and only our own server is shown.

    Has to be said before the engine is loaded.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

"""How long Netron takes from opening a file to a drawn graph, in headless Chromium on this computer.

A peer to hold our own figure against. Needs the ``bench`` dependency group (netron, selenium) and Debian's
``chromium`` and ``chromium-driver``; says so and gives nothing where they are absent. The browser is already running
when the clock starts, which favours Netron.
"""

import logging
import shutil
import sys
import time
from pathlib import Path

import numpy as np

from tests.support.drawing_quality import Drawing, measure_drawing

TIMEOUT_SECONDS = 180.0
_MOST_FOR_QUALITY = 1500

_IS_DRAWN = """
const canvas = document.getElementById('canvas');
return document.body.classList.contains('default') && canvas && canvas.querySelectorAll('g.node').length > 0;
"""


_DRAWING = """
const box = (node) => {
    const place = node.getCTM(), own = node.getBBox();
    const back = node.ownerSVGElement.getElementById('origin').getCTM().inverse().multiply(place);
    return [own.x * back.a + back.e, own.y * back.d + back.f,
            (own.x + own.width) * back.a + back.e, (own.y + own.height) * back.d + back.f];
};
const boxes = [...document.querySelectorAll('#canvas g.node')].map(box);
const lines = [...document.querySelectorAll('#canvas path.edge-path')].filter((path) => path.getTotalLength() > 0).map(
    (path) => {
        const long = path.getTotalLength(), steps = Math.min(60, Math.max(8, Math.ceil(long / 25)));
        return [...Array(steps + 1).keys()].map((step) => {
            const point = path.getPointAtLength(long * step / steps);
            return [point.x, point.y];
        });
    });
return [boxes, lines];
"""


def why_not_available() -> str:
    """Say what is missing for measuring Netron, or give an empty string."""
    try:
        import netron  # noqa: F401
        import selenium  # noqa: F401
    except ImportError as error:
        return f"Python package {error.name} is not installed (dependency group bench)"
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"{' and '.join(missing)} not found (Debian packages chromium, chromium-driver)" if missing else ""


def measure_netron_open_seconds(path: Path) -> float:
    """Open one model in a new browser page and wait until its nodes are in the document.

    Raises:
        TimeoutError: nothing was drawn within ``TIMEOUT_SECONDS``.
    """
    return open_in_netron(path)[0]


def open_in_netron(path: Path, timeout_seconds: float = TIMEOUT_SECONDS) -> tuple[float, Drawing]:
    """Open one model in a new browser page; give the seconds until it is drawn, and the drawing.

    Raises:
        TimeoutError: nothing was drawn in time.
    """
    import netron
    from selenium.webdriver.support.ui import WebDriverWait

    logging.getLogger("netron.server").setLevel(logging.WARNING)
    host, port = netron.serve(str(path), None, address=("127.0.0.1", 0))
    driver = start_browser()
    try:
        url = f"http://{host}:{port}"
        driver.get(f"{url}/favicon.ico")
        driver.add_cookie({"name": "consent", "value": "1"})
        driver.set_script_timeout(timeout_seconds)
        started = time.perf_counter()
        driver.get(f"{url}/")
        WebDriverWait(driver, timeout_seconds, poll_frequency=0.02).until(lambda d: d.execute_script(_IS_DRAWN))
        seconds = time.perf_counter() - started
        boxes, lines = driver.execute_script(_DRAWING)
        return seconds, Drawing(
            boxes=np.asarray(boxes, float).reshape(-1, 4), lines=[np.asarray(line, float) for line in lines]
        )
    finally:
        driver.quit()
        netron.stop((host, port))


def start_browser():
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--window-size=1280,800",
        # Nothing but this computer: the page asks outside hosts for consent and telemetry.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ):
        options.add_argument(argument)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def main(paths: list[str]) -> None:
    """Print one line per model."""
    reason = why_not_available()
    if reason:
        print(f"Netron not measured: {reason}")
        return
    for path in paths:
        seconds, drawing = open_in_netron(Path(path))
        print(f"{Path(path).name}: open to drawn {seconds:.2f} s", flush=True)
        if 0 < len(drawing.boxes) <= _MOST_FOR_QUALITY:
            print(measure_drawing(drawing), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

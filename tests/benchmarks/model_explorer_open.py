"""How long Model Explorer takes from opening a file to a drawn graph, in headless Chromium on this computer.

Its server and the browser are running when the clock starts. It draws the outermost layer alone, everything in it
collapsed, so that its figure stands for less than what Netron draws.
"""

import importlib.util
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.netron_open import TIMEOUT_SECONDS, start_browser

_IS_DRAWN = """
const seen = [];
const walk = (root) => {
    for (const e of root.querySelectorAll('*')) { seen.push(e); if (e.shadowRoot) walk(e.shadowRoot); }
};
walk(document);
return seen.some((e) => e.tagName === 'WEBGL-RENDERER') && !seen.some((e) => e.tagName === 'MAT-SPINNER') &&
    seen.some((e) => e.tagName === 'CANVAS' && e.offsetParent && e.width > 400);
"""


def why_not_available() -> str:
    """Say what is missing for measuring it, or give an empty string."""
    if importlib.util.find_spec("model_explorer") is None:
        return "Python package ai-edge-model-explorer is not installed (dependency group bench)"
    return ""


def measure_model_explorer_open_seconds(path: Path, timeout_seconds: float = TIMEOUT_SECONDS) -> float:
    """Open one model in a new browser page and wait until its canvas is shown.

    Raises:
        TimeoutError: nothing was drawn in time.
        RuntimeError: the server did not start.
    """
    from selenium.webdriver.support.ui import WebDriverWait

    run = "from model_explorer.cmdline import main; main()"
    command = [sys.executable, "-c", run, str(path.resolve()), "--no_open_in_browser", "--port", str(_free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            url = next((line.strip() for line in server.stdout if line.startswith("http")), "")
            if not url:
                raise RuntimeError("Model Explorer's server did not start")
            driver = start_browser()
            try:
                started = time.perf_counter()
                driver.get(url.replace("localhost", "127.0.0.1"))
                WebDriverWait(driver, timeout_seconds, poll_frequency=0.02).until(lambda d: d.execute_script(_IS_DRAWN))
                return time.perf_counter() - started
            finally:
                driver.quit()
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def main(paths: list[str]) -> None:
    """Print one line per model."""
    reason = why_not_available()
    if reason:
        print(f"not measured: {reason}")
        return
    for path in paths:
        seconds = measure_model_explorer_open_seconds(Path(path))
        print(f"{Path(path).name}: open to drawn (outermost layer) {seconds:.2f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

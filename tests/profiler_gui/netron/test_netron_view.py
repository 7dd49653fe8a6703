"""The view itself runs in a process of its own: the web engine must not outlive a test, or take others with it."""

import json
import os
import subprocess
import sys

import pytest

from tests.profiler_gui.conftest import a_small_model

_SCRIPT = """
import json, os, sys, time
from pathlib import Path
from backends.model.model import OperatorId
from profiler_gui.app import make_application, make_services, make_window
from profiler_gui.settings import Settings

app = make_application()
services = make_services(app, Settings())
window = make_window(services)
window.show()

def wait(is_so, seconds=60):
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)
    return is_so()

services.opener.open_paths([Path(sys.argv[1])])
wait(lambda: window.page is not None)
record = services.session.current
window.tabs.netron_button.click()
view = window.page.netron
told = {"kind": type(view).__name__}
if told["kind"] == "NetronView":
    told["drawn"] = wait(lambda: view.is_drawn)
    record.reveal(OperatorId(0, 1))
    answers = []
    def ask(script):
        answers.clear()
        view.page.runJavaScript(script, answers.append)
        wait(lambda: bool(answers), 10)
        return answers[0] if answers else None
    nodes = "window.__view__.activeTarget.nodes"
    chosen = "Array.from(window.__view__.target.selection).map((e) => " + nodes + ".indexOf(e.value))"
    wait(lambda: ask(chosen + ".join()") == "1", 10)
    told["chosen_there"] = ask(chosen + ".join()")
    view.page.runJavaScript("window.__view__.target.activate(window.__view__.activeTarget.nodes[2])")
    wait(lambda: record.selection == frozenset({OperatorId(0, 2)}), 10)
    told["chosen_here"] = [list(id_) for id_ in record.selection]
    view.page.runJavaScript("fetch('https://example.com/x').catch(() => 0)")
    wait(lambda: False, 1)
    told["page"] = view.page.url().host()
    window.tabs.graph_button.click()
    told["back"] = not window.page.shows_netron
window.close()
wait(lambda: False, 0.5)
sys.stdout.write("\\n" + json.dumps(told) + "\\n")
sys.stdout.flush()
os._exit(0)
"""


def test_netron_shows_the_model_with_the_selection_linked_both_ways(tmp_path):
    path = tmp_path / "small.tflite"
    path.write_bytes(a_small_model())
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    ended = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(path)],
        capture_output=True,
        text=True,
        timeout=110,
        env=environment,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    told = json.loads(ended.stdout.strip().splitlines()[-1])
    if told["kind"] != "NetronView":
        pytest.skip("the web engine cannot be loaded here")

    assert told == {
        "kind": "NetronView",
        "drawn": True,
        "chosen_there": "1",
        "chosen_here": [[0, 2]],
        "page": "127.0.0.1",
        "back": True,
    }

"""Makes the pictures of the README anew, from real measurements on this computer.

    make story
    QT_QPA_PLATFORM=offscreen python -m tests.support.readme_pictures demo-output/story resources/screenshots light

and once more with `dark`.

Settings and sessions of whoever runs it are neither read nor written.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZE = (1280, 800)
_LONGEST_WAIT_S = 60


def _wait(app: Any, is_so: Callable[[], bool], seconds: float = 0.0) -> None:
    """Let the window work until something is so, and some time longer."""
    end = time.monotonic() + _LONGEST_WAIT_S
    while not is_so() and time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)


def make_pictures(story: Path, folder: Path, theme: str) -> None:
    """Make the pictures of one theme."""
    from backends.runs.plan import Plan
    from backends.runs.runner import measure
    from backends.runs.store import read_run
    from profiler_gui.app import make_application, make_services, make_window
    from profiler_gui.samples import sample_paths
    from profiler_gui.session import Overlay, OverlayChoice, Side
    from profiler_gui.settings import Settings
    from tests.support.story_pictures import read_psnr

    app = make_application()
    settings = Settings()
    settings.theme = theme
    services = make_services(app, settings)
    services.theme.apply()
    window = make_window(services)
    window.resize(*SIZE)
    window.show()

    def open_model(path: Path) -> Any:
        services.opener.open_paths([path])
        _wait(app, lambda: any(record.path == path.absolute() for record in services.session.models), 2.0)
        return services.session.current

    def grab(name: str) -> None:
        _wait(app, lambda: not services.jobs.jobs, 1.0)
        window.grab().save(str(folder / name))

    sample = open_model(sample_paths()[0])
    sample.add_run(measure(sample.path, sample.model, Plan(runs=60)))
    sample.choose_overlay(OverlayChoice(overlay=Overlay.TIME))
    window.docks.raise_panel("layers")
    grab(f"window-{theme}.png")
    if theme == "light":
        other = open_model(sample_paths()[-1])
        other.add_run(measure(other.path, other.model, Plan(runs=60)))
        net = open_model(story / "anchor-sr_uint8.tflite")
        net.choose_target("vs680")
        net.add_run(read_run(story / "run.json"))
        window.docks.raise_panel("layers")
        grab("story-profile.png")
        window.docks.raise_panel("score")
        page: Any = window.docks.page("score")
        page.chooser.setCurrentText("Mobile AI 2021: quantised super-resolution on VS680")
        page.metrics["psnr"].setValue(read_psnr(story / "convert.json"))
        grab("story-score.png")
        floats = open_model(story / "anchor-sr_float32.tflite")
        floats.add_run(measure(floats.path, floats.model, Plan(runs=10, threads=2)))
        sides = [
            Side(model=one.model, costs=one.costs, run=one.run, title=one.title) for one in (floats, net)
        ]  # fmt: skip
        services.session.compare(sides)
        _wait(app, lambda: not services.jobs.jobs, 3.0)
        grab("compare.png")
    services.jobs.close()


if __name__ == "__main__":
    place = tempfile.mkdtemp(prefix="readme-pictures-")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        os.environ[name] = place
    make_pictures(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "light")
    os._exit(0)  # the window is left as it is

"""The README promises nothing that is not there."""

import re
from pathlib import Path

from backends.cli import VERBS
from backends.cli.exit_code import ExitCode
from backends.targets.loader import load_targets
from profiler_gui.actions import ACTIONS

SCHEMAS = {"power": "meters", "sweep": "curve", "sustain": "profile", "export": "report"}
"""Of verbs whose tree is called otherwise; ``export`` writes the formats of others and no tree of its own."""
ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_make_command_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)`", README))

    assert {"run", "demo", "test"} <= named
    assert named - targets == set()


def test_every_verb_and_its_schema_are_documented() -> None:
    assert [verb for verb in VERBS if f"tflite-profiler {verb}" not in README] == []
    assert [verb for verb in VERBS if f"tflite-profiler/{SCHEMAS.get(verb, verb)}/1" not in README] == []


def test_every_target_is_documented() -> None:
    assert [target.id for target in load_targets() if f"`{target.id}`" not in README] == []


def test_every_exit_code_is_documented() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}

    assert documented == {code.value for code in ExitCode}


def test_the_keys_it_names_do_something() -> None:
    table = README.split("## Keyboard")[1].split("##")[0]
    named = {key for row in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)[1:] for key in row.strip().split(", ")}
    known = {shortcut for action in ACTIONS.values() for shortcut in action.shortcuts}

    named -= {"---"}
    bookmarks = {key for key in named if "…" in key}

    assert bookmarks == {"1 … 9", "Ctrl+1 … Ctrl+9"}
    assert named - bookmarks - known == set()


def test_links_within_the_project_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\[[^\]]*\]\(([^)#]+)\)", README) if "://" not in link]

    assert [link for link in links if not (ROOT / link).exists()] == []

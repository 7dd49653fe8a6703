"""The verb ``session``: what a session file holds, and runs into and out of it."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from backends.cli.exit_code import ExitCode
from backends.cli.model_argument import ModelPlace, open_model, parse_place
from backends.cli.output import check_output, write_outputs
from backends.cli.usage import UsageError, add_report_arguments
from backends.reports.kept_run_columns import kept_run_rows
from backends.reports.plain_text import plain
from backends.reports.session_content import SessionReport
from backends.runs.store import read_run, run_to_json, write_run
from backends.sessions.session_file import SessionFile, now
from backends.sessions.values import KeptModel, KeptRun, SessionContent

_ACTIONS = ("list", "add", "export", "pin", "remove")
_NEEDS_ITEMS = {"add": "the runs to add", "export": "a run", "pin": "a run", "remove": "the runs to remove"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = (
        "actions:\n"
        "  list              the runs, models and notes in the session\n"
        "  add RUN.json ...  put saved runs into it (made if there is none)\n"
        "  export RUN        write one of its runs as JSON, to --output or the standard output\n"
        "  pin RUN           make a run the baseline that the others are compared with\n"
        "  remove RUN ...    delete runs\n\n"
        "RUN is a run's id, the beginning of it, or the name it was given.\n"
    )
    parser.add_argument("action", choices=_ACTIONS, help="what to do")
    parser.add_argument("session", type=Path, metavar="SESSION", help="a .tfsession file")
    parser.add_argument("items", nargs="*", metavar="RUN", help="files for `add`, runs of the session otherwise")
    group = parser.add_argument_group("adding")
    group.add_argument("--model", type=parse_place, metavar="MODEL", help="the model that ran, to be kept by its path")
    group.add_argument("--embed", action="store_true", help="put the model itself into the session")
    group.add_argument("--tag", action="append", default=[], metavar="TAG", help="give the runs a tag; may be repeated")
    group.add_argument("--note", default="", help="give the runs a note")
    group.add_argument("--name", default="", help="give the run a name")
    add_report_arguments(parser)


def execute(arguments: argparse.Namespace) -> ExitCode:
    """Carry out the action."""
    action, items = arguments.action, arguments.items
    if action in _NEEDS_ITEMS and not items:
        raise UsageError(f"`session {action}` needs {_NEEDS_ITEMS[action]}.")
    if action == "list" and items:
        raise UsageError("`session list` takes the session alone.")
    if action in ("export", "pin") and len(items) > 1:
        raise UsageError(f"`session {action}` takes one run.")
    if arguments.embed and arguments.model is None:
        raise UsageError("--embed needs --model.")
    check_output(arguments.output, force=arguments.force, model=arguments.session)
    file = SessionFile(arguments.session)
    if action == "add":
        return _add(file, arguments)
    content = file.read()
    for warning in content.warnings:
        print(f"warning: {plain(warning)}", file=sys.stderr)
    if action == "list":
        base = content.find_run(content.properties.get("baseline", ""))
        rows = kept_run_rows(content.runs, content.models, base.run if base is not None else None)
        report = SessionReport(arguments.session.name, content, rows)
        write_outputs(report, format_name=arguments.format, path=arguments.output)
        return ExitCode.DONE
    found = [_find(content, id_) for id_ in items]
    if action == "export":
        return _export(found[0], arguments)
    if action == "pin":
        file.set_properties({"baseline": found[0].run.id})
    else:
        file.remove_runs(kept.run.id for kept in found)
    print(f"{'pinned' if action == 'pin' else 'removed'}: {', '.join(kept.run.id for kept in found)}", file=sys.stderr)
    return ExitCode.DONE


def _add(file: SessionFile, arguments: argparse.Namespace) -> ExitCode:
    runs = [read_run(Path(item)) for item in arguments.items]
    if arguments.name and len(runs) > 1:
        raise UsageError("--name is for a single run.")
    kept = [
        KeptRun(run=run, title=arguments.name, tags=tuple(arguments.tag), note=arguments.note, added_at=now())
        for run in runs
    ]
    models = {run.model_sha256: KeptModel(sha256=run.model_sha256, name=run.model_name, path="") for run in runs}
    place: ModelPlace | None = arguments.model
    data = b""
    if place is not None:
        model = open_model(place)
        if model.sha256 not in models:
            raise UsageError(f"{place.path} is not the model that these runs measured; its content is another one.")
        known = models[model.sha256]
        path = str(place.path.absolute())
        models[model.sha256] = replace(known, path=path, member=place.entry, size_bytes=model.size_bytes)
        data = bytes(model.data)
    file.add_runs(kept, models.values())
    if arguments.embed and place is not None:
        embedded = next(model for model in models.values() if model.path)
        file.embed_model(embedded, data)
    print(f"{len(kept)} run{'s' if len(kept) != 1 else ''} in {plain(file.path.name)}", file=sys.stderr)
    return ExitCode.DONE


def _find(content: SessionContent, id_: str) -> KeptRun:
    kept = content.find_run(id_)
    if kept is None:
        several = sum(item.run.id.startswith(id_) for item in content.runs)
        why = f"{several} runs begin with '{id_}'" if several > 1 else f"there is no run '{id_}' in the session"
        raise UsageError(f"{why[:1].upper()}{why[1:]}; `session list SESSION --format json` names them.")
    return kept


def _export(kept: KeptRun, arguments: argparse.Namespace) -> ExitCode:
    if arguments.output is not None:
        write_run(kept.run, arguments.output)
    else:
        print(json.dumps(run_to_json(kept.run), ensure_ascii=False, indent=1))
    return ExitCode.DONE

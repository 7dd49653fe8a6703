"""The command line as a whole: which verbs there are, and how every way to end becomes an exit code.

Only the module of the verb that was typed is imported, so that ``--help`` and ``devices`` start at once.
"""

import argparse
import contextlib
import importlib
import importlib.metadata
import os
import sys
from collections.abc import Sequence
from typing import Protocol, cast

from backends.cli.exit_code import ExitCode
from backends.cli.usage import UsageError
from backends.errors import ModelFileError, ProfilerError
from backends.progress import Cancelled

PROGRAM = "tflite-profiler"

_MODULES = {
    "inspect": ("inspect_model", "what a model holds: operators, shapes, parameters, work"),
    "check": ("check_model", "where its operators would run on each target, and why"),
    "profile": ("profile_model", "how long each operator takes"),
    "compare": ("compare_sides", "what differs between two models or runs, and whether it is real"),
    "report": ("write_report", "everything about a model in one file"),
    "import": ("import_files", "what other tools measured, attached to a model"),
    "export": ("export_files", "a run in the formats that other tools open"),
    "sweep": ("sweep_points", "rate and power of several operating points, and their curve"),
    "sustain": ("sustain_run", "what becomes of latency, power and heat under minutes of load"),
    "power": ("show_power", "the meters of a device, or the energy of a saved run from a meter's file"),
    "convert": (
        "convert_model",
        "the kinds of TFLite models that a network becomes, and which runs where and how well",
    ),
    "accuracy": ("measure_accuracy", "how far a model's outputs and layers are from those of the original"),
    "batch": ("run_batch", "all models of a folder, checked and measured, in one table"),
    "session": ("manage_session", "the runs that a session file holds, and runs into and out of it"),
    "targets": ("show_targets", "the targets that models can be checked against"),
    "advise": ("advise_model", "what to change in a model, in order of what it can gain"),
    "published": ("show_published", "published numbers of chipsets, models and challenges, beside own ones"),
    "score": ("score_model", "what a challenge asks of a model, its score and its place"),
    "devices": ("list_devices", "the devices that can measure now"),
}

VERBS = tuple(_MODULES)
"""First words of a command line that are headless."""

_EPILOG = """\
Without a verb, the window opens with the files that are named.

exit codes: 0 done; 1 a condition of --fail-on or --fail-if is met; 2 wrong usage; 3 the model cannot be read;
4 the run, or one of several, failed; 130 interrupted.
Results go to the standard output, everything else to the error stream.
"""
_SHOWN_LOG_LINES = 20
_DEBUG_VARIABLE = "TFLITE_PROFILER_DEBUG"


class Verb(Protocol):
    """What the module of a verb offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the verb's arguments."""

    def execute(self, arguments: argparse.Namespace) -> ExitCode:
        """Do the work and write the results."""


def is_headless(argv: Sequence[str]) -> bool:
    """Whether these arguments (without the program's name) are for the command line and not for the window."""
    return bool(argv) and (argv[0] in VERBS or argv[0] in {"-h", "--help", "--version"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give the exit code; never raises for anything a user can cause.

    Args:
        argv: the arguments without the program's name; those of the process when left out.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_standard_output()
        return ExitCode.DONE
    return code


def _run(arguments: list[str]) -> int:
    try:
        return _dispatch(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.USAGE
    except UsageError as error:
        return _fail(str(error), ExitCode.USAGE, hint=error.hint, log=error.detail)
    except (KeyboardInterrupt, Cancelled):
        return _fail("interrupted; nothing was kept", ExitCode.INTERRUPTED)
    except ProfilerError as error:
        code = ExitCode.MODEL_UNREADABLE if isinstance(error, ModelFileError) else ExitCode.RUN_FAILED
        return _fail(error.message, code, hint=error.hint, log=error.detail)
    except MemoryError:
        return _fail("not enough memory for this model", ExitCode.MODEL_UNREADABLE)
    except BrokenPipeError:
        raise
    except Exception as error:
        if os.environ.get(_DEBUG_VARIABLE):
            raise
        sentence = f"internal error, please report it: {type(error).__name__}: {error}"
        return _fail(sentence, ExitCode.RUN_FAILED, hint=f"Set {_DEBUG_VARIABLE}=1 to see where it happened.")


def _dispatch(arguments: list[str]) -> int:
    verb, parser = _build(arguments[0] if arguments else "")
    parsed = parser.parse_args(arguments)
    if verb is None:
        parser.print_help()
        return ExitCode.USAGE
    return verb.execute(parsed)


def _build(word: str) -> tuple[Verb | None, argparse.ArgumentParser]:
    """Build the parser, with the arguments of the verb that was typed only."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Look into TFLite models, check them against targets, and measure them layer by layer.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {_version()}")
    verbs = parser.add_subparsers(title="verbs", dest="verb", metavar="VERB")
    chosen: Verb | None = None
    for name, (module, summary) in _MODULES.items():
        verb_parser = verbs.add_parser(name, help=summary, description=f"Show {summary}.", allow_abbrev=False)
        if name == word:
            chosen = cast("Verb", importlib.import_module(f"backends.cli.{module}"))
            chosen.add_arguments(verb_parser)
    return chosen, parser


def _fail(message: str, code: ExitCode, *, hint: str = "", log: str = "") -> ExitCode:
    """Say on the error stream what went wrong."""
    from backends.reports.plain_text import plain

    lines = [f"{PROGRAM}: {plain(message)}"]
    if hint:
        lines.append(f"  {plain(hint)}")
    log_lines = log.strip().splitlines()[-_SHOWN_LOG_LINES:]
    lines.extend(f"  | {plain(line)}" for line in log_lines)
    with contextlib.suppress(OSError):
        sys.stderr.write("\n".join(lines) + "\n")
        sys.stderr.flush()
    return code


def _version() -> str:
    try:
        return importlib.metadata.version(PROGRAM)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def _discard_standard_output() -> None:
    from backends.cli.output import discard_standard_output

    discard_standard_output()

"""How fast a model starts when a delegate finds what it compiled before: two more processes that share a folder."""

from dataclasses import replace

from backends.errors import DeviceError, ProfilerError, RunError
from backends.progress import Progress
from backends.runs.benchmark.command import Loop
from backends.runs.benchmark.session import Session, ToolRun

_CACHE = "cache"
_MOST_SECONDS = 60.0


def measure_cached_start(session: Session, token: str, progress: Progress) -> tuple[ToolRun | None, str]:
    """Let one process fill the delegate's cache and another one start from it; gives that, and a note about it.

    Args:
        session: the measurement.
        token: names the model in the cache.
        progress: reports and cancels.

    Raises:
        Cancelled: the user cancelled.
    """
    options = _options(session, token)
    if not options:
        return None, ""
    cached = replace(session, plan=replace(session.plan, delegate_options={**session.plan.delegate_options, **options}))
    loop = Loop(runs=1, warmup=1, max_seconds=min(_MOST_SECONDS, session.plan.max_seconds))
    try:
        session.shell.make_folder(f"{session.folder}/{_CACHE}")
        for what in ("Filling the delegate's cache", "Starting from the delegate's cache"):
            progress.step(what)
            run = cached.run(loop, progress)
    except (RunError, DeviceError) as error:
        return None, _failed(error)
    return run, "The cached start is of a process that found what another one had compiled and kept in a folder."


def _options(session: Session, token: str) -> dict[str, str]:
    """Give the options that the delegate needs; none where it keeps nothing, or where the user chose a cache."""
    delegate = session.table.find(session.plan.delegate)
    known = {option.id: option for option in session.table.options_of(delegate)}
    wanted = delegate.cache_options
    has_all = all((option := known[name]).key or option.flag in session.tool.flags for name in wanted)
    if not has_all or not wanted.keys().isdisjoint(session.plan.delegate_options):
        return {}
    folder = f"{session.folder}/{_CACHE}"
    return {name: text.replace("{folder}", folder).replace("{token}", token) for name, text in wanted.items()}


def _failed(error: ProfilerError) -> str:
    return f"The start from a cache could not be measured: {error.message}."

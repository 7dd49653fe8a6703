"""From a plan to the tool's argument list."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backends.errors import RunError
from backends.runs.benchmark.delegates import BENCHMARK_MODEL, Delegate, DelegateTable, load_delegates
from backends.runs.benchmark.known_flags import KnownFlags
from backends.runs.plan import Plan

_AFFINITY, _EXTERNAL_OPTIONS = "affinity", "external_delegate_options"
_MASK = re.compile(r"0x(?P<digits>[0-9a-fA-F]{1,32})\Z")
_CORES = re.compile(r"\d{1,3}(?:-\d{1,3})?(?:,\d{1,3}(?:-\d{1,3})?)*\Z")
_MAX_CORE = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """How often one process runs the model."""

    runs: int
    warmup: int
    max_seconds: float
    min_seconds: float = 0.0
    warmup_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteInput:
    """One input's values on the device, in the model's order."""

    name: str
    shape: tuple[int, ...]
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """The benchmark tool on a device."""

    path: str
    flags: KnownFlags

    @property
    def is_for_litert(self) -> bool:
        """Whether it is LiteRT's newer tool, which has another profiler and no words about delegates."""
        return {"use_cpu", "use_npu"} <= self.flags.defaults.keys()


def build_command(  # noqa: PLR0913 - one argument for each thing a command is made of
    plan: Plan,
    table: DelegateTable,
    tool: Tool,
    model: str,
    loop: Loop,
    *,
    inputs: Iterable[RemoteInput] = (),
    extra: Mapping[str, str] | None = None,
) -> list[str]:
    """Give program and arguments; ``model`` is the model's path on the device, ``extra`` are further flags.

    Raises:
        RunError: this build of the tool does not know a flag that is needed, or an option is wrong.
    """
    delegate = table.find(plan.delegate)
    if delegate.program != BENCHMARK_MODEL:
        raise RunError(
            f"benchmark_model does not run models for {delegate.name}", hint=f"Only {delegate.program} does."
        )
    settings = _settings(plan, table, delegate)
    flags: dict[str, str] = {
        "graph": model,
        "num_runs": str(loop.runs),
        "warmup_runs": str(loop.warmup),
        "min_secs": f"{loop.min_seconds:g}",
        "warmup_min_secs": f"{loop.warmup_seconds:g}",
        "max_secs": f"{loop.max_seconds:g}",
        "num_threads": str(plan.threads),
        **delegate.flags,
        **_option_flags(table, delegate, settings),
        **_pace(plan),
        **_input_flags(tuple(inputs)),
        **(extra or {}),
    }
    if plan.signature:
        flags["signature_to_run_for"] = plan.signature
    if "max_secs" not in tool.flags:
        # The first versions have no limit; ours is kept by the time-out.
        del flags["max_secs"]
    if tool.flags.is_python:
        # It runs no longer than it is told.
        flags = {name: value for name, value in flags.items() if not name.endswith("min_secs") or value != "0"}
    _check_known(flags, tool, delegate, table)
    mask = _affinity_mask(settings.get(_AFFINITY, ""))
    arguments = [argument for name, value in flags.items() for argument in tool.flags.write(name, value)]
    return [*(["taskset", mask] if mask else []), tool.path, *arguments]


def check_options(plan: Plan, table: DelegateTable) -> None:
    """Check delegate and options without a device.

    Raises:
        RunError: there is no such delegate or option, or a value is wrong.
    """
    delegate = table.find(plan.delegate)
    _affinity_mask(_settings(plan, table, delegate).get(_AFFINITY, ""))


def affinity_mask(plan: Plan) -> str:
    """Give the mask of the cores that a plan is bound to, in hexadecimal digits; empty for all cores.

    Raises:
        RunError: an option is wrong, or there is no such delegate.
    """
    table = load_delegates()
    return _affinity_mask(_settings(plan, table, table.find(plan.delegate)).get(_AFFINITY, ""))


def _settings(plan: Plan, table: DelegateTable, delegate: Delegate) -> dict[str, str]:
    """Check the options that are set."""
    known = {option.id: option for option in table.options_of(delegate)}
    for name in plan.delegate_options:
        if name not in known:
            raise RunError(f"the delegate {delegate.id} has no option {name!r}", hint=f"It has: {', '.join(known)}.")
    missing = [
        option.id for option in known.values() if option.is_required and not plan.delegate_options.get(option.id)
    ]
    if missing:
        raise RunError(
            f"the delegate {delegate.id} needs the option {missing[0]}", hint=f"It is {known[missing[0]].help}."
        )
    return {name: known[name].checked(value) for name, value in plan.delegate_options.items()}


def _option_flags(table: DelegateTable, delegate: Delegate, settings: Mapping[str, str]) -> dict[str, str]:
    known = {option.id: option for option in table.options_of(delegate)}
    flags = {known[name].flag: value for name, value in settings.items() if known[name].flag}
    pairs = [f"{known[name].key}:{value}" for name, value in settings.items() if known[name].key]
    if pairs:
        flags[_EXTERNAL_OPTIONS] = ";".join(pairs)
    return flags


def _pace(plan: Plan) -> dict[str, str]:
    if plan.rate_hz > 0:
        return {"run_frequency": f"{plan.rate_hz:g}"}
    return {"run_delay": f"{plan.pause_seconds:g}"} if plan.pause_seconds > 0 else {}


def _input_flags(inputs: tuple[RemoteInput, ...]) -> dict[str, str]:
    """Name inputs by position: the tool matches them so, and names from a model may hold its separators."""
    if not inputs:
        return {}
    names = [item.name if re.fullmatch(r"[\w./-]+", item.name) else f"input{i}" for i, item in enumerate(inputs)]
    if len(set(names)) < len(names):
        # The tool finds a file's input by its name.
        names = [f"input{i}" for i in range(len(inputs))]
    return {
        "input_layer": ",".join(names),
        "input_layer_shape": ":".join(",".join(map(str, item.shape)) for item in inputs),
        "input_layer_value_files": ",".join(f"{name}:{item.path}" for name, item in zip(names, inputs, strict=True)),
    }


def _check_known(flags: Mapping[str, str], tool: Tool, delegate: Delegate, table: DelegateTable) -> None:
    unknown = [name for name in flags if name not in tool.flags]
    if not unknown:
        return
    if any(name in delegate.flags for name in unknown):
        known = [
            item.id
            for item in table.delegates
            if item.program == BENCHMARK_MODEL and all(flag in tool.flags for flag in item.needed_flags)
        ]
        raise RunError(
            f"this benchmark_model was built without {delegate.name}: it does not know --{unknown[0]}",
            hint="Choose another delegate, or a build of benchmark_model for this device that has it. "
            f"This one has: {', '.join(known) or 'none'}.",
        )
    raise RunError(
        f"this benchmark_model does not know --{unknown[0]}",
        hint="Leave the setting out, or choose a newer benchmark_model.",
    )


def _affinity_mask(text: str) -> str:
    """Give the mask in hexadecimal digits, as ``taskset`` wants it."""
    if not text:
        return ""
    if match := _MASK.match(text):
        mask = int(match["digits"], 16)
    elif _CORES.match(text):
        mask = 0
        for part in text.split(","):
            first, _, last = part.partition("-")
            cores = range(int(first), int(last or first) + 1)
            mask |= sum(1 << core for core in cores if core <= _MAX_CORE)
    else:
        mask = 0
    if not mask:
        raise RunError(
            f"the option affinity cannot be {text!r}", hint="Give cores such as 4-7 or 0,2, or a mask such as 0xf0."
        )
    return f"{mask:x}"

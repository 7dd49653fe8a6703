"""Which delegates the benchmark tool can be told to use, and their options: ``resources/delegates.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from backends.errors import ResourceError, RunError

BENCHMARK_MODEL = "benchmark_model"
_XNNPACK_NODE = "TfLiteXNNPackDelegate"
"""The runtime takes XNNPACK unasked for what another delegate leaves."""
_SCHEMA_VERSION = 1
_BOOLS = {"true": "true", "1": "true", "yes": "true", "on": "true", "false": "false", "0": "false", "no": "false",
          "off": "false"}  # fmt: skip
_TYPES = ("bool", "integer", "text", "choice")


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateOption:
    """One setting. Exactly one of ``flag`` and ``key`` is set, except where the option is no flag of the tool."""

    id: str
    type: str
    """``bool``, ``integer``, ``text`` or ``choice``."""
    default: str
    help: str
    flag: str = ""
    key: str = ""
    """Name in the pairs for an external delegate."""
    choices: tuple[str, ...] = ()
    is_required: bool = False
    source: str = ""

    def checked(self, text: str) -> str:
        """Give the value as the tool writes it.

        Raises:
            RunError: it is of the wrong type, or would be cut apart on its way.
        """
        value = text.strip()
        if self.type == "bool":
            value = _BOOLS.get(value.lower(), "")
        elif self.type == "integer":
            value = value if value.lstrip("-").isdigit() and len(value) < 12 else ""
        elif self.type == "choice":
            value = value if value in self.choices else ""
        if not value or "\0" in value or "\n" in value:
            wanted = {"bool": "true or false", "integer": "a whole number", "text": "a text on one line"}
            allowed = wanted.get(self.type) or "one of " + ", ".join(self.choices)
            raise RunError(f"the option {self.id} cannot be {text!r}", hint=f"It must be {allowed}: {self.help}.")
        if self.key and (":" in value or ";" in value):
            raise RunError(
                f"the option {self.id} cannot hold ':' or ';'",
                hint="The benchmark tool separates the options of external delegates with these; rename the file.",
            )
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate:
    """A way to run a model on a device."""

    id: str
    name: str
    description: str
    flags: Mapping[str, str]
    node_names: tuple[str, ...]
    libraries: tuple[str, ...]
    """One of them must be found by the device's linker."""
    preferred_libraries: tuple[str, ...]
    """Without any of them it has another, slower way."""
    needs: str
    precisions: tuple[str, ...]
    """Kinds of models it computes as they are: ``fp32``, ``fp16``, ``int8``."""
    precision_options: Mapping[str, Mapping[str, str]]
    """Precision to the options, with values, that make it compute a model of floats so; one that is missing needs none
    or is not possible (FP16 of a delegate that also knows FP32)."""
    cache_options: Mapping[str, str]
    """Options, with values, that make it keep what it compiled: ``{folder}`` and ``{token}`` are to be filled in."""
    targets: tuple[str, ...]
    program: str
    """What measures it on the device: ``benchmark_model``, or ``synap_cli`` for models that were converted before."""
    options: tuple[DelegateOption, ...]
    source: str

    def may_have_made(self, node_name: str) -> bool:
        """Whether a node of this name can be of this delegate; names vary with makers, but XNNPACK's is known."""
        return (node_name == _XNNPACK_NODE) == (_XNNPACK_NODE in self.node_names)

    @property
    def needs_option(self) -> bool:
        """Whether it cannot be used without an option."""
        return any(option.is_required for option in self.options)

    @property
    def is_accelerator(self) -> bool:
        """Whether it is something else than the processor."""
        return self.id not in ("cpu", "xnnpack", "litert-cpu")

    @property
    def needed_flags(self) -> tuple[str, ...]:
        """Flags that a build of the tool must know to use it."""
        return (*self.flags, *(option.flag for option in self.options if option.is_required and option.flag))


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateTable:
    """All delegates, and the options that all of them have."""

    delegates: tuple[Delegate, ...]
    options: tuple[DelegateOption, ...]

    def find(self, id_: str) -> Delegate:
        """Give the delegate with this id.

        Raises:
            RunError: there is none.
        """
        for delegate in self.delegates:
            if delegate.id == id_:
                return delegate
        raise RunError(f"there is no delegate {id_!r}", hint=f"Choose one of: {', '.join(self.ids)}.")

    @property
    def ids(self) -> tuple[str, ...]:
        """Give the ids of all delegates."""
        return tuple(delegate.id for delegate in self.delegates)

    def options_of(self, delegate: Delegate) -> tuple[DelegateOption, ...]:
        """Give all options that may be set for a delegate, its own first."""
        return (*delegate.options, *self.options)

    def shown_name(self, node_name: str) -> str:
        """Give the name to show for a delegate's node; names nobody listed are shown as they are."""
        return next((item.name for item in self.delegates if node_name in item.node_names), node_name)


def load_delegates(text: str | None = None) -> DelegateTable:
    """Read the table of delegates.

    Args:
        text: TOML instead of the table that comes with the program.

    Raises:
        ResourceError: the table is wrong; says where.
    """
    return _built_in() if text is None else _parse(text)


@lru_cache(maxsize=1)
def _built_in() -> DelegateTable:
    return _parse(resources.files("resources").joinpath("delegates.toml").read_text(encoding="utf-8"))


def _parse(text: str) -> DelegateTable:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ResourceError("The table of delegates is not valid TOML.", detail=str(error)) from error
    if table.get("schema_version") != _SCHEMA_VERSION:
        raise ResourceError(f"The table of delegates has schema version {table.get('schema_version')!r}, not 1.")
    sources = {key: str(source.get("title", key)) for key, source in table.get("sources", {}).items()}
    delegates = tuple(_delegate(row, sources) for row in table.get("delegate", ()))
    ids = [delegate.id for delegate in delegates]
    if len(set(ids)) != len(ids):
        raise ResourceError("The table of delegates repeats an id.")
    return DelegateTable(delegates=delegates, options=_options(table, "all delegates", sources))


def _delegate(row: dict[str, Any], sources: Mapping[str, str]) -> Delegate:
    where = f"delegate {row.get('id', '?')!r}"
    try:
        return Delegate(
            id=row["id"],
            name=row["name"],
            description=row["description"],
            flags=dict(row["flags"]),
            node_names=tuple(row["node_names"]),
            libraries=tuple(row["libraries"]),
            preferred_libraries=tuple(row.get("preferred_libraries", ())),
            needs=row["needs"],
            precisions=tuple(row["precisions"]),
            precision_options={key: dict(value) for key, value in row.get("precision_options", {}).items()},
            cache_options=dict(row.get("cache_options", {})),
            targets=tuple(row["targets"]),
            program=row.get("program", BENCHMARK_MODEL),
            options=_options(row, where, sources),
            source=sources[row["source"]],
        )
    except (KeyError, TypeError) as error:
        raise ResourceError(f"The {where} of the table lacks a field or has a wrong one.", detail=str(error)) from error


def _options(row: dict[str, Any], where: str, sources: Mapping[str, str]) -> tuple[DelegateOption, ...]:
    try:
        options = tuple(
            DelegateOption(
                id=option["id"],
                type=option["type"],
                default=option["default"],
                help=option["help"],
                flag=option.get("flag", ""),
                key=option.get("key", ""),
                choices=tuple(option.get("choices", ())),
                is_required=option.get("required", False),
                source=sources[option["source"]],
            )
            for option in row.get("option", ())
        )
    except (KeyError, TypeError) as error:
        raise ResourceError(f"An option of {where} lacks a field or has a wrong one.", detail=str(error)) from error
    for option in options:
        if option.type not in _TYPES or (option.type == "choice") != bool(option.choices):
            raise ResourceError(f"The option {option.id!r} of {where} has a wrong type.")
    return options

"""What a session holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from backends.model.model import OperatorId
from backends.runs.plan import Plan
from backends.runs.run import Run

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptModel:
    """A model that runs of the session belong to, by content; its file may be gone or inside the session."""

    sha256: str
    name: str
    path: str
    """Where the file was; for a model in a bundle, the bundle."""
    member: str = ""
    """Name of the model in the bundle."""
    size_bytes: int = 0
    note: str = ""
    is_embedded: bool = False
    """Whether the session has the content itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """A run with what a person says about it."""

    run: Run
    title: str = ""
    """A name given by hand; empty for none."""
    tags: tuple[str, ...] = ()
    note: str = ""
    added_at: str = ""
    """ISO 8601 with offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVerdict:
    """What a target said about a model, when it was saved: the placement of each operator and the rules that failed."""

    model_sha256: str
    target_id: str
    target_name: str
    placements: Mapping[OperatorId, str]
    rules: Mapping[OperatorId, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Ids of the rules with a finding, for operators that have some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A measurement under way: what would be lost if the program ended now."""

    model_sha256: str
    model_name: str
    plan: Plan
    started_at: str
    warmup_ns: tuple[int, ...] = ()
    latencies_ns: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionGlance:
    """What can be told of a session at once."""

    run_count: int
    """Runs, and measurements that were under way."""
    model_names: tuple[str, ...]
    was_closed: bool
    """Whether the program that wrote it ended in an orderly way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionContent:
    """All of a session, as far as it could be read; contents of embedded models are read one by one."""

    models: tuple[KeptModel, ...] = ()
    runs: tuple[KeptRun, ...] = ()
    """In the order they were added."""
    verdicts: tuple[KeptVerdict, ...] = ()
    drafts: tuple[Draft, ...] = ()
    alignments: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    """Corrections by hand, as JSON, by the sha256 of both models."""
    properties: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """Everything else by name: ``baseline`` (id of a run), ``note``, ``window`` (JSON)..."""
    warnings: tuple[str, ...] = ()
    """What could not be read, in sentences."""
    is_read_only: bool = False
    """Whether the file must not be written to, because it is newer, damaged or protected; a warning says why."""

    def find_run(self, id_: str) -> KeptRun | None:
        """Give the run with this id, or with an id or a title that begins so if there is only one."""
        exact = [kept for kept in self.runs if id_ in (kept.run.id, kept.title)]
        found = exact or [kept for kept in self.runs if id_ and kept.run.id.startswith(id_)]
        return found[0] if len(found) == 1 else None

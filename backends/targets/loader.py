"""Target files to targets: finds them, and adds to each what it extends."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from backends.errors import ResourceError
from backends.targets.target import Partitioning, Rule, Target, WeightsPolicy
from backends.targets.target_file import TargetFile, read_target_file

OnError = Callable[[ResourceError], None]


def load_targets(extra_dirs: Iterable[Path] = (), *, on_error: OnError | None = None) -> tuple[Target, ...]:
    """Load the targets of the program and those a user added, in display order.

    Args:
        extra_dirs: folders with target files of the user; one that does not exist holds none.
        on_error: is told about each wrong file of the user, which is then left out; without it the first one raises.

    Raises:
        ResourceError: a target file is wrong; the message names file, key and reason.
    """
    drafts: dict[str, TargetFile] = {}
    for name, content in _own_files():
        _add(drafts, _parse(name, content))
    targets = {id_: _resolve(id_, drafts) for id_ in drafts}
    added: list[str] = []
    # All are read before any is resolved: a file may come before the one that it extends.
    for path in _user_files(extra_dirs):
        with _telling(on_error):
            draft = _parse(path.name, _read(path))
            _add(drafts, draft)
            added.append(draft.id)
    for id_ in added:
        with _telling(on_error):
            targets[id_] = _resolve(id_, drafts)
    return tuple(sorted(targets.values(), key=lambda target: (target.order, target.id)))


@contextmanager
def _telling(on_error: OnError | None) -> Iterator[None]:
    """Hand a complaint about a file to whoever wants to know; raise it if nobody does."""
    try:
        yield
    except ResourceError as error:
        if on_error is None:
            raise
        on_error(error)


def _own_files() -> Iterator[tuple[str, bytes]]:
    folder = files("resources") / "targets"
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".toml"):
            yield item.name, item.read_bytes()


def _user_files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_dir():
            yield from sorted(folder.glob("*.toml"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResourceError(f"Target file {path.name} cannot be read: {error.strerror}.") from error


def _parse(name: str, content: bytes) -> TargetFile:
    try:
        values = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ResourceError(f"Target file {name} is not valid TOML: {error}.") from error
    return read_target_file(values, name)


def _add(drafts: dict[str, TargetFile], draft: TargetFile) -> None:
    known = drafts.get(draft.id)
    if known is not None:
        raise draft.entry.wrong("id", f"'{draft.id}' is taken by {known.origin}")
    drafts[draft.id] = draft


def _resolve(id_: str, drafts: Mapping[str, TargetFile]) -> Target:
    lineage: list[TargetFile] = []
    while id_:
        draft = drafts.get(id_)
        if draft is None:
            raise lineage[-1].entry.wrong("extends", f"there is no target '{id_}'")
        if draft in lineage:
            raise lineage[0].entry.wrong("extends", "the target extends itself")
        lineage.append(draft)
        id_ = draft.extends
    target = _root(lineage[-1])
    for draft in reversed(lineage[:-1]):
        target = _extend(target, draft)
    _check_references(target, lineage[0])
    return target


def _root(draft: TargetFile) -> Target:
    if draft.unlisted is None:
        raise draft.entry.wrong("unlisted", "missing; only a target that extends another may leave it out")
    return Target(
        id=draft.id,
        name=draft.name,
        order=draft.order,
        description=draft.description,
        origin=draft.origin,
        caveats=draft.caveats,
        accepts=frozenset(draft.accepts),
        unlisted=draft.unlisted,
        folded=draft.folded,
        rules=_merge_rules((), draft),
        engines=draft.engines,
        partitioning=draft.partitioning or Partitioning(),
        reasons=MappingProxyType(dict(draft.reasons)),
        sources=MappingProxyType(dict(draft.sources)),
        published_counts=draft.published_counts,
    )


def _extend(parent: Target, draft: TargetFile) -> Target:
    for kind in draft.removes_kinds:
        if kind not in parent.accepts:
            raise draft.entry.wrong("removes_kinds", f"'{kind}' is not accepted by {parent.id}")
    return Target(
        id=draft.id,
        name=draft.name,
        order=draft.order,
        description=draft.description,
        extends=parent.id,
        origin=draft.origin,
        caveats=draft.caveats or parent.caveats,
        accepts=(parent.accepts - frozenset(draft.removes_kinds)) | frozenset(draft.accepts),
        unlisted=draft.unlisted or parent.unlisted,
        folded=draft.folded or parent.folded,
        rules=_merge_rules(_without_kinds(parent.rules, draft.removes_kinds), draft),
        engines=draft.engines or parent.engines,
        partitioning=draft.partitioning or parent.partitioning,
        reasons=MappingProxyType({**parent.reasons, **draft.reasons}),
        sources=MappingProxyType({**parent.sources, **draft.sources}),
        published_counts=draft.published_counts,
    )


def _merge_rules(inherited: tuple[Rule, ...], draft: TargetFile) -> tuple[Rule, ...]:
    """Drop, replace in place, then append; a rule that is dropped must have been there."""
    rules = {rule.id: rule for rule in inherited}
    for id_ in draft.removes_rules:
        if rules.pop(id_, None) is None:
            raise draft.entry.wrong("removes_rules", f"there is no rule '{id_}' to remove")
    seen: set[str] = set()
    for rule in draft.rules:
        if rule.id in seen:
            raise draft.entry.wrong(f"rules[{rule.id}].id", "is used twice")
        seen.add(rule.id)
        rules[rule.id] = rule
    return tuple(rules.values())


def _without_kinds(rules: tuple[Rule, ...], removed: tuple[str, ...]) -> tuple[Rule, ...]:
    """Take kinds out of inherited rules; a rule about nothing else goes."""
    if not removed:
        return rules
    left = (replace(rule, kinds=tuple(kind for kind in rule.kinds if kind not in removed)) for rule in rules)
    return tuple(rule for rule in left if rule.kinds)


def _check_references(target: Target, draft: TargetFile) -> None:
    wrong = draft.entry.wrong
    statements = [target.unlisted, *([target.folded] if target.folded else [])]
    for rule in (*target.rules, *statements):
        if rule.source not in target.sources:
            raise wrong(f"rules[{rule.id}].source", f"there is no source '{rule.source}'")
        if rule.reason not in target.reasons:
            raise wrong(f"rules[{rule.id}].reason", f"there is no reason '{rule.reason}'")
        surplus = {kind for kind in rule.kinds if kind != "*"} - target.accepts
        if surplus:
            raise wrong(f"rules[{rule.id}].kinds", f"not accepted at all: {', '.join(sorted(surplus))}")
    named = [*(row.source for row in target.engines), *(row.source for row in target.published_counts)]
    for source in named:
        if source not in target.sources:
            raise wrong("source", f"there is no source '{source}'")
    if target.partitioning.source and target.partitioning.source not in target.sources:
        raise wrong("partitioning.source", f"there is no source '{target.partitioning.source}'")
    if target.partitioning.float16_weights is WeightsPolicy.LOOK_THROUGH and target.folded is None:
        raise wrong("folded", "missing; a delegate that looks through float16 weights must say so")

"""What makes a model a poor fit for integer accelerators: findings beyond single operators."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from backends.errors import ResourceError
from backends.model.model import Model, OperatorId
from backends.targets.lint_checks import CHECKS, Check, LintView, TensorId
from backends.targets.lint_patterns import PATTERN_CHECKS

SCHEMA_VERSION = 1
ALL_CHECKS: Mapping[str, Check] = {**CHECKS, **PATTERN_CHECKS}


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRule:
    """One check as data: the words around what a predicate finds."""

    id: str
    title: str
    why: str
    remedy: str
    targets: tuple[str, ...]
    source: str
    limits: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """Something in a model that costs on some targets, with the place and the way out."""

    rule: str
    title: str
    detail: str
    """What was found in this model, as a sentence."""
    why: str
    remedy: str
    targets: tuple[str, ...]
    """Ids of the targets on which it matters."""
    source: str
    operators: tuple[OperatorId, ...] = ()
    """Where it was found; for a finding about tensors, the operators that read or write them."""
    tensors: tuple[TensorId, ...] = ()


def load_lint_rules(text: str | None = None) -> tuple[LintRule, ...]:
    """Read the checks.

    Args:
        text: TOML instead of the table that comes with the program.

    Raises:
        ResourceError: the table is wrong; says where.
    """
    if text is None:
        text = resources.files("resources").joinpath("lint.toml").read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ResourceError("The lint table is not valid TOML.", detail=str(error)) from error
    if table.get("schema_version") != SCHEMA_VERSION:
        raise ResourceError(f"The lint table has schema version {table.get('schema_version')!r}, not {SCHEMA_VERSION}.")
    sources = {key: source["text"] for key, source in table.get("sources", {}).items()}
    return tuple(_rule(row, sources) for row in table.get("lint", ()))


def check_lint(model: Model, rules: tuple[LintRule, ...]) -> tuple[LintFinding, ...]:
    """Give what the rules find in a model, in the order of the rules."""
    view = LintView(model)
    return tuple(
        LintFinding(
            rule=rule.id,
            title=rule.title,
            detail=occurrence.detail,
            why=rule.why,
            remedy=rule.remedy,
            targets=rule.targets,
            source=rule.source,
            operators=occurrence.operators or _touching(model, occurrence.tensors),
            tensors=occurrence.tensors,
        )
        for rule in rules
        for occurrence in ALL_CHECKS[rule.id](view, rule.limits)
    )


def _touching(model: Model, tensors: tuple[TensorId, ...]) -> tuple[OperatorId, ...]:
    """Give the operators that read or write some tensors, in execution order."""
    wanted = set(tensors)
    return tuple(
        operator.id
        for index in sorted({tensor.subgraph for tensor in tensors})
        for operator in model.subgraphs[index].operators
        if any(TensorId(index, tensor) in wanted for tensor in (*operator.inputs, *operator.outputs))
    )


def _rule(row: dict[str, Any], sources: Mapping[str, str]) -> LintRule:
    where = f"row {row.get('id', '?')!r} of the lint table"
    if row.get("id") not in ALL_CHECKS:
        raise ResourceError(f"The {where} names no known check.", hint=f"Known are: {', '.join(sorted(ALL_CHECKS))}.")
    try:
        return LintRule(
            id=row["id"],
            title=row["title"],
            why=row["why"],
            remedy=row["remedy"],
            targets=tuple(row["targets"]),
            source=sources[row["source"]],
            limits=row.get("limits", {}),
        )
    except KeyError as error:
        raise ResourceError(f"The {where} lacks {error} or names a source that is not listed.") from error

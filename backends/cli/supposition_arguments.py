"""The arguments of a what-if: partitions allowed, operators kept on the CPU, types and rules that are waved through."""

import argparse
import re
from collections.abc import Iterable

from backends.cli.usage import UsageError, at_least
from backends.model.model import Model, OperatorId
from backends.targets.facts import kind_of
from backends.targets.supposition import Supposition
from backends.targets.target import Target

_SHOWN = 8


def add_supposition_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--max-partitions``, ``--exclude`` and ``--pretend``."""
    group = parser.add_argument_group("what if", "the answer says what is supposed, and gives the numbers before")
    group.add_argument(
        "--max-partitions",
        type=at_least(0),
        metavar="K",
        help="suppose that the delegate keeps at most K partitions (0: any number) instead of its own limit",
    )
    group.add_argument(
        "--exclude",
        action="append",
        default=[],
        type=operator_place,
        metavar="SUBGRAPH:INDEX",
        help="suppose that this operator stays on the CPU (INDEX alone: in subgraph 0); may be repeated",
    )
    group.add_argument(
        "--pretend",
        action="append",
        default=[],
        metavar="KIND|RULE",
        help="suppose that an operator type (RESIZE_BILINEAR) is supported, or that a rule holds, by its id as in "
        "the findings of --format json; may be repeated",
    )


def operator_place(text: str) -> OperatorId:
    """Read ``SUBGRAPH:INDEX`` or ``INDEX``.

    Raises:
        argparse.ArgumentTypeError: it does not read so.
    """
    match = re.fullmatch(r"(?:([0-9]{1,9}):)?([0-9]{1,9})", text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} does not read SUBGRAPH:INDEX")
    return OperatorId(int(match.group(1) or 0), int(match.group(2)))


def read_supposition(arguments: argparse.Namespace, model: Model, targets: Iterable[Target]) -> Supposition:
    """Give what the arguments suppose.

    Raises:
        UsageError: an operator does not exist, or no type and no rule has that name.
    """
    for id_ in arguments.exclude:
        if id_.subgraph >= len(model.subgraphs) or id_.index >= len(model.subgraphs[id_.subgraph].operators):
            raise UsageError(f"--exclude {id_.subgraph}:{id_.index} names no operator of this model.")
    targets = tuple(targets)
    kinds, rules = set[str](), set[str]()
    for name in arguments.pretend:
        kind = _kind(name, model, targets)
        if kind:
            kinds.add(kind)
        elif any(rule.id == name for target in targets for rule in target.rules):
            rules.add(name)
        else:
            raise UsageError(_unknown(name, model, targets))
    return Supposition(
        max_partitions=arguments.max_partitions,
        excluded=frozenset(arguments.exclude),
        accepted_kinds=frozenset(kinds),
        holding_rules=frozenset(rules),
    )


def _kind(name: str, model: Model, targets: Iterable[Target]) -> str:
    """Give the type of this name as rules write it; empty where there is none. Case counts in custom codes only."""
    known = {kind for target in targets for kind in target.accepts}
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            known.add(kind_of(operator))
    for wanted in (name, name.upper(), f"CUSTOM:{name}"):
        if wanted in known:
            return wanted
    return ""


def _unknown(name: str, model: Model, targets: Iterable[Target]) -> str:
    kinds = {operator.kind for subgraph in model.subgraphs for operator in subgraph.operators}
    rules = {rule.id for target in targets for rule in target.rules}
    words = set(re.split(r"\W+|_", name.lower())) - {""}
    alike = sorted(known for known in kinds | rules if words & set(re.split(r"\W+|_", known.lower())))[:_SHOWN]
    hint = f" Perhaps one of: {', '.join(alike)}." if alike else " `check --format json` names the rules of findings."
    return f"--pretend {name}: there is no such operator type and no such rule.{hint}"

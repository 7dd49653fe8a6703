"""What a target accepts, in sentences: the rules told kind by kind, for the page and the reports."""

from collections.abc import Mapping
from dataclasses import dataclass

from backends.targets.constraints.binding import sentence
from backends.targets.target import Condition, Effect, LimitValue, Rule, Source, Target

EVERY_KIND = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One rule about one kind, in words."""

    rule: str
    demand: str
    """What must hold, as a sentence with the limits filled in."""
    circumstances: str
    """Where it must hold; empty for everywhere."""
    effect: Effect
    """What happens otherwise."""
    reason: str
    remedy: str
    limits: Mapping[str, LimitValue]
    source: Source
    at: str
    """The place within the source."""
    is_about_all: bool
    """Whether the rule is about every kind that the target accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedKind:
    """An operator kind with all that a target demands of it."""

    kind: str
    is_available: bool
    """Whether any operator of this kind can be accelerated."""
    demands: tuple[Demand, ...]
    engines: tuple[str, ...]
    """Engines that may run it, fastest rule first."""


def accepted_kinds(target: Target) -> tuple[AcceptedKind, ...]:
    """Tell for each kind that a target knows what it demands, sorted by name."""
    available = available_kinds(target)
    return tuple(
        AcceptedKind(
            kind=kind,
            is_available=kind in available,
            demands=tuple(tell(target, rule, kind) for rule in rules_about(target, kind)),
            engines=tuple(dict.fromkeys(row.engine for row in target.engines if kind in row.kinds)),
        )
        for kind in sorted(target.accepts)
    )


def available_kinds(target: Target) -> frozenset[str]:
    """Give the kinds of which any operator can be accelerated: those that no rule shuts out altogether."""
    shut_out = {kind for rule in target.rules if _shuts_out(rule) for kind in rule.kinds}
    return frozenset() if EVERY_KIND in shut_out else target.accepts - shut_out


def rules_about(target: Target, kind: str) -> tuple[Rule, ...]:
    """Give the rules that apply to a kind, in the order of the file."""
    return tuple(rule for rule in target.rules if kind in rule.kinds or EVERY_KIND in rule.kinds)


def tell(target: Target, rule: Rule, kind: str = "") -> Demand:
    """Put a rule into words; ``kind`` fills in the sentence where a rule names the kind."""
    return Demand(
        rule=rule.id,
        demand=_demand(rule, kind),
        circumstances="; ".join([*_joined("when", rule.when), *_joined("unless", rule.unless)]),
        effect=rule.effect,
        reason=rule.reason,
        remedy=rule.remedy,
        limits=rule.condition.limits,
        source=target.sources[rule.source],
        at=rule.at,
        is_about_all=EVERY_KIND in rule.kinds,
    )


def _demand(rule: Rule, kind: str) -> str:
    required = sentence(rule.condition)
    if rule.condition.constraint == "never" and rule.message:
        named = kind.removeprefix("CUSTOM:") or "The operator"
        return rule.message.format(kind=named, found="", required=required)
    return required


def _shuts_out(rule: Rule) -> bool:
    never = rule.condition.constraint == "never" and not rule.condition.negated
    return never and rule.effect is Effect.FALLBACK and not rule.when and not rule.unless


def _joined(word: str, conditions: tuple[Condition, ...]) -> list[str]:
    told = " and ".join(sentence(condition).rstrip(".") for condition in conditions)
    return [f"{word}: {told}"] if told else []

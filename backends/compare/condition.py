"""Conditions under which a comparison fails a build: ``p50>5%``, ``layer>20%``, ``verdict:vs680``.

The grammar::

    condition = number ">" amount | "layer" [ ":" text ] ">" amount | "verdict" [ ":" target ] | "model"
    number    = "p50" | "p90" | "p99" | "mean" | "init" | "first" | "memory" | "energy"
    amount    = digits [ "." digits ] unit
    unit      = "%" | "ns" | "us" | "ms" | "s" | "B" | "KiB" | "MiB" | "GiB" | "mJ"

``p50>5%`` is met when B's p50 is more than 5 % above A's, ``p50>2ms`` when it is more than 2 ms above. p50, p90, p99
and mean count only if the difference is real: the 95 % interval excludes zero (and for p50 and mean the whole judgement
says so). init, first, memory and energy are single values that nothing is known about; they are compared as they are.
``layer>20%`` is met when a layer takes more than 20 % longer that takes at least 1 % of A's inference; with ``:text``
only layers whose type or name contains the text. ``verdict`` is met when a target no longer takes an operator, or does
not take a new one; ``model`` when the models differ in anything.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from backends.compare.comparison import Comparison
from backends.compare.judgement import Judgement, format_change
from backends.compare.layer_difference import LayerRow
from backends.compare.model_difference import Status
from backends.compare.single_values import single_value
from backends.compare.verdict_difference import TargetDifference
from backends.runs.run import Run
from backends.units import format_bytes, format_latency

_TESTED = ("p50", "p90", "p99", "mean")
_TIMES = (*_TESTED, "init", "first", "layer")
_NUMBERS = (*_TESTED, "init", "first", "memory", "energy")
_UNITS = {
    "ns": 1.0, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9,
    "B": 1.0, "KiB": 1024.0, "MiB": 1024.0**2, "GiB": 1024.0**3, "mJ": 1.0,
}  # fmt: skip
_OF_TIMES = frozenset({"ns", "us", "µs", "ms", "s"})
_OF_MEMORY = frozenset({"B", "KiB", "MiB", "GiB"})
_LEAST_LAYER_SHARE = 0.01
_PATTERN = re.compile(
    r"\s*(?P<name>[a-z0-9]+)\s*(?::(?P<part>[^>]*?))?\s*(?:>\s*(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>[%a-zA-Zµ]+))?\s*"
)
_FORM = (
    "p50>5%, mean>2ms, init>20%, memory>10MiB, energy>5%, layer>20%, layer:CONV_2D>20%, verdict, verdict:TARGET, model"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition, as it was written and taken apart."""

    text: str
    name: str
    part: str = ""
    """What stands behind the colon."""
    amount: float = 0.0
    """A share (0.05 for 5 %), or ns, bytes, mJ."""
    is_share: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionResult:
    """Whether a condition is met, and why or why not in one sentence."""

    condition: Condition
    is_met: bool
    reason: str


def parse_condition(text: str) -> Condition:
    """Take a condition apart.

    Raises:
        ValueError: it does not read like one; the message names the forms there are.
    """
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is no condition; write one like {_FORM}")
    name, part, amount, unit = found["name"], (found["part"] or "").strip(), found["amount"], found["unit"]
    if name in ("verdict", "model"):
        if amount is not None or (part and name == "model"):
            raise ValueError(f"'{text}': {name} takes no amount; write one like {_FORM}")
        return Condition(text=text, name=name, part=part)
    if name not in (*_NUMBERS, "layer") or amount is None or (part and name != "layer"):
        raise ValueError(f"'{text}' is no condition; write one like {_FORM}")
    if unit == "%":
        return Condition(text=text, name=name, part=part, amount=float(amount) / 100.0, is_share=True)
    fitting = _OF_TIMES if name in _TIMES else _OF_MEMORY if name == "memory" else frozenset({"mJ"})
    if unit not in fitting:
        raise ValueError(f"'{text}': {name} has one of the units %, {', '.join(sorted(fitting))}")
    return Condition(text=text, name=name, part=part, amount=float(amount) * _UNITS[unit])


def evaluate(condition: Condition, comparison: Comparison, *, ignores_noise: bool = False) -> ConditionResult:
    """Evaluate a condition.

    Args:
        condition: what to look for.
        comparison: where to look.
        ignores_noise: take numbers as they are, also where the difference is within noise.

    Raises:
        ValueError: the comparison lacks what the condition is about.
    """
    if condition.name == "verdict":
        return _evaluate_verdict(condition, comparison)
    if condition.name == "model":
        if comparison.model is None:
            raise ValueError(f"'{condition.text}' needs both models")
        changed = sum(d.status is not Status.SAME for d in comparison.model.operators)
        is_met = bool(changed or comparison.model.facts)
        return ConditionResult(
            condition=condition, is_met=is_met, reason=f"{changed} operators differ." if is_met else "The models agree."
        )
    if comparison.judgement is None or comparison.a.run is None or comparison.b.run is None:
        raise ValueError(f"'{condition.text}' needs a run of each side")
    if condition.name == "layer":
        return _evaluate_layers(condition, comparison)
    if condition.name in _TESTED:
        return _evaluate_tested(condition, comparison.judgement, ignores_noise=ignores_noise)
    return _evaluate_single(condition, comparison.a.run, comparison.b.run)


def _evaluate_tested(condition: Condition, judgement: Judgement, *, ignores_noise: bool) -> ConditionResult:
    metric = judgement.metric(condition.name)
    if metric is None:
        raise ValueError(
            f"'{condition.text}': there is no {condition.name} for these runs, only that of whole processes"
        )
    is_above = _is_above(condition, metric.a_ns, metric.b_ns)
    times = f"{format_latency(metric.a_ns)} → {format_latency(metric.b_ns)}"
    told = f"{condition.name} {times} ({format_change(metric.relative)})"
    if not is_above:
        return ConditionResult(condition=condition, is_met=False, reason=f"{told}.")
    if ignores_noise:
        return ConditionResult(condition=condition, is_met=True, reason=f"{told}; noise was not looked at.")
    if metric.interval is None:
        return ConditionResult(
            condition=condition, is_met=False, reason=f"{told}, but there are too few runs to be sure."
        )
    is_real = metric.interval.excludes_zero and (judgement.is_real or condition.name in ("p90", "p99"))
    why = "beyond noise" if is_real else "within noise"
    return ConditionResult(condition=condition, is_met=is_real, reason=f"{told}, {why}.")


def _evaluate_single(condition: Condition, a: Run, b: Run) -> ConditionResult:
    before, after = single_value(condition.name, a), single_value(condition.name, b)
    if before is None or after is None:
        side = "A" if before is None else "B"
        raise ValueError(f"'{condition.text}': {condition.name} was not measured on side {side}")
    text = _TEXTS.get(condition.name, format_latency)
    change = f" ({format_change(after / before - 1.0)})" if before > 0 else ""
    reason = f"{condition.name} {text(before)} → {text(after)}{change}; a single value each."
    return ConditionResult(condition=condition, is_met=_is_above(condition, before, after), reason=reason)


def _energy_text(mj: float) -> str:
    return f"{mj:.3g} mJ"


_TEXTS: Mapping[str, Callable[[float], str]] = {"memory": format_bytes, "energy": _energy_text}


def _evaluate_layers(condition: Condition, comparison: Comparison) -> ConditionResult:
    rows = [row for row in comparison.layers if row.difference_ns is not None and _is_named(condition.part, row)]
    if condition.part and not rows:
        raise ValueError(f"'{condition.text}': no layer with a time on both sides contains '{condition.part}'")
    run = comparison.a.run
    total = (run.profiled_total_ns if run is not None else None) or sum(row.a_ns or 0.0 for row in comparison.layers)
    slower = list(_slower_layers(condition, rows, total * _LEAST_LAYER_SHARE))
    if not slower:
        return ConditionResult(condition=condition, is_met=False, reason="No layer is so much slower.")
    worst = max(slower, key=lambda row: row.difference_ns or 0.0)
    told = f"{len(slower)} {'layer is' if len(slower) == 1 else 'layers are'} so much slower, most of all {worst.kind}"
    times = f"{format_latency(worst.a_ns or 0.0)} → {format_latency(worst.b_ns or 0.0)}"
    return ConditionResult(
        condition=condition, is_met=True, reason=f"{told} {worst.name} ({times}).".replace("  ", " ")
    )


def _slower_layers(condition: Condition, rows: list[LayerRow], least_ns: float) -> Iterator[LayerRow]:
    for row in rows:
        before, after = row.a_ns, row.b_ns
        if before is not None and after is not None and max(before, after) >= least_ns:
            if not _is_above(condition, before, after):
                continue
            yield row


def _is_named(part: str, row: LayerRow) -> bool:
    return not part or part.casefold() in row.kind.casefold() or part.casefold() in row.name.casefold()


def _evaluate_verdict(condition: Condition, comparison: Comparison) -> ConditionResult:
    if comparison.a.verdicts is None or comparison.b.verdicts is None:
        raise ValueError(f"'{condition.text}' needs both models")
    targets = [t for t in comparison.targets if condition.part in ("", t.target_id)]
    if condition.part and not targets:
        raise ValueError(f"'{condition.text}': there is no target '{condition.part}'")
    worse = [target for target in targets if target.is_regression]
    if not worse:
        what = f"{targets[0].target_name} takes" if condition.part else "All targets take"
        return ConditionResult(condition=condition, is_met=False, reason=f"{what} what it took of A."
                               if condition.part else f"{what} what they took of A.")  # fmt: skip
    told = ", ".join(f"{target.target_name} ({_lost_text(target)})" for target in worse)
    return ConditionResult(condition=condition, is_met=True, reason=f"No longer taken: {told}.")


def _lost_text(target: TargetDifference) -> str:
    return f"{len(target.lost)} operator{'s' if len(target.lost) != 1 else ''}"


def _is_above(condition: Condition, before: float, after: float) -> bool:
    if condition.is_share:
        return after > before * (1.0 + condition.amount)
    return after - before > condition.amount

"""Which of the kinds to try first on a target, and why."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backends.conversion.kinds import Kind
from backends.conversion.siblings import Sibling, accelerated_share, is_mostly_slow, runs_wholly
from backends.runs.plan import Kernels
from backends.runs.prediction import find_predicting_target
from backends.units import format_latency

_AS_GOOD_AS_EQUAL_DB = 40.0
"""Differences of a hundredth of the range, which nobody sees: a bound of this program's own."""
LEAST_PSNR_DB = 30.0
"""What still looks like the original: a bound of this program's own."""
LEAST_AGREEMENT = 0.95
"""How often the best class has to stay the same, else: of this program's own too."""
_AS_FAST = 1.05
"""Short measurements do not tell kinds apart that are so close."""
_OF_KINDS = ("float-model", "float-io", "float-island", "hybrid-weights", "int16x8")
"""Rules of the lint that tell kinds of the same network apart."""
_PROCESSOR = "xnnpack"
"""The target that is about this computer's and every other processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The kind to try first, and the reason as a sentence."""

    sibling: Sibling
    reason: str


def choose_for(siblings: Sequence[Sibling], target_id: str) -> Choice | None:
    """Give the kind to try first on a target; ``None`` where it takes nothing of any.

    Where kinds were measured with what the target is about, it is the fastest of those that are accurate enough, of
    those as fast the most accurate. Where they were not (a time on this computer says nothing about an accelerator),
    kinds that the target takes wholly come first, of those the ones on its fast engine, then those of which the lint
    says nothing against this target (hybrid weights on NNAPI), then the most accurate; else the one it takes most of.
    Accuracy is that against the float32 model, where 40 dB are as good as equal; ties go to the smaller file.
    """
    known = [one for one in siblings if target_id in one.verdicts and accelerated_share(one.verdicts[target_id])]
    if not known:
        return None
    measured = [one for one in known if _is_measured_for(one, target_id)]
    return _fastest(measured) if len(measured) > 1 else _by_rules(known, target_id)


def _is_measured_for(sibling: Sibling, target_id: str) -> bool:
    """Whether a kind was measured with what a target describes."""
    run = sibling.run
    if run is None or not run.latencies_ns:
        return False
    if not run.plan.delegate:
        return target_id == _PROCESSOR and run.plan.kernels in (Kernels.FUSED, Kernels.EXACT)
    return find_predicting_target(run, sibling.verdicts, chosen=target_id) == target_id


def _psnr_db(sibling: Sibling) -> float | None:
    if sibling.result.kind is Kind.FLOAT32:
        return math.inf
    return sibling.comparison.main.psnr_db if sibling.comparison is not None else None


def _quality(sibling: Sibling) -> float:
    psnr = _psnr_db(sibling)
    return min(psnr, _AS_GOOD_AS_EQUAL_DB) if psnr is not None else -math.inf


def is_accurate(sibling: Sibling) -> bool | None:
    """Whether a kind is near enough to the float32 model; ``None`` where that was not looked at."""
    psnr = _psnr_db(sibling)
    agreement = sibling.comparison.main.top.get(1) if sibling.comparison is not None else None
    if psnr is None and agreement is None:
        return None
    return (psnr is not None and psnr >= LEAST_PSNR_DB) or (agreement is not None and agreement >= LEAST_AGREEMENT)


def _fastest(measured: Sequence[Sibling]) -> Choice:
    good = [one for one in measured if is_accurate(one)]
    nobody = not good and any(is_accurate(one) is False for one in measured)
    if nobody:
        best = max(measured, key=_quality)
        return Choice(sibling=best, reason=f"The most accurate; none is accurate enough{_accuracy_text(best)}.")
    among = good or measured
    least = min(one.mean_ns or math.inf for one in among)
    near = [one for one in among if (one.mean_ns or math.inf) <= least * _AS_FAST]
    best = max(near, key=lambda one: (_quality(one), -_size(one)))
    accuracy = " of the accurate ones" if good else "; accuracy was not compared"
    latency = format_latency(best.mean_ns or 0.0)
    return Choice(sibling=best, reason=f"The fastest measured{accuracy}: {latency}{_accuracy_text(best)}.")


def _by_rules(known: Sequence[Sibling], target_id: str) -> Choice:
    def rank(one: Sibling) -> tuple[bool, bool, float, int, float, int]:
        verdict = one.verdicts[target_id]
        wholly = runs_wholly(verdict)
        share = accelerated_share(verdict) or 0.0
        misfits = sum(target_id in finding.targets for finding in one.lint if finding.rule in _OF_KINDS)
        return wholly, not is_mostly_slow(verdict), 0.0 if wholly else share, -misfits, _quality(one), -_size(one)

    best = max(known, key=rank)
    verdict = best.verdicts[target_id]
    where = "all operators" if runs_wholly(verdict) else "most of the work"
    engine = ", on the slow engine" if is_mostly_slow(verdict) else ""
    low = " That is not accurate enough: see where the error enters." if is_accurate(best) is False else ""
    times = "" if _is_measured_for(best, target_id) else " Not measured there."
    return Choice(
        sibling=best, reason=f"By its rules the target takes {where}{engine}{_accuracy_text(best)}.{low}{times}"
    )


def _size(sibling: Sibling) -> int:
    return sibling.result.model.size_bytes if sibling.result.model is not None else 0


def _accuracy_text(sibling: Sibling) -> str:
    psnr = _psnr_db(sibling)
    if psnr is None:
        return ""
    return "; equal to float32" if math.isinf(psnr) else f"; {psnr:.1f} dB against float32"

"""Our verdicts beside those of the real delegates, over all reference models."""

from collections import Counter

import pytest

from tests.support import delegate_truth

pytestmark = pytest.mark.skipif(delegate_truth.TRUTH is None, reason="the reference models are not on this machine")

EXACT = ("nnapi", "hexagon")


def test_nnapi_and_hexagon_verdicts_and_partitions_equal_those_of_the_delegates() -> None:
    comparison = delegate_truth.compare(*EXACT)

    print(comparison.table())  # noqa: T201 - pytest shows it with -s and on failure
    assert len(comparison.operator_counts) == 9
    assert not comparison.disagreements, comparison.table()


def test_nnapi_reason_codes_are_the_refusal_kinds_of_the_delegate() -> None:
    # The delegate refuses DENSIFY before NNAPI 1.3 without saying why.
    differing = Counter(
        (kind, target, *ours, "/", *theirs)
        for kind, target, ours, theirs in delegate_truth.refusal_kinds("nnapi")
        if ours != theirs and theirs
    )

    assert differing == Counter()

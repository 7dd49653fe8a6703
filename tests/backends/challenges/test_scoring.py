from itertools import combinations

import pytest

from backends.challenges.challenge import load_challenges
from backends.challenges.scoring import exponent_of, fit_constant, formula_of, score_entry
from backends.published.table import find_table

CHALLENGES = {one.id: one for one in load_challenges()}


@pytest.mark.parametrize("id_", list(CHALLENGES))
def test_the_formula_gives_the_ratios_of_the_published_scores(id_: str) -> None:
    """Without any constant: the quotient of two scores must be that of the formula, within the printed digits."""
    challenge = CHALLENGES[id_]
    table = find_table(challenge.table)
    entries = []
    for row in table.rows:
        score, runtime = table.value(row, challenge.score_column), table.value(row, challenge.runtime_column)
        if score and runtime and score > 1:
            metrics = {part.metric: table.value(row, part.metric) or 0.0 for part in challenge.exponents}
            entries.append((score, 2.0 ** exponent_of(challenge, metrics) / runtime))

    assert len(entries) >= 6
    for (one, formula_one), (other, formula_other) in combinations(entries, 2):
        rounding = 0.006 / one + 0.006 / other
        assert one / other == pytest.approx(formula_one / formula_other, rel=rounding)


@pytest.mark.parametrize(("id_", "log2"), [("mai21-super-resolution", 48.0), ("mai21-scene-detection", 185.0)])
def test_the_constant_is_fitted_to_within_rounding(id_: str, log2: float) -> None:
    fit = fit_constant(CHALLENGES[id_])

    assert fit.log2_constant == pytest.approx(log2, abs=0.001)
    assert fit.worst == 0.0


def test_a_published_entry_gets_its_score_and_shares_its_place() -> None:
    place = score_entry(CHALLENGES["mai21-super-resolution"], {"psnr": 29.58}, 44.85)

    assert place.score == pytest.approx(51.02, abs=0.01)
    assert (place.rank, place.of) in {(2, 11), (3, 11)}


def test_a_faster_model_scores_in_proportion() -> None:
    challenge = CHALLENGES["mai21-scene-detection"]
    metrics = {"top1": 94.0, "top3": 99.0}

    slow, fast = score_entry(challenge, metrics, 10.0), score_entry(challenge, metrics, 5.0)

    assert fast.score == pytest.approx(2 * slow.score)
    assert fast.rank <= slow.rank


@pytest.mark.parametrize(
    ("metrics", "runtime_ms", "said"),
    [({}, 1.0, "PSNR is missing"), ({"psnr": 101.0}, 1.0, "from 0 to 100 dB"), ({"psnr": 30.0}, 0.0, "positive")],
)
def test_what_cannot_be_scored_is_said(metrics: dict[str, float], runtime_ms: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        score_entry(CHALLENGES["mai21-super-resolution"], metrics, runtime_ms)


def test_the_formula_is_written_with_the_metrics_names() -> None:
    assert formula_of(CHALLENGES["mai21-super-resolution"]) == "2^(2·PSNR) / (C · runtime)"
    assert formula_of(CHALLENGES["mai21-scene-detection"]) == "2^(Top-1 + Top-3) / (C · runtime)"

from dataclasses import replace

import numpy as np
import pytest

from backends.compare.dependence import measure_dependence
from backends.compare.interval import Interval
from backends.compare.judgement import Outcome, format_change, format_percent, judge, judge_samples
from backends.compare.rank_test import brunner_munzel
from backends.compare.samples import Samples, samples_of, steady_samples
from backends.compare.student import t_quantile, t_tail
from backends.runs.run import RunChunk
from tests.support.builders import a_chain, a_run

TRIALS = 80


def noise(rng, count, *, rho=0.0, sd=0.03):
    steps = rng.normal(0.0, sd, count + 50)
    for i in range(1, len(steps)):
        steps[i] += rho * steps[i - 1]
    return 1e6 * np.exp(steps[50:])


def test_quantiles_of_t_are_those_of_the_tables():
    # NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2.
    assert t_quantile(0.95, 1) == pytest.approx(12.706, abs=1e-3)
    assert t_quantile(0.95, 10) == pytest.approx(2.228, abs=1e-3)
    assert t_quantile(0.99, 30) == pytest.approx(2.750, abs=1e-3)
    assert t_tail(1.959964, 1e9) == pytest.approx(0.05, abs=1e-6)


def test_the_rank_test_gives_the_published_example():
    # Brunner and Munzel (2000), pain scores after surgery; also the example of R's lawstat: p = 0.005786, 0.788961.
    a = np.array([1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1], float)
    b = np.array([3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4], float)
    independent = [replace(measure_dependence(x), time=1.0) for x in (a, b)]

    result = brunner_munzel(a, b, *independent)

    assert result.superiority == pytest.approx(0.788961, abs=1e-6)
    assert result.p_value == pytest.approx(0.005786, abs=1e-5)


def test_a_faster_side_is_told_in_words():
    rng = np.random.default_rng(1)

    judgement = judge_samples(steady_samples(noise(rng, 100)), steady_samples(0.88 * noise(rng, 100)))

    assert judgement.outcome is Outcome.FASTER
    assert judgement.headline.startswith("B is 1")
    assert " % faster (95 %: 1" in judgement.headline
    interval = judgement.metrics[0].interval
    assert interval is not None
    assert interval.low < -0.12 < interval.high < 0


def test_equal_sides_say_how_many_more_runs_are_needed():
    rng = np.random.default_rng(4)

    judgement = judge_samples(steady_samples(noise(rng, 50)), steady_samples(1.003 * noise(rng, 50)))

    assert judgement.outcome is Outcome.NO_DIFFERENCE
    assert judgement.headline.startswith("No difference beyond noise (95 %: −")
    assert judgement.more_needed is not None
    assert judgement.more_needed > 50
    assert "more runs on each side" in judgement.headline


@pytest.mark.parametrize(
    "series",
    [
        lambda rng: noise(rng, 50),
        lambda rng: noise(rng, 50, rho=0.7),
        lambda rng: 1e6 * (1 + rng.exponential(0.1, 50)),
        lambda rng: 1e6 * np.where(rng.random(50) < 0.5, 1.0, 1.3) * noise(rng, 50, sd=0.01) / 1e6,
        lambda rng: noise(rng, 50) * (1 + rng.normal(0, 0.05) * np.linspace(-0.5, 0.5, 50)),
    ],
    ids=["normal", "autocorrelated", "skewed", "bimodal", "drifting"],
)
def test_false_alarms_are_rare(series):
    # 80 trials at 5 %: more than 9 has a chance of 1 % each; tests/benchmarks/bench_judgement.py does 2,000.
    rng = np.random.default_rng(11)

    alarms = sum(judge_samples(steady_samples(series(rng)), steady_samples(series(rng))).is_real for _ in range(TRIALS))

    assert alarms <= 9


def test_real_differences_are_found():
    rng = np.random.default_rng(12)

    found = sum(
        judge_samples(steady_samples(noise(rng, 50)), steady_samples(1.05 * noise(rng, 50))).outcome is Outcome.SLOWER
        for _ in range(40)
    )

    assert found >= 36


def test_dependent_runs_count_less():
    rng = np.random.default_rng(3)

    independent, dependent = measure_dependence(noise(rng, 400)), measure_dependence(noise(rng, 400, rho=0.8))

    assert independent.time < 1.6
    assert 5 < dependent.time < 20
    assert dependent.block > independent.block


def test_warm_up_and_drift_are_taken_out():
    rng = np.random.default_rng(5)
    series = noise(rng, 100, sd=0.005) * np.linspace(1.0, 1.1, 100)
    series[:3] *= 2

    samples = steady_samples(series)

    assert samples.warmup_count == 3
    assert samples.drift == pytest.approx(0.095, abs=0.02)
    left = np.asarray(samples.values_ns)
    assert abs(np.median(left[:30]) / np.median(left[-30:]) - 1) < 0.01


def test_means_of_processes_are_few_values_and_not_many_runs():
    def chunk(mean):
        return RunChunk(count=100, mean_ns=mean, min_ns=mean * 0.9, max_ns=mean * 1.2)

    def run(means):
        plain = a_run(a_chain(["ADD"]), latencies_ns=tuple(round(m) for m in means))
        return replace(plain, chunks=tuple(chunk(m) for m in means))

    judgement = judge([run((1.00e6, 1.02e6, 0.99e6))], [run((1.30e6, 1.28e6, 1.33e6))])

    assert judgement.a.is_processes
    assert judgement.outcome is Outcome.SLOWER
    interval = judgement.metrics[0].interval
    # Wider than three values alone suggest: Student's t with about four degrees of freedom.
    assert interval is not None
    assert interval.high - interval.low > 0.06

    alone = judge([run((1.0e6,))], [run((1.3e6,))])

    assert alone.outcome is Outcome.NOT_TESTED
    assert "only one process" in alone.headline


def test_several_runs_of_a_side_count_as_processes():
    rng = np.random.default_rng(6)
    model = a_chain(["ADD"])
    runs = [a_run(model, latencies_ns=tuple(int(x) for x in noise(rng, 30))) for _ in range(4)]

    samples = samples_of(runs)

    assert samples.is_processes
    assert len(samples.values_ns) == 4


def test_a_side_without_latencies_is_not_tested():
    judgement = judge_samples(Samples(values_ns=()), Samples(values_ns=(1.0, 2.0)))

    assert judgement.outcome is Outcome.NOT_TESTED
    assert judgement.metrics == ()


def test_equal_values_are_no_difference():
    judgement = judge_samples(steady_samples([1e6] * 30), steady_samples([1e6] * 30))

    assert judgement.outcome is Outcome.NO_DIFFERENCE
    assert judgement.more_needed is None


def test_far_tails_need_enough_runs():
    rng = np.random.default_rng(7)

    judgement = judge_samples(steady_samples(noise(rng, 60)), steady_samples(noise(rng, 60)))

    assert judgement.metric("p50").interval is not None
    assert judgement.metric("p99").interval is None


def test_percentages_have_two_useful_digits():
    assert format_percent(0.1234) == "12 %"
    assert format_percent(0.0345) == "3.5 %" or format_percent(0.0345) == "3.4 %"
    assert format_change(-0.0034) == "−0.34 %"
    assert not Interval(relative=0.1, low=-0.1, high=0.2).excludes_zero

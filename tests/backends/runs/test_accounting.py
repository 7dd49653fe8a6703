"""Operators and overhead add up to the latency, whatever was measured."""

from hypothesis import given
from hypothesis import strategies as st

from backends.model.model import OperatorId
from backends.runs.accounting import account
from backends.runs.host.attribution import Attribution, OperatorShare
from tests.support.builders import a_chain

shares = st.lists(st.floats(0, 1e5) | st.none(), min_size=1, max_size=12)


def an_attribution(times_us: list[float | None], *, kernel_calls: float = 1.0, outside_us: float = 0.0) -> Attribution:
    operators = {
        OperatorId(0, i): OperatorShare(time_us=time, calls=1.0, placement="XNNPACK", kernel_calls=kernel_calls)
        for i, time in enumerate(times_us)
    }
    return Attribution(operators=operators, partitions=(), unmapped_us=0.0, outside_us=outside_us)


@given(shares, st.lists(st.integers(1, 10**9), min_size=1, max_size=9), st.floats(0, 500))
def test_the_sum_is_exact(times_us: list[float | None], latencies: list[int], outside_us: float) -> None:
    model = a_chain(["ADD"] * len(times_us))

    accounts = account(model, an_attribution(times_us, outside_us=outside_us), latencies)

    times = [operator.time_ns for operator in accounts.operators if operator.time_ns is not None]
    assert sum(times) + accounts.overhead_ns == accounts.total_ns
    assert abs(accounts.total_ns - sum(latencies) / len(latencies)) <= 0.5
    assert accounts.overhead_ns >= 0
    assert all(time >= 0 for time in times)


def test_times_that_fit_are_not_scaled() -> None:
    accounts = account(a_chain(["ADD", "MUL"]), an_attribution([300.0, 200.0], kernel_calls=0), [600_000])

    assert [operator.time_ns for operator in accounts.operators] == [300_000.0, 200_000.0]
    assert accounts.overhead_ns == 100_000.0
    assert accounts.notes == ()


def test_times_that_do_not_fit_are_scaled_down_and_it_is_said() -> None:
    accounts = account(a_chain(["ADD", "MUL"]), an_attribution([600.0, 600.0], kernel_calls=0), [600_000])

    assert [operator.time_ns for operator in accounts.operators] == [300_000.0, 300_000.0]
    assert accounts.overhead_ns == 0
    assert "multiplied by 0.500" in accounts.notes[0]


def test_dropped_fractions_of_microseconds_are_added_up_to_a_half() -> None:
    accounts = account(a_chain(["ADD", "MUL"]), an_attribution([3.0, 0.0]), [10_000])

    assert [operator.time_ns for operator in accounts.operators] == [3_500.0, 500.0]
    assert "0.5 µs were added for each of 2 kernel calls" in accounts.notes[0]


def test_dropped_fractions_are_limited_by_what_is_missing_inside_the_runtime() -> None:
    accounts = account(a_chain(["ADD", "MUL"]), an_attribution([3.0, 3.0], outside_us=3.6), [10_000])

    assert [operator.time_ns for operator in accounts.operators] == [3_200.0, 3_200.0]
    assert accounts.overhead_ns == 3_600.0


def test_an_operator_that_did_not_run_has_no_time_and_no_share() -> None:
    attribution = an_attribution([5.0])

    accounts = account(a_chain(["ADD", "MUL"]), attribution, [10_000])

    idle = accounts.operators[1]
    assert (idle.time_ns, idle.share, idle.calls, idle.placement) == (None, None, 0.0, "")

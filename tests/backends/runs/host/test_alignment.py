"""Kernels that ran fused are found among those expected."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backends.runs.host.alignment import GUESSED, Kernel, align

names = st.sampled_from(["Convolution (NHWC, F32) IGEMM", "Add (ND)", "Clamp (NC)", "Multiply (ND)", "Softmax (NC)"])
kernels = st.lists(st.builds(Kernel, names, st.floats(0, 1000)), max_size=30)


def some(*names_: str) -> list[Kernel]:
    return [Kernel(name, 10.0) for name in names_]


def test_equal_sequences_match_one_to_one() -> None:
    assert align(some("a", "b", "a"), some("a", "b", "a")) == [0, 1, 2]


def test_kernels_that_were_fused_away_are_skipped() -> None:
    expected = some("pad", "conv", "clamp", "pad", "conv", "clamp", "softmax")

    assert align(expected, some("conv", "conv", "clamp", "softmax")) == [1, 4, 5, 6]


def test_a_kernel_of_another_kind_takes_the_place_of_those_it_replaced() -> None:
    expected = some("Fully Connected (NC, QS8) GEMM", "Sigmoid (NC)", "Multiply (ND)", "Add (ND)")

    matches = align(expected, some("Fully Connected (NC, QS8) GEMM", "Lookup", "Add (ND)"))

    assert matches[0] == 0
    assert matches[1] in (1, 2)
    assert matches[2] == 3


def test_a_kernel_that_nobody_expected_stays_without_a_match() -> None:
    assert align(some("Add (ND)", "Softmax (NC)"), some("Add (ND)", "Convert (NC)", "Softmax (NC)")) == [0, -1, 1]


def test_times_decide_between_equal_names() -> None:
    expected = [Kernel("Clamp (NC)", 1.0), Kernel("Clamp (NC)", 500.0)]

    assert align(expected, [Kernel("Clamp (NC)", 480.0)]) == [1]


def test_guessed_kernels_match_by_the_kind_of_operator() -> None:
    expected = some(GUESSED + "PAD", GUESSED + "CONV_2D", GUESSED + "RELU", GUESSED + "SOFTMAX")

    assert align(expected, some("Convolution (NHWC, F32) DWConv", "Softmax (NC)")) == [1, 3]


@given(kernels, kernels)
def test_matches_keep_the_order_and_use_nothing_twice(expected: list[Kernel], seen: list[Kernel]) -> None:
    matches = align(expected, seen)

    found = [match for match in matches if match >= 0]
    assert len(matches) == len(seen)
    assert found == sorted(set(found))
    assert all(match < len(expected) for match in found)


@given(kernels, st.data())
def test_any_subsequence_is_found_without_a_mismatch(expected: list[Kernel], data: st.DataObject) -> None:
    kept = [kernel for kernel in expected if data.draw(st.booleans())]

    matches = align(expected, kept)

    assert -1 not in matches
    assert [expected[match].name for match in matches] == [kernel.name for kernel in kept]


def test_windows_of_long_sequences_fit_together() -> None:
    generator = np.random.default_rng(3)
    words = ["Convolution (NHWC, F32) IGEMM", "Add (ND)", "Clamp (NC)", "Multiply (ND)", "Sigmoid (NC)"]
    expected = [Kernel(words[i], float(t)) for i, t in zip(*_draws(generator, 4000, len(words)), strict=True)]
    kept = np.flatnonzero(generator.random(4000) > 0.35).tolist()

    matches = align(expected, [expected[i] for i in kept])

    assert np.mean(np.array(matches) == np.array(kept)) > 0.97


def _draws(generator: np.random.Generator, count: int, words: int) -> tuple[list[int], list[float]]:
    return generator.integers(0, words, count).tolist(), generator.lognormal(3, 1.5, count).tolist()

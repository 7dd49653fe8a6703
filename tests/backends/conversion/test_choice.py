"""Which kind to try first: by what was measured with the target's own way, else by its rules."""

from dataclasses import replace
from pathlib import Path

import pytest

from backends.accuracy.comparison import Comparison, OutputComparison
from backends.conversion.choice import choose_for
from backends.conversion.conversion import KindResult
from backends.conversion.kinds import Kind
from backends.conversion.siblings import Sibling
from backends.model.reader import read_model
from backends.targets.check import check_all
from backends.targets.lint import LintFinding
from backends.targets.loader import load_targets
from tests.support.builders import a_run
from tests.support.quantised_pair import write_pair


@pytest.fixture
def pair(tmp_path: Path) -> dict[Kind, Path]:
    return dict(zip((Kind.FLOAT32, Kind.INT8), write_pair(tmp_path), strict=True))


def _siblings(pair: dict[Kind, Path], psnr_db: float, *, delegate: str = "", times_ms: tuple[int, int] | None = (9, 3)):
    targets = load_targets()
    for number, (kind, path) in enumerate(pair.items()):
        model = read_model(path)
        run = None
        if times_ms is not None:
            run = a_run(model, latencies_ns=(times_ms[number] * 1_000_000,))
            run = replace(run, plan=replace(run.plan, delegate=delegate))
        output = OutputComparison(name="out", shape=(1,), samples=1, psnr_db=psnr_db)
        yield Sibling(
            result=KindResult(kind=kind, path=path, model=model),
            verdicts={one.target_id: one for one in check_all(model, targets)},
            comparison=None
            if kind is Kind.FLOAT32
            else Comparison(reference="a", actual="b", kernels=("", ""), samples=1, outputs=(output,)),
            run=run,
        )


@pytest.mark.parametrize(
    ("psnr_db", "times_ms", "kind", "reason"),
    [
        (40.0, (9, 3), Kind.INT8, "The fastest measured of the accurate ones: 3.00 ms; 40.0 dB against float32."),
        (12.0, (9, 3), Kind.FLOAT32, "The fastest measured of the accurate ones: 9.00 ms; equal to float32."),
        (40.0, (9, 20), Kind.FLOAT32, "The fastest measured of the accurate ones: 9.00 ms; equal to float32."),
        (35.0, (100, 99), Kind.FLOAT32, "The fastest measured of the accurate ones: 100 ms; equal to float32."),
    ],
)
def test_what_was_measured_with_the_targets_way_decides(pair, psnr_db, times_ms, kind, reason) -> None:
    found = choose_for(list(_siblings(pair, psnr_db, times_ms=times_ms)), "xnnpack")

    assert found is not None
    assert (found.sibling.result.kind, found.reason) == (kind, reason)


def test_a_time_on_this_computer_says_nothing_about_an_accelerator(pair) -> None:
    found = choose_for(list(_siblings(pair, 40.0, times_ms=(1, 50))), "hexagon")

    assert found is not None
    assert found.sibling.result.kind is Kind.INT8
    assert found.reason.endswith("40.0 dB against float32. Not measured there.")


def test_a_time_through_the_accelerator_counts(pair) -> None:
    found = choose_for(list(_siblings(pair, 40.0, delegate="gpu", times_ms=(9, 3))), "gpu")

    assert found is not None
    assert found.sibling.result.kind is Kind.INT8
    assert "fastest measured" in found.reason


def test_a_kind_that_lost_its_accuracy_is_warned_of(pair) -> None:
    found = choose_for(list(_siblings(pair, 8.0, times_ms=None)), "hexagon")

    assert found is not None
    assert "8.0 dB against float32. That is not accurate enough" in found.reason


def test_a_kind_that_the_lint_speaks_against_on_the_target_comes_later(pair) -> None:
    finding = LintFinding(
        rule="hybrid-weights", title="", detail="", why="", remedy="", targets=("nnapi-1.3",), source=""
    )
    siblings = list(_siblings(pair, 50.0, times_ms=None))
    siblings[1] = replace(siblings[1], lint=(finding,))

    assert choose_for(siblings, "nnapi-1.3").sibling.result.kind is Kind.FLOAT32
    assert choose_for(siblings, "nnapi-fl5").sibling.result.kind is Kind.INT8


def test_a_target_that_takes_nothing_has_no_choice(pair) -> None:
    floats = [one for one in _siblings(pair, 40.0) if one.result.kind is Kind.FLOAT32]

    assert choose_for(floats, "hexagon") is None

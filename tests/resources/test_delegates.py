import pytest

from backends.runs.benchmark.delegates import Delegate, load_delegates
from backends.targets.loader import load_targets

_TABLE = load_delegates()


@pytest.mark.parametrize("delegate", _TABLE.delegates, ids=lambda delegate: delegate.id)
def test_each_delegate_is_described_in_full(delegate: Delegate) -> None:
    options = _TABLE.options_of(delegate)
    ids = [option.id for option in options]

    assert delegate.name
    assert delegate.description.endswith(".")
    assert delegate.source
    assert set(delegate.precisions) <= {"fp32", "fp16", "int8"}
    assert len(set(ids)) == len(ids)
    assert all(option.help and option.source for option in options)
    for precision, wanted in delegate.precision_options.items():
        assert precision in delegate.precisions
        own = {option.id: option for option in delegate.options}
        assert all(own[name].checked(value) == value for name, value in wanted.items())
    assert delegate.cache_options.keys() <= {option.id for option in options}
    assert all(bool(option.flag) != bool(option.key) for option in options if option.id != "affinity")


def test_targets_that_judge_a_delegate_exist() -> None:
    known = {target.id for target in load_targets()}

    assert {target for delegate in _TABLE.delegates for target in delegate.targets} <= known

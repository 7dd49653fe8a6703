from backends.targets.accepts import accepted_kinds, available_kinds
from backends.targets.loader import load_targets
from backends.targets.target import Effect

TARGETS = {target.id: target for target in load_targets()}


def test_a_kind_is_told_with_its_limits_and_sources() -> None:
    conv = next(row for row in accepted_kinds(TARGETS["nnapi-1.0"]) if row.kind == "CONV_2D")
    version = next(demand for demand in conv.demands if demand.rule == "version-5")

    assert conv.is_available
    assert version.demand == "The operator's version is at most 5."
    assert version.limits == {"version": 5}
    assert version.effect is Effect.FALLBACK
    assert version.source.text.endswith("NNAPIDelegateKernel::Validate")


def test_circumstances_name_where_a_demand_holds() -> None:
    conv = next(row for row in accepted_kinds(TARGETS["nnapi-1.0"]) if row.kind == "CONV_2D")
    scale = next(demand for demand in conv.demands if demand.rule == "restricted-scale")

    assert scale.circumstances == "when: The type of input 0 is uint8"


def test_a_kind_that_came_later_is_known_but_not_available() -> None:
    exp = next(row for row in accepted_kinds(TARGETS["nnapi-1.1"]) if row.kind == "EXP")
    since = next(demand for demand in exp.demands if demand.rule == "needs-1.2")

    assert not exp.is_available
    assert since.demand == "EXP needs NNAPI 1.2 (Android 10)."


def test_our_counts_of_nnapi_operators_are_those_told_beside_the_published_ones() -> None:
    for version, count in (("1.0", 28), ("1.1", 41), ("1.2", 85), ("1.3", 91)):
        target = TARGETS[f"nnapi-{version}"]

        assert len(available_kinds(target)) == count
        assert str(count) in target.published_counts[0].note


def test_every_rule_of_every_target_can_be_told() -> None:
    for target in TARGETS.values():
        for row in accepted_kinds(target):
            for demand in row.demands:
                assert "{" not in demand.demand
                assert demand.demand.endswith((".", "{found}"))

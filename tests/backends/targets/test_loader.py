from pathlib import Path

import pytest

from backends.errors import ResourceError
from backends.targets.check import check_model
from backends.targets.loader import load_targets
from backends.targets.target import Target
from tests.support.builders import a_chain

ROOT = """
schema_version = 1
id = "npu"
name = "An NPU"
description = "Somebody's NPU."
accepts = ["RELU", "ADD"]
rule_source = "sheet"

[unlisted]
reason = "Unknown"
source = "sheet"

[reasons]
Unknown = "Not on the sheet."
Rank = "Wrong rank."

[[sources]]
id = "sheet"
text = "Data sheet"
checked_on = 2026-01-31

[[rules]]
id = "rank"
kinds = ["RELU", "ADD"]
requires = { constraint = "rank_at_most", tensor = "input 0", rank = 3 }
reason = "Rank"
"""

CHILD = """
schema_version = 1
id = "npu-2"
name = "The next NPU"
extends = "npu"
description = "Its successor."
"""


def load(tmp_path: Path, *texts: str) -> dict[str, Target]:
    for number, text in enumerate(texts):
        (tmp_path / f"file{number}.toml").write_text(text)
    return {target.id: target for target in load_targets([tmp_path])}


def complaint(tmp_path: Path, *texts: str) -> str:
    with pytest.raises(ResourceError) as caught:
        load(tmp_path, *texts)
    return caught.value.message


def test_a_file_of_the_user_is_a_target_like_any_other(tmp_path: Path) -> None:
    target = load(tmp_path, ROOT)["npu"]
    (verdict,) = check_model(a_chain(["RELU"]), target).verdicts.values()
    (finding,) = verdict.findings

    assert (finding.rule, finding.reason, finding.source) == ("rank", "Rank", "Data sheet")
    assert finding.message == "Found rank 4; required: the rank of input 0 is at most 3."


def test_the_programs_own_targets_are_there_too(tmp_path: Path) -> None:
    assert {"nnapi-1.0", "hexagon", "npu"} <= set(load(tmp_path, ROOT))


def test_a_folder_that_is_not_there_holds_no_targets(tmp_path: Path) -> None:
    assert [target.id for target in load_targets([tmp_path / "none"])] == [target.id for target in load_targets()]


def test_a_target_takes_over_what_it_extends(tmp_path: Path) -> None:
    target = load(tmp_path, ROOT, CHILD)["npu-2"]

    assert target.accepts == {"RELU", "ADD"}
    assert [rule.id for rule in target.rules] == ["rank"]
    assert target.extends == "npu"


def test_a_file_may_come_before_the_one_that_it_extends(tmp_path: Path) -> None:
    assert "npu-2" in load(tmp_path, CHILD, ROOT)


def test_kinds_are_added_and_removed_with_their_rules(tmp_path: Path) -> None:
    child = CHILD + 'accepts = ["MUL"]\nremoves_kinds = ["ADD"]\n'
    target = load(tmp_path, ROOT, child)["npu-2"]

    assert target.accepts == {"RELU", "MUL"}
    assert [rule.kinds for rule in target.rules] == [("RELU",)]


def test_rules_are_removed_and_replaced_in_their_place(tmp_path: Path) -> None:
    more = ROOT + rule("second", "RELU") + rule("third", "ADD")
    child = CHILD + 'removes_rules = ["rank"]\nrule_source = "sheet"\n' + rule("second", "ADD") + rule("fourth", "ADD")
    target = load(tmp_path, more, child)["npu-2"]

    assert [(item.id, item.kinds) for item in target.rules] == [
        ("second", ("ADD",)),
        ("third", ("ADD",)),
        ("fourth", ("ADD",)),
    ]


def rule(id_: str, kind: str) -> str:
    requires = 'requires = { constraint = "version_at_most", version = 1 }'
    return f'[[rules]]\nid = "{id_}"\nkinds = ["{kind}"]\n{requires}\nreason = "Rank"\n'


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("schema_version = 1", "schema_version = 2", "key 'schema_version': is 2; this program reads 1."),
        ('name = "An NPU"\n', "", "key 'name': missing."),
        ('name = "An NPU"', "name = 3", "key 'name': must be a text."),
        ('name = "An NPU"', 'name = "x"\ncolour = "red"', "key 'colour': unknown key."),
        ('accepts = ["RELU", "ADD"]', 'accepts = ["RELU", 3]', "key 'accepts': must be a list of texts."),
        ('accepts = ["RELU", "ADD"]', 'accepts = ["RELU"]', "key 'rules[rank].kinds': not accepted at all: ADD."),
        (
            'constraint = "rank_at_most"',
            'constraint = "rank"',
            "rules[rank].requires': unknown constraint 'rank'.",
        ),
        ("rank = 3 }", 'rank = "3" }', "key 'rules[rank].requires': limit 'rank' must be an integer."),
        ("rank = 3 }", "ranks = [3] }", "takes tensor, rank; given: tensor, ranks."),
        ('tensor = "input 0"', 'tensor = "weights"', "'weights' names no operands"),
        ('reason = "Rank"', 'reason = "Size"', "key 'rules[rank].reason': there is no reason 'Size'."),
        ('rule_source = "sheet"', 'rule_source = "web"', "key 'rules[rank].source': there is no source 'web'."),
        ('reason = "Rank"', 'reason = "Rank"\neffect = "bad"', "must be one of fallback, unknown,"),
        ('reason = "Rank"', 'reason = "Rank"\nmessage = "{op.__class__}"', "may name found, kind, required in braces"),
        ('reason = "Rank"', 'reason = "Rank"\nmessage = "{"', "key 'rules[rank].message'"),
        ("checked_on = 2026-01-31", 'checked_on = "today"', "must be a date such as 2026-01-31."),
        ('id = "npu"', 'id = "hexagon"', "key 'id': 'hexagon' is taken by hexagon.toml."),
        ('id = "npu"', 'id = "npu"\nextends = "npu"', "key 'extends': the target extends itself."),
        ('id = "npu"', 'id = "npu"\nextends = "tpu"', "key 'extends': there is no target 'tpu'."),
        ("[unlisted]", "[unlisted", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_file_key_and_reason(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in ROOT

    message = complaint(tmp_path, ROOT.replace(old, new))

    assert "Target file file0.toml" in message
    assert told in message


def test_a_rule_id_may_not_be_used_twice(tmp_path: Path) -> None:
    assert "is used twice" in complaint(tmp_path, ROOT + rule("rank", "ADD"))


def test_only_what_is_inherited_can_be_removed(tmp_path: Path) -> None:
    assert "there is no rule 'size' to remove" in complaint(tmp_path, ROOT, CHILD + 'removes_rules = ["size"]\n')
    assert "'MUL' is not accepted by npu" in complaint(tmp_path, ROOT, CHILD + 'removes_kinds = ["MUL"]\n')


def test_one_wrong_file_does_not_take_the_others_away(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("id = 3")
    (tmp_path / "b.toml").write_bytes(b"\xff")
    (tmp_path / "c.toml").write_text(ROOT)
    told: list[ResourceError] = []

    ids = {target.id for target in load_targets([tmp_path], on_error=told.append)}

    assert "npu" in ids
    assert [error.message.split(",")[0].split(" is ")[0] for error in told] == [
        "Target file a.toml",
        "Target file b.toml",
    ]

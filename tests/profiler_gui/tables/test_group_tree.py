from profiler_gui.tables.group_tree import Group, GroupTree
from tests.profiler_gui.tables.test_record_table import COLUMNS, FRUITS
from tests.support.table_text import table_text


def a_tree():
    tree = GroupTree()
    tree.set_groups(
        [
            Group(title="with p", cells={"grams": "270 g"}, rows=(FRUITS[0], FRUITS[2])),
            Group(title="rest", cells={}, rows=(FRUITS[1],)),
        ],
        COLUMNS[:2],
    )
    return tree


def test_it_keeps_to_the_rules_of_item_models(qapp, qtmodeltester):
    qtmodeltester.check(a_tree())


def test_groups_hold_their_rows(qapp):
    assert table_text(a_tree()) == [
        "with p | 270 g",
        "  pear | 120 g",
        "  apple | 150 g",
        "rest |",
        "  fig | –",
    ]


def test_rows_are_found_in_their_groups(qapp):
    tree = a_tree()
    (index,) = tree.indexes(lambda fruit: fruit.name == "apple")

    assert tree.record(index) is FRUITS[2]
    assert tree.record(index.parent()).title == "with p"

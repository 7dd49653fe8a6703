"""Cutting subgraphs as the runtime does, beside a plain retelling of its walk."""

from hypothesis import given
from hypothesis import strategies as st

from backends.model.model import Operator, OperatorId, Subgraph
from backends.targets.partitions import ExecutionOrder, OperatorSet, largest
from tests.support.builders import a_tensor


def a_graph(edges: list[list[int]], kinds: dict[int, str] | None = None) -> Subgraph:
    """Operator i writes tensor i and reads those of the operators listed for it."""
    operators = tuple(
        Operator(id=OperatorId(0, i), kind=(kinds or {}).get(i, "ADD"), inputs=tuple(reads), outputs=(i,))
        for i, reads in enumerate(edges)
    )
    tensors = tuple(a_tensor(i) for i in range(len(edges)))
    return Subgraph(index=0, name="main", tensors=tensors, inputs=(), outputs=(), operators=operators)


def cut(edges: list[list[int]], accepted: list[int], kinds: dict[int, str] | None = None) -> list[OperatorSet]:
    return list(ExecutionOrder(a_graph(edges, kinds)).cut(bytes(accepted)))


def test_a_chain_is_cut_where_support_changes() -> None:
    sets = cut([[], [0], [1], [2]], [1, 1, 0, 1])

    assert sets == [(True, (0, 1)), (False, (2,)), (True, (3,))]


def test_an_operator_that_is_ready_joins_across_others_that_must_wait() -> None:
    # 1 is refused; 2 hangs on it, but 3 only on 0, so that 3 runs together with 0.
    sets = cut([[], [0], [1], [0]], [1, 0, 1, 1])

    assert sets == [(True, (0, 3)), (False, (1,)), (True, (2,))]


def test_the_first_operator_decides_who_begins() -> None:
    sets = cut([[], [], [0]], [0, 1, 1])

    assert sets == [(False, (0,)), (True, (1, 2))]


def test_operators_with_side_effects_keep_their_order() -> None:
    free = cut([[], [], []], [1, 0, 1])
    kept = cut([[], [], []], [1, 0, 1], kinds={0: "CALL_ONCE", 1: "WHILE", 2: "IF"})

    assert free == [(True, (0, 2)), (False, (1,))]
    assert kept == [(True, (0,)), (False, (1,)), (True, (2,))]


def test_a_graph_with_a_cycle_stays_on_the_cpu() -> None:
    assert cut([[], [2], [1]], [1, 1, 1]) == [(False, (0, 1, 2))]


def test_a_graph_out_of_order_is_cut_by_what_is_ready() -> None:
    assert cut([[1], []], [1, 0]) == [(False, (1,)), (True, (0,))]


def test_nothing_is_left_of_no_operators() -> None:
    assert cut([], []) == []


def test_the_largest_sets_are_kept_and_small_ones_given_back() -> None:
    assert largest([1, 5, 3, 5], most=2, least_size=1) == {1, 3}
    assert largest([1, 5, 3, 5], most=0, least_size=2) == {1, 2, 3}
    assert largest([], most=3, least_size=1) == set()


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    count = draw(st.integers(1, 14))
    edges = [draw(st.lists(st.integers(0, i - 1), max_size=3)) if i else [] for i in range(count)]
    return edges, draw(st.lists(st.integers(0, 1), min_size=count, max_size=count))


@given(graphs())
def test_one_pass_gives_what_repeated_walks_give(graph: tuple[list[list[int]], list[int]]) -> None:
    edges, accepted = graph

    assert cut(edges, accepted) == _walk(edges, accepted)


def _walk(edges: list[list[int]], accepted: list[int]) -> list[OperatorSet]:
    """Walk over the operators until none can be added to a set, set after set."""
    done: set[int] = set()
    sets: list[OperatorSet] = []
    while len(done) < len(edges):
        mine: list[int] = []
        while True:
            before = len(mine)
            for i, reads in enumerate(edges):
                if i not in done and done.issuperset(reads) and (not mine or accepted[i] == accepted[mine[0]]):
                    mine.append(i)
                    done.add(i)
            if len(mine) == before:
                break
        sets.append(OperatorSet(bool(accepted[mine[0]]), tuple(sorted(mine))))
    return sets

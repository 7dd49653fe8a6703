"""What each layer took on both sides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backends.compare.model_difference import Change, OperatorDifference, Status, joined_kinds
from backends.model.model import OperatorId
from backends.runs.run import OperatorTime, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """Operators of both sides that belong together, with their times per inference in ns.

    A time is ``None`` where nothing was measured: the operator did not run, was fused into another row (then ``a_note``
    or ``b_note`` says so), or there is no run of that side.
    """

    a: tuple[OperatorId, ...]
    b: tuple[OperatorId, ...]
    kind: str
    name: str
    status: Status
    a_ns: float | None
    b_ns: float | None
    a_note: str = ""
    b_note: str = ""
    a_place: str = ""
    """Who ran it on side A."""
    b_place: str = ""
    confidence: float | None = None
    """How sure it is that they belong together; ``None`` for what stands alone."""
    reason: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def difference_ns(self) -> float | None:
        """Time of B minus time of A; an operator that only one side has counts as 0 on the other."""
        if self.a_ns is None and self.b_ns is None:
            return None
        if self.a_ns is None and self.a:
            return None
        if self.b_ns is None and self.b:
            return None
        return (self.b_ns or 0.0) - (self.a_ns or 0.0)

    @property
    def relative(self) -> float | None:
        """The difference as a share of A's time; ``None`` where A has none."""
        difference = self.difference_ns
        return None if difference is None or not self.a_ns else difference / self.a_ns


def layer_rows(
    differences: Sequence[OperatorDifference],
    a_run: Run | None,
    b_run: Run | None,
    labels: tuple[Mapping[OperatorId, tuple[str, str]], Mapping[OperatorId, tuple[str, str]]],
) -> tuple[LayerRow, ...]:
    """Give a row for each match and each operator alone.

    Where only one side's runtime fused an operator into another, the rows of both are joined, so that times of the same
    work stand beside each other.

    Args:
        differences: all operators of both sides, in the order to show.
        a_run: the run of A.
        b_run: the run of B.
        labels: for each side, kind and name by operator.
    """
    times = (_times(a_run), _times(b_run))
    groups = _joined(differences, times) if a_run is not None and b_run is not None else [[d] for d in differences]
    return tuple(_row(group, times, labels) for group in groups)


def difference_values(rows: Iterable[LayerRow]) -> tuple[dict[OperatorId, float], dict[OperatorId, float]]:
    """Give the difference in ns by operator, for the operators of A and for those of B.

    The difference of several operators together stands at the first one.
    """
    a_values: dict[OperatorId, float] = {}
    b_values: dict[OperatorId, float] = {}
    for row in rows:
        difference = row.difference_ns
        if difference is None:
            continue
        if row.a:
            a_values[row.a[0]] = difference
        if row.b:
            b_values[row.b[0]] = difference
    return a_values, b_values


_Times = Mapping[OperatorId, OperatorTime]


def _times(run: Run | None) -> _Times:
    return {} if run is None else {time.operator: time for time in run.operators}


def _joined(differences: Sequence[OperatorDifference], times: tuple[_Times, _Times]) -> list[list[OperatorDifference]]:
    """Join what one side's runtime fused and the other's did not."""
    row_of = (
        {id_: number for number, difference in enumerate(differences) for id_ in difference.a},
        {id_: number for number, difference in enumerate(differences) for id_ in difference.b},
    )
    fused = [set(_fused_rows(side_times, rows)) for side_times, rows in zip(times, row_of, strict=True)]
    main: dict[int, int] = {}

    def find(number: int) -> int:
        while number in main:
            number = main[number]
        return number

    for one, two in sorted(fused[0] ^ fused[1]):
        # Only where both rows are on both sides: what one side lacks is no matter of fusion.
        if all(differences[number].a and differences[number].b for number in (one, two)):
            first, second = find(one), find(two)
            if first != second:
                main[first] = second
    members: dict[int, list[OperatorDifference]] = {}
    for number, difference in enumerate(differences):
        members.setdefault(find(number), []).append(difference)
    return list(members.values())


def _fused_rows(times: _Times, row_of: Mapping[OperatorId, int]) -> Iterable[tuple[int, int]]:
    for id_, time in times.items():
        if time.fused_into is not None and id_ in row_of and time.fused_into in row_of:
            one, two = row_of[id_], row_of[time.fused_into]
            if one != two:
                yield one, two


def _row(
    group: Sequence[OperatorDifference],
    times: tuple[_Times, _Times],
    labels: tuple[Mapping[OperatorId, tuple[str, str]], Mapping[OperatorId, tuple[str, str]]],
) -> LayerRow:
    a = tuple(id_ for difference in group for id_ in difference.a)
    b = tuple(id_ for difference in group for id_ in difference.b)
    (a_ns, a_note, a_place), (b_ns, b_note, b_place) = (
        _side(ids, side_times) for ids, side_times in ((a, times[0]), (b, times[1]))
    )
    matches = [difference.match for difference in group if difference.match is not None]
    a_kinds, b_kinds = (
        joined_kinds([names[id_][0] for id_ in ids if id_ in names]) for ids, names in zip((a, b), labels, strict=True)
    )
    names = [labels[1][id_][1] for id_ in b if id_ in labels[1]] or [labels[0][id_][1] for id_ in a if id_ in labels[0]]
    changes = tuple(change for difference in group for change in difference.changes)
    return LayerRow(
        a=a,
        b=b,
        kind=a_kinds if a_kinds == b_kinds or not b_kinds else b_kinds if not a_kinds else f"{a_kinds} → {b_kinds}",
        name=names[0] if names else "",
        status=group[0].status if len(group) == 1 else Status.CHANGED if changes else Status.SAME,
        a_ns=a_ns,
        b_ns=b_ns,
        a_note=a_note,
        b_note=b_note,
        a_place=a_place,
        b_place=b_place,
        confidence=min(match.confidence for match in matches) if matches else None,
        reason=", ".join(dict.fromkeys(str(match.reason) for match in matches)),
        changes=changes,
    )


def _side(ids: tuple[OperatorId, ...], times: _Times) -> tuple[float | None, str, str]:
    """Sum up one side of a row; say why nothing was measured."""
    found = [times[id_] for id_ in ids if id_ in times]
    known = [time.time_ns for time in found if time.time_ns is not None]
    places = ", ".join(dict.fromkeys(time.placement for time in found if time.placement))
    if known:
        return sum(known), "", places
    if not found:
        return None, "", ""
    into = [time.fused_into for time in found if time.fused_into is not None]
    if into:
        return None, f"in {into[0].index}", places
    return None, "in its partition" if any(time.group is not None for time in found) else "not executed", places

"""Published numbers of the same network on the same chipset, set beside an own run."""

from collections.abc import Iterator
from dataclasses import dataclass

from backends.devices.soc_names import find_chipset
from backends.model.model import Model
from backends.published.network import Likeness, find_network, network_of_name, simplify
from backends.published.table import PublishedTable, load_tables
from backends.runs.run import Run
from backends.runs.summary import summarize_latencies
from backends.units import format_latency

_MS = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One published latency, and the own one where a run was given.

    ``published_ms`` and ``own_ms`` are milliseconds for one inference.
    """

    table: PublishedTable
    chipset: str
    row: str
    """What the source calls the row."""
    what: str
    """Column: the accelerator or way that the number was measured with."""
    published_ms: float
    own_ms: float | None
    likeness: Likeness

    @property
    def text(self) -> str:
        """Say both numbers in one sentence."""
        precision = f" {self.table.precision.upper()}" if self.table.precision else ""
        own = f"; yours: {format_latency(self.own_ms * _MS)}" if self.own_ms is not None else ""
        way = f" ({self.what})" if self.what else ""
        name = self.likeness.network.title if self.table.kind == "chipsets" else self.row
        return f"Published {name}{precision} on {self.chipset}{way}: {format_latency(self.published_ms * _MS)}{own}."


def chipset_name(reported: str) -> str:
    """Give the name under which a chipset is sold, for a name, part number or code name."""
    found = find_chipset({"ro.soc.model": reported}) if reported else None
    return found.name if found is not None else reported


def chipset_of(run: Run) -> str:
    """Give the chipset of the device that a run was measured on; empty where it is not known."""
    return run.environment.get("chipset", "")


def find_beside(model: Model, chipset: str, run: Run | None = None, *, file_name: str = "") -> tuple[Beside, ...]:
    """Give what was published for a model's network on a chipset; without a chipset, on all of them.

    The own latency is the mean of the run's plain inferences, since tables give means where they say what they give.

    Args:
        model: the open model.
        chipset: its name, part number or code name; empty for all.
        run: an own measurement to set beside.
        file_name: the model file's name.

    Raises:
        ResourceError: a table is wrong.
    """
    likeness = find_network(model, file_name)
    if likeness is None:
        return ()
    wanted = simplify(chipset_name(chipset)) if chipset else ""
    own = summarize_latencies(run.latencies_ns).mean_ns / _MS if run is not None and run.latencies_ns else None
    found: list[Beside] = []
    for table in load_tables():
        numbers = _by_columns(table, likeness) if table.kind == "chipsets" else _by_rows(table, likeness)
        for soc, row, what, value in numbers:
            if not wanted or simplify(soc) == wanted:
                found.append(
                    Beside(
                        table=table, chipset=soc, row=row, what=what, published_ms=value, own_ms=own, likeness=likeness
                    )
                )
    return tuple(found)


def _by_columns(table: PublishedTable, likeness: Likeness) -> Iterator[tuple[str, str, str, float]]:
    for column in table.columns:
        if column.network == likeness.network.id and column.unit == "ms":
            for row in table.rows:
                value = table.value(row, column.id)
                if value is not None:
                    soc = table.key(row, "chipset")
                    yield soc, soc, table.key(row, "accelerator"), value


def _by_rows(table: PublishedTable, likeness: Likeness) -> Iterator[tuple[str, str, str, float]]:
    if not table.chipset:
        return
    for row in table.rows:
        name, group = table.key(row, "model"), table.key(row, "set")
        network = network_of_name(name) if name else None
        if network is None or network.id != likeness.network.id:
            continue
        for column in table.columns:
            value = table.value(row, column.id)
            if value is not None and column.unit == "ms" and "init" not in column.id:
                yield table.chipset, f"{name} ({group})" if group else name, column.title, value

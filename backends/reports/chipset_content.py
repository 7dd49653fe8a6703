"""Which accelerators phones have and which targets judge them, as a report."""

from collections.abc import Mapping, Sequence

from backends.devices.soc_names import find_chipset
from backends.reports.columns import Column
from backends.reports.content import Records, Section, Tree
from backends.reports.tabulation import records_of, table_of
from backends.targets.chipsets import Accelerator, ModelRange, search_accelerators

CHIPSET_COLUMNS: tuple[Column[Accelerator], ...] = (
    Column(id="vendor", title="Vendor", value=lambda row: row.vendor),
    Column(id="accelerator", title="Accelerator", value=lambda row: row.name),
    Column(id="precisions", title="Precisions", value=lambda row: ", ".join(row.precisions)),
    Column(
        id="routes",
        title="Reached through",
        value=lambda row: ", ".join(row.routes),
        description="NNAPI or a delegate, in the order that the source names them.",
    ),
    Column(
        id="targets",
        title="Targets",
        value=lambda row: ", ".join(row.targets),
        description="Targets that judge these ways; a delegate that publishes no rules has none.",
    ),
    Column(id="chipsets", title="Chipsets", value=lambda row: chipset_names(row)),
    Column(id="note", title="Note", value=lambda row: row.note),
    Column(id="source", title="Source", value=lambda row: row.source, is_default=False),
)


NOT_LISTED = (
    "No accelerator of this chipset is listed. The phone's Android version decides which NNAPI it has: check the NNAPI "
    "and GPU targets, and measure."
)


class ChipsetContent:
    """Accelerators of chipsets.

    Args:
        accelerators: the rows to show.
        wanted: the chipset that was asked for; empty for all.
    """

    schema = "tflite-profiler/chipsets/1"

    def __init__(self, accelerators: Sequence[Accelerator], wanted: str = "") -> None:
        self._accelerators = tuple(accelerators)
        self._wanted = wanted

    @property
    def title(self) -> str:
        """Say what is listed."""
        return f"Accelerators of {self._wanted}" if self._wanted else "Accelerators of chipsets"

    def sections(self) -> Sequence[Section]:
        """Give one table, and where it comes from."""
        if not self._accelerators:
            return [Section(title="", sentences=(NOT_LISTED,))]
        sources = tuple(dict.fromkeys(row.source for row in self._accelerators))
        columns = [column for column in CHIPSET_COLUMNS if column.is_default]
        return [
            Section(title="", table=table_of(columns, self._accelerators)),
            Section(title="Sources", sentences=sources),
        ]

    def records(self) -> Records:
        """Give a record for each accelerator."""
        return records_of(CHIPSET_COLUMNS, self._accelerators)

    def tree(self) -> Mapping[str, Tree]:
        """Give everything in lists."""
        return {"chipset": self._wanted, "accelerators": [_accelerator_tree(row) for row in self._accelerators]}


def find_by_name(text: str, accelerators: Sequence[Accelerator]) -> tuple[str, tuple[Accelerator, ...]]:
    """Give the accelerators that fit a name, and the name that they were found by.

    Phones report their chipset by part number or code name (``SM8150``, ``msmnile``); where nothing fits what was
    typed, it is read as one of those.
    """
    found = search_accelerators(text, accelerators)
    if found:
        return text, found
    chipset = find_chipset({"ro.soc.model": text})
    name = chipset.name if chipset is not None else text
    return name, search_accelerators(name, accelerators) if name != text else ()


def chipset_names(accelerator: Accelerator) -> str:
    """Name the chipsets that have it: models, then families with the numbers from and to."""
    return ", ".join((*accelerator.models, *map(_range_text, accelerator.ranges)))


def _range_text(range_: ModelRange) -> str:
    return f"{range_.family} {range_.first}–{range_.last}"


def _accelerator_tree(row: Accelerator) -> Tree:
    return {
        "id": row.id,
        "vendor": row.vendor,
        "name": row.name,
        "kind": row.kind,
        "precisions": list(row.precisions),
        "routes": list(row.routes),
        "targets": list(row.targets),
        "chipsets": list(row.models),
        "ranges": [{"family": r.family, "first": r.first, "last": r.last} for r in row.ranges],
        "note": row.note,
        "source": row.source,
    }

"""The results of a folder of models as a table."""

from collections.abc import Mapping, Sequence

from backends.reports.columns import Align, Column
from backends.reports.content import Records, Section, Tree
from backends.reports.tabulation import records_of, table_of
from backends.runs.baseline import typical_latency_ns
from backends.runs.batch import BatchItem
from backends.runs.store import run_to_json
from backends.targets.target import Target
from backends.units import format_bytes, format_count, format_latency, format_share


def batch_columns(
    targets: Sequence[tuple[str, str]], devices: Sequence[tuple[str, str]]
) -> tuple[Column[BatchItem], ...]:
    """Give the columns of a batch.

    Args:
        targets: id and name of each target that was asked.
        devices: id and name of each device that was measured on.
    """
    return (
        Column(id="model", title="Model", value=lambda item: item.model.name),
        *(_device_column(*device) for device in devices),
        Column(
            id="operators",
            title="Operators",
            value=lambda item: item.summary.operator_count if item.summary else None,
            align=Align.RIGHT,
        ),
        Column(
            id="macs",
            title="MACs",
            value=lambda item: item.summary.macs if item.summary else None,
            format=format_count,
            align=Align.RIGHT,
        ),
        Column(
            id="peak_bytes",
            title="Peak activation",
            value=lambda item: item.summary.peak_activation_bytes if item.summary else None,
            format=format_bytes,
            align=Align.RIGHT,
            is_default=False,
        ),
        Column(
            id="quantization",
            title="Numbers",
            value=lambda item: item.summary.quantization.text if item.summary else "",
        ),
        *(_target_column(*target) for target in targets),
        Column(id="problem", title="Problem", value=lambda item: " ".join(item.failures.values())),
        Column(id="path", title="File", value=lambda item: str(item.model.path), is_default=False),
    )


class BatchContent:
    """A table with a row for each model.

    Args:
        title: what was measured, such as the folder's name.
        items: the models with their results.
        targets: the targets that were asked.
        devices: id and name of each device that was measured on.
    """

    schema = "tflite-profiler/batch/1"

    def __init__(
        self, title: str, items: Sequence[BatchItem], targets: Sequence[Target], devices: Sequence[tuple[str, str]]
    ) -> None:
        self._items = items
        self._columns = batch_columns([(target.id, target.name) for target in targets], devices)
        self._name = title

    @property
    def title(self) -> str:
        """Name the folder and count."""
        failed = sum(bool(item.failures) for item in self._items)
        return f"{self._name}: {len(self._items)} models" + (f", {failed} with problems" if failed else "")

    def sections(self) -> Sequence[Section]:
        """Give the table; the problems are sentences below it."""
        shown = [column for column in self._columns if column.is_default and column.id != "problem"]
        problems = tuple(f"{item.model.name}: {text}" for item in self._items for text in item.failures.values())
        table = Section(title="", table=table_of(shown, self._items))
        return [table, Section(title="Problems", sentences=problems)] if problems else [table]

    def records(self) -> Records:
        """Give a record for each model."""
        return records_of(self._columns, self._items)

    def tree(self) -> Mapping[str, Tree]:
        """Give everything, with each run as it is saved."""
        return {
            "models": [
                {
                    "path": str(item.model.path),
                    "member": item.model.member,
                    "sha256": item.sha256,
                    "operators": item.summary.operator_count if item.summary else None,
                    "macs": item.summary.macs if item.summary else None,
                    "targets": {
                        id_: {
                            "accelerated": summary.accelerated_count,
                            "fallback": summary.fallback_count,
                            "unknown": summary.unknown_count,
                            "macs_share": summary.accelerated_macs_share,
                            "partitions": summary.partition_count,
                        }
                        for id_, summary in item.verdicts.items()
                    },
                    "runs": {device: run_to_json(run) for device, run in item.runs.items()},
                    "problems": dict(item.failures),
                }
                for item in self._items
            ]
        }


def _target_column(id_: str, name: str) -> Column[BatchItem]:
    def share(item: BatchItem) -> float | None:
        summary = item.verdicts.get(id_)
        if summary is None or not summary.operator_count:
            return None
        return summary.accelerated_count / summary.operator_count

    return Column(
        id=f"target_{id_}",
        title=name,
        value=share,
        format=format_share,
        align=Align.RIGHT,
        is_share=True,
        description=f"Part of the operators that {name} accelerates.",
    )


def _device_column(id_: str, name: str) -> Column[BatchItem]:
    def latency(item: BatchItem) -> float | None:
        run = item.runs.get(id_)
        return typical_latency_ns(run) if run is not None else None

    return Column(
        id=f"latency_ns_{id_}",
        title=name,
        value=latency,
        format=format_latency,
        align=Align.RIGHT,
        description=f"What an inference takes on {name}: the median, the mean where single ones are not known.",
    )

"""The results of several delegates on several devices, as a report."""

from collections.abc import Callable, Mapping, Sequence

from backends.model.model import Model
from backends.reports.columns import Align, Column
from backends.reports.content import Records, Section, Tree
from backends.reports.tabulation import records_of, table_of
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.matrix import Cell, CellState, Matrix
from backends.runs.run import Run
from backends.runs.store import run_to_json
from backends.runs.summary import summarize_latencies
from backends.units import format_bytes, format_latency

_ON_PROCESSOR = ("", "CPU")


class MatrixContent:
    """What became of each plan.

    Args:
        model: the model that was measured.
        matrix: the cells.
        device_names: names of devices by id, where they are known.
    """

    schema = "tflite-profiler/profiles/1"

    def __init__(self, model: Model, matrix: Matrix, device_names: Mapping[str, str] | None = None) -> None:
        self._model = model
        self._matrix = matrix
        self._names = device_names or {}

    @property
    def title(self) -> str:
        """Name the model and how much was measured."""
        done = self._matrix.count(CellState.DONE)
        return f"{self._model.name}: {done} of {len(self._matrix.cells)} measurements done"

    def sections(self) -> Sequence[Section]:
        """Give the table, then the reasons of cells without a result, then warnings."""
        cells = self._matrix.cells
        return [
            Section(title="", table=table_of(self._columns(), cells)),
            *self._remarks("Failed", [(cell, (cell.reason, cell.hint)) for cell in self._in(CellState.FAILED)]),
            *self._remarks("Skipped", [(cell, (cell.reason,)) for cell in self._in(CellState.SKIPPED)]),
            *self._remarks("Warnings", [(cell, tuple(cell.run.warnings)) for cell in cells if cell.run is not None]),
        ]

    def records(self) -> Records:
        """Give a record for each cell."""
        return records_of(self._columns(), self._matrix.cells)

    def tree(self) -> Mapping[str, Tree]:
        """Give all cells, those with a result with their run as it is saved."""
        return {
            "model": {"name": self._model.name, "sha256": self._model.sha256},
            "cells": [
                {
                    "device": cell.plan.device,
                    "delegate": cell.delegate,
                    "precision": cell.precision,
                    "state": cell.state,
                    "reason": cell.reason,
                    "hint": cell.hint,
                    "waited_s": cell.waited_seconds,
                    "run": run_to_json(cell.run) if cell.run is not None else None,
                }
                for cell in self._matrix.cells
            ],
        }

    def _columns(self) -> tuple[Column[Cell], ...]:
        return matrix_columns(self._names)

    def _in(self, state: CellState) -> list[Cell]:
        return [cell for cell in self._matrix.cells if cell.state is state]

    def _remarks(self, title: str, remarks: Sequence[tuple[Cell, Sequence[str]]]) -> list[Section]:
        sentences = tuple(f"{self._label(cell)}: {' '.join(texts).strip()}" for cell, texts in remarks if any(texts))
        return [Section(title=title, sentences=sentences)] if sentences else []

    def _label(self, cell: Cell) -> str:
        precision = f", {cell.precision.shown}" if cell.precision is not None else ""
        name = self._names.get(cell.plan.device, cell.plan.device)
        return f"{_delegate_name(cell)}{precision} on {name}"


def matrix_columns(names: Mapping[str, str]) -> tuple[Column[Cell], ...]:
    """Give the columns of a table of cells; ``names`` are those of devices by id, where they are known."""
    return (
        Column(id="device", title="Device", value=lambda cell: names.get(cell.plan.device, cell.plan.device)),
        Column(id="delegate", title="Delegate", value=_delegate_name),
        Column(id="precision", title="Precision", value=_precision),
        *(_time_column(*times) for times in _TIMES),
        Column(
            id="taken",
            title="Accelerated",
            value=_taken,
            align=Align.RIGHT,
            description="Operators that something else than TFLite's own kernels ran, of those that ran.",
        ),
        Column(
            id="memory_bytes",
            title="Memory",
            value=lambda cell: cell.run.memory.over_baseline_bytes if cell.run and cell.run.memory else None,
            format=format_bytes,
            align=Align.RIGHT,
        ),
        Column(id="state", title="State", value=_state),
    )


def _mean(run: Run) -> float | None:
    """Weigh the chunks of a device's run by their counts."""
    count = sum(chunk.count for chunk in run.chunks)
    if count:
        return sum(chunk.mean_ns * chunk.count for chunk in run.chunks) / count
    return summarize_latencies(run.latencies_ns).mean_ns if run.latencies_ns else None


def _fastest(run: Run) -> float | None:
    return min((chunk.min_ns for chunk in run.chunks), default=None) or min(run.latencies_ns, default=None)


_TIMES: tuple[tuple[str, str, Callable[[Run], float | None]], ...] = (
    ("mean_ns", "Mean", _mean),
    ("min_ns", "Fastest", _fastest),
    ("init_ns", "Init", lambda run: run.init_ns),
    ("first_ns", "First", lambda run: run.first_ns),
)


def _time_column(id_: str, title: str, time_of: Callable[[Run], float | None]) -> Column[Cell]:
    return Column(
        id=id_,
        title=title,
        value=lambda cell: time_of(cell.run) if cell.run is not None else None,
        format=format_latency,
        align=Align.RIGHT,
    )


def _delegate_name(cell: Cell) -> str:
    return load_delegates().find(cell.delegate).name


def _precision(cell: Cell) -> str:
    return cell.precision.shown if cell.precision is not None else ""


def _state(cell: Cell) -> str:
    is_cut = cell.run is not None and not cell.run.is_complete
    return f"{cell.state}, incomplete" if is_cut else str(cell.state)


def _taken(cell: Cell) -> str:
    """Count what ran elsewhere than in TFLite's own kernels."""
    ran = [item for item in cell.run.operators if item.placement] if cell.run is not None else []
    if not ran:
        return ""
    return f"{sum(item.placement not in _ON_PROCESSOR for item in ran)}/{len(ran)}"

"""Several plans for one model in one go: one lane for each device, lanes beside each other, a result for each plan."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import MappingProxyType

from backends.devices.device import Device
from backends.devices.discovery import list_devices
from backends.errors import ProfilerError, RunError
from backends.model.model import Model
from backends.model.quantization_kind import ModelQuantization, quantization_of
from backends.power.recorder import LiveBoard
from backends.progress import Progress, Sample, Step
from backends.runs.benchmark.command import check_options
from backends.runs.benchmark.delegates import Delegate, DelegateTable, load_delegates
from backends.runs.cool_down import NO_COOL_DOWN, CoolDown, Thermometer, cool_down
from backends.runs.execution import HOST, execute_plan, is_called
from backends.runs.plan import Kernels, Plan
from backends.runs.precision import Precision, find_misfit, with_precision
from backends.runs.run import Run

_POLL_SECONDS = 0.1
STOPPED_BEFORE = "It was stopped before."
_HOST_KERNELS = {"cpu": Kernels.BUILTIN, "xnnpack": Kernels.FUSED}
"""What this computer's own runtime does like a delegate."""


class CellState(StrEnum):
    """What became of a plan."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """It does not fit the model."""
    NOT_RUN = "not run"
    """The user stopped before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One plan of a matrix and what became of it."""

    plan: Plan
    delegate: str
    """Id of the delegate that was asked for; this computer's own runtime has other plans for the same."""
    precision: Precision | None = None
    """What the plan's options keep the delegate to, where that was asked for."""
    state: CellState = CellState.PENDING
    run: Run | None = None
    reason: str = ""
    """Why it was skipped or failed, in one sentence."""
    hint: str = ""
    detail: str = ""
    """The log of a failure."""
    waited_seconds: float = 0.0
    """How long the device was let cool down before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Plans for one model, in the order of the results."""

    cells: tuple[Cell, ...]
    cool_down: CoolDown = NO_COOL_DOWN

    @property
    def devices(self) -> tuple[str, ...]:
        """Give the devices that have something to do, each once."""
        return tuple(dict.fromkeys(cell.plan.device for cell in self.cells if cell.state is CellState.PENDING))

    def count(self, state: CellState) -> int:
        """Count the cells in a state."""
        return sum(cell.state is state for cell in self.cells)


LaneListener = Callable[[str, Step | Sample], None]
"""Gets the device and what happens there, in the lane's thread."""
CellListener = Callable[[int, Cell], None]
"""Gets a cell's number and its new state, in the lane's thread."""


def make_matrix(  # noqa: PLR0913 - each is another side of the matrix
    model: Model,
    plan: Plan,
    *,
    devices: Sequence[str],
    delegates: Sequence[str],
    options: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    precisions: Sequence[Precision] = (),
    cool_down: CoolDown = NO_COOL_DOWN,
    skips_misfits: bool = True,
) -> Matrix:
    """Make a cell for each device, delegate and precision; what does not fit the model is skipped.

    Args:
        model: what shall be measured.
        plan: everything that is alike in all cells; an option goes to the delegates that have it.
        devices: ids.
        delegates: ids.
        options: further ones for single delegates, by the delegate's id.
        precisions: what to compute in; without any each delegate does as it likes.
        cool_down: between two runs on a device.
        skips_misfits: whether delegates that do not compute such models are left out; else they are tried.

    Raises:
        RunError: there is no such delegate, or no delegate has an option, or a value is wrong.
    """
    table = load_delegates()
    _check_options_are_known(plan, table, delegates)
    quantization = quantization_of(model)
    cells = tuple(
        _make_cell(
            _plan_for(plan, device, table.find(id_), table, options),
            table,
            quantization if skips_misfits else None,
            precision,
        )
        for device in dict.fromkeys(devices)
        for id_ in dict.fromkeys(delegates)
        for precision in tuple(dict.fromkeys(precisions)) or (None,)
    )
    return Matrix(cells=cells, cool_down=cool_down)


def _plan_for(
    plan: Plan, device: str, delegate: Delegate, table: DelegateTable, options: Mapping[str, Mapping[str, str]]
) -> Plan:
    """Give the plan of one cell, with the options that its delegate has and those that are meant for it."""
    own = {option.id for option in table.options_of(delegate)}
    shared = {key: text for key, text in plan.delegate_options.items() if key in own}
    return replace(
        plan, device=device, delegate=delegate.id, delegate_options={**shared, **options.get(delegate.id, {})}
    )


def _make_cell(
    plan: Plan, table: DelegateTable, quantization: ModelQuantization | None, precision: Precision | None
) -> Cell:
    delegate = table.find(plan.delegate)
    misfit = find_misfit(delegate, quantization, precision) if quantization is not None else ""
    if not misfit:
        check_options(plan, table)
        plan = plan if precision is None else with_precision(plan, delegate, precision)
        if plan.device == HOST and not plan.runner:
            plan, misfit = _for_host(plan, delegate)
    state = CellState.SKIPPED if misfit else CellState.PENDING
    return Cell(plan=plan, delegate=delegate.id, precision=precision, state=state, reason=misfit)


def _for_host(plan: Plan, delegate: Delegate) -> tuple[Plan, str]:
    """Give the plan for this computer's own runtime, and why that does not do what is asked for."""
    kernels = _HOST_KERNELS.get(delegate.id)
    if kernels is None or plan.delegate_options or plan.rate_hz or plan.min_seconds:
        what = delegate.name if kernels is None else "these settings"
        return plan, f"This computer has {what} only with a build of benchmark_model as the runner."
    return replace(plan, delegate="", kernels=kernels), ""


def _check_options_are_known(plan: Plan, table: DelegateTable, delegates: Sequence[str]) -> None:
    known = {option.id for id_ in delegates for option in table.options_of(table.find(id_))}
    for name in plan.delegate_options:
        if name not in known:
            raise RunError(
                f"none of the delegates has the option {name!r}", hint=f"They have: {', '.join(sorted(known))}."
            )


def execute_matrix(  # noqa: PLR0913 - what, where, and who listens
    model_path: str | Path,
    model: Model,
    matrix: Matrix,
    progress: Progress | None = None,
    *,
    find_devices: Callable[[], Iterable[Device]] = list_devices,
    on_event: LaneListener | None = None,
    on_cell: CellListener | None = None,
) -> Matrix:
    """Carry out all cells that are pending; a cell that fails does not keep the others from being measured.

    Stopping keeps what was measured, the cells after that are not run.

    Args:
        model_path: the file, or a bundle that holds the model.
        model: what is measured.
        matrix: the cells.
        progress: stops and cancels all lanes, and counts finished cells.
        find_devices: lists the devices; asked before each cell, so that one that came back is found.
        on_event: listens to all lanes.
        on_cell: listens to results.

    Raises:
        Cancelled: the user cancelled; what ran on the devices was ended.
    """
    progress = progress or Progress()
    cells = list(matrix.cells)
    indices: dict[str, list[int]] = {device: [] for device in matrix.devices}
    for index, cell in enumerate(cells):
        if cell.state is CellState.PENDING:
            indices[cell.plan.device].append(index)

    def settle(index: int, cell: Cell) -> None:
        # Each lane has cells of its own, and a list's items are set at once.
        cells[index] = cell
        if on_cell is not None:
            on_cell(index, cell)

    lanes = [
        _Lane(
            device=device,
            indices=tuple(indices[device]),
            worker=LaneWorker(model_path, model, matrix, device, find_devices),
            progress=Progress(partial(on_event, device) if on_event is not None else None, progress.line),
            settle=settle,
        )
        for device in matrix.devices
    ]
    _run_lanes(lanes, matrix, progress, lambda: sum(cell.state is not CellState.PENDING for cell in cells))
    return replace(matrix, cells=tuple(cells))


class LaneWorker:
    """Carries out the cells of one device, one call after the other, with the matrix's cool-down between two.

    Args:
        model_path: the file, or a bundle that holds the model.
        model: what is measured.
        matrix: what the cells belong to.
        device: the id.
        find_devices: lists the devices; asked before each cell, so that one that came back is found.
        board: where live curves of power are shown.
    """

    def __init__(
        self,
        model_path: str | Path,
        model: Model,
        matrix: Matrix,
        device: str,
        find_devices: Callable[[], Iterable[Device]] = list_devices,
        *,
        board: LiveBoard | None = None,
    ) -> None:
        self._board = board
        self._model_path = model_path
        self._model = model
        self._cool_down = matrix.cool_down
        self._device = device
        self._find_devices = find_devices
        pending = [cell for cell in matrix.cells if cell.state is CellState.PENDING and cell.plan.device == device]
        self._needs_thermometer = len(pending) > 1 and matrix.cool_down.waits_for_heat
        self._thermometer: Thermometer | None = None
        self._has_begun = False

    def carry_out(self, cell: Cell, progress: Progress) -> Cell:
        """Carry out one cell; a failure is a state of it, and so is a stop before it began.

        Raises:
            Cancelled: the user cancelled; what ran on the device was ended.
        """
        waited = 0.0
        if self._has_begun:
            waited = cool_down(self._cool_down, self._thermometer, progress)
        elif self._needs_thermometer:
            self._thermometer = _thermometer(self._device, self._find_devices)
        self._has_begun = True
        if progress.is_stopping:
            return replace(cell, state=CellState.NOT_RUN, reason=STOPPED_BEFORE)
        cell = replace(cell, waited_seconds=round(waited, 3))
        try:
            devices = () if cell.plan.device == HOST else self._find_devices()
            run = execute_plan(self._model_path, self._model, cell.plan, progress, devices=devices, board=self._board)
        except ProfilerError as error:
            return failed_cell(cell, error)
        return replace(cell, state=CellState.DONE, run=run)


def failed_cell(cell: Cell, error: ProfilerError) -> Cell:
    """Give the cell with what went wrong."""
    sentence = f"{error.message[:1].upper()}{error.message[1:]}."
    return replace(cell, state=CellState.FAILED, reason=sentence, hint=error.hint, detail=error.detail)


def _run_lanes(lanes: "Sequence[_Lane]", matrix: Matrix, progress: Progress, count: Callable[[], int]) -> None:
    """Run the lanes in threads and pass the user's wishes on; an error of the program ends them all."""
    if not lanes:
        return
    total, told = len(matrix.cells), -1
    with ThreadPoolExecutor(len(lanes), thread_name_prefix="lane") as threads, ExitStack() as closers:
        for lane in lanes:
            closers.callback(lane.progress.cancel)
            closers.enter_context(progress.closing(lane.progress.cancel))
        running: set[Future[None]] = {threads.submit(lane.run, matrix) for lane in lanes}
        while running:
            done, running = wait(running, timeout=_POLL_SECONDS)
            if progress.is_stopping:
                for lane in lanes:
                    lane.progress.stop()
            progress.check()
            for future in done:
                future.result()
            if (finished := count()) != told:
                told = finished
                progress.step("Measuring the matrix", done=finished, total=total)


@dataclass(slots=True, kw_only=True)
class _Lane:
    """What one device does, one cell after the other."""

    device: str
    indices: tuple[int, ...]
    worker: "LaneWorker"
    progress: Progress
    settle: CellListener

    def run(self, matrix: Matrix) -> None:
        """Carry out the device's cells."""
        for index in self.indices:
            self.settle(index, self.worker.carry_out(matrix.cells[index], self.progress))


def _thermometer(id_: str, find_devices: Callable[[], Iterable[Device]]) -> Thermometer | None:
    """Give the device's thermometer, unless it is hot to begin with: it may never get cooler than that."""
    device = next((device for device in find_devices() if is_called(device, id_)), None)
    thermometer = Thermometer(device) if device is not None else None
    return thermometer if thermometer is not None and thermometer.is_cool() else None

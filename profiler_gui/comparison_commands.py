"""Comparing: from the menu and from whoever asks the session, to a tab of its own."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from backends.reports.run_columns import format_moment
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Run
from profiler_gui.main_window import MainWindow
from profiler_gui.services import Services
from profiler_gui.session import OpenModel, Side

if TYPE_CHECKING:
    from backends.compare.comparison import Comparison

DIFFERENCE_COLUMN = "difference_ns"


class ComparisonCommands(QObject):
    """Shows comparisons in tabs, and gives the open models the differences as a column to colour by."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._count = 0
        window.actions_table["compare"].triggered.connect(self.choose_sides)
        services.session.compare_wanted.connect(self.show_comparison)
        window.tabs.currentChanged.connect(self._on_tab_changed)

    @Slot()
    def choose_sides(self) -> None:
        """Ask what to compare."""
        from profiler_gui.dialogs.compare_dialog import CompareDialog

        sides = self.known_sides()
        dialog = CompareDialog(sides, self._likely(sides), self._window)
        dialog.sides_chosen.connect(self._services.session.compare)
        dialog.open()

    def known_sides(self) -> tuple[Side, ...]:
        """Give every open model with each of its runs, without one where it has none, and with all that are alike."""
        sides = []
        for record in self._services.session.models:
            for run in record.runs or (None,):
                sides.append(side_of(record, run))
            for runs in _alike(record.runs):
                how = f"{runs[0].plan.delegate or runs[0].plan.kernels} on {runs[0].plan.device}"
                title = f"{record.title}, {len(runs)} runs together, {how}"
                side = Side(model=record.model, costs=record.costs, run=runs[0], more_runs=runs[1:], title=title)
                sides.append(side)
        return tuple(sides)

    @Slot(object)
    def show_comparison(self, sides: tuple[Side, ...]) -> None:
        """Show sides beside each other in a new tab; others that are open can be chosen there."""
        from profiler_gui.pages.comparison_page import ComparisonPage

        self._count += 1
        session = self._services.session
        page = ComparisonPage(
            sides,
            self._services.jobs,
            self._services.notices,
            session.targets,
            corrections=session.corrections,
            others=self.known_sides(),
        )
        page.help_wanted.connect(self._show_help)
        page.compared.connect(partial(self._give_columns, page))
        names = list(dict.fromkeys(side.model.name for side in sides))
        title = f"Runs of {names[0]}" if len(names) == 1 else " ↔ ".join(names[:2])
        title += f" and {len(names) - 2} more" if len(names) > 2 else ""
        tip = "\n".join(f"{chr(ord('A') + number)}: {side.title}" for number, side in enumerate(sides[:26]))
        self._window.tabs.show_view(f"comparison:{self._count}", page, title, tip=tip)

    @Slot(int)
    def _on_tab_changed(self, _index: int) -> None:
        """Give a comparison the room of the panels: they are about one model."""
        widget = self._window.tabs.currentWidget()
        self._window.docks.step_aside(getattr(widget, "needs_room", False))

    @Slot(object)
    def _show_help(self, paragraphs: tuple[str, ...]) -> None:
        from profiler_gui.dialogs.text_dialog import TextDialog

        TextDialog("Is the difference real?", paragraphs, self._window).open()

    def _give_columns(self, page: object, comparison: "Comparison") -> None:
        """Let open models be coloured by the difference, wherever the comparison has times."""
        a, b = comparison.a, comparison.b
        if a.run is None or b.run is None or a.model is None or b.model is None:
            return
        from backends.compare.layer_difference import difference_values

        a_values, b_values = difference_values(comparison.layers)
        for record in self._services.session.models:
            for model, values in ((a.model, a_values), (b.model, b_values)):
                if record.model.sha256 == model.sha256 and values:
                    record.add_column(
                        OperatorColumn(
                            id=DIFFERENCE_COLUMN,
                            title="Time, B − A",
                            values=values,
                            unit="ns",
                            source=f"A: {a.title}, B: {b.title}",
                            is_diverging=True,
                        )
                    )

    def _likely(self, sides: tuple[Side, ...]) -> tuple[int, ...]:
        """Propose the two newest runs of the model in front, or it and another one."""
        current = self._services.session.current
        if current is None or len(sides) < 2:
            return ()
        own = [number for number, side in enumerate(sides) if side.model is current.model]
        if len(own) > 1:
            return tuple(own[-2:])
        others = [number for number in range(len(sides)) if number not in own]
        return tuple(sorted((*own, *others[:1])))


def _alike(runs: Sequence[Run]) -> list[tuple[Run, ...]]:
    """Group runs that were measured in the same way; single ones are no group."""
    groups: dict[object, list[Run]] = {}
    for run in runs:
        plan = run.plan
        key = (plan.device, plan.kernels, plan.delegate, tuple(sorted(plan.delegate_options.items())), plan.threads)
        groups.setdefault(key, []).append(run)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def side_of(record: OpenModel, run: Run | None) -> Side:
    """Give an open model, with one of its runs, as a side."""
    title = record.title if run is None else f"{record.title}, {format_moment(run.started_at)}"
    if run is not None:
        title += f", {run.plan.delegate or run.plan.kernels} on {run.plan.device}"
    return Side(model=record.model, costs=record.costs, run=run, title=title)

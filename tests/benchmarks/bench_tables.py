"""How long the tables take with 20,000 operators, and how that compares with 2,000.

Run it as ``python -m tests.benchmarks.bench_tables``. A ratio near ten means that time grows with the number of rows;
what matters to a person is the first column, in milliseconds.
"""

import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from backends.model.model import OperatorId
from backends.targets.verdict import Placement
from profiler_gui.pages.layers_page import LayersPage
from profiler_gui.pages.targets_page import TargetsPage
from tests.support.builders import a_run, a_verdict_of
from tests.support.sessions import a_session

_KINDS = ("CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "MUL")
_TARGETS = 15
_SIZES = (20_000, 2_000)


def measure(count: int) -> dict[str, float]:
    """Give milliseconds for each thing a person does with a model of ``count`` operators."""
    app = QApplication.instance() or QApplication([])
    session, record = a_session([_KINDS[i % len(_KINDS)] for i in range(count)])
    refused = dict.fromkeys(range(0, count, 7), Placement.FALLBACK)
    verdicts = {f"t{i}": a_verdict_of(record.model, refused, target_id=f"t{i}") for i in range(_TARGETS)}
    times: dict[str, float] = {}

    def clock(name: str, act: Callable[[], object]) -> None:
        start = time.perf_counter()
        act()
        app.processEvents()
        times[name] = (time.perf_counter() - start) * 1e3

    layers = LayersPage(session)
    layers.resize(930, 260)
    clock("layers: show", layers.show)
    clock("layers: a run comes", lambda: record.add_run(a_run(record.model)))
    clock("layers: sort by time", lambda: layers.operator_view.sortByColumn(2, Qt.SortOrder.DescendingOrder))
    clock("layers: filter by words", lambda: layers.operator_view.table.set_filter("conv 15"))
    clock("layers: select all", layers.operator_view.selectAll)
    clock("layers: select one elsewhere", lambda: record.select([OperatorId(0, count // 2)]))
    layers.hide()
    targets = TargetsPage(session)
    targets.resize(930, 260)
    targets.show()
    clock("targets: verdicts come", lambda: record.set_verdicts(verdicts))
    clock("targets: choose a target", lambda: record.choose_target("t3"))
    targets.hide()
    return times


def main() -> None:
    """Print the table."""
    large, small = (measure(count) for count in _SIZES)
    print(f"{'':32}{_SIZES[0]:>10} {_SIZES[1]:>10}     ratio", file=sys.stdout)
    for name, milliseconds in large.items():
        print(f"{name:32}{milliseconds:8.0f} ms{small[name]:8.0f} ms{milliseconds / small[name]:10.1f}")


if __name__ == "__main__":
    main()

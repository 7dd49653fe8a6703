"""Writing reports and runs of the model in front, in the background."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from backends.progress import Progress
from backends.reports.plain_text import plain
from profiler_gui.main_window import MainWindow
from profiler_gui.notices import Notice, NoticeAction, Severity
from profiler_gui.services import Services
from profiler_gui.session import OpenModel

if TYPE_CHECKING:
    from backends.exchange.writing import Exported, ExportKind
    from backends.reports.subject import Subject

_REPORTS = (
    ("Report for a browser", ".html"),
    ("PDF", ".pdf"),
    ("Markdown for an issue", ".md"),
    ("LaTeX tables", ".tex"),
    ("JSON", ".json"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RunFormat:
    """A format of a run: of a neighbour, or a table."""

    title: str
    suffix: str
    kind: "ExportKind | None"
    """``None`` for the table that the suffix stands for."""

    @property
    def filter(self) -> str:
        """Give the line for a file dialog."""
        return f"{self.title} (*{self.suffix})"


def _run_formats() -> tuple[_RunFormat, ...]:
    from backends.exchange.writing import FORMATS

    return (
        *(_RunFormat(title=item.title, suffix=item.suffix, kind=item.kind) for item in FORMATS),
        _RunFormat(title="Table of operators", suffix=".csv", kind=None),
        _RunFormat(title="Run, to open here again", suffix=".json", kind=None),
    )


class ReportCommands(QObject):
    """Connects the actions that export a report and a run."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        window.actions_table["export_report"].triggered.connect(self.export_report)
        window.actions_table["export_run"].triggered.connect(self.export_run)

    @Slot()
    def export_report(self) -> None:
        """Ask where to and write everything that is known of the model in front."""
        record = self._services.session.current
        if record is None:
            return
        filters = ";;".join(f"{title} (*{suffix})" for title, suffix in _REPORTS)
        path = self._ask("Export report", f"{Path(record.title).stem}-report.html", filters)
        if path is None:
            return
        from backends.reports.full_content import FullContent
        from backends.reports.report import find_report
        from backends.reports.report_file import find_report_for, write_report
        from backends.reports.subject import detail_of

        report = find_report_for(path) or find_report("html")
        content = FullContent(self._subject(record), detail=detail_of(report.name))
        self._write(path, "report", lambda _progress: write_report(path, report, content))

    @Slot()
    def export_run(self) -> None:
        """Ask for a format and write the chosen run, or the numbers that were imported."""
        record = self._services.session.current
        if record is None:
            return
        run = record.run
        if run is None and not record.columns:
            self._services.notices.inform(
                "There is no run to export yet.", hint="Profile the model, or import a measurement.", key="export run"
            )
            return
        from backends.exchange.writing import Exported, ExportKind
        from backends.reports.report import find_report
        from backends.reports.report_file import write_report
        from backends.reports.run_content import RunContent

        usable = [item for item in _run_formats() if run is not None or item.kind not in (None, ExportKind.TRACE)]
        name = f"{Path(record.title).stem}{usable[0].suffix}"
        path, chosen = self._ask_run(name, usable)
        if path is None:
            return
        if chosen.kind is None:
            assert run is not None, "tables are offered with a run only"
            content = RunContent(record.model, run, record.costs)
            report = find_report(chosen.suffix[1:])
            self._write(path, "run", lambda _progress: write_report(path, report, content))
            return
        what = Exported(model=record.model, run=run, columns=record.columns, column=record.overlay.column)
        self._write(path, "run", partial(_write_export, path, chosen.kind, what))

    def _subject(self, record: OpenModel) -> "Subject":
        """Collect what is known: the chosen run comes first, notes are those of the runs."""
        from backends.reports.subject import Subject

        chosen = [record.run] if record.run is not None else []
        runs = (*chosen, *(run for run in record.runs if run is not record.run))
        base = self._services.session.baseline
        kept_base = self._services.runs.find(base.id) if base is not None else None
        base_side = self._services.runs.side_of(kept_base) if kept_base is not None else None
        found = [kept for run in runs if (kept := self._services.runs.find(run.id)) is not None]
        return Subject(
            model=record.model,
            costs=record.costs,
            summary=record.summary,
            verdicts=tuple(record.verdicts.values()),
            advice=record.advice,
            runs=runs,
            baseline=base,
            baseline_model=base_side.model if base_side is not None else None,
            columns=record.columns,
            chosen_target=record.target_id,
            notes=tuple(f"{item.title or item.run.started_at}: {item.note}" for item in found if item.note),
            made_at=datetime.now().astimezone().isoformat(timespec="seconds"),
            version=_version(),
            sources={item.run.id: item.title for item in found if item.title},
        )

    def _ask(self, title: str, name: str, filters: str) -> Path | None:
        start = str(Path(self._services.settings.last_folder) / name)
        chosen, found = QFileDialog.getSaveFileName(self._window, title, start, filters)
        if not chosen:
            return None
        path = Path(chosen)
        known = {suffix for _, suffix in _REPORTS} | {".txt", ".csv"}
        suffix = next((suffix for text, suffix in _REPORTS if found.startswith(text)), _REPORTS[0][1])
        return path if path.suffix.lower() in known else path.with_name(path.name + suffix)

    def _ask_run(self, name: str, usable: list[_RunFormat]) -> tuple[Path | None, _RunFormat]:
        start = str(Path(self._services.settings.last_folder) / name)
        filters = ";;".join(item.filter for item in usable)
        chosen, found = QFileDialog.getSaveFileName(self._window, "Export run as", start, filters)
        # What the name ends in counts before the chosen filter; longer endings hold the shorter ones.
        by_length = sorted(usable, key=lambda item: -len(item.suffix))
        by_filter = next((item for item in usable if item.filter == found), None)
        named = next((item for item in by_length if chosen.lower().endswith(item.suffix)), None)
        is_plain = named is not None and named.suffix == ".json" and by_filter is not None
        format_ = by_filter if is_plain and by_filter is not None else named or by_filter or usable[0]
        if not chosen:
            return None, format_
        path = Path(chosen)
        return (path if path.suffix else path.with_name(path.name + format_.suffix)), format_

    def _write(self, path: Path, what: str, work: Callable[[Progress], object]) -> None:
        self._services.settings.last_folder = str(path.parent)
        self._services.jobs.start(
            work,
            title=f"Writing {path.name}",
            replaces=f"write:{path}",
            on_success=lambda _: self._tell(path, what),
            on_failure=self._services.notices.report,
        )

    def _tell(self, path: Path, what: str) -> None:
        open_it = NoticeAction(label="Open", run=partial(_open, path))
        folder = NoticeAction(label="Show folder", run=partial(_open, path.parent))
        self._services.notices.post(
            Notice(
                severity=Severity.INFO,
                message=f"The {what} is written to {plain(path.name)}.",
                actions=(open_it, folder) if what == "report" else (folder,),
                key="written",
            )
        )


def _write_export(path: Path, kind: "ExportKind", what: "Exported", _progress: Progress) -> None:
    """Write in a neighbour's format.

    Raises:
        StoreError: it cannot be written, or there is nothing to write in that format.
    """
    from backends.exchange.writing import render_export
    from backends.reports.report_file import replaced_file

    text = render_export(kind, what)
    with replaced_file(path) as stream:
        stream.write(text.encode("ascii"))


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _version() -> str:
    try:
        return version("tflite-profiler")
    except PackageNotFoundError:
        return ""

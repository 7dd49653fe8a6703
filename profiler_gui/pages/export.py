"""Asking where to, and writing tables and pictures there; failures are told on the page's notice board."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from backends.errors import StoreError
from backends.reports.content import Content
from backends.reports.report import find_report
from backends.reports.report_file import find_report_for, write_report
from profiler_gui.pages.page import Page
from profiler_gui.widgets.picture import write_picture

REPORT_FORMATS = (
    ("HTML", ".html"), ("PDF", ".pdf"), ("Markdown", ".md"), ("LaTeX", ".tex"), ("JSON", ".json"), ("CSV", ".csv"),
)  # fmt: skip
"""What a whole comparison or report can be written as, with the ending of the file."""
TABLE_FORMATS = (("CSV", "csv"), ("JSON", "json"), ("Markdown", "markdown"), ("HTML", "html"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableExport:
    """A table that a page can write."""

    title: str
    """What it is, for a menu with several; empty where there is one only."""
    content: Callable[[], Content]
    """Gives what to write at the time."""
    stem: Callable[[], str]
    """Gives the file name to suggest, without suffix."""


def export_tables_button(page: Page, *tables: TableExport) -> QToolButton:
    """Make a button that writes one of the page's tables in a format to choose."""

    def write(table: TableExport, name: str) -> None:
        report = find_report(name)
        path = _ask(page, table.stem() + report.suffix, f"{name} (*{report.suffix})")
        if path is not None:
            _try(page, lambda: write_report(path, find_report_for(path) or report, table.content()))

    menu = QMenu(page)
    for table in tables:
        for title, name in TABLE_FORMATS:
            text = f"{table.title} as {title}…" if table.title else f"{title}…"
            menu.addAction(text, partial(write, table, name))
        menu.addSeparator()
    return _menu_button(page, "Export", menu)


def export_pictures_button(page: Page, pictures: Callable[[], dict[str, QWidget]]) -> QToolButton:
    """Make a button that writes one of the page's plots as PNG or SVG; ``pictures`` gives them by title."""
    menu = QMenu(page)

    def write(title: str, suffix: str) -> None:
        path = _ask(page, title.lower().replace(" ", "-") + suffix, f"{suffix[1:].upper()} (*{suffix})")
        if path is not None:
            _try(page, lambda: write_picture(pictures()[title], path, title))

    def fill() -> None:
        menu.clear()
        for title in pictures():
            for suffix in (".png", ".svg"):
                name = f"{title} ({suffix[1:].upper()})…"
                menu.addAction(name, partial(write, title, suffix))

    menu.aboutToShow.connect(fill)
    return _menu_button(page, "Export", menu)


def _menu_button(page: Page, title: str, menu: QMenu) -> QToolButton:
    button = QToolButton(page)
    button.setText(f"{title} ▾")
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


def _ask(page: Page, name: str, kind: str) -> Path | None:
    chosen, _ = QFileDialog.getSaveFileName(page, "Export", name, kind)
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix else path.with_suffix(Path(name).suffix)


def _try(page: Page, write: Callable[[], None]) -> None:
    try:
        write()
    except StoreError as error:
        page.notices.report(error)

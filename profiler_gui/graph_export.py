"""Writing and printing the graph of the model in front, in the background."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from backends.errors import StoreError
from backends.progress import Progress
from backends.reports.plain_text import plain
from profiler_gui.canvas import export, sheets
from profiler_gui.canvas.export import Content
from profiler_gui.canvas.graph_view import GraphView
from profiler_gui.canvas.legend import legend_size
from profiler_gui.canvas.palette import PAPER
from profiler_gui.dialogs.graph_export_dialog import TO_FILE, TO_PRINTER, GraphExportDialog, PictureKind, PictureWish
from profiler_gui.main_window import MainWindow
from profiler_gui.notices import Notice, NoticeAction, Severity
from profiler_gui.pages.model_page import ModelPage
from profiler_gui.services import Services

_NO_LEGEND = 24.0
"""Legends of this height are empty."""
_NO_PRINTING = "Printing is not available here. Export the graph as PDF and print that."


class GraphExport(QObject):
    """Connects the actions that write and print the graph as it is coloured, folded and hidden."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        window.actions_table["export_graph"].triggered.connect(self._ask_export)
        window.actions_table["print_graph"].triggered.connect(self._ask_print)

    @Slot()
    def _ask_export(self) -> None:
        page = self._page()
        if page is not None:
            self._ask(page, TO_FILE, partial(self._export, page))

    @Slot()
    def _ask_print(self) -> None:
        page = self._page()
        if page is not None:
            self._ask(page, TO_PRINTER, partial(self._preview, page))

    def _page(self) -> ModelPage | None:
        page = self._window.page
        if page is None:
            return None
        if page.canvas.picture is None or page.canvas.picture.is_empty:
            self._services.notices.inform("There is no graph to draw yet.", key="export graph")
            return None
        return page

    def _ask(self, page: ModelPage, kinds: tuple[PictureKind, ...], do: Callable[[PictureWish], object]) -> None:
        # One content for each part: sizes are told at each change of the form.
        contents = {whole: page.canvas.export_content(whole=whole) for whole in (True, False)}
        bare = {whole: page.canvas.export_content(whole=whole, has_legend=False) for whole in (True, False)}

        def tell(wish: PictureWish) -> str:
            return _size_text((contents if wish.has_legend else bare)[wish.is_whole], wish)

        dialog = GraphExportDialog(kinds, tell, is_dark=self._services.theme.is_dark, parent=self._window)
        legend = contents[True].overlay
        dialog.offer_legend(legend is not None and legend_size(legend)[1] > _NO_LEGEND)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(do)
        dialog.open()

    # Files ------------------------------------------------------------------------------------------------------------

    def _export(self, page: ModelPage, wish: PictureWish) -> None:
        proposed = f"{Path(page.record.title).stem}{wish.kind.suffix}"
        start = str(Path(self._services.settings.last_folder) / proposed)
        kind = wish.kind.suffix
        chosen, _filter = QFileDialog.getSaveFileName(
            self._window, "Export the graph", start, f"{kind[1:].upper()} (*{kind})"
        )
        if not chosen:
            return
        path = Path(chosen)
        path = path if path.suffix.lower() == kind else path.with_name(path.name + kind)
        self._services.settings.last_folder = str(path.parent)
        content = _content(page.canvas, wish)
        self._services.jobs.start(
            partial(_write, path, content, wish, plain(page.record.title)),
            title=f"Writing {path.name}",
            replaces=f"write:{path}",
            on_success=partial(self._tell, path),
            on_failure=self._services.notices.report,
        )

    def _tell(self, path: Path, loss: str) -> None:
        folder = NoticeAction(label="Show folder", run=partial(_open, path.parent))
        name = plain(path.name)
        self._services.notices.post(
            Notice(
                severity=Severity.WARNING if loss else Severity.INFO,
                message=f"{name} was written with a loss." if loss else f"The graph is written to {name}.",
                hint=loss,
                actions=(NoticeAction(label="Open", run=partial(_open, path)), folder),
                key="written",
            )
        )

    # Paper ------------------------------------------------------------------------------------------------------------

    def _preview(self, page: ModelPage, wish: PictureWish) -> None:
        try:
            # Imported late: printing is seldom, and its library asks the system for printers.
            from profiler_gui.dialogs.print_preview import preview
        except ImportError:
            self._services.notices.warn(_NO_PRINTING, key="print")
            return
        scale = None if wish.kind is PictureKind.ONE_SHEET else wish.scale
        try:
            preview(self._window, _content(page.canvas, wish), scale, plain(page.record.title))
        except StoreError as error:
            self._services.notices.report(error)


def _content(canvas: GraphView, wish: PictureWish) -> Content:
    return canvas.export_content(
        whole=wish.is_whole,
        palette=PAPER if wish.is_light else None,
        has_legend=wish.has_legend,
        has_marks=wish.has_marks,
    )


def _write(path: Path, content: Content, wish: PictureWish, title: str, progress: Progress) -> str:
    """Write the picture; give a sentence on what was lost, or nothing.

    Raises:
        Cancelled: the user cancelled.
        StoreError: it cannot be written.
    """
    progress.step("Painting the graph")
    if wish.kind is PictureKind.PNG:
        return export.write_png(path, content, wish.scale, progress)
    if wish.kind is PictureKind.SVG:
        return export.write_svg(path, content)
    if wish.kind is PictureKind.PDF:
        return export.write_pdf(path, content)
    scale = None if wish.kind is PictureKind.ONE_SHEET else wish.scale
    return sheets.write_sheets(path, content, scale, title, progress)


def _size_text(content: Content, wish: PictureWish) -> str:
    """Say how large the picture will be, and what will be lost."""
    if wish.kind is PictureKind.PNG:
        scale = export.fitting_png_scale(content, wish.scale)
        view = export.make_scene("the PNG", content, scale).view
        size = f"{view.width:,.0f} × {view.height:,.0f} pixels".replace(",", "\u202f")
        return size if scale == wish.scale else f"{size}: a PNG of this graph cannot be larger than {_percent(scale)}."
    if wish.kind in (PictureKind.SVG, PictureKind.PDF):
        return "Texts stay texts, and lines sharp at any size."
    fits = wish.kind is PictureKind.ONE_SHEET
    tiling = sheets.tile(content, sheets.paper_of(sheets.a4_layout(content)), None if fits else wish.scale)
    if fits:
        return f"On A4 the graph is shown at {_percent(tiling.scale)} of its size on the screen."
    count = f"{tiling.count} sheet{'s' if tiling.count != 1 else ''} of A4"
    return tiling.note or (f"{count}, {tiling.columns} beside each other, {tiling.rows} below each other.")


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %" if share >= 0.1 else f"{share * 100:.2g} %"


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

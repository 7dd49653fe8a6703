"""Item models as text, so that a table can be compared in one assert."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex


def table_text(model: QAbstractItemModel, columns: tuple[int, ...] | None = None) -> list[str]:
    """Give one line for each row, cells joined by `` | ``, children indented below their parent."""
    return _lines(model, QModelIndex(), columns, "")


def _lines(model: QAbstractItemModel, parent: QModelIndex, columns: tuple[int, ...] | None, indent: str) -> list[str]:
    lines = []
    shown = columns if columns is not None else tuple(range(model.columnCount(parent)))
    for row in range(model.rowCount(parent)):
        cells = [str(model.index(row, column, parent).data() or "") for column in shown]
        lines.append(indent + " | ".join(cells).rstrip())
        lines += _lines(model, model.index(row, 0, parent), columns, indent + "  ")
    return lines

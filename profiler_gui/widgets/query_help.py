"""How to ask: fields and examples of queries, in a popup."""

from html import escape

from PySide6.QtCore import QPoint, Qt, QUrl, Signal, Slot
from PySide6.QtWidgets import QFrame, QTextBrowser, QVBoxLayout, QWidget

from backends.query.field import EXAMPLES, FIELDS, FieldKind
from profiler_gui.theme import colors_of

_SIZE = (620, 560)
_EXAMPLE = "example:"


class QueryHelp(QFrame):
    """Examples to click, rules, and all fields.

    Signals:
        query_chosen: an example was clicked.
    """

    query_chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.text = QTextBrowser()
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._on_clicked)
        self.text.setAccessibleName("How to ask")
        self.text.setHtml(_html(colors_of(parent).link, colors_of(parent).dim_text))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.text)

    def open_below(self, anchor: QWidget) -> None:
        """Open below a widget, inside the screen."""
        room = self.screen().availableGeometry()
        width, height = min(_SIZE[0], room.width() - 20), min(_SIZE[1], room.height() - 60)
        self.resize(width, height)
        at = anchor.mapToGlobal(QPoint(anchor.width() - width, anchor.height() + 4))
        self.move(max(room.left(), at.x()), max(room.top(), min(at.y(), room.bottom() - height)))
        self.show()
        self.text.setFocus()

    @Slot(QUrl)
    def _on_clicked(self, url: QUrl) -> None:
        text = url.toString()
        if text.startswith(_EXAMPLE):
            number = int(text.removeprefix(_EXAMPLE))
            self.close()
            self.query_chosen.emit(EXAMPLES[number][0])


def _html(link: str, dim: str) -> str:
    examples = "".join(
        f"<tr><td style='padding: 2px 14px 2px 0'><a href='{_EXAMPLE}{number}' style='color: {link}'>"
        f"{escape(query)}</a></td><td style='color: {dim}'>{escape(meaning)}</td></tr>"
        for number, (query, meaning) in enumerate(EXAMPLES)
    )
    rules = (
        "Everything that is typed must hold, in any order; case does not matter.",
        "<b>OR</b>, <b>NOT</b> or a minus, and brackets do what they say; a comma gives alternatives.",
        "Text takes <b>*</b> and <b>?</b>; &quot;quotes&quot; keep spaces; /slashes/ hold an expression (RE2).",
        "Numbers: &lt; &lt;= &gt; &gt;= = != or a stretch as in index:10..20, with ns us ms s, K M G, KiB MiB GiB, %.",
        "Ctrl+Space offers what may come next, Tab takes the first, Alt+Enter selects all matches.",
    )
    listed = "".join(
        f"<tr><td style='padding: 1px 14px 1px 0'><b>{escape(field.id)}</b>"
        f"{'.' if field.id == 'attr' else ' &lt; &gt;' if field.kind is FieldKind.NUMBER else ':'}</td>"
        f"<td>{escape(field.description)}</td></tr>"
        for field in FIELDS.values()
    )
    items = "".join(f"<li>{rule}</li>" for rule in rules)
    return (
        f"<h3>Examples</h3><table>{examples}</table><h3>Rules</h3><ul>{items}</ul>"
        f"<h3>Fields</h3><table>{listed}</table>"
    )

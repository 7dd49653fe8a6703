"""How the program looks: colours by meaning, palette, style sheet, font and icons, light and dark.

Widgets ask ``colors_of(self)`` when they paint and get the table that fits their palette; a change of theme reaches
them as Qt's own ``PaletteChange`` event.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from PySide6.QtCore import QByteArray, QDir, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

FONT_FAMILY = "Inter"
SPACING = 8
"""Pixels between things; half and double of it are used too."""

_ICON_SIZES = (16, 20, 24, 32, 48)
_MIN_POINT_SIZE = 9.5


class ThemeMode(StrEnum):
    """Which theme the user wants."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colors:
    """The colours of a theme as ``#rrggbb``, named by what they mean."""

    window: str
    panel: str
    raised: str
    sunken: str
    hover: str
    border: str
    border_strong: str
    text: str
    dim_text: str
    disabled_text: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    selection: str
    selection_text: str
    link: str
    info: str
    info_ground: str
    warning: str
    warning_ground: str
    error: str
    error_ground: str
    success: str
    accelerated: str
    fallback: str
    unknown: str
    plot_ground: str
    plot_grid: str
    plot_axis: str
    series: tuple[str, ...]
    """Colours of the curves of a plot, used in turn."""


def load_colors(*, is_dark: bool, has_contrast: bool = False) -> Colors:
    """Give the colours of the light or the dark theme, or of its counterpart with high contrast."""
    return _read_colors(("contrast_" if has_contrast else "") + ("dark" if is_dark else "light"))


@cache
def _read_colors(name: str) -> Colors:
    table: Mapping[str, object] = tomllib.loads((files("resources") / "themes" / f"{name}.toml").read_text("utf-8"))
    return Colors(**{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()})  # type: ignore[arg-type]  # the theme's test compares keys and types


def is_dark(palette: QPalette) -> bool:
    """Whether a palette has light text on dark ground; asks the text, as a style sheet may make the ground clear."""
    return palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText).lightness() > 128


def has_contrast(palette: QPalette) -> bool:
    """Whether a palette is of a theme with high contrast: only those write in pure black or white."""
    text = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)
    return text.name() in ("#000000", "#ffffff")


def colors_of(widget: QWidget) -> Colors:
    """Give the colours to paint a widget with."""
    palette = widget.palette()
    return load_colors(is_dark=is_dark(palette), has_contrast=has_contrast(palette))


def make_palette(colors: Colors) -> QPalette:
    """Translate the colours to Qt's roles."""
    role = QPalette.ColorRole
    palette = QPalette()
    for key, value in {
        role.Window: colors.window,
        role.WindowText: colors.text,
        role.Base: colors.panel,
        role.AlternateBase: colors.sunken,
        role.ToolTipBase: colors.raised,
        role.ToolTipText: colors.text,
        role.PlaceholderText: colors.dim_text,
        role.Text: colors.text,
        role.Button: colors.raised,
        role.ButtonText: colors.text,
        role.BrightText: colors.error,
        role.Light: colors.raised,
        role.Midlight: colors.hover,
        role.Mid: colors.border_strong,
        role.Dark: colors.border_strong,
        role.Shadow: colors.border_strong,
        role.Highlight: colors.selection,
        role.HighlightedText: colors.selection_text,
        role.Link: colors.link,
        role.LinkVisited: colors.link,
        role.Accent: colors.accent,
    }.items():
        palette.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(colors.disabled_text))
    return palette


def make_style_sheet(colors: Colors) -> str:
    """Fill the style sheet's template (``@name`` stands for a colour)."""
    template = (files("resources") / "themes" / "style.qss").read_text("utf-8")
    known = {field.name: getattr(colors, field.name) for field in fields(colors)}
    return re.sub(r"@([a-z_]+)", lambda match: known[match[1]], template)


@cache
def _icon_source(name: str) -> str:
    return (files("resources") / "icons" / f"{name}.svg").read_text("utf-8")


@cache
def make_icon(name: str, color: str, disabled_color: str = "") -> QIcon:
    """Draw one of the program's icons in a colour; drawn once, as pages that are made anew ask for dozens."""
    # Imported late: the library is only needed here and costs start-up time where no icon is drawn.
    from PySide6.QtSvg import QSvgRenderer

    icon = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, color), (QIcon.Mode.Disabled, disabled_color)):
        if not shade:
            continue
        renderer = QSvgRenderer(QByteArray(_icon_source(name).replace("currentColor", shade).encode()))
        for size in _ICON_SIZES:
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            icon.addPixmap(pixmap, mode)
            if mode is QIcon.Mode.Normal:
                # Qt would mix it with the colour of selected rows, on which it is hardly seen then.
                icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def load_font(app: QApplication) -> None:
    """Use the bundled font, at the size the system wants, with digits of equal width."""
    for name in ("Inter-Regular.otf", "Inter-SemiBold.otf"):
        QFontDatabase.addApplicationFontFromData(QByteArray((files("resources") / "fonts" / name).read_bytes()))
    font = QFont(FONT_FAMILY)
    font.setPointSizeF(max(app.font().pointSizeF(), _MIN_POINT_SIZE))
    font.setFeature(QFont.Tag("tnum"), 1)
    app.setFont(font)


class Theme(QObject):
    """Applies the wanted theme and follows the system while nothing else is wanted.

    Signals:
        changed: the new ``Colors``.
    """

    changed = Signal(object)

    def __init__(self, app: QApplication, mode: ThemeMode = ThemeMode.SYSTEM, *, wants_contrast: bool = False) -> None:
        super().__init__(app)
        self._app = app
        self._mode = mode
        self._wants_contrast = wants_contrast
        self._colors: Colors | None = None
        hints: Any = QGuiApplication.styleHints()  # not all of it is in every version of Qt
        hints.colorSchemeChanged.connect(self._on_system_changed)
        if hasattr(hints, "accessibility"):
            hints.accessibility().contrastPreferenceChanged.connect(self._on_system_changed)

    @property
    def mode(self) -> ThemeMode:
        """What the user wants."""
        return self._mode

    @property
    def is_dark(self) -> bool:
        """Whether the dark theme is in use."""
        if self.mode is ThemeMode.SYSTEM:
            return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self.mode is ThemeMode.DARK

    @property
    def colors(self) -> Colors:
        """The colours in use."""
        return load_colors(is_dark=self.is_dark, has_contrast=self.has_contrast)

    @property
    def has_contrast(self) -> bool:
        """Whether high contrast is in use: wanted here, or by the system."""
        return self._wants_contrast or _system_wants_contrast()

    def want_contrast(self, is_wanted: bool) -> None:
        """Use high contrast, or only where the system asks for it."""
        self._wants_contrast = is_wanted
        self.apply()

    def choose(self, mode: ThemeMode) -> None:
        """Want another theme."""
        self._mode = mode
        self.apply()

    def toggle(self) -> None:
        """Switch between light and dark."""
        self.choose(ThemeMode.LIGHT if self.is_dark else ThemeMode.DARK)

    def apply(self) -> None:
        """Make the program look as wanted; does nothing if it already does."""
        colors = self.colors
        if colors is self._colors:
            return
        self._colors = colors
        # The style sheet names its pictures ``glyphs:``; each theme has its own.
        QDir.setSearchPaths("glyphs", [str(files("resources") / "icons" / ("dark" if self.is_dark else "light"))])
        self._app.setPalette(make_palette(colors))
        self._app.setStyleSheet(make_style_sheet(colors))
        self.changed.emit(colors)

    def icon(self, name: str) -> QIcon:
        """Draw an icon in the colour of text."""
        return make_icon(name, self.colors.text, self.colors.disabled_text)

    @Slot()
    def _on_system_changed(self) -> None:
        self.apply()


def _system_wants_contrast() -> bool:
    """Whether the system asks for high contrast; Qt before 6.10 does not know."""
    hints: Any = QGuiApplication.styleHints()  # kept: what it gives goes with it
    if not hasattr(hints, "accessibility"):
        return False
    return bool(hints.accessibility().contrastPreference().name == "HighContrast")

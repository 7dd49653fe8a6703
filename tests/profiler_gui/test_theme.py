import re
from dataclasses import fields
from importlib.resources import files
from itertools import product

import pytest
from PySide6.QtGui import QColor, QFontInfo

from profiler_gui import theme
from profiler_gui.actions import ACTIONS
from profiler_gui.canvas.palette import CONTRAST_DARK, CONTRAST_LIGHT, LIGHT
from profiler_gui.theme import (
    FONT_FAMILY,
    Colors,
    Theme,
    ThemeMode,
    colors_of,
    load_colors,
    make_icon,
    make_style_sheet,
)

_TEXTS = ("text", "dim_text", "link", "info", "warning", "error", "success", "accelerated", "fallback", "unknown")
_GROUNDS = ("window", "panel", "raised")
_PAIRS = (
    *product(_TEXTS, _GROUNDS),
    ("accent_text", "accent"),
    ("selection_text", "selection"),
    ("text", "info_ground"),
    ("text", "warning_ground"),
    ("text", "error_ground"),
    ("dim_text", "warning_ground"),
    ("dim_text", "error_ground"),
)


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio."""

    def luminance(color: str) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _rgb(color)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _rgb(color: str) -> tuple[float, float, float]:
    red, green, blue, _ = QColor(color).getRgbF()
    return red, green, blue


@pytest.mark.parametrize(("has_contrast", "least"), [(False, 4.5), (True, 7.0)])
@pytest.mark.parametrize("is_dark", [False, True])
def test_text_stands_out_from_its_ground(is_dark, has_contrast, least):
    colors = load_colors(is_dark=is_dark, has_contrast=has_contrast)
    weak = {
        (text, ground): round(contrast(getattr(colors, text), getattr(colors, ground)), 2)
        for text, ground in _PAIRS
        if contrast(getattr(colors, text), getattr(colors, ground)) < least
    }

    assert weak == {}


@pytest.mark.parametrize("has_contrast", [False, True])
@pytest.mark.parametrize("is_dark", [False, True])
def test_each_theme_names_every_colour(is_dark, has_contrast):
    colors = load_colors(is_dark=is_dark, has_contrast=has_contrast)

    for field in fields(Colors):
        value = getattr(colors, field.name)
        names = value if isinstance(value, tuple) else (value,)
        assert all(re.fullmatch("#[0-9a-f]{6}", name) for name in names), field.name


@pytest.mark.parametrize("is_dark", [False, True])
def test_the_style_sheet_has_no_unknown_colour_and_its_pictures_exist(is_dark):
    sheet = make_style_sheet(load_colors(is_dark=is_dark))
    folder = files("resources") / "icons" / ("dark" if is_dark else "light")
    pictures = set(re.findall(r"url\(glyphs:([^)]+)\)", sheet))

    assert re.findall(r"@\w", sheet) == []
    assert pictures
    assert [name for name in pictures if not (folder / name).is_file()] == []


def test_every_icon_of_an_action_can_be_drawn_in_any_colour(qapp):
    names = {spec.icon for spec in ACTIONS.values() if spec.icon}

    for name in names:
        image = make_icon(name, "#ff0000").pixmap(16, 16).toImage()
        shades = {
            image.pixelColor(x, y).name()
            for x, y in product(range(16), range(16))
            if image.pixelColor(x, y).alpha() > 200
        }
        assert shades, name
        assert all(shade.startswith("#f") for shade in shades), name


def test_the_bundled_font_is_used(qapp):
    assert QFontInfo(qapp.font()).family() == FONT_FAMILY


def test_a_wanted_theme_is_kept_whatever_the_system_says(qapp):
    kept = Theme(qapp, ThemeMode.DARK)
    seen = []
    kept.changed.connect(seen.append)
    kept.apply()
    kept.toggle()

    assert [colors is load_colors(is_dark=dark) for colors, dark in zip(seen, (True, False), strict=True)] == [
        True,
        True,
    ]
    assert kept.mode is ThemeMode.LIGHT
    kept.deleteLater()


@pytest.mark.parametrize("palette", [CONTRAST_LIGHT, CONTRAST_DARK])
def test_titles_of_nodes_stand_out_from_their_headers_in_high_contrast(palette):
    grounds = {**palette.categories, "ends": palette.ends, "other": palette.other_category}
    weak = {name: ground for name, ground in grounds.items() if contrast(palette.header_text, ground) < 7.0}

    assert weak == {}


def test_high_contrast_is_chosen_in_the_menu_and_remembered(window, services, open_file, model_file):
    open_file(model_file)
    action = window.actions_table["high_contrast"]
    action.trigger()

    assert colors_of(window) is load_colors(is_dark=False, has_contrast=True)
    assert window.page.canvas.export_content(whole=True).graph.palette is CONTRAST_LIGHT
    assert services.settings.wants_contrast

    action.trigger()
    assert colors_of(window) is load_colors(is_dark=False)
    assert window.page.canvas.export_content(whole=True).graph.palette is LIGHT


def test_high_contrast_of_the_system_is_followed(qapp, monkeypatch):
    monkeypatch.setattr(theme, "_system_wants_contrast", lambda: True)
    followed = Theme(qapp, ThemeMode.DARK)

    assert followed.colors is load_colors(is_dark=True, has_contrast=True)
    followed.deleteLater()


@pytest.mark.parametrize("has_contrast", [False, True])
@pytest.mark.parametrize("is_dark", [False, True])
def test_verdicts_stay_readable_in_selected_rows(is_dark, has_contrast):
    colors = load_colors(is_dark=is_dark, has_contrast=has_contrast)
    least = 4.5 if has_contrast else 2.9
    ratios = {
        name: contrast(getattr(colors, name), colors.selection) for name in ("accelerated", "fallback", "unknown")
    }

    assert {name: ratio for name, ratio in ratios.items() if ratio < least} == {}

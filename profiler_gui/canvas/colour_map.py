"""Colour maps that work for colour-blind readers, on light and on dark: sequential ones, and one for differences."""

import numpy as np

from backends.graph.boxes import Ints

# Stops picked along the perceptually uniform maps of matplotlib (viridis, cividis; CC0).
_STOPS = {
    "viridis": (
        "#440154",
        "#482878",
        "#3e4a89",
        "#31688e",
        "#26828e",
        "#1f9e89",
        "#35b779",
        "#6ece58",
        "#b5de2b",
        "#fde725",
    ),
    "cividis": (
        "#00224e",
        "#123570",
        "#3b496c",
        "#575d6d",
        "#707173",
        "#8a8678",
        "#a59c74",
        "#c3b369",
        "#e1cc55",
        "#fee838",
    ),
}
DIVERGING = "less and more"
"""Blue for less and orange for more, which no common colour blindness confuses; what is near zero recedes."""
_DIVERGING_STOPS = {
    False: ("#0b3c7a", "#2f74b8", "#8dbbe0", "#e9edf2", "#f2b57f", "#cf6a17", "#7d3200"),
    True: ("#8cc8ff", "#4a94dd", "#2b5c8f", "#363d48", "#8a5322", "#da8230", "#ffc27a"),
}
STEPS = 64
"""Colours in a map."""


def colour_table(name: str, *, is_dark: bool) -> list[str]:
    """Give the colours of a map from least to most as ``#rrggbb``; unknown names give viridis.

    The most always stands out from the background: on light the map runs from light to dark.
    """
    if name == DIVERGING:
        stops: tuple[str, ...] = _DIVERGING_STOPS[is_dark]
    else:
        stops = _STOPS.get(name, _STOPS["viridis"])
        stops = stops if is_dark else stops[::-1]
    channels = np.asarray([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops], float)
    at = np.linspace(0, len(stops) - 1, STEPS)
    table = np.stack([np.interp(at, np.arange(len(stops)), channels[:, c]) for c in range(3)], axis=1).round()
    return ["#{:02x}{:02x}{:02x}".format(*row) for row in table.astype(int).tolist()]


def steps_of(values: np.ndarray) -> Ints:
    """Give the place in the table of values in 0..1; values that are no number count as 0."""
    clean = np.clip(np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    return np.asarray((clean * (STEPS - 1)).round(), np.int64)


def text_on(colour: str) -> str:
    """Give black or white, whichever is easier to read on a colour (WCAG relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if luminance > 0.179 else "#ffffff"

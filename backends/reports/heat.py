"""Colours for numbers: a map that works for colour-blind readers, and the text that is readable on it."""

from collections.abc import Mapping
from math import sqrt

from backends.model.model import OperatorId

_STOPS = ("#fde725", "#b5de2b", "#6ece58", "#35b779", "#1f9e89", "#26828e", "#31688e", "#3e4a89", "#482878", "#440154")
"""Viridis (matplotlib, CC0) from least to most: the most is the darkest."""
_DIVERGING = ("#2166ac", "#67a9cf", "#d1e5f0", "#f7f7f7", "#fddbc7", "#ef8a62", "#b2182b")
"""ColorBrewer's RdBu (Apache-2.0), the lesser side blue."""


def heat_colour(share: float, *, is_diverging: bool = False) -> str:
    """Give the colour of a number in 0..1 as ``#rrggbb``."""
    stops = _DIVERGING if is_diverging else _STOPS
    place = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    low = min(int(place), len(stops) - 2)
    rest = place - low
    pairs = zip(_channels(stops[low]), _channels(stops[low + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * rest):02x}" for a, b in pairs)


def heat_colours(values: Mapping[OperatorId, float], *, is_diverging: bool = False) -> dict[OperatorId, str]:
    """Colour numbers by the square root of their size, so that small ones can be told apart too."""
    most = max((abs(value) for value in values.values()), default=0.0)
    if most <= 0:
        return {}
    result = {}
    for id_, value in values.items():
        size = sqrt(abs(value) / most)
        share = 0.5 + (size if value > 0 else -size) / 2 if is_diverging else size
        result[id_] = heat_colour(share, is_diverging=is_diverging)
    return result


def ink_on(colour: str) -> str:
    """Give black or white, whichever is easier to read on a colour (WCAG 2 relative luminance)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if luminance > 0.179 else "#ffffff"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)

"""How much is drawn at which zoom."""

from enum import IntEnum

TITLES_FROM = 0.2
LINES_FROM = 0.58
EDGE_TEXT_FROM = 0.85


class Detail(IntEnum):
    """Levels of detail."""

    BOXES = 0
    TITLES = 1
    LINES = 2
    EVERYTHING = 3


def detail_at(zoom: float) -> Detail:
    """Give the level of detail for a zoom, in widget pixels per unit of the picture."""
    if zoom >= EDGE_TEXT_FROM:
        return Detail.EVERYTHING
    if zoom >= LINES_FROM:
        return Detail.LINES
    return Detail.TITLES if zoom >= TITLES_FROM else Detail.BOXES

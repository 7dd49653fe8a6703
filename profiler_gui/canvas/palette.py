"""The colours of the canvas, by meaning; the theme may hand over others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from PySide6.QtGui import QColor, QPalette


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours as ``#rrggbb``. Headers carry ``header_text``, so their colours need contrast with it."""

    is_dark: bool
    background: str
    edge: str
    edge_text: str
    node: str
    node_border: str
    text: str
    dim_text: str
    header_text: str
    ends: str
    """Inputs and outputs of the subgraph."""
    other_category: str
    categories: Mapping[str, str]
    selection: str
    producer: str
    consumer: str
    match: str
    trace: str
    """The tensor that is followed, and the critical path."""
    tab: str
    tab_text: str
    accelerated: str
    fallback: str
    unknown: str
    not_measured: str
    regions: tuple[str, ...]
    """Tints behind the nodes of partitions, used in turn."""
    island: str
    """Tint behind the nodes that stay on the CPU between them."""
    groups: tuple[str, ...]
    """Header colours of groups of operators, used in turn."""
    panel: str
    panel_border: str

    @property
    def tints(self) -> tuple[str, ...]:
        """Give the tints of partitions, then that of islands."""
        return (*self.regions, self.island)

    def category(self, name: str) -> str:
        """Give the header colour of a category of operators."""
        if name in ("input", "output"):
            return self.ends
        return self.categories.get(name, self.other_category)


LIGHT = Palette(
    is_dark=False,
    background="#f6f7f9",
    edge="#8a94a3",
    edge_text="#5f6977",
    node="#ffffff",
    node_border="#c3cad4",
    text="#1c2430",
    dim_text="#5b6675",
    header_text="#ffffff",
    ends="#4b5563",
    other_category="#5f6b7a",
    categories=MappingProxyType(
        {
            "convolution": "#1f5fa8",
            "dense": "#4a3fb5",
            "recurrent": "#7a2fa0",
            "activation": "#a3323a",
            "pooling": "#23702f",
            "normalisation": "#0b6b6e",
            "math": "#46596e",
            "logic": "#5c5470",
            "reduction": "#586817",
            "data": "#7a5628",
            "resize": "#8a5200",
            "quantisation": "#9c3a7c",
            "lookup": "#54508f",
            "control": "#b0420a",
            "state": "#6b5b3a",
            "random": "#5f6b7a",
            "custom": "#b0185c",
            "unknown": "#5f6b7a",
        }
    ),
    selection="#d6007f",
    producer="#0b62c4",
    consumer="#b45309",
    match="#c99700",
    trace="#6d28d9",
    tab="#e3e8ef",
    tab_text="#3a4554",
    accelerated="#1c6ba8",
    fallback="#b8430f",
    unknown="#6b7280",
    not_measured="#9aa3af",
    regions=("#cfe3f7", "#d9d3f3", "#cdebe2", "#e6ecb8"),
    island="#f8d3c3",
    groups=("#1c6ba8", "#6b3fa0", "#0b6b6e", "#8a5200"),
    panel="#ffffff",
    panel_border="#c3cad4",
)

DARK = Palette(
    is_dark=True,
    background="#15181d",
    edge="#6f7a89",
    edge_text="#98a2b1",
    node="#20252d",
    node_border="#3c4551",
    text="#e6eaf0",
    dim_text="#9fa9b8",
    header_text="#ffffff",
    ends="#566173",
    other_category="#5d6878",
    categories=MappingProxyType(
        {
            "convolution": "#2668b8",
            "dense": "#5a4fc9",
            "recurrent": "#8b3fb3",
            "activation": "#b23c45",
            "pooling": "#2a7a37",
            "normalisation": "#0f7376",
            "math": "#506579",
            "logic": "#675f7d",
            "reduction": "#616f1f",
            "data": "#835f31",
            "resize": "#925a08",
            "quantisation": "#a84488",
            "lookup": "#605ca0",
            "control": "#b84a10",
            "state": "#756645",
            "random": "#667282",
            "custom": "#bd2768",
            "unknown": "#667282",
        }
    ),
    selection="#ff5fb7",
    producer="#5aa9ff",
    consumer="#ffa94d",
    match="#ffd43b",
    trace="#c4a1ff",
    tab="#2d343f",
    tab_text="#c3ccd8",
    accelerated="#2a7bbd",
    fallback="#c8541f",
    unknown="#68717f",
    not_measured="#59626f",
    regions=("#1d3450", "#302a55", "#1b4037", "#3b4220"),
    island="#52291a",
    groups=("#2a7bbd", "#7d52c0", "#0f7f82", "#98600f"),
    panel="#1b2027",
    panel_border="#3c4551",
)


def _with_contrast(palette: Palette, *, ink: str, ground: str) -> Palette:
    """Draw lines and texts in one ink, and headers dark enough for their text (7:1)."""

    def darker(colour: str) -> str:
        return QColor(colour).darker(_DARKER).name()

    return replace(
        palette,
        background=ground,
        edge=ink,
        edge_text=ink,
        node=ground,
        node_border=ink,
        text=ink,
        dim_text=ink,
        ends=darker(palette.ends),
        other_category=darker(palette.other_category),
        categories=MappingProxyType({name: darker(colour) for name, colour in palette.categories.items()}),
        tab_text=ink,
        accelerated=darker(palette.accelerated),
        fallback=darker(palette.fallback),
        unknown=darker(palette.unknown),
        groups=tuple(darker(colour) for colour in palette.groups),
        panel=ground,
        panel_border=ink,
    )


PAPER = replace(LIGHT, background="#ffffff")
"""For prints: ink is not spent on the ground."""
_DARKER = 150
CONTRAST_LIGHT = _with_contrast(LIGHT, ink="#000000", ground="#ffffff")
CONTRAST_DARK = _with_contrast(DARK, ink="#ffffff", ground="#000000")


def palette_for(widget: QPalette) -> Palette:
    """Give the colours that go with those of a widget: light or dark, with high contrast where that is in use."""
    text = widget.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)
    if text.name() == "#000000":
        return CONTRAST_LIGHT
    if text.name() == "#ffffff":
        return CONTRAST_DARK
    return DARK if text.lightness() > 128 else LIGHT

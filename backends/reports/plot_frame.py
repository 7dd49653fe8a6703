"""The frame of a plot in a report: axes, grid and numbers around what others draw."""

import math

from backends.reports.figure import Figure, Label, Line, Shape, Tone

WIDTH, _HEIGHT = 560.0, 220.0
_LEFT, _RIGHT, TOP, BOTTOM = 62.0, 14.0, 24.0, 38.0
_TICKS = 5


class PlotFrame:
    """A frame with axes; data go to pixels through it."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float], height: float = _HEIGHT) -> None:
        self._x, self._y, self.height = x, y, height
        self.shapes: list[Shape] = []

    @property
    def low(self) -> float:
        """Give the value at the bottom."""
        return self._y[0]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Give the place of a point."""
        across = (x - self._x[0]) / ((self._x[1] - self._x[0]) or 1)
        up = (y - self._y[0]) / ((self._y[1] - self._y[0]) or 1)
        return _LEFT + across * (WIDTH - _LEFT - _RIGHT), self.height - BOTTOM - up * (self.height - TOP - BOTTOM)

    def draw_axes(self, x_title: str, y_title: str, *, has_x_numbers: bool = True) -> None:
        """Draw grid, numbers and titles."""
        for value in ticks(*self._y):
            (x0, y), (x1, _) = self.at(self._x[0], value), self.at(self._x[1], value)
            self.shapes.append(Line(points=((x0, y), (x1, y)), tone=Tone.GRID))
            self.shapes.append(Label(x=x0 - 6, y=y + 4, text=f"{value:.6g}", size=11, tone=Tone.DIM, anchor="end"))
        for value in ticks(*self._x) if has_x_numbers else ():
            x, y = self.at(value, self._y[0])
            self.shapes.append(Line(points=((x, y), (x, y + 4)), tone=Tone.EDGE))
            self.shapes.append(Label(x=x, y=y + 16, text=f"{value:.6g}", size=11, tone=Tone.DIM, anchor="middle"))
        middle = (_LEFT + WIDTH - _RIGHT) / 2
        self.shapes.append(Label(x=middle, y=self.height - 6, text=x_title, size=11, tone=Tone.DIM, anchor="middle"))
        self.shapes.append(Label(x=4, y=12, text=y_title, size=11, tone=Tone.DIM))

    def figure(self, title: str, caption: str) -> Figure:
        """Give what was drawn."""
        return Figure(title=title, width=WIDTH, height=self.height, shapes=tuple(self.shapes), caption=caption)


def ticks(low: float, high: float) -> list[float]:
    """Give about five round numbers from low to high (steps of 1, 2 or 5 times a power of ten)."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    raw = span / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 12) for number in range(first, math.floor(high / step + 1e-9) + 1)]

"""The part of the plane that is seen: plain geometry, immutable."""

from dataclasses import dataclass, replace

LEAST_ZOOM = 1e-5
MOST_ZOOM = 4.0
_MARGIN = 28.0

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in the plane of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """Where the widget looks: (``x``, ``y``) of the picture is at its top left corner, at ``zoom`` pixels per unit."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    width: float = 1.0
    height: float = 1.0

    @property
    def box(self) -> Box:
        """The part of the picture that is seen."""
        return self.x, self.y, self.x + self.width / self.zoom, self.y + self.height / self.zoom

    @property
    def centre(self) -> tuple[float, float]:
        """The point of the picture in the middle of the widget."""
        return self.x + self.width / self.zoom / 2, self.y + self.height / self.zoom / 2

    def to_picture(self, x: float, y: float) -> tuple[float, float]:
        """Give the point of the picture under a point of the widget."""
        return self.x + x / self.zoom, self.y + y / self.zoom

    def to_widget(self, x: float, y: float) -> tuple[float, float]:
        """Give the point of the widget over a point of the picture."""
        return (x - self.x) * self.zoom, (y - self.y) * self.zoom

    def resized(self, width: float, height: float) -> "Viewport":
        """Keep the middle where it is."""
        x, y = self.centre
        return replace(self, width=max(width, 1.0), height=max(height, 1.0)).centred_on(x, y)

    def moved(self, dx: float, dy: float) -> "Viewport":
        """Move the picture by so many pixels of the widget."""
        return replace(self, x=self.x - dx / self.zoom, y=self.y - dy / self.zoom)

    def centred_on(self, x: float, y: float) -> "Viewport":
        """Put a point of the picture in the middle."""
        return replace(self, x=x - self.width / self.zoom / 2, y=y - self.height / self.zoom / 2)

    def zoomed(self, factor: float, x: float, y: float) -> "Viewport":
        """Zoom so that the point of the picture under (x, y) of the widget stays there."""
        zoom = min(max(self.zoom * factor, LEAST_ZOOM), MOST_ZOOM)
        px, py = self.to_picture(x, y)
        return replace(self, zoom=zoom, x=px - x / zoom, y=py - y / zoom)

    def fitted(self, box: Box, most_zoom: float = 1.0) -> "Viewport":
        """Show a part of the picture as large as fits."""
        left, top, right, bottom = box
        wide, high = max(right - left, 1.0), max(bottom - top, 1.0)
        room_x, room_y = max(self.width - 2 * _MARGIN, 1.0), max(self.height - 2 * _MARGIN, 1.0)
        zoom = min(max(min(room_x / wide, room_y / high), LEAST_ZOOM), most_zoom)
        return replace(self, zoom=zoom).centred_on((left + right) / 2, (top + bottom) / 2)

    def shows(self, box: Box) -> bool:
        """Say whether a part of the picture is seen as a whole."""
        left, top, right, bottom = self.box
        return left <= box[0] and top <= box[1] and box[2] <= right and box[3] <= bottom

    def kept_near(self, bounds: Box) -> "Viewport":
        """Move so that the middle of the widget is never beside the picture."""
        x, y = self.centre
        inside_x = min(max(x, bounds[0]), bounds[2])
        inside_y = min(max(y, bounds[1]), bounds[3])
        return self if (x, y) == (inside_x, inside_y) else self.centred_on(inside_x, inside_y)

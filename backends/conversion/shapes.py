"""Free sizes of inputs become fixed ones: accelerators want to know them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backends.errors import RunError
from backends.units import format_shape

IMAGE_SIDE = 256
"""Height and width for images of free size."""
_MOST_ELEMENTS = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeInput:
    """An input as the network states it: -1 for free sizes, ``None`` where not even the rank is known."""

    name: str
    shape: tuple[int, ...] | None


def fix_shapes(
    inputs: Sequence[FreeInput], wanted: Mapping[str, tuple[int, ...]], batch: int
) -> tuple[tuple[tuple[int, ...], ...], tuple[str, ...]]:
    """Give a fixed shape for each input, and notes about what was made up.

    Args:
        inputs: what the network takes.
        wanted: input name to shape; an empty name stands for the only input. Free sizes may be filled only.
        batch: what a free first dimension becomes.

    Raises:
        RunError: there is no such input, a shape does not fit, or a size cannot be guessed.
    """
    names = [item.name for item in inputs]
    for name in wanted:
        if name not in names and not (name == "" and len(names) == 1):
            raise RunError(f"the network has no input {name!r}", hint=f"Its inputs are: {', '.join(names)}.")
    fixed, notes = [], []
    for item in inputs:
        given = wanted.get(item.name, wanted.get("") if len(names) == 1 else None)
        shape, note = _fix(item, given, batch)
        fixed.append(shape)
        notes.extend([note] if note else [])
    return tuple(fixed), tuple(notes)


def _fix(item: FreeInput, given: tuple[int, ...] | None, batch: int) -> tuple[tuple[int, ...], str]:
    stated = item.shape
    if given is not None:
        fits = stated is None or (
            len(stated) == len(given) and all(a in (-1, b) for a, b in zip(stated, given, strict=True))
        )
        if not fits or any(size < 1 for size in given) or _count(given) > _MOST_ELEMENTS:
            raise RunError(
                f"the shape {format_shape(given)} does not fit input {item.name!r}, "
                f"which is {format_shape(stated or ())}",
                hint="Give free dimensions a size of at least 1 and leave the others as they are.",
            )
        return tuple(given), ""
    if stated is None:
        raise RunError(f"the rank of input {item.name!r} is not known", hint=f"Give a shape: {item.name}=1x224x224x3.")
    shape = list(stated)
    if shape and shape[0] < 0:
        shape[0] = batch
    free = [place for place, size in enumerate(shape) if size < 0]
    if not free:
        return tuple(shape), ""
    if len(shape) == 4 and (set(free) <= {1, 2} or set(free) <= {2, 3}):
        filled = tuple(IMAGE_SIDE if size < 0 else size for size in shape)
        return filled, (
            f"Input {item.name!r} is {format_shape(stated)}: it was fixed to {format_shape(filled)}; give its shape "
            "for another size."
        )
    raise RunError(
        f"input {item.name!r} is {format_shape(stated)}, and its free sizes cannot be guessed",
        hint=f"Give its shape, such as {item.name}={'x'.join(str(size if size > 0 else 16) for size in shape)}.",
    )


def _count(shape: Sequence[int]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count

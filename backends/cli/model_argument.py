"""The argument MODEL that most verbs take: a file, or a model within a bundle as ``bundle.task:entry``."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from backends.errors import ModelFileError
from backends.model.bundle import is_bundle, list_members, read_member
from backends.model.model import Model
from backends.model.reader import read_model

_SHOWN_MEMBERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlace:
    """Where a model lies: a file, and the entry in it where that is a bundle."""

    path: Path
    entry: str = ""


def add_model_argument(parser: argparse.ArgumentParser) -> None:
    """Declare MODEL."""
    parser.add_argument(
        "model",
        type=parse_place,
        metavar="MODEL",
        help="a .tflite file, a .task or other zip bundle, or BUNDLE:ENTRY for one of several models in a bundle",
    )


def parse_place(text: str) -> ModelPlace:
    """Tell file and entry apart; a file whose name holds a colon wins."""
    path = Path(text)
    if path.exists():
        return ModelPlace(path=path)
    file, separator, entry = text.rpartition(":")
    while separator and not Path(file).is_file():
        file, separator, rest = file.rpartition(":")
        entry = f"{rest}:{entry}"
    return ModelPlace(path=Path(file), entry=entry) if separator else ModelPlace(path=path)


def open_model(place: ModelPlace) -> Model:
    """Read the model.

    Raises:
        ModelFileError: it cannot be read, or the bundle holds several and none is named.
    """
    if place.entry:
        return read_member(place.path, place.entry)
    if not is_bundle(place.path):
        return read_model(place.path)
    members = list_members(place.path)
    if len(members) == 1:
        return read_member(place.path, members[0].name)
    names = [member.name for member in members[:_SHOWN_MEMBERS]]
    more = f" and {len(members) - len(names)} more" if len(members) > len(names) else ""
    raise ModelFileError(
        f"{place.path.name} holds {len(members)} models: {', '.join(names)}{more}.",
        hint=f"Name one: {place.path}:{names[0]}" if names else "",
    )

"""The argument MODEL that most verbs take."""

import argparse
from pathlib import Path

from backends.model.model import Model
from backends.model.reader import read_model


def add_model_argument(parser: argparse.ArgumentParser) -> None:
    """Declare MODEL."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="a .tflite file")


def open_model(path: Path) -> Model:
    """Read the model.

    Raises:
        ModelFileError: it cannot be read.
    """
    return read_model(path)

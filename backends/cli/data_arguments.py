"""Arguments about samples that several verbs share: what they are, how many, and what is right."""

import argparse
from pathlib import Path

from backends.accuracy.comparison import Truth, find_pictures, read_labels
from backends.accuracy.dataset import RANDOM, RANGES, DataChoice
from backends.cli.usage import at_least


def add_data_arguments(parser: argparse.ArgumentParser, *, samples: int) -> None:
    """Declare ``--data``, ``--samples``, ``--range``, ``--seed``, ``--labels`` and ``--reference``.

    Args:
        parser: what gets them.
        samples: how many are used when nobody says.
    """
    group = parser.add_argument_group("samples")
    group.add_argument(
        "--data",
        default=RANDOM,
        metavar="PATH",
        help="a folder of images or arrays, or a .npy or .npz file (default: random values, which say little)",
    )
    group.add_argument(
        "--samples", type=at_least(1), default=samples, metavar="N", help="use at most N (default: %(default)s)"
    )
    group.add_argument(
        "--range",
        choices=tuple(RANGES),
        default="",
        help="what pixels 0 to 255 are mapped to (default: what the model tells, else 0..1)",
    )
    group.add_argument("--seed", type=at_least(0), default=0, metavar="N", help="seed of the random values")
    group.add_argument(
        "--labels",
        type=Path,
        metavar="PATH",
        help="the right classes: lines of file and number, or a folder with a subfolder for each class",
    )
    group.add_argument(
        "--reference",
        type=Path,
        metavar="FOLDER",
        help="the right pictures, called like the samples, for PSNR and SSIM",
    )


def chosen_data(arguments: argparse.Namespace) -> DataChoice:
    """Give the samples as asked."""
    return DataChoice(source=arguments.data, count=arguments.samples, seed=arguments.seed, value_range=arguments.range)


def known_truth(arguments: argparse.Namespace) -> Truth:
    """Read what is right.

    Raises:
        RunError: labels or pictures cannot be read.
    """
    return Truth(
        labels=read_labels(arguments.labels) if arguments.labels is not None else {},
        pictures=find_pictures(arguments.reference) if arguments.reference is not None else {},
    )

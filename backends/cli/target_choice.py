"""Targets by id, those of the program and those the user added."""

import sys
from collections.abc import Sequence

from backends.cli.usage import UsageError
from backends.errors import ResourceError
from backends.reports.plain_text import plain
from backends.targets.loader import load_targets
from backends.targets.target import Target
from backends.targets.user_folder import user_target_folder


def known_targets() -> tuple[Target, ...]:
    """Load all targets; a wrong file of the user is named on the error stream and left out."""
    return load_targets([user_target_folder()], on_error=_warn)


def choose_targets(ids: Sequence[str]) -> tuple[Target, ...]:
    """Give the targets with these ids in the order asked for, or all when none is named.

    Raises:
        UsageError: there is no such target.
    """
    targets = {target.id: target for target in known_targets()}
    if not ids:
        return tuple(targets.values())
    unknown = [id_ for id_ in ids if id_ not in targets]
    if unknown:
        raise UsageError(f"There is no target '{unknown[0]}'; known are: {', '.join(targets)}.")
    return tuple(targets[id_] for id_ in dict.fromkeys(ids))


def _warn(error: ResourceError) -> None:
    print(f"warning: {plain(error.message)}", file=sys.stderr)

"""What the process says when it ends; stable, scripts rely on it."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of every verb."""

    DONE = 0
    CONDITION_MET = 1
    """What ``--fail-on`` asked for is so."""
    USAGE = 2
    MODEL_UNREADABLE = 3
    RUN_FAILED = 4
    """The measurement failed, or its result could not be written."""
    INTERRUPTED = 130

"""Errors a user can do something about, one leaf for each thing to do."""


class ProfilerError(Exception):
    """Root of all expected failures.

    Args:
        message: what failed, on what, in one sentence.
        hint: the next step, or an empty string.
        detail: raw output for copying (a log, a traceback of a child process).
    """

    def __init__(self, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail


class ModelFileError(ProfilerError):
    """A model file cannot be read, or contradicts itself."""


class ResourceError(ProfilerError):
    """A data file of the program (target, operator table) is wrong."""


class DeviceError(ProfilerError):
    """A device is missing, refuses, or went away."""


class RunError(ProfilerError):
    """A measurement could not be made."""


class StoreError(ProfilerError):
    """Something could not be written to or read from disk."""


class MeterError(ProfilerError):
    """A power meter is missing, refuses, or tells nonsense."""

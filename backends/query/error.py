"""What is wrong with a query, and where."""

from backends.errors import ProfilerError


class QueryError(ProfilerError):
    """A query that cannot be understood.

    Args:
        message: what is wrong, in one sentence.
        start: place of the first character that is wrong.
        end: place behind the last one.
        suggestion: the whole query as it was probably meant, or empty.
        is_incomplete: whether it may become right by typing on.
    """

    def __init__(
        self, message: str, start: int, end: int, *, suggestion: str = "", is_incomplete: bool = False
    ) -> None:
        hint = f"Did you mean: {suggestion}" if suggestion else ""
        super().__init__(message, hint=hint)
        self.start = start
        self.end = end
        self.suggestion = suggestion
        self.is_incomplete = is_incomplete

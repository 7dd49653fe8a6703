"""A failure that the worker can phrase itself."""


class Refusal(Exception):  # noqa: N818 - an answer, not a bug
    """What cannot be converted and why, in a sentence for the user.

    Args:
        sentence: what failed, on what.
        hint: the next step.
    """

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

"""What a constraint is, and how a rule points at tensors."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from backends.model.model import Tensor
from backends.targets.facts import OperatorFacts

Check = Callable[..., str | None]
"""Takes the operator's facts and the limits as keywords; ``None`` or what was found."""

_SELECTOR = re.compile(r"(input|output) (\d{1,3})(?: ([a-z][a-z0-9 ]*))?|(inputs|outputs|tensors)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensors:
    """Names operands of an operator: ``input 1``, ``input 1 weights``, ``output 0``, ``inputs``, ``tensors``."""

    text: str
    side: str
    position: int = -1
    """-1 stands for all of that side."""
    role: str = ""

    @classmethod
    def parse(cls, text: str) -> "Tensors":
        """Understand the text of a rule.

        Raises:
            ValueError: it names no operands.
        """
        match = _SELECTOR.fullmatch(text)
        if match is None:
            raise ValueError(f"'{text}' names no operands; write 'input 1', 'input 1 weights', 'inputs' or 'tensors'")
        side, position, role, group = match.groups()
        if group:
            return cls(text=text, side=group)
        return cls(text=text, side=side, position=int(position), role=role or "")

    def pick(self, op: OperatorFacts) -> tuple[Tensor, ...]:
        """Give the operands meant; a single one that is missing is ``ABSENT``."""
        if self.side == "input":
            return (op.input(self.position),)
        if self.side == "output":
            return (op.output(self.position),)
        if self.side == "inputs":
            return op.inputs
        if self.side == "outputs":
            return op.outputs
        return op.inputs + op.outputs

    def one(self, op: OperatorFacts) -> Tensor:
        """Give the single operand meant, or the first of several."""
        return op.output(max(self.position, 0)) if self.side.startswith("output") else op.input(max(self.position, 0))

    def __str__(self) -> str:
        if self.position < 0:
            return {"inputs": "every input", "outputs": "every output"}.get(self.side, "every input and output")
        place = f"{self.side} {self.position}"
        return f"the {self.role} ({place})" if self.role else place


class Reads(IntEnum):
    """How much of an operator a constraint looks at; answers are shared among operators that agree in it."""

    FORM = 0
    """Kind, version, options; types, ranks, constness and sort of quantisation of tensors."""
    SIZES = 1
    """Also the sizes of tensors."""
    VALUES = 2
    """Also scales, zero points, values of constants, or other operators: nothing is shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A generic statement about an operator."""

    id: str
    check: Check
    reads: Reads

    @property
    def sentence(self) -> str:
        """What must hold, with limits in braces."""
        return (self.check.__doc__ or "").strip().partition("\n")[0]


def form_constraints(*checks: Check) -> tuple[Constraint, ...]:
    """Declare functions that look at no sizes and no values; neither may what they found name any."""
    return tuple(Constraint(id=check.__name__, check=check, reads=Reads.FORM) for check in checks)


def signature_constraints(*checks: Check) -> tuple[Constraint, ...]:
    """Declare functions that look at sizes, but at no values."""
    return tuple(Constraint(id=check.__name__, check=check, reads=Reads.SIZES) for check in checks)


def value_constraints(*checks: Check) -> tuple[Constraint, ...]:
    """Declare functions that look at scales, values or other operators."""
    return tuple(Constraint(id=check.__name__, check=check, reads=Reads.VALUES) for check in checks)


def render_limits(limits: Mapping[str, object]) -> dict[str, str]:
    """Give each limit as text for sentences: lists read ``a, b or c``."""
    return {name: _render(value) for name, value in limits.items()}


def _render(value: object) -> str:
    if isinstance(value, tuple):
        texts = [str(item) for item in value]
        return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)

"""What a query can ask for: declared once for parsing, completion and help."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backends.runs.operator_metrics import METRICS


class FieldKind(StrEnum):
    """How the value of a field is read and compared."""

    TEXT = "text"
    """A part of the text, a pattern with ``*`` and ``?``, or an expression between slashes."""
    WORD = "word"
    """Like text, but a value that exists as a whole is meant as a whole: ``int8`` is not ``uint8``."""
    SHAPE = "shape"
    """Sizes with x between them; without wildcards, neighbouring sizes: ``7x7`` is not ``17x7``."""
    NUMBER = "number"
    TARGETS = "targets"
    """Ids of targets, ``any`` or ``all``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to ask for."""

    id: str
    kind: FieldKind
    description: str
    aliases: tuple[str, ...] = ()
    unit: str = ""
    """Of a number, as in ``OperatorColumn``."""
    values: tuple[str, ...] = ()
    """All values there can be, where that is known."""
    takes_target: bool = False
    """Whether a target may be named: ``reason.nnapi-1.1:Rank``; without one the chosen target is meant."""


QUANTISED = ("per-tensor", "per-channel", "blockwise", "yes", "no")
FLAGS = ("fused", "measured", "custom", "dynamic", "sparse", "variable", "quantised", "constant-input")
PLACEMENTS = ("accelerated", "fallback", "unknown", "blocked", "delegated")

_FIELDS = (
    Field(
        id="type",
        kind=FieldKind.WORD,
        aliases=("op", "kind"),
        description="Type of the operator, or its custom code: type:CONV_2D; type:conv for all whose type contains it",
    ),
    Field(id="category", kind=FieldKind.WORD, description="Category, as coloured: category:convolution"),
    Field(
        id="name", kind=FieldKind.TEXT, aliases=("tensor",), description="Name of any tensor that it reads or writes"
    ),
    Field(id="input", kind=FieldKind.TEXT, aliases=("in",), description="Name or number of a tensor that it reads"),
    Field(id="output", kind=FieldKind.TEXT, aliases=("out",), description="Name or number of a tensor that it writes"),
    Field(
        id="scope",
        kind=FieldKind.TEXT,
        aliases=("group",),
        description="Part of the path in the name of its output: scope:block_3",
    ),
    Field(
        id="shape",
        kind=FieldKind.SHAPE,
        description="Shape of any of its tensors: shape:1x224x224x3, shape:*x112x112x*, shape:7x7",
    ),
    Field(id="input.shape", kind=FieldKind.SHAPE, aliases=("in.shape",), description="Shape of a tensor that it reads"),
    Field(
        id="output.shape", kind=FieldKind.SHAPE, aliases=("out.shape",), description="Shape of a tensor that it writes"
    ),
    Field(id="dtype", kind=FieldKind.WORD, description="Data type of any of its tensors: dtype:int8"),
    Field(id="input.dtype", kind=FieldKind.WORD, aliases=("in.dtype",), description="Data type of what it reads"),
    Field(id="output.dtype", kind=FieldKind.WORD, aliases=("out.dtype",), description="Data type of what it writes"),
    Field(
        id="quantised",
        kind=FieldKind.WORD,
        aliases=("quantized", "quant"),
        values=QUANTISED,
        description="How its tensors are quantised: quantised:per-channel",
    ),
    Field(
        id="attr",
        kind=FieldKind.TEXT,
        aliases=("attribute",),
        description="Attributes: attr.stride_w=2, attr.stride_w>1, attr.padding:SAME, or attr:SAME in any of them",
    ),
    *(
        Field(id=metric.id, kind=FieldKind.NUMBER, unit=metric.unit, aliases=aliases, description=metric.description)
        for metric, aliases in (
            (METRICS["time"], ("time_ns", "latency")),
            (METRICS["share"], ()),
            (METRICS["rate"], ("macs_per_second",)),
            (METRICS["bandwidth"], ()),
            (METRICS["macs"], ()),
            (METRICS["bytes"], ("moved_bytes",)),
            (METRICS["intensity"], ()),
            (METRICS["params"], ("parameters",)),
            (METRICS["weights"], ("weight_bytes",)),
        )
    ),
    Field(id="index", kind=FieldKind.NUMBER, aliases=("#",), description="Place in execution order: index:10..20"),
    Field(id="subgraph", kind=FieldKind.NUMBER, description="Number of its subgraph"),
    Field(id="version", kind=FieldKind.NUMBER, description="Version of the operator in the file"),
    Field(id="rank", kind=FieldKind.NUMBER, description="Largest number of dimensions of its tensors: rank>4"),
    Field(id="fallback", kind=FieldKind.TARGETS, description="Targets on which it would stay on the CPU"),
    Field(id="accelerated", kind=FieldKind.TARGETS, description="Targets whose accelerator supports it"),
    Field(id="unknown", kind=FieldKind.TARGETS, description="Targets about which the sources are silent"),
    Field(
        id="blocked",
        kind=FieldKind.TARGETS,
        description="Targets that support it, but whose delegate leaves it to the CPU by its own limits",
    ),
    Field(id="delegated", kind=FieldKind.TARGETS, description="Targets whose delegate really hands it over"),
    Field(
        id="verdict",
        kind=FieldKind.WORD,
        aliases=("target",),
        values=PLACEMENTS,
        takes_target=True,
        description="Answer of the chosen target: verdict:fallback",
    ),
    Field(
        id="reason",
        kind=FieldKind.WORD,
        takes_target=True,
        description="Why a target refuses it: reason:UnsupportedInputType, reason.nnapi-1.1:rank",
    ),
    Field(id="engine", kind=FieldKind.WORD, takes_target=True, description="Compute engine that the target names"),
    Field(
        id="partition",
        kind=FieldKind.WORD,
        takes_target=True,
        description="Partition of the target: partition:P2, or an island on the CPU: partition:C1",
    ),
    Field(
        id="ran",
        kind=FieldKind.WORD,
        aliases=("delegate", "placement"),
        description="Who ran it in the chosen run: ran:XNNPACK",
    ),
    Field(id="kernel", kind=FieldKind.TEXT, description="Kernel that ran in the chosen run"),
    Field(id="is", kind=FieldKind.WORD, values=FLAGS, description="What is simply so: is:fused, is:custom, is:dynamic"),
)

FIELDS: Mapping[str, Field] = {field.id: field for field in _FIELDS}
"""All fields by id, in the order to offer them."""

NAMES: Mapping[str, str] = {name: field.id for field in _FIELDS for name in (field.id, *field.aliases)}
"""Every name of a field to its id."""

EXAMPLES: tuple[tuple[str, str], ...] = (
    ("conv relu6", "everything typed must occur in type, tensor names, shapes or data types"),
    ("type:CONV_2D dtype:int8", "convolutions with int8 tensors"),
    ("type:CONV_2D,ADD -is:fused", "either type, but none that was fused into another"),
    ("shape:*x112x112x*", "any tensor of 112 by 112"),
    ("attr.stride_w=2 OR attr.stride_h=2", "a stride of two in either direction"),
    ("time>1ms share>5%", "slow ones, in the chosen run"),
    ("macs>10M rate<1G", "much work, done slowly"),
    ("bytes>=2MiB intensity<4", "bound by memory"),
    ("fallback:nnapi-1.1 accelerated:gpu", "what NNAPI 1.1 refuses and the GPU takes"),
    ("fallback:any reason:rank", "refused somewhere, here because of a rank"),
    ("name:/block_[34].*expand/", "an expression between slashes"),
    ("(type:ADD OR type:MUL) NOT quantised:yes", "groups and negation"),
)
"""What can be asked, with what it means; for help."""

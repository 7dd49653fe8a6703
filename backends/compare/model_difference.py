"""What changed from one model to the other, operator by operator and as a whole."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backends.compare.alignment import Alignment, Match, Reason
from backends.model.constant import small_integers
from backends.model.cost import summarize
from backends.model.model import NO_TENSOR, Model, Operator, OperatorId, OptionValue, Quantization, Tensor
from backends.model.summary import ModelEnd, ModelSummary
from backends.units import format_bytes, format_count, format_shape

_SHOWN_CHANGES = 5
_SHOWN_KINDS = 6
_UNSURE = 0.6
_MOST_JOINED = 4


class Status(StrEnum):
    """How an operator of one model stands to the other model."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    """Only in B."""
    REMOVED = "removed"
    """Only in A."""


class Aspect(StrEnum):
    """What about an operator changed."""

    KIND = "type"
    ATTRIBUTE = "attributes"
    SHAPE = "shapes"
    DTYPE = "data types"
    QUANTIZATION = "quantisation"
    CONSTANT = "weights and constants"
    OPERANDS = "operands"
    FUSION = "fusion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs; ``a`` and ``b`` are how it reads on each side."""

    aspect: Aspect
    what: str
    a: str
    b: str

    @property
    def text(self) -> str:
        """The change on one line: ``stride_h: 1 → 2``."""
        return f"{self.what}: {self.a} → {self.b}" if self.a or self.b else self.what


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorDifference:
    """Operators that belong together, or one that stands alone, with what changed."""

    a: tuple[OperatorId, ...]
    b: tuple[OperatorId, ...]
    status: Status
    changes: tuple[Change, ...] = ()
    match: Match | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDifference:
    """A fact about the whole that differs."""

    label: str
    a: str
    b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDifference:
    """All operators of both models in the order of B, those that are only in A where they stood; and the whole."""

    operators: tuple[OperatorDifference, ...]
    facts: tuple[FactDifference, ...]
    sentences: tuple[str, ...]
    """The summary in words, most important first."""

    def count(self, status: Status) -> int:
        """Count operators of both sides with a status (a match counts once)."""
        return sum(difference.status is status for difference in self.operators)


def compare_models(a: Model, b: Model, alignment: Alignment) -> ModelDifference:
    """Find what changed."""
    operators = tuple(operator_differences(a, b, alignment))
    a_summary, b_summary = summarize(a), summarize(b)
    facts = tuple(_facts(a, b, a_summary, b_summary))
    return ModelDifference(
        operators=operators, facts=facts, sentences=tuple(_sentences(a, b, operators, facts, alignment))
    )


def operator_differences(a: Model, b: Model, alignment: Alignment) -> Iterator[OperatorDifference]:
    """Give every operator of both models once, in the order of B with those of A between them."""
    hashes: dict[tuple[int, int], bytes] = {}
    removed = iter(alignment.a_only)
    waiting = next(removed, None)
    for match in alignment.matches:
        while waiting is not None and waiting < min(match.a):
            yield OperatorDifference(a=(waiting,), b=(), status=Status.REMOVED)
            waiting = next(removed, None)
        changes = tuple(_changes(a, b, match, hashes))
        status = Status.CHANGED if changes else Status.SAME
        yield OperatorDifference(a=match.a, b=match.b, status=status, changes=changes, match=match)
    while waiting is not None:
        yield OperatorDifference(a=(waiting,), b=(), status=Status.REMOVED)
        waiting = next(removed, None)
    for id_ in alignment.b_only:
        yield OperatorDifference(a=(), b=(id_,), status=Status.ADDED)


def execution_order(differences: tuple[OperatorDifference, ...]) -> tuple[OperatorDifference, ...]:
    """Put operators that are only in B behind the one that stands before them in B."""
    added = {difference.b[0]: difference for difference in differences if difference.status is Status.ADDED}
    owner = {
        id_: difference for difference in differences if difference.status is not Status.ADDED for id_ in difference.b
    }
    behind: dict[OperatorId | None, list[OperatorDifference]] = {}
    for id_ in sorted(added):
        before = OperatorId(id_.subgraph, id_.index - 1)
        while before in added:
            before = OperatorId(before.subgraph, before.index - 1)
        behind.setdefault(before if before in owner else None, []).append(added[id_])
    result = list(behind.get(None, ()))
    for difference in differences:
        if difference.status is not Status.ADDED:
            result.append(difference)
            for id_ in difference.b:
                result += behind.get(id_, ())
    return tuple(result)


def joined_kinds(kinds: Sequence[str]) -> str:
    """Name operators that were put together: each where there are few, else how many of which type."""
    if len(kinds) <= _MOST_JOINED:
        return " + ".join(kinds)
    common = Counter(kinds).most_common()
    shown = ", ".join(f"{count} {kind}" for kind, count in common[:2])
    return f"{len(kinds)} operators ({shown}{', …' if len(common) > 2 else ''})"


def quantization_text(quantization: Quantization | None) -> str:
    """Give scale and zero point on one line."""
    if quantization is None or not quantization.scale:
        return "none"
    if quantization.is_per_channel:
        return f"{len(quantization.scale)} scales along {quantization.dimension}"
    zero = quantization.zero_point[0] if quantization.zero_point else 0
    return f"scale {quantization.scale[0]:.6g}, zero point {zero}"


# One operator ---------------------------------------------------------------------------------------------------------


def _changes(a: Model, b: Model, match: Match, hashes: dict[tuple[int, int], bytes]) -> Iterator[Change]:
    if match.reason is Reason.IDENTICAL:
        return
    if len(match.a) > 1 or len(match.b) > 1:
        a_text, b_text = (
            joined_kinds([model.operator(id_).label for id_ in ids]) for model, ids in ((a, match.a), (b, match.b))
        )
        what = "fused" if match.reason is Reason.FUSION else "operators"
        yield Change(aspect=Aspect.FUSION, what=what, a=a_text, b=b_text)
        if match.reason in (Reason.REPLACED, Reason.HAND):
            return
    first, second = a.operator(match.a[0]), b.operator(match.b[0])
    if first.label != second.label:
        yield Change(aspect=Aspect.KIND, what="type", a=first.label, b=second.label)
    for key in sorted(first.options.keys() | second.options.keys()):
        before, after = first.options.get(key), second.options.get(key)
        if before != after and first.kind == second.kind:
            yield Change(aspect=Aspect.ATTRIBUTE, what=key, a=_option_text(before), b=_option_text(after))
    if first.custom_options != second.custom_options:
        yield Change(aspect=Aspect.ATTRIBUTE, what="custom options", a="", b="")
    yield from _tensor_changes(a, b, first, second, hashes)


def _tensor_changes(
    a: Model, b: Model, first: Operator, second: Operator, hashes: dict[tuple[int, int], bytes]
) -> Iterator[Change]:
    a_tensors, b_tensors = a.subgraphs[first.id.subgraph].tensors, b.subgraphs[second.id.subgraph].tensors
    for role, a_ids, b_ids in (("input", first.inputs, second.inputs), ("output", first.outputs, second.outputs)):
        if len(a_ids) != len(b_ids):
            yield Change(aspect=Aspect.OPERANDS, what=f"{role}s", a=str(len(a_ids)), b=str(len(b_ids)))
        for place, (i, j) in enumerate(zip(a_ids, b_ids, strict=False)):
            what = f"{role} {place}" if len(a_ids) > 1 else role
            if NO_TENSOR in (i, j):
                if i != j:
                    states = ("absent" if index == NO_TENSOR else "present" for index in (i, j))
                    yield Change(aspect=Aspect.OPERANDS, what=what, a=next(states), b=next(states))
                continue
            before, after = a_tensors[i], b_tensors[j]
            yield from _one_tensor(what, before, after)
            if before.is_constant and after.is_constant:
                yield from _constant_change(what, (a, first, before), (b, second, after), hashes)
            elif before.is_constant != after.is_constant:
                states = ("constant" if tensor.is_constant else "computed" for tensor in (before, after))
                yield Change(aspect=Aspect.CONSTANT, what=what, a=next(states), b=next(states))


def _one_tensor(what: str, a: Tensor, b: Tensor) -> Iterator[Change]:
    if a.dtype != b.dtype:
        yield Change(aspect=Aspect.DTYPE, what=what, a=a.dtype, b=b.dtype)
    if a.display_shape != b.display_shape:
        yield Change(aspect=Aspect.SHAPE, what=what, a=format_shape(a.display_shape), b=format_shape(b.display_shape))
    before, after = (t.quantization if t.quantization and t.quantization.scale else None for t in (a, b))
    if before != after:
        a_text, b_text = quantization_text(before), quantization_text(after)
        if a_text == b_text:
            b_text += " (other values)"
        yield Change(aspect=Aspect.QUANTIZATION, what=what, a=a_text, b=b_text)


def _constant_change(
    what: str,
    a: tuple[Model, Operator, Tensor],
    b: tuple[Model, Operator, Tensor],
    hashes: dict[tuple[int, int], bytes],
) -> Iterator[Change]:
    if a[2].dtype != b[2].dtype or a[2].shape != b[2].shape:
        return
    if _constant_hash(0, a[0], a[2], hashes) == _constant_hash(1, b[0], b[2], hashes):
        return
    values = [small_integers(model, operator.id.subgraph, tensor.index) for model, operator, tensor in (a, b)]
    texts = [", ".join(map(str, numbers)) for numbers in values]
    if texts[0] or texts[1]:
        yield Change(aspect=Aspect.CONSTANT, what=f"{what} values", a=texts[0], b=texts[1])
    else:
        yield Change(aspect=Aspect.CONSTANT, what=f"{what} has other values", a="", b="")


def _constant_hash(side: int, model: Model, tensor: Tensor, hashes: dict[tuple[int, int], bytes]) -> bytes:
    key = (side, tensor.buffer)
    if key not in hashes:
        start, size = model.buffers[tensor.buffer] if 0 < tensor.buffer < len(model.buffers) else (0, 0)
        hashes[key] = hashlib.blake2b(model.data[start : start + size], digest_size=16).digest()
    return hashes[key]


def _option_text(value: OptionValue | None) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


# The whole ------------------------------------------------------------------------------------------------------------


def _facts(a: Model, b: Model, a_summary: ModelSummary, b_summary: ModelSummary) -> Iterator[FactDifference]:
    for label, before, after in zip(_FACT_LABELS, _fact_texts(a, a_summary), _fact_texts(b, b_summary), strict=True):
        if before != after:
            yield FactDifference(label=label, a=before, b=after)


_FACT_LABELS = (
    "File size", "Operators", "Subgraphs", "Parameters", "Stored weights", "MACs", "Peak activation (estimate)",
    "Quantisation", "Inputs", "Outputs", "Signatures", "Metadata", "Description", "Runtime needed",
)  # fmt: skip


def _fact_texts(model: Model, summary: ModelSummary) -> tuple[str, ...]:
    peak = summary.peak_activation_bytes
    signatures = "; ".join(
        f"{s.key}({', '.join(name for name, _ in s.inputs)}) → {', '.join(name for name, _ in s.outputs)}"
        for s in model.signatures
    )
    return (
        format_bytes(model.size_bytes),
        str(summary.operator_count),
        str(summary.subgraph_count),
        format_count(summary.parameter_count),
        format_bytes(summary.weight_bytes),
        format_count(summary.macs),
        "unknown" if peak is None else format_bytes(peak),
        summary.quantization.text,
        _ends_text(summary.inputs),
        _ends_text(summary.outputs),
        signatures or "none",
        ", ".join(entry.name for entry in model.metadata) or "none",
        model.description or "none",
        summary.runtime.version or "any",
    )


def _ends_text(ends: tuple[ModelEnd, ...]) -> str:
    return "; ".join(f"{end.name} {format_shape(end.shape)} {end.dtype}" for end in ends) or "none"


def _sentences(
    a: Model,
    b: Model,
    operators: tuple[OperatorDifference, ...],
    facts: tuple[FactDifference, ...],
    alignment: Alignment,
) -> Iterator[str]:
    if a.sha256 and a.sha256 == b.sha256:
        yield "The models are the same file, byte for byte."
        return
    counts = Counter(difference.status for difference in operators)
    known = {fact.label: fact for fact in facts}
    if not operators:
        yield "Neither model has operators."
    elif set(counts) == {Status.SAME}:
        yield "All operators are the same, with the same weights; only what lies around them in the file differs."
    yield from _alone_sentences(alignment, a, b)
    for label in ("Quantisation", "Inputs", "Outputs", "Signatures"):
        if label in known:
            yield f"{label}: {known[label].a} → {known[label].b}."
    yield from _change_sentences(operators, counts)
    for label in ("Parameters", "MACs", "Stored weights"):
        if label in known:
            yield f"{label}: {known[label].a} → {known[label].b}."
    yield from _doubt_sentences(alignment)


def _alone_sentences(alignment: Alignment, a: Model, b: Model) -> Iterator[str]:
    for status, letter, ids, model in (
        (Status.ADDED, "B", alignment.b_only, b),
        (Status.REMOVED, "A", alignment.a_only, a),
    ):
        if ids:
            verb = "was" if len(ids) == 1 else "were"
            yield f"{_count(len(ids), 'operator')} {verb} {status} (only in {letter}): {_kinds_text(model, ids)}."


def _doubt_sentences(alignment: Alignment) -> Iterator[str]:
    unsure = sum(match.confidence < _UNSURE for match in alignment.matches)
    if unsure:
        verb, pronoun = ("is", "it") if unsure == 1 else ("are", "they")
        yield (
            f"{_count(unsure, 'match', 'matches')} of operators {verb} less than {_UNSURE * 100:.0f} % sure; {pronoun} "
            "can be corrected by hand."
        )


def _change_sentences(operators: tuple[OperatorDifference, ...], counts: Mapping[Status, int]) -> Iterator[str]:
    if not counts.get(Status.CHANGED):
        return
    aspects: Counter[Aspect] = Counter()
    attributes: Counter[str] = Counter()
    for difference in operators:
        aspects.update({change.aspect for change in difference.changes})
        attributes.update(change.text for change in difference.changes if change.aspect is Aspect.ATTRIBUTE)
    matched = counts[Status.CHANGED] + counts.get(Status.SAME, 0)
    told = ", ".join(f"{aspect} of {count}" for aspect, count in aspects.most_common())
    yield f"{counts[Status.CHANGED]} of {matched} matched operators changed: {told}."
    if attributes:
        most = attributes.most_common(_SHOWN_CHANGES)
        more = f" and {len(attributes) - len(most)} others" if len(attributes) > len(most) else ""
        yield f"Attributes: {', '.join(f'{text} ({count}×)' for text, count in most)}{more}."


def _kinds_text(model: Model, ids: Sequence[OperatorId]) -> str:
    kinds = Counter(model.operator(id_).label for id_ in ids).most_common()
    shown = ", ".join(f"{count} {kind}" for kind, count in kinds[:_SHOWN_KINDS])
    return shown + (f" and {len(kinds) - _SHOWN_KINDS} other types" if len(kinds) > _SHOWN_KINDS else "")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"

"""Chrome traces (also Perfetto's JSON and ONNX Runtime's profile): operators from the names of events.

A trace is a list of events or an object that holds one as ``traceEvents``; times are in µs. An event is complete
(``X``) or a pair of begin and end (``B``, ``E``). What is about an operator is found by the place that our own export
puts into ``args``, or by the name of a tensor. ONNX Runtime's events have the category ``Node``, a name that ends in
``_kernel_time``, and the type and provider in ``args``; whole inferences are its ``model_run``.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from backends.errors import StoreError
from backends.exchange.imported import Imported
from backends.exchange.json_text import Json, amount_of, object_of, parse_json, text_of
from backends.exchange.layered_run import Layer, Whole, make_run
from backends.exchange.matching import Entry, OperatorFinder
from backends.model.model import Model, OperatorId

KIND, KIND_ONNX = "Chrome trace", "ONNX Runtime profile"
INFERENCE, WARMUP = "inference", "warm-up"
"""Names of whole inferences in our own traces; those of others are tried too."""
_WHOLE = frozenset({INFERENCE, "model_run", "Invoke", "TfLiteInterpreter::Invoke", "Inference"})
_MOST_EVENTS = 2_000_000
_KERNEL = "_kernel_time"


@dataclass(slots=True)
class _Found:
    """All events of one name."""

    entry: Entry
    unit: str
    durations_us: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    name: str
    category: str
    duration_us: float
    args: dict[str, Json]


def is_trace(value: Json) -> bool:
    """Whether JSON is a trace: an object with events, or a list whose first object is one."""
    if isinstance(value, dict):
        return isinstance(value.get("traceEvents"), list)
    first = next((event for event in value if isinstance(event, dict)), None) if isinstance(value, list) else None
    return first is not None and "ph" in first


def parse_cut_trace(text: str, name: str) -> Json:
    """Read a list of events that its writer did not end, as the format allows.

    Raises:
        StoreError: it is damaged otherwise.
    """
    end = text.rfind("}")
    return parse_json(text[: end + 1] + "]", name)


def read_trace(value: Json, name: str, model: Model) -> Imported:
    """Attach a trace to a model: times per inference, and the latencies of whole inferences where it has them.

    Raises:
        StoreError: no event is about an operator of the model.
    """
    raw = value["traceEvents"] if isinstance(value, dict) else value
    if len(raw) > _MOST_EVENTS:
        raise StoreError(
            f"{name} holds {len(raw):,} events, too many to read.", hint="Record a shorter time, or fewer categories."
        )
    is_onnx = False
    whole: list[float] = []
    warmup: list[float] = []
    finder = OperatorFinder(model)
    found: dict[tuple[str, str], _Found] = {}
    for event in _events(raw):
        if event.name in _WHOLE:
            whole.append(event.duration_us)
        elif event.name == WARMUP:
            warmup.append(event.duration_us)
        else:
            is_onnx |= event.category == "Node" and event.name.endswith(_KERNEL)
            _collect(event, finder, found)
    if not found:
        raise StoreError(
            f"No event in {name} is about an operator of {model.name}.",
            hint="Events need the name of a tensor of the model, and the model that was traced must be open.",
        )
    inferences = _inferences(list(found.values()), len(whole))
    layers = [
        Layer(entry=item.entry, time_ns=1000 * sum(item.durations_us) / inferences, unit=item.unit)
        for item in found.values()
    ]
    first = round(1000 * whole[0]) if is_onnx and len(whole) > 1 else None
    latencies = whole[1:] if first is not None else whole
    notes = [f"Times are means of {inferences} inferences in the trace."]
    if first is not None:
        notes.append("The first inference of the session is told apart from the others.")
    made = make_run(
        model,
        layers,
        Whole(
            latencies_ns=tuple(round(1000 * time) for time in latencies),
            warmup_ns=tuple(round(1000 * time) for time in warmup),
            first_ns=first,
            notes=tuple(notes),
        ),
    )
    if not made.matched:
        raise StoreError(
            f"None of the {len(layers)} operators in {name} is one of {model.name}.",
            hint="Open the model that was traced.",
        )
    return Imported(
        kind=KIND_ONNX if is_onnx else KIND, sources=(name,), run=made.run, matched=made.matched, total=len(layers)
    )


def _collect(event: _Event, finder: OperatorFinder, found: dict[tuple[str, str], _Found]) -> None:
    """Keep an event that is about an operator; ONNX Runtime's count even where the model has no such name."""
    is_kernel = event.category == "Node" and event.name.endswith(_KERNEL)
    place = _place(event, finder)
    if place is None and not is_kernel and finder.named(event.name) is None:
        return
    kind = text_of(event.args.get("op_name")) or text_of(event.args.get("type"))
    unit = text_of(event.args.get("provider")).removesuffix("ExecutionProvider") or text_of(event.args.get("unit"))
    name = event.name.removesuffix(_KERNEL)
    key = (name, str(place) if place else "")
    item = found.setdefault(key, _Found(entry=Entry(name=name, kind=kind, place=place), unit=unit.upper()))
    item.durations_us.append(event.duration_us)


def _place(event: _Event, finder: OperatorFinder) -> OperatorId | None:
    """Give the place that our own export states."""
    subgraph, index = event.args.get("subgraph"), event.args.get("operator")
    if type(subgraph) is int and type(index) is int:
        return finder.at(subgraph, index)
    return None


def _inferences(found: Sequence[_Found], whole: int) -> int:
    """Give how many inferences a trace holds: as many as most operators ran, or whole ones where that is more."""
    counts = Counter(len(item.durations_us) for item in found)
    return max(counts.most_common(1)[0][0], whole if all(count % max(whole, 1) == 0 for count in counts) else 1)


def _events(raw: Sequence[Json]) -> Iterator[_Event]:
    """Give complete events; begins and ends of one thread are paired, the innermost first."""
    begun: dict[str, list[tuple[dict[str, Json], float]]] = {}
    for event in raw:
        if not isinstance(event, dict):
            continue
        phase, thread = event.get("ph"), f"{event.get('pid')}/{event.get('tid')}"
        if phase == "X":
            duration = amount_of(event.get("dur"))
            if duration is not None:
                yield _event(event, duration)
        elif phase == "B":
            start = amount_of(event.get("ts"))
            if start is not None:
                begun.setdefault(thread, []).append((event, start))
        elif phase == "E" and begun.get(thread):
            first, start = begun[thread].pop()
            end = amount_of(event.get("ts"))
            if end is not None and end >= start:
                yield _event(first, end - start)


def _event(event: dict[str, Json], duration_us: float) -> _Event:
    return _Event(
        name=text_of(event.get("name")),
        category=text_of(event.get("cat")),
        duration_us=duration_us,
        args=object_of(event.get("args")),
    )

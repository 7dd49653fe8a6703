"""Profiles of Qualcomm AI Hub: the JSON that ``ProfileJob.download_profile()`` of its Python client gives.

``execution_summary`` holds times in µs and memory in bytes of whole inferences, ``execution_detail`` one entry for each
layer with its compute unit and time or cycles. Any of it may be missing. Cycles are kept as cycles.
"""

from collections.abc import Mapping, Sequence

from backends.errors import StoreError
from backends.exchange.imported import Imported
from backends.exchange.json_text import Json, amount_of, list_of, object_of, text_of
from backends.exchange.layered_run import Layer, Whole, make_run
from backends.exchange.matching import Entry, match_entries
from backends.exchange.number_columns import make_column
from backends.model.model import Model, OperatorId
from backends.runs.operator_column import OperatorColumn
from backends.runs.run import Memory

KIND = "AI Hub profile"


def is_ai_hub(value: Json) -> bool:
    """Whether JSON is such a profile."""
    return isinstance(value, dict) and ("execution_detail" in value or "execution_summary" in value)


def read_ai_hub(value: Json, name: str, model: Model) -> Imported:
    """Attach a profile to a model.

    Raises:
        StoreError: it says nothing, or none of its layers is in the model.
    """
    summary = object_of(value.get("execution_summary"))
    details = [entry for entry in list_of(value.get("execution_detail")) if isinstance(entry, dict)]
    if not details and not summary:
        raise StoreError(f"{name} is an AI Hub profile without anything in it.", hint="Download it once more.")
    layers = [_layer(entry) for entry in details]
    made = make_run(model, layers, _whole(summary))
    if details and not made.matched:
        raise StoreError(
            f"None of the {len(details)} layers in {name} is an operator of {model.name}.",
            hint="Open the model that was profiled; AI Hub names layers as the model's tensors.",
        )
    return Imported(
        kind=KIND,
        sources=(name,),
        run=made.run,
        columns=_cycles(model, layers, details, name),
        matched=made.matched,
        total=len(details),
        notes=() if details else ("The profile has no layers: only the whole inference is known.",),
    )


def _layer(entry: Mapping[str, Json]) -> Layer:
    time_us = amount_of(entry.get("execution_time"))
    return Layer(
        entry=Entry(name=text_of(entry.get("name")), kind=text_of(entry.get("type"))),
        time_ns=None if time_us is None else 1000 * time_us,
        unit=text_of(entry.get("compute_unit")).upper(),
    )


def _whole(summary: Mapping[str, Json]) -> Whole:
    listed = [time for time in map(amount_of, list_of(summary.get("all_inference_times"))) if time is not None]
    fastest = amount_of(summary.get("estimated_inference_time"))
    notes = ["AI Hub runs the model with random values in a tight loop."]
    if not listed and fastest is not None:
        listed = [fastest]
        notes.append("The latency is the fastest of many inferences: this profile tells no others.")
    peak = amount_of(summary.get("estimated_inference_peak_memory"))
    loads = {
        "first load": amount_of(summary.get("first_load_time")),
        "warm load": amount_of(summary.get("warm_load_time")),
        "compilation": amount_of(summary.get("compile_time")),
    }
    load = loads["warm load"] if loads["warm load"] is not None else loads["first load"]
    facts = {name: f"{time / 1000:.6g} ms" for name, time in loads.items() if time is not None}
    return Whole(
        latencies_ns=tuple(round(1000 * time) for time in listed if time < 1e15),
        init_ns=None if load is None else round(1000 * load),
        memory=None if peak is None else Memory(baseline_bytes=0, peak_bytes=round(peak)),
        environment=facts,
        notes=tuple(notes),
    )


def _cycles(
    model: Model, layers: Sequence[Layer], details: Sequence[Mapping[str, Json]], name: str
) -> tuple[OperatorColumn, ...]:
    cycles = [amount_of(entry.get("execution_cycles")) for entry in details]
    if not any(cycles):
        return ()
    values: dict[OperatorId, float] = {}
    for count, match in zip(cycles, match_entries(model, [layer.entry for layer in layers]), strict=True):
        if count is not None and match is not None:
            values[match.operator] = values.get(match.operator, 0.0) + count
    return (make_column("Cycles", values, unit="cycles", source=name),) if values else ()

"""The part of a saved run that is about power: traces, windows and energy figures."""

from typing import Any, TypeVar

from backends.errors import StoreError
from backends.power.figures import Energy
from backends.power.traces import Quantity, Trace, Window, WindowKind
from backends.runs.fields import Fields
from backends.runs.run import Run

Json = dict[str, Any]
KindT = TypeVar("KindT", Quantity, WindowKind)

_NUMBERS = ("seconds", "mean_mw", "peak_mw", "total_mj", "total_error_mj")
_OPTIONAL = ("idle_mw", "idle_error_mw", "idle_drift_mw", "per_inference_mj", "per_inference_error_mj")
_TEXTS = ("meter", "meter_title", "measures", "trace")


def power_to_json(run: Run) -> Json:
    """Give the fields of a run that are about power; none where nothing was recorded."""
    fields: Json = {}
    if run.traces:
        fields["traces"] = [_trace_to_json(trace) for trace in run.traces]
    if run.windows:
        fields["windows"] = [
            {"kind": w.kind.value, "start_s": w.start_s, "end_s": w.end_s, "inferences": w.inferences}
            for w in run.windows
        ]
    if run.energy is not None:
        fields["energy"] = energy_to_json(run.energy)
    return fields


def energy_to_json(energy: Energy) -> Json:
    """Give the figures with those that follow from them."""
    names = ("inferences", *_TEXTS, *_NUMBERS, *_OPTIONAL)
    return {
        **{name: getattr(energy, name) for name in names},
        "warnings": list(energy.warnings),
        "total_per_inference_mj": energy.total_per_inference_mj,
        "above_idle_mw": energy.above_idle_mw,
        "inferences_per_joule": energy.inferences_per_joule,
    }


def energy_from_json(fields: Fields) -> Energy:
    """Make the figures from JSON values; what follows from others is computed anew.

    Raises:
        StoreError: a field is missing or of the wrong type.
    """
    inferences = fields.integer("inferences")
    if inferences < 1:
        raise StoreError("the energy of this run is about no inference", hint="Save the run again.")
    values: dict[str, Any] = {name: fields.text(name) for name in _TEXTS}
    values |= {name: fields.number(name) for name in _NUMBERS}
    values |= {name: fields.optional_number(name) for name in _OPTIONAL}
    return Energy(inferences=inferences, warnings=tuple(fields.sentences("warnings")), **values)


def window_from_json(fields: Fields) -> Window:
    """Make a window from JSON values.

    Raises:
        StoreError: a field is missing or of the wrong type.
    """
    return Window(
        kind=_member(WindowKind, fields.text("kind")),
        start_s=fields.number("start_s"),
        end_s=fields.number("end_s"),
        inferences=int(fields.number_or("inferences", 0)),
    )


def trace_from_json(fields: Fields) -> Trace:
    """Make a trace from JSON values.

    Raises:
        StoreError: a field is missing, of the wrong type, or contradicts another.
    """
    try:
        return Trace(
            id=fields.text("id"),
            title=fields.text("title"),
            quantity=_member(Quantity, fields.text("quantity")),
            times_s=tuple(fields.numbers("times_s")),
            values=tuple(fields.numbers("values")),
            source=fields.text_or("source", ""),
            is_mean=fields.flag("is_mean"),
            relative_error=fields.number_or("relative_error", 0.0),
            clock_error_s=fields.number_or("clock_error_s", 0.0),
            sample_count=fields.integer("sample_count"),
            mean=fields.optional_number("mean"),
            distinct_hz=fields.optional_number("distinct_hz"),
            file=fields.text_or("file", ""),
        )
    except ValueError as error:
        raise StoreError(f"a trace of this run is wrong: {error}", hint="Save the run again.") from error


def _trace_to_json(trace: Trace) -> Json:
    return {
        "id": trace.id,
        "title": trace.title,
        "quantity": trace.quantity.value,
        "unit": trace.unit,
        "times_s": list(trace.times_s),
        "values": list(trace.values),
        "source": trace.source,
        "is_mean": trace.is_mean,
        "relative_error": trace.relative_error,
        "clock_error_s": trace.clock_error_s,
        "sample_count": trace.sample_count,
        "mean": trace.mean,
        "distinct_hz": trace.distinct_hz,
        "file": trace.file,
    }


def _member(kind: type[KindT], text: str) -> KindT:
    try:
        return kind(text)
    except ValueError:
        raise StoreError(f"this run holds the unknown {text!r}", hint="Update the program.") from None

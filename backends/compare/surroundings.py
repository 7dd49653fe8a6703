"""What was different around two measurements: plan, device, versions, temperature."""

from collections.abc import Iterator

from backends.compare.model_difference import FactDifference
from backends.runs.run import Run

_PLAN = (
    ("Device", "device"),
    ("Kernels", "kernels"),
    ("Threads", "threads"),
    ("Delegate", "delegate"),
    ("Signature", "signature"),
    ("Inputs", "input_kind"),
    ("Rate (1/s)", "rate_hz"),
    ("Pause between runs (s)", "pause_seconds"),
)


def compare_surroundings(a: Run, b: Run) -> tuple[FactDifference, ...]:
    """List everything that differs besides what was measured; what only one side tells is named too."""
    return tuple(_differences(a, b))


def _differences(a: Run, b: Run) -> Iterator[FactDifference]:
    for label, name in _PLAN:
        before, after = getattr(a.plan, name), getattr(b.plan, name)
        if before != after:
            yield FactDifference(label=label, a=str(before) or "none", b=str(after) or "none")
    for label, before, after in (
        ("Delegate options", a.plan.delegate_options, b.plan.delegate_options),
        ("Input shapes", a.plan.input_shapes, b.plan.input_shapes),
    ):
        if dict(before) != dict(after):
            yield FactDifference(label=label, a=_mapping_text(dict(before)), b=_mapping_text(dict(after)))
    for key in dict.fromkeys((*a.environment, *b.environment)):
        before, after = a.environment.get(key, "not stated"), b.environment.get(key, "not stated")
        if before != after:
            yield FactDifference(label=key, a=before, b=after)
    if a.is_complete != b.is_complete:
        states = ["complete" if run.is_complete else "stopped early" for run in (a, b)]
        yield FactDifference(label="Completeness", a=states[0], b=states[1])


def _mapping_text(values: dict[str, object]) -> str:
    return ", ".join(f"{key}={value}" for key, value in values.items()) or "none"

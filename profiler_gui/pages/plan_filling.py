"""Putting a plan that was carried out before into the form, so that it can be repeated elsewhere."""

from backends.runs.plan import InputKind, Plan
from profiler_gui.widgets.plan_form import PlanForm


def fill_form(form: PlanForm, device_id: str, plan: Plan | None) -> None:
    """Choose a device, and fill in everything of a plan that does not depend on files of another place.

    Args:
        form: what is filled.
        device_id: where to measure; a device that the form does not offer leaves it as it is.
        plan: how; the form stays as it is without one.
    """
    place = form.device.findData(device_id)
    if place >= 0:
        form.device.setCurrentIndex(place)
    form.also_on.choose(())
    if plan is None:
        return
    for box, value in (
        (form.kernels, str(plan.kernels)),
        (form.signature, plan.signature),
        (form.inputs, str(plan.input_kind if plan.input_kind is not InputKind.FILE else InputKind.RANDOM)),
        (form.on_device.delegates.delegate, plan.delegate),
    ):
        found = box.findData(value)
        if found >= 0:
            box.setCurrentIndex(found)
    form.threads.setValue(plan.threads)
    form.runs.setValue(plan.runs)
    form.warmup.setValue(plan.warmup)
    form.pause.setValue(plan.pause_seconds)
    form.seed.setValue(plan.seed)
    form.on_device.rate.setValue(plan.rate_hz)
    form.on_device.min_seconds.setValue(plan.min_seconds)

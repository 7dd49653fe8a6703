"""Carries out a plan wherever it says: on this computer, with a given tool on it, or on a device."""

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

from backends.devices.device import Device, RemoteDevice
from backends.devices.discovery import list_devices
from backends.devices.local_shell import LocalToolDevice
from backends.errors import DeviceError, RunError
from backends.model.model import Model
from backends.power.recorder import LiveBoard
from backends.progress import Progress
from backends.runs.benchmark.accuracy import DEFAULT_TOLERANCE, Accuracy, measure_accuracy
from backends.runs.benchmark.measuring import measure_on_device
from backends.runs.plan import Plan
from backends.runs.preflight import check_delegate, warnings_of
from backends.runs.run import Run
from backends.runs.runner import measure
from backends.runs.runner_settings import read_runner_choices, with_chosen_runner

HOST = "host"


def execute_plan(
    model_path: str | Path,
    model: Model,
    plan: Plan,
    progress: Progress | None = None,
    *,
    devices: Iterable[Device] | None = None,
    board: LiveBoard | None = None,
) -> Run:
    """Measure on the device that the plan names.

    Args:
        model_path: the file, or a bundle that holds the model.
        model: what is measured.
        plan: how and where; on this computer a delegate needs the plan's runner.
        progress: reports, stops and cancels.
        devices: where to look for the device instead of everywhere.
        board: where live curves are shown, with a meter.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: there is no such device, or it refuses.
        RunError: it could not be measured.
        StoreError: the choices of runners cannot be read.
    """
    if plan.meter:
        # Imported here: it carries out the plan without the meter through this module.
        from backends.runs.metering import execute_metered

        return execute_metered(model_path, model, plan, progress, devices=devices, board=board)
    if plan.device == HOST and not plan.runner and not plan.delegate:
        return measure(model_path, model, plan, progress)
    if plan.device == HOST:
        with tempfile.TemporaryDirectory(prefix="tflite-profiler-") as folder:
            return measure_on_device(model_path, model, plan, LocalToolDevice(Path(folder)), progress)
    device = find_device(plan.device, list_devices() if devices is None else devices)
    return _execute_remotely(model_path, model, plan, device, progress or Progress())


def _execute_remotely(
    model_path: str | Path, model: Model, plan: Plan, device: RemoteDevice, progress: Progress
) -> Run:
    """Look at the device first: what is found there is a warning, and explains a failure."""
    progress.step("Checking the device")
    plan = with_chosen_runner(plan, device, read_runner_choices())
    warnings = warnings_of((*device.checks(), *check_delegate(plan, device)))
    try:
        run = measure_on_device(model_path, model, plan, device, progress)
    except RunError as error:
        detail = "\n".join((*warnings, error.detail))
        raise RunError(error.message, hint=error.hint, detail=detail) from error
    return replace(run, warnings=(*warnings, *run.warnings))


def compare_with_processor(  # noqa: PLR0913 - what, where and how exactly
    model_path: str | Path,
    model: Model,
    plan: Plan,
    progress: Progress | None = None,
    *,
    devices: Iterable[Device] | None = None,
    tolerance: float = DEFAULT_TOLERANCE,
    finds_culprit: bool = False,
) -> Accuracy:
    """Compare the outputs of the plan's delegate with the processor's, where the plan says; see ``measure_accuracy``.

    Args:
        model_path: the file, or a bundle that holds the model.
        model: what is run.
        plan: how and where; on this computer it needs a runner.
        progress: reports and cancels.
        devices: where to look for the device instead of everywhere.
        tolerance: difference that is accepted, relative to an output's largest value.
        finds_culprit: search for the operators that make the outputs deviate.

    Raises:
        Cancelled: the user cancelled.
        DeviceError: there is no such device, or it refuses.
        RunError: the tool cannot write outputs, or failed.
        StoreError: the choices of runners cannot be read.
    """
    compare = partial(measure_accuracy, model_path, model, tolerance=tolerance, finds_culprit=finds_culprit)
    if plan.device == HOST:
        with tempfile.TemporaryDirectory(prefix="tflite-profiler-") as folder:
            return compare(plan, LocalToolDevice(Path(folder)), progress)
    device = find_device(plan.device, list_devices() if devices is None else devices)
    return compare(with_chosen_runner(plan, device, read_runner_choices()), device, progress)


def is_called(device: Device, id_: str) -> bool:
    """Whether this is the device's id, or its serial number alone."""
    return id_ in (device.info.id, device.info.id.partition(":")[2])


def find_device(id_: str, devices: Iterable[Device]) -> RemoteDevice:
    """Give the device with this id, or with this serial number after the transport's name.

    Raises:
        DeviceError: it is not there, not ready, or cannot run programs.
    """
    known = list(devices)
    for device in known:
        if is_called(device, id_) and hasattr(device, "shell"):
            if device.info.state != "ready":
                raise DeviceError(f"the device {id_} cannot be used: {device.info.state}")
            return cast("RemoteDevice", device)
    names = ", ".join(device.info.id for device in known)
    raise DeviceError(
        f"there is no device {id_!r}",
        hint=f"Connect it again, and see that the adb server runs. Reachable now: {names}.",
    )

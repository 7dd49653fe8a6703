"""What a model can be computed in, and which delegates and plans that leaves.

A model of floats fits FP32 and FP16, a quantised one INT8: what AI apps on phones offer as modes. A mode also sets the
options by which a delegate keeps to it.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from backends.errors import RunError
from backends.model.model import Model
from backends.model.quantization_kind import ModelQuantization, QuantizationKind, quantization_of
from backends.runs.benchmark.delegates import Delegate, load_delegates
from backends.runs.plan import Plan


class Precision(StrEnum):
    """Numbers that a model is computed in."""

    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"
    """All integer arithmetic, also with activations of 16 bits."""

    @property
    def shown(self) -> str:
        """Give the usual spelling."""
        return self.value.upper()


_FLOAT = frozenset({Precision.FP32, Precision.FP16})
_INTEGER = frozenset({Precision.INT8})
_BY_KIND: Mapping[QuantizationKind, frozenset[Precision]] = {
    QuantizationKind.FLOAT32: _FLOAT,
    QuantizationKind.FLOAT16_WEIGHTS: _FLOAT,
    QuantizationKind.FLOAT16: frozenset({Precision.FP16}),
    QuantizationKind.DYNAMIC_RANGE: _FLOAT,
    QuantizationKind.WEIGHT_ONLY: _FLOAT,
    QuantizationKind.INT8: _INTEGER,
    QuantizationKind.UINT8: _INTEGER,
    QuantizationKind.INT16X8: _INTEGER,
}
"""Kinds that are missing, such as bfloat16, are not judged."""


def precisions_of(quantization: ModelQuantization) -> frozenset[Precision]:
    """Give what the model can be computed in; empty where that cannot be judged."""
    kinds = [kind for kind, _ in quantization.shares] or [quantization.kind]
    return frozenset[Precision]().union(*(_BY_KIND.get(kind, frozenset()) for kind in kinds))


def find_misfit(delegate: Delegate, quantization: ModelQuantization, precision: Precision | None = None) -> str:
    """Say why a delegate does not compute a model, or not in the wanted precision; empty where it fits.

    Args:
        delegate: what shall run the model.
        quantization: the model's.
        precision: what it shall be computed in; whatever fits when left out.
    """
    fitting = precisions_of(quantization)
    if not fitting:
        return ""
    if precision is not None and precision not in fitting:
        return f"The model ({quantization.kind}) does not compute in {precision.shown}."
    wanted = fitting if precision is None else frozenset({precision})
    if wanted.isdisjoint(delegate.precisions):
        what = f"models of this kind ({quantization.kind})" if precision is None else f"in {precision.shown}"
        return f"{delegate.name} does not compute {what}."
    if (
        precision is Precision.FP16
        and Precision.FP32 in fitting
        and Precision.FP32 in delegate.precisions
        and Precision.FP16 not in delegate.precision_options
    ):
        return f"{delegate.name} has no setting that makes it compute this model in FP16."
    return ""


def fit_plan(plan: Plan, model: Model, precision: Precision) -> Plan:
    """Give the plan with the options that keep its delegate to a precision.

    Raises:
        RunError: model, delegate or an option of the plan do not go with it.
    """
    delegate = load_delegates().find(plan.delegate)
    misfit = find_misfit(delegate, quantization_of(model), precision)
    if misfit:
        raise RunError(misfit.rstrip("."), hint="Choose another precision or delegate.")
    return with_precision(plan, delegate, precision)


def with_precision(plan: Plan, delegate: Delegate, precision: Precision) -> Plan:
    """Give the plan with the options that keep the delegate to a precision.

    Raises:
        RunError: an option of the plan says something else.
    """
    wanted = delegate.precision_options.get(precision, {})
    for name, value in wanted.items():
        if plan.delegate_options.get(name, value) != value:
            raise RunError(
                f"the option {name}={plan.delegate_options[name]} contradicts {precision.shown}",
                hint=f"Leave the option or the precision out; {precision.shown} means {name}={value}.",
            )
    return replace(plan, delegate_options={**plan.delegate_options, **wanted}) if wanted else plan

"""Why the runtime refuses a model, in words, with the operator's name and what to do."""

import re
from collections.abc import Iterator

from backends.errors import RunError
from backends.model.model import Model, Operator
from backends.runs.plan import Kernels, Plan

_NODE = re.compile(r"Node number (\d+) \(([^)]{0,200})\) failed to (\w+)")
_ERROR = re.compile(r"ERROR: (?:\[[^\]]{0,100}\] ?)?(?:\S{1,100}\.(?:cc|h)(?::\d+)? )?(.*)")
_DELEGATE = "TfLiteXNNPackDelegate"
"""The node that stands for a partition; its number is none of the file's."""
_VALUES_HINT = (
    "If the made-up input values do not suit the model, give it real values from a file, or zeros; if sizes of inputs "
    "may vary, set their shapes."
)
_MAX_REASON = 300
_FLEX_HINT = (
    "It is a TensorFlow operator (Flex), which LiteRT does not include: convert the model without SELECT_TF_OPS, or "
    "measure on a device with a runtime that has the Flex delegate."
)
_CUSTOM_HINT = (
    "It is a custom operator that LiteRT does not include: measure with the runtime it was made for, or cut it off the "
    "model."
)


def explain(error: RunError, model: Model, plan: Plan) -> RunError:
    """Give a better sentence for a failure, where the log or the model tells why; else the error itself."""
    log = error.detail
    custom = next(_custom_in_log(model, log), None)
    if custom is not None:
        hint = _FLEX_HINT if custom.custom_code.startswith("Flex") else _CUSTOM_HINT
        where = f"operator {custom.id.index} of subgraph {custom.id.subgraph}"
        return RunError(f"the runtime cannot run {custom.custom_code} ({where})", hint=hint, detail=log)
    if "Stub operation invoked" in log:
        return RunError(
            "this model holds a custom operator that only XNNPACK can run", hint="Choose fused kernels.", detail=log
        )
    if "could not" not in error.message:
        return error
    reasons = _reasons(log)
    failed = _NODE.search(log)
    if failed is None:
        message = error.message + (f": {reasons[0]}" if reasons else "")
        return RunError(message, hint=error.hint or _oddity_hint(model) or _hint(plan), detail=log)
    number, kind, phase = failed.groups()
    before = _reasons(log[: failed.start()])
    subject = f"the runtime failed to {phase} operator {number} ({kind})"
    if kind == _DELEGATE:
        subject = f"XNNPACK failed to {phase} its part of the model"
    message = subject + (f": {before[-1]}" if before else "")
    hint = _VALUES_HINT if phase == "invoke" else _hint(plan)
    return RunError(message, hint=error.hint or hint, detail=log)


def _custom_in_log(model: Model, log: str) -> Iterator[Operator]:
    """Give the custom operators that the log says cannot be resolved."""
    lowered = log.lower()
    if "custom op" not in lowered and "flex" not in lowered and "unresolved" not in lowered:
        return
    for graph in model.subgraphs:
        for operator in graph.operators:
            if operator.kind == "CUSTOM" and operator.custom_code in log:
                yield operator


def _reasons(log: str) -> list[str]:
    """Give the runtime's error messages without the place in its source."""
    lines = (match.group(1).strip() for match in map(_ERROR.match, log.splitlines()) if match)
    return [line[:_MAX_REASON].rstrip(".") for line in lines if line]


def _oddity_hint(model: Model) -> str:
    """Point to what the reader found odd in the file; that is the likely cause where nothing else is known."""
    return f"The file contradicts itself: {model.warnings[0].rstrip('.')}. Convert it again." if model.warnings else ""


def _hint(plan: Plan) -> str:
    if plan.kernels in (Kernels.BUILTIN, Kernels.REFERENCE):
        return "Choose fused kernels: some operators run only in the delegate."
    return "If inputs have sizes that may vary, set their shapes; or try built-in kernels."

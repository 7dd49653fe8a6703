"""One content of each kind, with fixed values, for the reports' golden texts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from backends.devices.device import Check, DeviceInfo
from backends.model.cost import estimate_model
from backends.model.reader import read_model_bytes
from backends.reports.content import Content
from backends.reports.device_content import DeviceContent
from backends.reports.model_content import ModelContent
from backends.reports.run_content import RunContent
from backends.reports.target_content import TargetContent
from backends.reports.verdict_content import VerdictContent
from backends.runs.run import RunPartition
from backends.targets.target import Condition, Partitioning, Rule, Source, Target
from backends.targets.verdict import Placement
from tests.support.builders import a_chain, a_run, a_verdict_of
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


class FixedDevice:
    """A device that always says the same and counts how often it is asked."""

    info = DeviceInfo(id="host", name="This computer (Example CPU)", kind="host")

    def __init__(self) -> None:
        self.asked = 0

    def environment(self) -> Mapping[str, str]:
        self.asked += 1
        return {"processor": "Example CPU", "cores": "2"}

    def checks(self) -> Sequence[Check]:
        return (
            Check(name="Runtime", is_ok=True, message="LiteRT 2.3.0 is installed."),
            Check(name="Load", is_ok=False, message="3.0 processes were running.", remedy="Close other programs."),
        )


def _verdicts() -> Content:
    model = a_chain(["CONV_2D", "ADD", "ADD", "SOFTMAX"])
    return VerdictContent(
        model,
        [
            a_verdict_of(model, {}),
            a_verdict_of(
                model,
                {1: Placement.FALLBACK, 2: Placement.FALLBACK, 3: Placement.UNKNOWN},
                target_id="dsp",
                target_name="Example DSP",
            ),
        ],
    )


def _inspection() -> Content:
    x = a_stored_tensor(shape=(1, 8, 8, 4), name="=image\u202e|<b>", signature=(-1, 8, 8, 4))
    weights = a_stored_tensor(shape=(2, 3, 3, 4), name="weights", data=0.5)
    y = a_stored_tensor(shape=(1, 8, 8, 2), name="y")
    options = {"padding": "SAME", "stride_w": 1, "stride_h": 1, "fused_activation_function": "RELU6"}
    operators = [
        an_operator("CONV_2D", [x, weights], [y], options=options),
        an_operator("CUSTOM", [y], custom_code="M"),
    ]
    model = read_model_bytes(a_model(operators), name="sample.tflite", path="sample.tflite")
    return ModelContent(model, *estimate_model(model))


def _run() -> Content:
    model = a_chain(["CONV_2D", "ADD", "CONV_2D", "SOFTMAX"])
    run = a_run(model, [2e6, None, 1e6, 2.5e5], fused={1: 0})
    partitions = (
        RunPartition(subgraph=0, delegate="XNNPACK", operators=(0, 1, 2)),
        RunPartition(subgraph=0, delegate="", operators=(3,)),
    )
    return RunContent(model, replace(run, partitions=partitions, is_complete=False, notes=("The computer was busy.",)))


def _target() -> Content:
    source = Source(id="doc", text="Example manual", checked_on=date(2026, 1, 2), url="https://example.org")
    rules = {
        name: Rule(
            id=name,
            kinds=kinds,
            condition=Condition(constraint="never"),
            reason="Unsupported",
            source="doc",
            at="page 3",
            remedy="Use another operator.",
        )
        for name, kinds in (("unlisted", ("*",)), ("no-add", ("ADD",)))
    }
    return TargetContent(
        Target(
            id="npu",
            name="Example NPU",
            order=1,
            description="An example.",
            accepts=frozenset({"ADD", "CONV_2D"}),
            unlisted=rules["unlisted"],
            rules=(rules["no-add"],),
            partitioning=Partitioning(max_partitions=3, min_nodes=2),
            reasons={"Unsupported": "is not supported"},
            sources={"doc": source},
        )
    )


SAMPLES: Mapping[str, Callable[[], Content]] = {
    "check": _verdicts,
    "inspect": _inspection,
    "profile": _run,
    "target": _target,
    "devices": lambda: DeviceContent([FixedDevice()]),
}

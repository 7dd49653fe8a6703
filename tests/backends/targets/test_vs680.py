"""The VS680 target: placement, engine and fast path of each sort of operator, and what is left to a measurement."""

import pytest

from backends.errors import ProfilerError
from backends.model.model import OperatorId
from backends.model.reader import read_model, read_model_bytes
from backends.targets.check import check_model
from backends.targets.loader import load_targets
from backends.targets.verdict import Placement, Verdict
from tests.support.model_builder import StoredOperator, StoredTensor, a_model, a_stored_tensor, an_operator
from tests.support.shared import MODEL_FILES

TARGET = next(target for target in load_targets() if target.id == "vs680")
SMALL_FILES = tuple(file for file in MODEL_FILES if file.stat().st_size < 2_000_000)


def _ask(operator: StoredOperator) -> Verdict:
    return check_model(read_model_bytes(a_model([operator])), TARGET).verdicts[OperatorId(0, 0)]


def _rules(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}


def _data(dtype: str = "int8", shape: tuple[int, ...] = (1, 8, 8, 4)) -> StoredTensor:
    return a_stored_tensor(shape, dtype, scale=0.5 if dtype in ("int8", "uint8", "int16") else ())


def _convolution(
    dtype: str = "int8", *, kernel: tuple[int, int] = (3, 3), scales: tuple[float, ...] = (0.5,), **options: int
) -> StoredOperator:
    weights_type = dtype if dtype in ("int8", "uint8", "float32", "float16") else "int8"
    weights = a_stored_tensor((4, *kernel, 4), weights_type, data=1, scale=scales if weights_type != "float32" else ())
    everything = {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1, **options}
    return an_operator("CONV_2D", [_data(dtype), weights], [_data(dtype)], options=everything)


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_a_plain_8_bit_convolution_is_fast_on_the_nn_engine(dtype: str) -> None:
    verdict = _ask(_convolution(dtype))

    assert (verdict.placement, verdict.engine, verdict.fast_path) == (Placement.ACCELERATED, "NN", True)
    assert verdict.findings == ()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"stride_w": 2}, "convolution-stride"),
        ({"stride_h": 2}, "convolution-stride"),
        ({"kernel": (16, 3)}, "kernel-height"),
        ({"kernel": (3, 16)}, "kernel-width"),
        ({"kernel": (14, 3), "dilation_h_factor": 2}, "dilated-height"),
        ({"kernel": (3, 12), "dilation_w_factor": 4}, "dilated-width"),
    ],
)
def test_a_convolution_beyond_the_nn_engines_limits_is_slow_and_says_why(change: dict[str, int], rule: str) -> None:
    verdict = _ask(_convolution(**change))  # type: ignore[arg-type]

    assert (verdict.placement, verdict.engine, verdict.fast_path) == (Placement.ACCELERATED, "NN", False)
    assert _rules(verdict) == {rule}
    assert verdict.findings[0].remedy


@pytest.mark.parametrize("change", [{"kernel": (15, 15)}, {"kernel": (13, 13), "dilation_h_factor": 2}])
def test_a_convolution_at_the_nn_engines_limits_is_fast(change: dict[str, int]) -> None:
    assert _ask(_convolution(**change)).fast_path is True  # type: ignore[arg-type]


def test_per_channel_weights_are_to_be_measured_not_blamed() -> None:
    verdict = _ask(_convolution(scales=(0.5, 0.25, 0.5, 0.25)))

    assert (verdict.placement, verdict.engine, verdict.fast_path) == (Placement.ACCELERATED, "NN", None)
    assert "measure" in verdict.findings[0].message


def test_float_runs_on_the_shader() -> None:
    verdict = _ask(_convolution("float32"))

    assert (verdict.placement, verdict.engine, verdict.fast_path) == (Placement.ACCELERATED, "PPU", False)
    assert _rules(verdict) == {"float-on-shader"}


def test_int16_outputs_are_refused_with_the_offline_way_out() -> None:
    verdict = _ask(an_operator("ADD", [_data("int16"), _data("int16")], [_data("int16")]))

    assert verdict.placement is Placement.FALLBACK
    finding = next(finding for finding in verdict.findings if finding.rule == "int16-output")
    assert "SyNAP" in finding.remedy


@pytest.mark.parametrize(
    ("kind", "engine", "fast"),
    [
        ("RESHAPE", "TP", True),
        ("LOGISTIC", "TP", True),
        ("HARD_SWISH", "TP", True),
        ("PRELU", "TP", True),
        ("SOFTMAX", "PPU", False),
        ("MUL", "PPU", False),
        ("EXP", "PPU", False),
        ("AVERAGE_POOL_2D", "NN", None),
        ("GELU", "TP", None),
        ("ADD", "NN", True),
        ("SUB", "NN", True),
    ],
)
def test_8_bit_operators_run_on_the_engine_of_the_table(kind: str, engine: str, fast: bool | None) -> None:
    verdict = _ask(an_operator(kind, [_data()], [_data()]))

    assert (verdict.placement, verdict.engine, verdict.fast_path) == (Placement.ACCELERATED, engine, fast)


def test_fully_connected_runs_on_the_tensor_processor() -> None:
    weights = a_stored_tensor((4, 4), "int8", data=1, scale=0.5)

    verdict = _ask(an_operator("FULLY_CONNECTED", [_data(shape=(1, 4)), weights], [_data(shape=(1, 4))]))

    assert (verdict.engine, verdict.fast_path) == ("TP", True)


@pytest.mark.parametrize("kind", ["CAST", "COS", "MIRROR_PAD", "SCATTER_ND", "SQUARED_DIFFERENCE", "SHAPE", "CONV_3D"])
def test_where_sources_disagree_or_are_silent_the_answer_is_to_measure(kind: str) -> None:
    constant = a_stored_tensor((4,), "int8", data=1, scale=0.5)

    verdict = _ask(an_operator(kind, [_data(), constant, a_stored_tensor((4,), "int32", data=1)], [_data()]))

    assert verdict.placement is Placement.UNKNOWN
    assert verdict.fast_path is not True
    assert any("measure" in finding.message for finding in verdict.findings)


def test_integers_that_the_table_does_not_name_are_unknown() -> None:
    verdict = _ask(an_operator("ADD", [_data("int32"), _data("int32")], [_data("int32")]))

    assert (verdict.placement, verdict.engine, verdict.fast_path) == (Placement.UNKNOWN, "", None)


@pytest.mark.parametrize("kind", ["TILE", "CEIL", "ROUND", "LOG_SOFTMAX", "SVDF"])
def test_what_only_the_offline_compiler_has_falls_back_with_that_remedy(kind: str) -> None:
    verdict = _ask(an_operator(kind, [_data()], [_data()]))

    assert verdict.placement is Placement.FALLBACK
    assert "offline" in verdict.findings[0].remedy


@pytest.mark.parametrize("kind", ["TOPK_V2", "WHERE", "NON_MAX_SUPPRESSION_V4", "WHILE"])
def test_what_the_delegate_does_not_map_falls_back(kind: str) -> None:
    verdict = _ask(an_operator(kind, [_data()], [_data()]))

    assert (verdict.placement, _rules(verdict)) == (Placement.FALLBACK, {"unlisted"})


def test_the_post_processing_of_detectors_falls_back_by_its_name() -> None:
    verdict = _ask(an_operator("CUSTOM", [_data()], [_data()], custom_code="TFLite_Detection_PostProcess"))

    assert verdict.placement is Placement.FALLBACK
    assert "TFLite_Detection_PostProcess" in verdict.findings[0].message


def test_all_failed_conditions_are_told_not_the_first() -> None:
    hybrid = an_operator("CONV_2D", [_data("int16"), a_stored_tensor((4, 3, 3, 4), "int8", data=1)], [_data("int16")])

    assert {"int16-output", "hybrid-weights"} <= _rules(_ask(hybrid))


def test_every_finding_names_a_source_and_every_refusal_a_way_out() -> None:
    for rule in TARGET.rules:
        assert rule.source in TARGET.sources, rule.id
        assert rule.remedy or rule.effect.value == "measure", rule.id


@pytest.mark.skipif(not SMALL_FILES, reason="the reference models are not on this machine")
def test_every_accelerated_operator_of_a_real_model_has_an_engine() -> None:
    count = 0
    for file in SMALL_FILES:
        try:
            model = read_model(file)
        except ProfilerError:
            continue
        for id_, verdict in check_model(model, TARGET).verdicts.items():
            if verdict.placement is Placement.ACCELERATED:
                count += 1
                assert verdict.engine in ("NN", "TP", "PPU"), (file.name, model.operator(id_).label, verdict)

    assert count > 1000

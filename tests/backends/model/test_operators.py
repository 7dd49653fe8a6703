import re
from typing import Any

import pytest

from backends.errors import ResourceError
from backends.model.macs import FORMULAS
from backends.model.model import Operator, OperatorId
from backends.model.operators import attribute_line, category_of, kind_of, operator_table, parse_operator_table
from backends.model.reader import read_model_bytes
from backends.model.schema.tables import ENUMS
from tests.support.model_builder import a_model, a_stored_tensor, an_operator

KINDS = sorted(ENUMS["BuiltinOperator"].values())


def an_op(kind: str, custom_code: str = "") -> Operator:
    return Operator(id=OperatorId(0, 0), kind=kind, custom_code=custom_code)


def line(kind: str, *inputs: Any, options: dict[str, Any] | None = None, shape: tuple[int, ...] = (1, 4, 4, 4)) -> str:
    """The attribute line of a model's only operator."""
    model = read_model_bytes(a_model([an_operator(kind, list(inputs), [a_stored_tensor(shape)], options=options)]))
    return attribute_line(model.subgraphs[0].operators[0], model)


def test_the_table_knows_exactly_the_operators_of_the_schema() -> None:
    assert sorted(operator_table().builtin) == KINDS


def test_every_summary_is_a_sentence_and_every_formula_exists() -> None:
    table = operator_table()

    for kind in (*table.builtin.values(), *table.custom.values()):
        assert re.fullmatch(r"\S.*\.", kind.summary), kind.name
        assert kind.cost in (*FORMULAS, ""), kind.name
    assert {kind.cost for kind in (*table.builtin.values(), *table.custom.values())} - {""} == set(FORMULAS)


def test_every_category_is_used_and_has_a_title() -> None:
    table = operator_table()

    assert {kind.category for kind in table.builtin.values()} == set(table.categories)
    assert all(table.categories.values())


def test_custom_and_unknown_operators_have_a_row_that_says_so() -> None:
    assert kind_of(an_op("CUSTOM", "Mine")).category == "custom"
    assert "Select TF" in kind_of(an_op("CUSTOM", "FlexAddV2")).summary
    assert kind_of(an_op("CUSTOM", "Convolution2DTransposeBias")).category == "convolution"
    assert kind_of(an_op("UNKNOWN_999")).category == category_of("UNKNOWN_999") == "unknown"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml", "valid TOML"),
        ("schema_version = 9", "schema version 9"),
        ("schema_version = 1\n[categories]\n[custom]\n[operators]\nADD = {summary = 'x', category = 'no'}", "ADD"),
        ("schema_version = 1\n[categories]\na='A'\n[custom]\n[operators]\nADD = {category = 'a'}", "ADD"),
        ("schema_version = 1\n[categories]\na='A'\n[custom]\n[operators]\nADD={summary='x',category='a',u='1'}", "u"),
    ],
)
def test_a_wrong_table_says_where(text: str, said: str) -> None:
    with pytest.raises(ResourceError, match=said):
        parse_operator_table(text)


def test_a_convolution_shows_kernel_stride_dilation_padding_and_activation() -> None:
    x, weights = a_stored_tensor((1, 8, 8, 4)), a_stored_tensor((4, 3, 5, 4), data=1.0)

    plain = line("CONV_2D", x, weights, options={"stride_w": 1, "stride_h": 1})
    strided = line("CONV_2D", x, weights, options={"stride_w": 2, "stride_h": 2, "fused_activation_function": "RELU6"})
    odd = line(
        "CONV_2D", x, weights, options={"stride_w": 2, "stride_h": 1, "dilation_w_factor": 2, "padding": "VALID"}
    )

    assert plain == "3x5 SAME"
    assert strided == "3x5 s2 SAME RELU6"
    assert odd == "3x5 s1x2 d1x2 VALID"


@pytest.mark.parametrize(
    ("kind", "operands", "options", "expected"),
    [
        ("TRANSPOSE", [([0, 3, 1, 2], "int32")], {}, "perm 0,3,1,2"),
        ("MEAN", [([1, 2], "int32")], {"keep_dims": True}, "axis 1,2 keep_dims"),
        ("CONCATENATION", [], {"axis": -1}, "axis=-1"),
        ("CONCATENATION", [], {"axis": 0}, "axis=0"),
        ("SOFTMAX", [], {"beta": 1.0}, ""),
        ("SOFTMAX", [], {"beta": 0.5}, "beta=0.5"),
        ("LEAKY_RELU", [], {"alpha": 0.1}, "alpha=0.1"),
        ("MAX_POOL_2D", [], {"stride_w": 2, "stride_h": 2, "filter_width": 3, "filter_height": 3}, "3x3 s2 SAME"),
        ("RESIZE_BILINEAR", [([8, 8], "int32")], {"half_pixel_centers": True}, "size 8,8 half_pixel_centers"),
        ("WHILE", [], {"cond_subgraph_index": 0, "body_subgraph_index": 2}, "cond=0 body=2"),
        ("VAR_HANDLE", [], {"shared_name": "state"}, "state"),
        ("CAST", [], {}, "to float32"),
        ("STABLEHLO_COMPOSITE", [], {"name": "odml.gelu", "version": 1}, "odml.gelu"),
        ("ADD", [], {"fused_activation_function": "RELU"}, "RELU"),
        ("RELU", [], {}, ""),
    ],
)
def test_a_line_says_what_matters(
    kind: str, operands: list[tuple[list[int], str]], options: dict[str, Any], expected: str
) -> None:
    constants = [a_stored_tensor((len(data),), dtype, data=data) for data, dtype in operands]

    assert line(kind, a_stored_tensor(), *constants, options=options) == expected


def test_numbers_among_custom_attributes_are_shown() -> None:
    # A map {"size": 3} in FlexBuffers: key, keys vector, map.
    options = b"size\x00\x01\x06\x01\x01\x01\x03\x04\x02$\x01"
    model = read_model_bytes(a_model([an_operator("CUSTOM", custom_code="Mine", custom_options=options)]))

    assert attribute_line(model.subgraphs[0].operators[0]) == "size=3"


def test_a_line_never_grows_long() -> None:
    assert len(line("VAR_HANDLE", a_stored_tensor(), options={"shared_name": "x" * 500})) <= 60


def test_without_the_model_operands_are_left_out() -> None:
    model = read_model_bytes(
        a_model([an_operator("TRANSPOSE", [a_stored_tensor(), a_stored_tensor((4,), "int32", data=0)])])
    )

    assert attribute_line(model.subgraphs[0].operators[0]) == ""

import pytest

from backends.model.cost import estimate_model
from backends.model.reader import read_model_bytes
from backends.query.facts import OperatorIndex, QueryFacts
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


@pytest.fixture(scope="session")
def network():
    """CONV_2D, RELU, ADD, DEPTHWISE_CONV_2D and a custom operator, with names in scopes."""
    image = a_stored_tensor((1, 112, 112, 3), "int8", name="serving_default_x:0", scale=0.1)
    conv = a_stored_tensor((1, 112, 112, 4), "int8", name="net/block_3/conv;net/block_3/bn", scale=0.1)
    relu = a_stored_tensor((1, 112, 112, 4), "int8", name="net/block_3/relu", scale=0.1)
    total = a_stored_tensor((1, 112, 112, 4), "float32", name="net/block_31/add")
    depth = a_stored_tensor((1, 56, 56, 4), "float32", name="net/block_4/depth wise")
    end = a_stored_tensor((1, 7, 7, 4), "uint8", name="odd(name")
    weights = a_stored_tensor((4, 3, 3, 3), "int8", data=1, scale=(0.1, 0.2, 0.3, 0.4), name="net/block_3/w")
    filters = a_stored_tensor((1, 3, 3, 4), "float32", data=0.5, name="net/block_4/w")
    return read_model_bytes(
        a_model(
            [
                an_operator(
                    "CONV_2D", [image, weights, None], [conv], options={"padding": "SAME", "stride_w": 1, "stride_h": 1}
                ),
                an_operator("RELU", [conv], [relu]),
                an_operator("ADD", [relu, conv], [total]),
                an_operator(
                    "DEPTHWISE_CONV_2D",
                    [total, filters, None],
                    [depth],
                    options={"padding": "VALID", "stride_w": 2, "stride_h": 12, "depth_multiplier": 1},
                ),
                an_operator("CUSTOM", [depth], [end], custom_code="TheirDetector"),
            ]
        )
    )


@pytest.fixture(scope="session")
def facts(network):
    costs, _ = estimate_model(network)
    return QueryFacts(index=OperatorIndex(network), costs=costs)

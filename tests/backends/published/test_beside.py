from backends.model.reader import read_model_bytes
from backends.published.beside import find_beside
from backends.published.network import find_network
from tests.support.builders import a_run
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


def a_chain(kinds: list[str], name: str = "net.tflite"):
    tensors = [a_stored_tensor((1, 4, 4, 4)) for _ in range(len(kinds) + 1)]
    operators = [
        an_operator(kind, [tensors[i], tensors[0]] if kind == "ADD" else [tensors[i]], [tensors[i + 1]])
        for i, kind in enumerate(kinds)
    ]
    return read_model_bytes(a_model(operators), name=name)


MOBILENET_V2 = ["CONV_2D"] * 36 + ["DEPTHWISE_CONV_2D"] * 17 + ["ADD"] * 10


def test_layers_alone_tell_a_network_with_a_form_of_its_own() -> None:
    likeness = find_network(a_chain(MOBILENET_V2))

    assert likeness is not None
    assert likeness.text == "MobileNet-V2, by its layers"


def test_a_name_with_other_layers_is_a_variant() -> None:
    likeness = find_network(a_chain(["CONV_2D"]), "ssd_mobilenet_v2_coco.tflite")

    assert likeness is not None
    assert likeness.text == "a variant of MobileNet-V2: the name fits, the layers differ"


def test_the_longer_name_wins() -> None:
    likeness = find_network(a_chain(["CONV_2D"]), "esrgan-x4.tflite")

    assert likeness is not None
    assert likeness.network.id == "esrgan"


def test_an_unknown_network_has_nothing_beside_it() -> None:
    assert find_network(a_chain(["RELU"])) is None
    assert find_beside(a_chain(["RELU"]), "Snapdragon 855") == ()


def test_a_part_number_finds_the_chipset_and_the_own_mean_stands_beside() -> None:
    model = a_chain(MOBILENET_V2)
    run = a_run(model, latencies_ns=(3_000_000, 3_400_000))

    found = find_beside(model, "SM8150", run)

    assert [row.text for row in found if row.table.precision == "int8"] == [
        "Published MobileNet-V2 INT8 on Snapdragon 855 (DSP (Hexagon 690)): 3.60 ms; yours: 3.20 ms."
    ]


def test_rows_of_a_board_are_found_by_the_model_they_name_and_leave_out_initialisation() -> None:
    found = find_beside(a_chain(MOBILENET_V2), "vs680")
    first = [(row.what, row.published_ms) for row in found if row.row == "mobilenet_v2_1.0_224_quant (open)"]

    assert first == [("CPU", 18.6), ("NPU", 1.85), ("NPU, offline", 1.79)]

from tests.support.builders import a_run
from tests.support.model_builder import a_model, a_stored_tensor, an_operator


def a_large_kernel_model() -> bytes:
    x, y, z = (a_stored_tensor((1, 32, 32, 8), "uint8", scale=0.5, name=name) for name in "xyz")
    weights = a_stored_tensor((8, 5, 5, 8), "uint8", data=1, scale=0.5)
    small = a_stored_tensor((8, 3, 3, 8), "uint8", data=1, scale=0.5)
    options = {"padding": "SAME", "stride_w": 1, "stride_h": 1}
    return a_model(
        [
            an_operator("CONV_2D", [x, weights], [y], options=options),
            an_operator("CONV_2D", [y, small], [z], options=options),
        ]
    )


def test_suggestions_say_what_they_gain_and_lead_to_operators(window, services, qtbot, tmp_path):
    path = tmp_path / "large.tflite"
    path.write_bytes(a_large_kernel_model())
    services.opener.open_paths([path])
    qtbot.waitUntil(lambda: window.page is not None)
    window.docks.raise_panel("advice")
    page = window.docks.page("advice")
    qtbot.waitUntil(lambda: "Convolutions have kernels above 3x3" in page.list.text())

    assert "saves about 20.6 % of the MACs" in page.list.text()

    record = services.session.current
    record.add_run(a_run(record.model, [9e6, 1e6]))
    qtbot.waitUntil(lambda: "saves about 25.2 % of the measured time" in page.list.text())

    link = next(link for link in page.list.links() if link.text() == "0")
    link.click()

    assert {id_.index for id_ in record.selection} == {0}

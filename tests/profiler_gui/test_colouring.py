from pathlib import Path

from backends.model.cost import estimate_model
from backends.model.reader import read_model_bytes
from profiler_gui.colouring import overlay_of
from profiler_gui.session import OpenedFile, OpenModel, Overlay, OverlayChoice
from tests.profiler_gui.conftest import a_small_model


def record_of(data: bytes) -> OpenModel:
    model = read_model_bytes(data, name="small.tflite")
    costs, summary = estimate_model(model)
    return OpenModel(OpenedFile(model=model, path=Path("small.tflite"), costs=costs, summary=summary))


def test_a_linear_scale_starts_at_nothing_without_a_unit():
    record = record_of(a_small_model())
    record.choose_overlay(OverlayChoice(overlay=Overlay.BYTES))

    assert overlay_of(record).minimum_text == "0"


def test_a_logarithmic_scale_starts_at_most_at_its_least_value():
    record = record_of(a_small_model())
    record.choose_overlay(OverlayChoice(overlay=Overlay.BYTES, is_logarithmic=True))

    assert overlay_of(record).minimum_text.startswith("≤ ")

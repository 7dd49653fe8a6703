from pathlib import Path

from backends.model.cost import estimate_model
from backends.model.model import OperatorId
from backends.model.reader import read_model_bytes
from backends.query.tint import Tint
from backends.runs.operator_column import OperatorColumn
from profiler_gui.colouring import overlay_of
from profiler_gui.overlay_choices import overlay_entries
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


def test_any_column_colours_the_graph_by_its_id():
    record = record_of(a_small_model())
    values = {OperatorId(0, 0): -2.0, OperatorId(0, 1): 4.0}
    record.add_column(OperatorColumn(id="gain", title="Gain", unit="%", values=values, is_diverging=True))
    record.choose_overlay(OverlayChoice(overlay=Overlay.COLUMN, column="gain"))

    overlay = overlay_of(record)

    assert overlay.title == "Gain"
    assert overlay.labels == {OperatorId(0, 0): "-2.0 %", OperatorId(0, 1): "+4.0 %"}
    assert overlay.values == {OperatorId(0, 0): 0.25, OperatorId(0, 1): 1.0}

    record.remove_column("gain")

    assert overlay_of(record) is None


def test_values_can_be_left_off_the_nodes():
    record = record_of(a_small_model())
    record.choose_overlay(OverlayChoice(overlay=Overlay.MACS, shows_values=False))

    overlay = overlay_of(record)

    assert not overlay.shows_labels
    assert overlay.labels


def test_rules_are_shown_with_and_without_an_overlay():
    record = record_of(a_small_model())
    tint = Tint(name="mine", colour="#123456", operators=frozenset({OperatorId(0, 0)}))
    record.set_tints((tint,))

    assert overlay_of(record).tints == (tint,)

    record.choose_overlay(OverlayChoice(overlay=Overlay.DTYPE))

    assert overlay_of(record).tints == (tint,)
    assert [group.name for group in overlay_of(record).groups] == ["int8"]


def test_entries_name_what_needs_a_run_and_columns_come_last():
    record = record_of(a_small_model())
    record.add_column(OperatorColumn(id="gain", title="Gain", values={OperatorId(0, 0): 1.0}))

    entries = overlay_entries(record)

    assert entries[-1].choice == OverlayChoice(overlay=Overlay.COLUMN, column="gain")
    unknown = {entry.choice.overlay for entry in entries if not entry.is_known}
    assert unknown == {Overlay.TIME, Overlay.SHARE, Overlay.RATE, Overlay.BANDWIDTH, Overlay.RAN_ON}
    assert {entry.choice.overlay for entry in entries} == set(Overlay)

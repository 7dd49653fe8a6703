"""Converting and comparing from the window. TensorFlow's part is played by copies of the bundled samples."""

import json
import shutil
import threading
import zipfile
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from backends.conversion.choice import choose_for
from backends.conversion.conversion import Conversion, KindResult, name_of
from backends.conversion.kinds import Kind
from backends.errors import RunError
from backends.model.reader import read_model
from backends.runs.plan import Plan
from profiler_gui.pages.accuracy_page import AccuracyPage
from profiler_gui.pages.conversion_page import ConversionPage
from profiler_gui.session import Overlay
from profiler_gui.widgets.conversion_form import parse_shapes
from tests.support.benchmark_tool import delegated_answers, write_tool
from tests.support.quantised_pair import write_pair
from tests.support.table_text import table_text

_SECONDS = 60_000


def _write_network(path: Path, layers=()) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Functional", "config": {"layers": list(layers)}}))
    return path


@pytest.fixture
def network(tmp_path) -> Path:
    layer = {"class_name": "InputLayer", "config": {"name": "image", "batch_shape": [None, 32, 32, 3]}}
    return _write_network(tmp_path / "net.keras", [layer])


@pytest.fixture
def pair(tmp_path) -> dict[Kind, Path]:
    """A float model and its int8 sibling."""
    folder = tmp_path / "pair"
    folder.mkdir()
    return dict(zip((Kind.FLOAT32, Kind.INT8), write_pair(folder), strict=True))


@pytest.fixture
def converter(monkeypatch, pair):
    """Plays TensorFlow: float32 and int8 are made, float16 fails; says what it was asked."""
    asked = []

    def convert(request, folder, progress, on_result):
        asked.append(request)
        if "refuse" in request.source.path.name:
            raise RunError("refuse.keras holds code that would run (Lambda), which was not run")
        progress.line("a word of TensorFlow's")
        results = []
        for kind in request.kinds:
            if kind not in pair:
                result = KindResult(kind=kind, error="operator tf.X has no TFLite kernel", hint="Replace it.")
            else:
                out = folder / name_of(request, kind)
                shutil.copyfile(pair[kind], out)
                result = KindResult(kind=kind, path=out, model=read_model(out))
            results.append(result)
            on_result(result)
        original = read_model(pair[Kind.FLOAT32])
        return Conversion(request=request, results=tuple(results), value_range="0..1", original=original)

    monkeypatch.setattr("profiler_gui.pages.conversion_work.convert", convert)
    return asked


def _page(window) -> ConversionPage:
    page = window.tabs.currentWidget()
    assert isinstance(page, ConversionPage)
    return page


def _convert(page: ConversionPage, qtbot, kinds=(Kind.FLOAT32, Kind.FLOAT16, Kind.INT8)) -> None:
    for kind, box in page.form.kinds.items():
        box.setChecked(kind in kinds)
    page.form.samples.count.setValue(2)
    page.start_button.click()
    qtbot.waitUntil(lambda: not page.is_running, timeout=_SECONDS)


@pytest.fixture
def fast(monkeypatch):
    """Measure one run only."""
    monkeypatch.setattr("profiler_gui.widgets.conversion_form.HOST_PLAN", Plan(runs=1, warmup=0, max_seconds=1))


@pytest.fixture
def loaded(window, services, qtbot):
    """A window that has its targets."""
    qtbot.waitUntil(lambda: bool(services.session.targets), timeout=_SECONDS)
    return window


def test_a_dropped_network_becomes_a_table_of_kinds(loaded, services, network, converter, fast, qtbot) -> None:
    services.opener.open_paths([network])
    page = _page(loaded)
    qtbot.waitUntil(lambda: page.form.known_inputs.isVisibleTo(page), timeout=_SECONDS)
    _convert(page, qtbot)
    rows = {row.result.kind: row for row in page.kinds.table.visible_rows}

    assert page.form.known_inputs.plain_text == "image: ?x32x32x3"
    assert page.said.plain_text.startswith("2 of 3 kinds made")
    assert rows[Kind.INT8].comparison.main.psnr_db > 20
    assert rows[Kind.INT8].run.latencies_ns
    assert rows[Kind.FLOAT16].result.error
    assert "not made" in "\n".join(table_text(page.kinds.table))
    assert "operator tf.X has no TFLite kernel. Replace it." in page.remarks.plain_text
    assert "RANDOM" not in page.remarks.plain_text  # calibrated by nobody here
    assert "a word of TensorFlow's" in page.log.toPlainText()
    targets = {target.id: target for target in page.targets.table.visible_rows}
    columns = {column.id: column for column in page.targets.table.columns}
    assert columns["int8"].text(targets["hexagon"]) != "none"
    assert columns["float32"].text(targets["hexagon"]) == "none"
    assert columns["best"].text(targets["hexagon"]) == "Integer only, int8"


def test_targets_are_known_even_if_the_window_has_not_read_them(window, services, network, converter, qtbot) -> None:
    services.opener.open_paths([network])
    page = _page(window)
    page.form.measures.setChecked(False)
    services.session.set_targets(())
    _convert(page, qtbot, (Kind.INT8,))

    assert "hexagon" in page.kinds.table.visible_rows[0].verdicts


def test_results_are_opened_with_their_times_and_saved_where_nothing_is_overwritten(
    loaded, services, network, pair, converter, fast, qtbot, tmp_path, monkeypatch
) -> None:
    services.opener.open_paths([network])
    page = _page(loaded)
    _convert(page, qtbot, (Kind.INT8,))
    page.open_button.click()
    qtbot.waitUntil(lambda: services.session.current is not None, timeout=_SECONDS)

    assert services.session.current.title == "net_int8.tflite"
    assert services.session.current.run is not None

    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "net_int8.tflite").write_bytes(b"mine")
    asked = []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    monkeypatch.setattr(QMessageBox, "question", lambda *a: asked.append(a[2]) or QMessageBox.StandardButton.No)
    page.save_button.click()
    assert (folder / "net_int8.tflite").read_bytes() == b"mine"
    assert "already holds net_int8.tflite" in asked[0]

    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    page.save_button.click()
    assert (folder / "net_int8.tflite").read_bytes() == pair[Kind.INT8].read_bytes()


@pytest.mark.parametrize(("answer", "is_run"), [("Yes", True), ("No", False)])
def test_code_in_a_file_runs_after_a_yes_only(
    loaded, services, tmp_path, converter, fast, qtbot, monkeypatch, answer, is_run
) -> None:
    path = _write_network(tmp_path / "code.keras", [{"class_name": "Lambda", "config": {"name": "shuffle"}}])
    services.opener.open_paths([path])
    page = _page(loaded)
    qtbot.waitUntil(lambda: "shuffle" in page.form.code.text(), timeout=_SECONDS)
    asked = []
    button = getattr(QMessageBox.StandardButton, answer)
    monkeypatch.setattr(QMessageBox, "question", lambda *a: asked.append(a[2]) or button)
    _convert(page, qtbot, (Kind.FLOAT32,))

    assert "Lambda 'shuffle'" in asked[0]
    assert [request.allows_code for request in converter] == ([True] if is_run else [])


def test_code_that_is_found_late_is_asked_about_too(loaded, services, tmp_path, converter, qtbot, monkeypatch) -> None:
    services.opener.open_paths([_write_network(tmp_path / "refuse.keras")])
    page = _page(loaded)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    _convert(page, qtbot, (Kind.FLOAT32,))

    assert "holds code that would run" in services.notices.notices[-1].message
    assert "--allow-code" not in services.notices.notices[-1].hint
    assert page.start_button.isEnabled()


def test_a_damaged_network_gives_a_notice_and_the_window_lives(loaded, services, tmp_path, qtbot) -> None:
    (tmp_path / "bad.keras").write_bytes(b"nonsense")
    services.opener.open_paths([tmp_path / "bad.keras"])
    qtbot.waitUntil(lambda: bool(services.notices.notices), timeout=_SECONDS)

    assert "no sound .keras archive" in services.notices.notices[-1].message


def test_an_example_network_is_made_once_and_shown(loaded, services, qtbot, monkeypatch) -> None:
    made = []

    def make(_self, name, out, **_options) -> None:
        made.append(name)
        _write_network(out)

    monkeypatch.setattr("backends.conversion.child.ConversionChild.make_example", make)
    action = loaded.actions_table["example_anchor-sr"]
    action.trigger()
    qtbot.waitUntil(lambda: isinstance(loaded.tabs.currentWidget(), ConversionPage), timeout=_SECONDS)
    page = _page(loaded)
    action.trigger()

    assert made == ["anchor-sr"]
    assert page.source.path.name == "anchor-sr.keras"
    assert loaded.tabs.count() == 1


def test_latency_comes_from_the_chosen_phone_through_the_chosen_delegate(
    loaded, services, network, pair, converter, make_phone, qtbot, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    phone = make_phone()
    answers = delegated_answers(read_model(pair[Kind.INT8]), [("TfLiteNnapiDelegate", range(2))])
    write_tool(phone.files.path("/data/local/tmp/benchmark_model"), answers)
    loaded.docks.raise_panel("devices")
    devices = loaded.docks.page("devices")
    devices.look_button.click()
    devices.form.target.setText(phone.address)
    devices.form.connect_button.click()
    services.opener.open_paths([network])
    page = _page(loaded)
    form = page.form
    assert not form.delegate.isVisibleTo(form)
    qtbot.waitUntil(lambda: form.device.count() == 2, timeout=_SECONDS)
    form.device.setCurrentIndex(1)
    assert form.delegate.isVisibleTo(form)
    form.delegate.setCurrentIndex(form.delegate.findData("nnapi"))
    _convert(page, qtbot, (Kind.FLOAT32, Kind.INT8))
    rows = {row.result.kind: row for row in page.kinds.table.visible_rows}

    assert [row.problems for row in rows.values()] == [(), ()]
    assert rows[Kind.INT8].run.plan.device == f"adb:{phone.address}"
    assert rows[Kind.INT8].run.environment["model"] == "Phone 7"
    assert rows[Kind.INT8].mean_ns > 0
    choice = choose_for(list(rows.values()), "nnapi-1.3")
    assert "fastest measured" in choice.reason


def test_closing_the_tab_ends_the_work(loaded, services, network, qtbot, monkeypatch) -> None:
    is_there = threading.Event()

    def convert(request, folder, progress, on_result):
        is_there.set()
        progress.sleep(60)

    monkeypatch.setattr("profiler_gui.pages.conversion_work.convert", convert)
    services.opener.open_paths([network])
    page = _page(loaded)
    page.start_button.click()
    qtbot.waitUntil(is_there.is_set, timeout=_SECONDS)
    loaded.tabs.tabCloseRequested.emit(loaded.tabs.indexOf(page))

    qtbot.waitUntil(lambda: not services.jobs.jobs, timeout=3000)


def test_accuracy_is_compared_and_drawn_on_the_graph(loaded, services, pair, qtbot) -> None:
    services.opener.open_paths(pair.values())
    qtbot.waitUntil(lambda: len(services.session.models) == 2, timeout=_SECONDS)
    loaded.actions_table["compare_accuracy"].trigger()
    page = loaded.tabs.currentWidget()
    assert isinstance(page, AccuracyPage)
    page.samples.count.setValue(2)
    page.layer_samples.setValue(1)
    page.start_button.click()
    qtbot.waitUntil(lambda: not page.is_running, timeout=_SECONDS)
    record = next(one for one in services.session.models if "int8" in one.title)
    layers = page.layers.table.visible_rows

    assert page.said.plain_text.startswith("net_int8.tflite against net_float32.tflite, 2 samples. PSNR")
    assert {column.id for column in record.columns} >= {"quantisation_error", "error_added_db"}
    convolution = next(layer for layer in layers if layer.kind == "CONV_2D")
    page.layers.select_rows(lambda layer: layer is convolution)
    page.layers.rows_selected.emit(page.layers.selected_rows())
    qtbot.waitUntil(lambda: page.detail.weights.isVisibleTo(page), timeout=_SECONDS)
    assert "Signal to noise" in page.detail.text.plain_text

    page.graph_button.click()
    assert services.session.current is record
    assert (record.overlay.overlay, record.overlay.column) == (Overlay.COLUMN, "quantisation_error")


def test_kernels_of_one_model_are_compared(loaded, services, pair, qtbot) -> None:
    services.opener.open_paths([pair[Kind.INT8]])
    qtbot.waitUntil(lambda: len(services.session.models) == 1, timeout=_SECONDS)
    loaded.actions_table["compare_accuracy"].trigger()
    page = loaded.tabs.currentWidget()

    assert not page.start_button.isEnabled()
    page.samples.count.setValue(1)
    page.reference_kernels.setCurrentIndex(page.reference_kernels.findData("reference"))
    page.start_button.click()
    qtbot.waitUntil(lambda: not page.is_running, timeout=_SECONDS)
    assert page.outputs.table.visible_rows[0].psnr_db > 30


def test_shapes_are_read() -> None:
    assert parse_shapes("") == {}
    assert parse_shapes("1x2X3") == {"": (1, 2, 3)}
    assert parse_shapes("a=1x2; b=3") == {"a": (1, 2), "b": (3,)}
    for text in ("axb", "1x0", "a=", "=x"):
        with pytest.raises(ValueError, match="does not read"):
            parse_shapes(text)

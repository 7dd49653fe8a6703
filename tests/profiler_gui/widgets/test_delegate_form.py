import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from backends.model.quantization_kind import EndKind, ModelQuantization, QuantizationKind
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.precision import Precision
from profiler_gui.widgets.delegate_form import DelegateForm


def a_quantization(kind):
    return ModelQuantization(
        kind=kind, ends=EndKind.FLOAT, shares=((kind, 3),), weight_bits=(), is_blockwise=False, is_per_channel=False
    )


FLOAT, INTEGER = a_quantization(QuantizationKind.FLOAT32), a_quantization(QuantizationKind.INT8)


@pytest.fixture
def form(qtbot):
    form = DelegateForm(load_delegates())
    qtbot.addWidget(form)
    form.show()
    return form


def offered(form):
    return [form.delegate.itemData(i) for i in range(form.delegate.count())]


def choose(form, id_):
    form.delegate.setCurrentIndex(form.delegate.findData(id_))


def field(form, id_):
    return next(field for field in form.fields if field.option.id == id_)


def test_only_delegates_that_fit_the_model_are_offered(form):
    form.set_quantization(FLOAT)
    floating = offered(form)
    form.set_quantization(INTEGER)
    integer = offered(form)
    form.set_quantization(FLOAT)
    form.precision.setCurrentIndex(form.precision.count() - 1)

    assert "hexagon" not in floating
    assert {"hexagon", "vx"} <= set(integer)
    assert offered(form) == list(load_delegates().ids)
    assert form.takes_any


def test_the_precisions_that_fit_the_model_are_offered_also_one_after_the_other(form):
    form.set_quantization(FLOAT)
    floating = [form.precision.itemText(i) for i in range(form.precision.count())]
    form.precision.setCurrentIndex(form.precision.findText("FP32, then FP16"))
    wanted = form.precisions
    form.set_quantization(INTEGER)
    integer = [form.precision.itemText(i) for i in range(form.precision.count())]

    assert floating == ["As the delegate likes", "FP32", "FP16", "FP32, then FP16", "Any delegate"]
    assert integer == ["As the delegate likes", "INT8", "Any delegate"]
    assert wanted == (Precision.FP32, Precision.FP16)
    assert form.precisions == ()


def test_a_setting_that_contradicts_the_precision_is_a_problem(form):
    form.set_quantization(FLOAT)
    choose(form, "gpu")
    form.precision.setCurrentIndex(form.precision.findText("FP16"))
    at_first = form.problem
    field(form, "precision_loss").editor.setChecked(False)

    assert at_first == ""
    assert "precision_loss=false contradicts FP16" in form.problem


def test_every_option_has_a_widget_of_its_type_with_its_help(form):
    choose(form, "gpu")
    editors = {item.option.id: type(item.editor) for item in form.fields}
    choose(form, "nnapi")
    editors |= {item.option.id: type(item.editor) for item in form.fields}

    assert editors["precision_loss"] is QCheckBox
    assert editors["backend"] is QComboBox
    assert editors["accelerator"] is QLineEdit
    assert editors["max_partitions"] is QLineEdit
    assert all(item._help.plain_text == item.option.help for item in form.fields)


def test_only_what_differs_from_the_default_is_passed_on(form):
    choose(form, "gpu")
    untouched = form.choices()[0].options
    field(form, "precision_loss").editor.setChecked(False)
    field(form, "backend").set_value("gl")
    field(form, "affinity").set_value("4-7")

    assert untouched == {}
    assert form.choices()[0].options == {"precision_loss": "false", "backend": "gl", "affinity": "4-7"}


def test_settings_are_kept_while_another_delegate_is_looked_at(form):
    choose(form, "nnapi")
    field(form, "accelerator").set_value("google-edgetpu")
    choose(form, "cpu")
    choose(form, "nnapi")

    assert form.choices()[0].options == {"accelerator": "google-edgetpu"}


def test_what_the_tool_does_not_know_cannot_be_set_and_says_why(form):
    choose(form, "nnapi")
    field(form, "accelerator").set_value("google-edgetpu")
    form.set_known_flags(lambda flag: flag != "nnapi_accelerator_name")
    accelerator = field(form, "accelerator")

    assert not accelerator.isEnabled()
    assert "does not know --nnapi_accelerator_name" in accelerator._help.plain_text
    assert form.choices()[0].options == {}


def test_a_delegate_the_tool_was_not_built_with_is_left_for_one_it_has(form):
    choose(form, "gpu")
    form.set_known_flags(lambda flag: flag != "use_gpu")

    assert form.delegate.currentData() != "gpu"
    assert form.problem == ""


def test_a_tool_without_any_delegate_is_a_problem(form):
    form.set_known_flags(lambda flag: False)

    assert form.choices() == ()
    assert "no delegate" in form.problem


def test_a_needed_setting_that_is_missing_is_a_problem(form):
    choose(form, "external")
    missing = form.problem
    field(form, "path").set_value("libvendor.so")

    assert missing.startswith("Path is needed")
    assert form.problem == ""


def test_a_value_that_would_be_cut_apart_on_its_way_is_a_problem(form):
    form.set_quantization(INTEGER)
    choose(form, "vx")
    field(form, "cache_file").set_value("/data/a:b")

    assert "cannot hold ':' or ';'" in form.problem


def test_further_delegates_are_measured_after_the_chosen_one(form):
    choose(form, "nnapi")
    form.others.choose(["cpu", "gpu"])
    first = [choice.delegate.id for choice in form.choices()]
    choose(form, "gpu")

    assert first == ["nnapi", "cpu", "gpu"]
    assert [choice.delegate.id for choice in form.choices()] == ["gpu", "cpu"]

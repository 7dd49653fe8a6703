import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from backends.model.quantization_kind import QuantizationKind
from backends.runs.benchmark.delegates import load_delegates
from profiler_gui.widgets.delegate_form import DelegateForm, precision_of


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


@pytest.mark.parametrize(
    ("kind", "precision"),
    [
        (QuantizationKind.FLOAT32, "fp32"),
        (QuantizationKind.DYNAMIC_RANGE, "fp32"),
        (QuantizationKind.FLOAT16, "fp16"),
        (QuantizationKind.UINT8, "int8"),
        (QuantizationKind.INT16X8, "int8"),
    ],
)
def test_a_model_computes_in_one_precision(kind, precision):
    assert precision_of(kind) == precision


def test_only_delegates_that_fit_the_models_precision_are_offered(form):
    form.set_precision("fp32")
    floating = offered(form)
    form.set_precision("int8")
    integer = offered(form)
    form.set_precision("fp32")
    form.precision.setCurrentIndex(form.precision.count() - 1)

    assert "hexagon" not in floating
    assert {"hexagon", "vx"} <= set(integer)
    assert offered(form) == list(load_delegates().ids)


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
    form.set_precision("int8")
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

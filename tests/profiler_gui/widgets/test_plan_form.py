from dataclasses import replace

import pytest

from backends.model.model import Signature
from backends.runs.plan import InputKind, Kernels, Plan
from profiler_gui.widgets.plan_form import PlanForm
from tests.support.builders import a_chain


@pytest.fixture
def form(qtbot):
    form = PlanForm()
    qtbot.addWidget(form)
    return form


def test_the_defaults_are_those_of_a_plan(form):
    form.set_model(a_chain(["RELU"]))

    assert form.plan() == replace(Plan(), signature="serving_default")


def test_every_kind_of_kernels_is_explained(form):
    explanations = set()
    for number in range(form.kernels.count()):
        form.kernels.setCurrentIndex(number)
        explanations.add(form._explanation.plain_text)

    assert len(explanations) == len(Kernels)
    assert "" not in explanations


def test_the_seed_is_asked_for_random_values_only(form):
    form.set_model(a_chain(["RELU"]))
    form.show()
    shown = []
    for number in range(form.inputs.count()):
        form.inputs.setCurrentIndex(number)
        shown.append((form.inputs.currentData(), form.seed.isVisible(), len(form.files)))

    assert shown == [(InputKind.RANDOM, True, 0), (InputKind.ZEROS, False, 0), (InputKind.FILE, False, 1)]


def test_a_signature_is_asked_for_when_there_are_several(form):
    model = a_chain(["RELU"])
    two = replace(model, signatures=(*model.signatures, Signature(key="decode", subgraph=0, inputs=(), outputs=())))
    form.set_model(model)
    form.show()
    is_asked_for_one = form.signature.isVisible()
    form.set_model(two)
    form.signature.setCurrentIndex(1)

    assert not is_asked_for_one
    assert form.signature.isVisible()
    assert form.plan().signature == "decode"


def test_shapes_are_asked_for_inputs_of_varying_size(form):
    form.set_model(a_chain(["RELU"], dynamic=True))
    names = [line.name for line in form.shapes]
    form.set_model(a_chain(["RELU"]))

    assert names == ["x"]
    assert form.shapes == ()


def test_what_is_wrong_with_a_shape_is_said(form):
    form.set_model(a_chain(["RELU"], dynamic=True))
    form.shapes[0].setText("oops")

    assert form._problem.plain_text == "x: sizes are whole numbers, e.g. 1x224x224x3"
    with pytest.raises(ValueError, match="whole numbers"):
        form.plan()


def test_the_explanation_is_shown_in_full_after_another_model(form, qtbot):
    model = a_chain(["RELU"])
    first = replace(model.subgraphs[0].tensors[0], shape_signature=(-1, 8))
    tensors = (first, *model.subgraphs[0].tensors[1:])
    varying = replace(model, subgraphs=(replace(model.subgraphs[0], tensors=tensors),))
    form.resize(281, 240)
    form.show()
    for shown in (varying, model, varying):
        form.set_model(shown)
        label = form._explanation

        qtbot.waitUntil(lambda label=label: label.height() >= label.heightForWidth(label.width()))

"""What shall run the model on a device: delegates that fit its precision, and their settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QFormLayout, QSizePolicy, QVBoxLayout, QWidget

from backends.errors import RunError
from backends.model.quantization_kind import ModelQuantization
from backends.runs.benchmark.delegates import Delegate, DelegateOption, DelegateTable
from backends.runs.plan import Plan
from backends.runs.precision import Precision, find_misfit, precisions_of, with_precision
from profiler_gui.widgets.choice_menu import ChoiceMenu
from profiler_gui.widgets.label import plain_label
from profiler_gui.widgets.option_field import OptionField
from profiler_gui.widgets.section import Section

_AS_IT_LIKES, _ANY = "", "any"
"""Each delegate computes what fits as it likes; also delegates that do not compute such models."""
LABEL_WIDTH = 58
"""Of the labels of rows, so that fields of forms below each other begin at one edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateChoice:
    """A delegate with the settings that are not left out."""

    delegate: Delegate
    options: Mapping[str, str]


class DelegateForm(QWidget):
    """Rows for precision, delegate, its settings, and further delegates to compare with.

    Signals:
        changed: something is chosen differently.
    """

    changed = Signal()

    def __init__(self, table: DelegateTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._knows: Callable[[str], bool] = _knows_all
        self._values: dict[str, dict[str, str]] = {}
        self.precision = QComboBox()
        self.delegate = QComboBox()
        self.others = ChoiceMenu("None")
        self.fields: tuple[OptionField, ...] = ()
        self._description = plain_label("", role="dim", is_selectable=False)
        self._column = QVBoxLayout(self)
        self._options: Section | None = None
        self._shown = ""
        self._quantization: ModelQuantization | None = None
        self._arrange()
        self.set_quantization(None)
        self.precision.currentIndexChanged.connect(self._show_delegates)
        self.delegate.currentIndexChanged.connect(self._on_delegate_changed)
        self.others.changed.connect(self.changed)

    @property
    def problem(self) -> str:
        """Why no delegate can be asked, or empty."""
        if self.delegate.currentData() is None:
            return "The runner on this device has no delegate for this precision."
        fault = next((field.problem for field in self.fields if field.problem), "")
        return fault or next(filter(None, map(self._contradiction, self.choices())), "")

    @property
    def precisions(self) -> tuple[Precision, ...]:
        """What to compute in, one after the other; empty to let each delegate do as it likes."""
        chosen = self.precision.currentData()
        return () if chosen in (_AS_IT_LIKES, _ANY) else tuple(map(Precision, chosen.split("+")))

    @property
    def takes_any(self) -> bool:
        """Whether delegates that do not compute such models are to be tried."""
        return bool(self.precision.currentData() == _ANY)

    def choices(self) -> tuple[DelegateChoice, ...]:
        """Give the chosen delegate, then the further ones."""
        self._remember()
        chosen = self.delegate.currentData()
        ids = [] if chosen is None else [chosen, *(id_ for id_ in self.others.chosen if id_ != chosen)]
        return tuple(
            DelegateChoice(delegate=self._table.find(id_), options=dict(self._values.get(id_, {}))) for id_ in ids
        )

    def set_quantization(self, quantization: ModelQuantization | None) -> None:
        """Offer what fits a model; everything while there is none."""
        chosen = self.precision.currentData()
        self._quantization = quantization
        fitting = precisions_of(quantization) if quantization is not None else frozenset()
        ordered = [precision for precision in Precision if precision in fitting]
        self.precision.blockSignals(True)
        self.precision.clear()
        self.precision.addItem("As the delegate likes", _AS_IT_LIKES)
        for precision in ordered:
            self.precision.addItem(precision.shown, precision.value)
        if len(ordered) > 1:
            self.precision.addItem(", then ".join(item.shown for item in ordered), "+".join(ordered))
        self.precision.addItem("Any delegate", _ANY)
        self.precision.setCurrentIndex(max(0, self.precision.findData(chosen)))
        self.precision.blockSignals(False)
        self._show_delegates()

    def set_known_flags(self, knows: Callable[[str], bool] | None) -> None:
        """Offer only what the benchmark tool knows; everything while that is not known."""
        self._knows = knows or _knows_all
        self._show_delegates()

    def _arrange(self) -> None:
        for combo in (self.precision, self.delegate):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(10)
            combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(_rows({"Precision": self.precision, "Delegate": self.delegate}))
        self._column.addWidget(self._description)
        self._column.addLayout(_rows({"Also with": self.others}))
        self.precision.setToolTip(
            "What to compute in: offers the delegates that fit, and sets their options so that they keep to it"
        )
        self.others.setToolTip("Measure with these delegates too, one after the other")

    @Slot()
    def _show_delegates(self) -> None:
        """Fill the list anew; what the tool was not built with can be seen but not chosen."""
        chosen = self.delegate.currentData() or "xnnpack"
        fitting = [item for item in self._table.delegates if self._fits(item)]
        self.delegate.blockSignals(True)
        self.delegate.clear()
        for item in fitting:
            is_offered = self._is_offered(item)
            self.delegate.addItem(item.name if is_offered else f"{item.name} (not in this runner)", item.id)
            model = self.delegate.model()
            if isinstance(model, QStandardItemModel):
                model.item(self.delegate.count() - 1).setEnabled(is_offered)
        offered = [item.id for item in fitting if self._is_offered(item)]
        wanted = chosen if chosen in offered else offered[0] if offered else ""
        self.delegate.setCurrentIndex(self.delegate.findData(wanted))
        self.delegate.blockSignals(False)
        self._on_delegate_changed()

    @Slot()
    def _on_delegate_changed(self) -> None:
        self._remember()
        chosen = self.delegate.currentData()
        offered = [item for item in self._table.delegates if self.delegate.findData(item.id) >= 0]
        self.others.set_choices(
            {item.id: item.name for item in offered if item.id != chosen and self._is_offered(item)}
        )
        delegate = self._table.find(chosen) if chosen is not None else None
        words = [delegate.description, f"Needs {delegate.needs}." if delegate.needs else ""] if delegate else []
        self._description.set_text(" ".join(word for word in words if word))
        self._show_options(delegate)
        self.changed.emit()

    def _show_options(self, delegate: Delegate | None) -> None:
        was_open = self._options.is_open if self._options is not None else False
        if self._options is not None:
            self._column.removeWidget(self._options)
            self._options.hide()
            self._options.deleteLater()
            self._options, self.fields, self._shown = None, (), ""
        if delegate is None:
            return
        self._shown = delegate.id
        options = self._table.options_of(delegate)
        self._options = Section(f"Settings of {delegate.name}", is_open=was_open or any(o.is_required for o in options))
        values = self._values.get(delegate.id, {})
        self.fields = tuple(OptionField(option, values.get(option.id, "")) for option in options)
        for field in self.fields:
            field.set_known(self._is_known(field.option))
            field.changed.connect(self.changed)
            self._options.add(field)
        self._column.addWidget(self._options)

    def _remember(self) -> None:
        """Keep the settings of the delegate whose fields are shown."""
        if self._shown:
            self._values[self._shown] = {field.option.id: field.value for field in self.fields if field.value}

    def _fits(self, delegate: Delegate) -> bool:
        if self._quantization is None or self.takes_any:
            return True
        wanted = self.precisions or (None,)
        return any(not find_misfit(delegate, self._quantization, precision) for precision in wanted)

    def _contradiction(self, choice: DelegateChoice) -> str:
        """Say which setting contradicts the precision, or give an empty text."""
        plan = Plan(delegate=choice.delegate.id, delegate_options=choice.options)
        try:
            for precision in self.precisions:
                with_precision(plan, choice.delegate, precision)
        except RunError as error:
            return f"{choice.delegate.name}: {error.message}."
        return ""

    def _is_offered(self, delegate: Delegate) -> bool:
        return all(self._knows(flag) for flag in delegate.needed_flags)

    def _is_known(self, option: DelegateOption) -> bool:
        return self._knows(option.flag or ("external_delegate_options" if option.key else ""))


def _rows(fields: Mapping[str, QWidget]) -> QFormLayout:
    form = QFormLayout()
    form.setVerticalSpacing(6)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    for title, field in fields.items():
        label = plain_label(title, is_selectable=False)
        label.setWordWrap(False)
        label.setMinimumWidth(LABEL_WIDTH)
        form.addRow(label, field)
    return form


def _knows_all(_flag: str) -> bool:
    """Give the flags of an unknown tool the benefit of the doubt."""
    return True

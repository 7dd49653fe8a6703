"""The tool bar: open, what to show of the model in front, measure."""

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QComboBox, QSizePolicy, QToolBar, QToolButton, QWidget

from profiler_gui.actions import Actions
from profiler_gui.overlay_choices import TARGET_OVERLAYS, VALUE_OVERLAYS, chosen, overlay_entries, title_of
from profiler_gui.session import OpenModel, Overlay, OverlayChoice, Session
from profiler_gui.theme import Theme, make_icon
from profiler_gui.widgets.grouped_chooser import GroupedChooser, Item
from profiler_gui.widgets.label import plain_label

_SHOWN_NAME = 32
_ICON_SIZE = 18


class MainToolBar(QToolBar):
    """Choosers that follow the model in front, between actions."""

    def __init__(self, session: Session, actions: Actions, theme: Theme) -> None:
        super().__init__("Tools")
        self.setObjectName("tools")
        self.setMovable(False)
        self.setIconSize(QSize(_ICON_SIZE, _ICON_SIZE))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._session = session
        self._actions = actions
        self._theme = theme
        self._record: OpenModel | None = None
        self._subgraphs = _chooser("Subgraph to show", 16)
        self._targets = _chooser("Target whose verdict is shown", 14)
        self._overlays = GroupedChooser("What the colours of the graph mean")
        self._log = QToolButton()
        self._log.setText("log")
        self._log.setProperty("role", "toggle")
        self._log.setCheckable(True)
        self._log.setToolTip("Logarithmic colour scale")
        self._values = QToolButton()
        self._values.setText("values")
        self._values.setProperty("role", "toggle")
        self._values.setCheckable(True)
        self._values.setToolTip("Print the values on the nodes")
        self._arrange()
        self._subgraphs.activated.connect(self._on_subgraph_chosen)
        self._targets.activated.connect(self._on_target_chosen)
        self._overlays.about_to_open.connect(self._list_overlays)
        self._overlays.chosen.connect(self._on_overlay_chosen)
        self._log.clicked.connect(self._on_scale_chosen)
        self._values.clicked.connect(self._on_scale_chosen)
        session.current_changed.connect(self._follow)
        session.targets_changed.connect(self._show_targets)
        theme.changed.connect(self._color_icons)
        self._color_icons()
        self._follow(session.current)

    def _arrange(self) -> None:
        self.addAction(self._actions["open"])
        self.addSeparator()
        self._subgraph_action = self.addWidget(self._subgraphs)
        for text, widget in (("Target", self._targets), ("Colour by", self._overlays)):
            label = plain_label(text, role="dim", is_selectable=False)
            label.setWordWrap(False)
            label.setContentsMargins(8, 0, 4, 0)
            self.addWidget(label)
            self.addWidget(widget)
        self.addWidget(self._log)
        self.addWidget(self._values)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(space)
        self._profile = QToolButton()
        profile = self._actions["profile"]
        self._profile.setText(profile.text())
        self._profile.setToolTip(profile.toolTip())
        self._profile.clicked.connect(profile.trigger)
        # Not the default action: its icon would have to be dark here and light in the menu.
        profile.enabledChanged.connect(self._profile.setEnabled)
        self._profile.setEnabled(profile.isEnabled())
        self._profile.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._profile.setProperty("primary", True)
        self.addAction(self._actions["fit"])
        self.addAction(self._actions["find"])
        self.addAction(self._actions["toggle_theme"])
        self.addSeparator()
        self.addWidget(self._profile)
        self.addAction(self._actions["stop"])

    @Slot(object)
    def _follow(self, record: OpenModel | None) -> None:
        old, self._record = self._record, record
        if old is not None:
            for signal, slot in self._links(old):
                signal.disconnect(slot)
        if record is not None:
            for signal, slot in self._links(record):
                signal.connect(slot)
        for widget in (self._subgraphs, self._targets, self._overlays, self._log, self._values):
            widget.setEnabled(record is not None)
        self._show_subgraphs()
        self._show_targets()
        self._show_overlay()

    def _links(self, record: OpenModel):  # type: ignore[no-untyped-def]  # Qt's bound signals have no common type
        return (
            (record.model_changed, self._show_subgraphs),
            (record.subgraph_changed, self._show_subgraphs),
            (record.target_changed, self._show_targets),
            (record.overlay_changed, self._show_overlay),
            (record.run_changed, self._show_overlay),
            (record.columns_changed, self._show_overlay),
        )

    @Slot()
    def _show_subgraphs(self) -> None:
        subgraphs = self._record.model.subgraphs if self._record is not None else ()
        self._subgraph_action.setVisible(len(subgraphs) > 1)
        self._subgraphs.clear()
        for subgraph in subgraphs:
            name = subgraph.name or f"subgraph {subgraph.index}"
            self._subgraphs.addItem(f"{subgraph.index}: {_short(name)} ({len(subgraph.operators)})", subgraph.index)
        if self._record is not None:
            self._subgraphs.setCurrentIndex(self._record.subgraph)

    @Slot()
    def _show_targets(self) -> None:
        self._targets.clear()
        for target in self._session.targets:
            self._targets.addItem(target.name, target.id)
        self._targets.setCurrentIndex(self._targets.findData(self._record.target_id) if self._record else -1)

    @Slot()
    def _show_overlay(self) -> None:
        record = self._record
        choice = record.overlay if record is not None else OverlayChoice()
        self._overlays.show_chosen("" if record is None else title_of(record, choice))
        self._log.setChecked(choice.is_logarithmic)
        self._log.setEnabled(record is not None and choice.overlay in VALUE_OVERLAYS)
        self._values.setChecked(choice.shows_values)
        self._values.setEnabled(record is not None and choice.overlay is not Overlay.NONE)

    @Slot()
    def _list_overlays(self) -> None:
        if self._record is None:
            return
        now = self._record.overlay
        self._overlays.set_items(
            Item(
                group=entry.group,
                title=entry.title,
                tip=entry.meaning,
                data=entry.choice,
                is_enabled=entry.is_known,
                is_chosen=(entry.choice.overlay, entry.choice.column) == (now.overlay, now.column),
            )
            for entry in overlay_entries(self._record)
        )

    @Slot(int)
    def _on_subgraph_chosen(self, row: int) -> None:
        if self._record is not None:
            self._record.show_subgraph(self._subgraphs.itemData(row))

    @Slot(int)
    def _on_target_chosen(self, row: int) -> None:
        record = self._record
        if record is None:
            return
        record.choose_target(self._targets.itemData(row))
        if record.overlay.overlay not in TARGET_OVERLAYS:
            record.choose_overlay(replace(record.overlay, overlay=Overlay.VERDICT))

    @Slot(object)
    def _on_overlay_chosen(self, choice: OverlayChoice) -> None:
        if self._record is not None:
            self._record.choose_overlay(chosen(self._record, choice))

    @Slot()
    def _on_scale_chosen(self) -> None:
        if self._record is not None:
            is_logarithmic, shows_values = self._log.isChecked(), self._values.isChecked()
            self._record.choose_overlay(
                replace(self._record.overlay, is_logarithmic=is_logarithmic, shows_values=shows_values)
            )

    @Slot()
    def _color_icons(self) -> None:
        colors = self._theme.colors
        self._profile.setIcon(make_icon("profile", colors.accent_text, colors.disabled_text))


def _chooser(tip: str, characters: int) -> QComboBox:
    chooser = QComboBox()
    chooser.setToolTip(tip)
    chooser.setAccessibleName(tip)
    chooser.setMinimumContentsLength(characters)
    chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return chooser


def _short(name: str) -> str:
    return name if len(name) <= _SHOWN_NAME else name[: _SHOWN_NAME - 1] + "…"

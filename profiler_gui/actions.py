"""The table of actions: what can be done, what it is called and which keys do it."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence

from backends.conversion.examples import EXAMPLES
from profiler_gui.action_spec import ActionSpec, Menu
from profiler_gui.graph_actions import GRAPH_SPECS
from profiler_gui.theme import Theme

__all__ = ["ACTIONS", "GRAPH_KEYS", "RUNS_KEYS", "ActionSpec", "Actions", "Menu"]


_SPECS = (
    ActionSpec(id="open", text="Open…", menu=Menu.FILE, shortcuts=("Ctrl+O",), icon="open", tip="Open models"),
    ActionSpec(
        id="open_folder",
        text="Open folder…",
        menu=Menu.FILE,
        tip="Check and profile all models in a folder",
    ),
    ActionSpec(id="open_sample", text="Open the sample", menu=Menu.FILE),
    ActionSpec(
        id="convert",
        text="Convert a network…",
        menu=Menu.FILE,
        shortcuts=("Ctrl+Shift+N",),
        tip="Make TFLite models of a Keras, SavedModel, frozen graph, ONNX or PyTorch network",
    ),
    *(
        ActionSpec(
            id=f"example_{name}",
            text=f"{name}: {sentence}",
            menu=Menu.FILE,
            submenu="Convert an example network",
            tip="Make a small Keras network with random weights and convert it",
        )
        for name, sentence in EXAMPLES.items()
    ),
    ActionSpec(
        id="open_session",
        text="Open session…",
        menu=Menu.FILE,
        shortcuts=("Ctrl+Shift+O",),
        tip="Open a file with models, runs and notes",
        starts_group=True,
    ),
    ActionSpec(
        id="save_session",
        text="Save session as…",
        menu=Menu.FILE,
        shortcuts=("Ctrl+Shift+S",),
        tip="Give the session a name; every run is saved by itself in any case",
    ),
    ActionSpec(
        id="embed_models",
        text="Keep models in the session file",
        menu=Menu.FILE,
        is_checkable=True,
        tip="Put the models themselves into the session, so that one file is enough to show it elsewhere",
    ),
    ActionSpec(id="reload", text="Reload", menu=Menu.FILE, shortcuts=("F5",), icon="reload", needs_model=True),
    ActionSpec(
        id="export_graph",
        text="Export graph…",
        menu=Menu.FILE,
        shortcuts=("Ctrl+Shift+E",),
        tip="The graph as it is coloured and folded, whole or in part: PNG, SVG or PDF",
        needs_model=True,
        starts_group=True,
    ),
    ActionSpec(
        id="print_graph",
        text="Print graph…",
        menu=Menu.FILE,
        shortcuts=("Ctrl+P",),
        tip="On one sheet or over several, with a preview",
        needs_model=True,
    ),
    ActionSpec(
        id="export_report",
        text="Export report…",
        menu=Menu.FILE,
        tip="Graph, runs, targets and plots in one file: HTML, PDF, Markdown, LaTeX or JSON",
        needs_model=True,
    ),
    ActionSpec(
        id="export_run",
        text="Export run as…",
        menu=Menu.FILE,
        tip="The chosen run for Perfetto, Model Explorer, Netron or a spreadsheet",
        needs_model=True,
    ),
    ActionSpec(
        id="import_files",
        text="Import a measurement…",
        menu=Menu.FILE,
        tip="Attach what benchmark_model, AI Hub, ONNX Runtime, Vela or another tool wrote to the model in front",
        needs_model=True,
    ),
    ActionSpec(id="close", text="Close", menu=Menu.FILE, shortcuts=("Ctrl+W",), needs_model=True, starts_group=True),
    ActionSpec(id="quit", text="Quit", menu=Menu.FILE, shortcuts=("Ctrl+Q",), starts_group=True),
    ActionSpec(
        id="undo",
        text="Undo",
        menu=Menu.EDIT,
        shortcuts=("Ctrl+Z",),
        tip="Take back the last change to the list of runs",
    ),
    ActionSpec(id="redo", text="Redo", menu=Menu.EDIT, shortcuts=("Ctrl+Shift+Z", "Ctrl+Y")),
    ActionSpec(
        id="find",
        text="Find",
        menu=Menu.EDIT,
        shortcuts=("Ctrl+F",),
        icon="find",
        tip="Find operators",
        needs_model=True,
    ),
    ActionSpec(id="find_next", text="Next match", menu=Menu.EDIT, shortcuts=("F3", "Ctrl+G"), needs_model=True),
    ActionSpec(
        id="find_previous",
        text="Previous match",
        menu=Menu.EDIT,
        shortcuts=("Shift+F3", "Ctrl+Shift+G"),
        needs_model=True,
    ),
    ActionSpec(
        id="back",
        text="Previous selection",
        menu=Menu.EDIT,
        shortcuts=("Alt+Left", "Backspace"),
        needs_model=True,
        starts_group=True,
    ),
    ActionSpec(id="forward", text="Next selection", menu=Menu.EDIT, shortcuts=("Alt+Right",), needs_model=True),
    ActionSpec(
        id="fit",
        text="Fit graph",
        menu=Menu.VIEW,
        shortcuts=("Space",),
        icon="fit",
        tip="Show the whole graph",
        needs_model=True,
        is_graph_only=True,
    ),
    ActionSpec(
        id="zoom_selection",
        text="Zoom to selection",
        menu=Menu.VIEW,
        shortcuts=("F",),
        needs_model=True,
        is_graph_only=True,
    ),
    ActionSpec(
        id="zoom_in",
        text="Zoom in",
        menu=Menu.VIEW,
        shortcuts=("Shift+Up", "Ctrl++", "Ctrl+="),
        needs_model=True,
        is_graph_only=True,
    ),
    ActionSpec(
        id="zoom_out",
        text="Zoom out",
        menu=Menu.VIEW,
        shortcuts=("Shift+Down", "Ctrl+-"),
        needs_model=True,
        is_graph_only=True,
    ),
    ActionSpec(
        id="zoom_reset",
        text="Actual size",
        menu=Menu.VIEW,
        shortcuts=("Shift+Backspace", "Ctrl+0"),
        needs_model=True,
        is_graph_only=True,
    ),
    ActionSpec(
        id="colour_rules",
        text="Colour rules…",
        menu=Menu.VIEW,
        tip="Colour the operators that queries find",
        starts_group=True,
    ),
    ActionSpec(
        id="full_screen", text="Full screen", menu=Menu.VIEW, shortcuts=("F11",), is_checkable=True, starts_group=True
    ),
    ActionSpec(
        id="next_area",
        text="Next area",
        menu=Menu.VIEW,
        shortcuts=("F6",),
        tip="Move the focus from the graph to the panels and round",
        starts_group=True,
    ),
    ActionSpec(id="previous_area", text="Previous area", menu=Menu.VIEW, shortcuts=("Shift+F6",)),
    ActionSpec(id="toggle_theme", text="Switch light and dark", menu=Menu.VIEW, icon="theme", starts_group=True),
    ActionSpec(
        id="high_contrast",
        text="High contrast",
        menu=Menu.VIEW,
        tip="Black on white, or white on black in the dark theme",
        is_checkable=True,
    ),
    ActionSpec(id="reset_layout", text="Reset layout", menu=Menu.VIEW, starts_group=True),
    *GRAPH_SPECS,
    ActionSpec(
        id="accepts",
        text="What the target accepts…",
        menu=Menu.TARGETS,
        shortcuts=("Ctrl+T",),
        tip="Show every operator type that a target accepts, with conditions and sources",
    ),
    ActionSpec(
        id="chipsets", text="Which phone?…", menu=Menu.TARGETS, tip="Find the targets for the chipset of a phone"
    ),
    ActionSpec(
        id="published",
        text="Published numbers…",
        menu=Menu.TARGETS,
        tip="Latencies and scores that others published: chipsets, boards, challenges; beside the open model",
    ),
    ActionSpec(id="what_if", text="What if…", menu=Menu.TARGETS, needs_model=True, starts_group=True),
    ActionSpec(id="end_what_if", text="End the what-if", menu=Menu.TARGETS, needs_model=True),
    ActionSpec(
        id="open_target_folder",
        text="Open target folder",
        menu=Menu.TARGETS,
        tip="Open the folder for target files of your own",
        starts_group=True,
    ),
    ActionSpec(id="reload_targets", text="Reload targets", menu=Menu.TARGETS, shortcuts=("Shift+F5",)),
    ActionSpec(
        id="compare",
        text="Compare…",
        menu=Menu.PROFILE,
        shortcuts=("Ctrl+D",),
        tip="Compare models and runs beside each other",
        needs_model=True,
    ),
    ActionSpec(
        id="profile",
        text="Profile",
        menu=Menu.PROFILE,
        shortcuts=("Ctrl+R",),
        icon="profile",
        tip="Measure the model as the Profile panel says",
        needs_model=True,
    ),
    ActionSpec(
        id="stop",
        text="Stop",
        menu=Menu.PROFILE,
        shortcuts=("Ctrl+.",),
        icon="stop",
        tip="End the measurement and keep what was measured",
    ),
    ActionSpec(
        id="cancel",
        text="Cancel",
        menu=Menu.PROFILE,
        shortcuts=("Ctrl+Shift+.",),
        tip="End the measurement and discard it",
    ),
    ActionSpec(
        id="compare_accuracy",
        text="Compare accuracy…",
        menu=Menu.PROFILE,
        tip="Compare a model's outputs and layers with its original, or two sorts of kernels",
        starts_group=True,
    ),
    ActionSpec(
        id="check_device",
        text="Check before measuring",
        menu=Menu.PROFILE,
        tip="Look at device, runner and delegate before measuring",
        needs_model=True,
        starts_group=True,
    ),
    ActionSpec(
        id="runners", text="Runners…", menu=Menu.PROFILE, tip="Choose or download benchmark_model for kinds of devices"
    ),
    ActionSpec(id="shortcuts", text="Keyboard shortcuts", menu=Menu.HELP, shortcuts=("F1", "?"), icon="keyboard"),
    ActionSpec(id="palette", text="Command palette…", menu=Menu.HELP, shortcuts=("Ctrl+Shift+P",)),
    ActionSpec(id="about", text="About", menu=Menu.HELP, starts_group=True),
)

ACTIONS: Mapping[str, ActionSpec] = {spec.id: spec for spec in _SPECS}
"""All actions by id, in the order of the menus."""

GRAPH_KEYS = (
    ("Home", "Show the start of the graph"),
    ("Enter", "Open the subgraph that an operator calls"),
    ("1 … 9, Ctrl+1 … 9", "Go to a bookmark, set it"),
    ("Arrow keys", "Go to the neighbouring operator"),
    ("Wheel", "Zoom at the pointer"),
    ("Drag", "Move the graph"),
    ("Click, Ctrl+click", "Select, add to the selection"),
    ("Shift+drag", "Select an area"),
    ("Esc", "Clear the selection"),
    ("Double click, Enter", "Expand a group"),
    ("Click on the name of a frame", "Collapse the group"),
    ("Click on an edge", "Follow its tensor"),
    ("Alt+Shift+1 … 9", "Open a recent file"),
)
"""Keys and gestures that are no actions, for the shortcuts sheet."""

RUNS_KEYS = (
    ("Enter", "Show the run in the graph"),
    ("C", "Compare the selected runs, or one with the baseline"),
    ("B", "Pin as baseline, unpin"),
    ("F2, T, N", "Edit name, tags, note"),
    ("Del", "Delete; Ctrl+Z brings it back"),
    ("Drag onto another run", "Compare the two"),
    ("Drag onto a device", "Measure the same there"),
    ("Drag out", "Give the run to another program as JSON"),
)
"""Keys and gestures of the list of runs."""


class Actions(QObject):
    """The actions of a window, made from the table."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions = {spec.id: self._make(spec) for spec in _SPECS}
        self.color_icons()
        theme.changed.connect(self.color_icons)

    def __getitem__(self, id_: str) -> QAction:
        return self._actions[id_]

    def all(self) -> tuple[QAction, ...]:
        """Give every action in order."""
        return tuple(self._actions.values())

    def of(self, menu: Menu) -> tuple[tuple[ActionSpec, QAction], ...]:
        """Give the actions of a menu in order."""
        return tuple((spec, self._actions[spec.id]) for spec in _SPECS if spec.menu is menu)

    def of_graph(self) -> tuple[QAction, ...]:
        """Give the actions whose keys work in the graph only; add them to it."""
        return tuple(self._actions[spec.id] for spec in _SPECS if spec.is_graph_only)

    def set_has_model(self, has_model: bool) -> None:
        """Enable what needs a model only while there is one."""
        for spec in _SPECS:
            if spec.needs_model:
                self._actions[spec.id].setEnabled(has_model)

    def color_icons(self) -> None:
        """Draw the icons in the colours of the theme in use."""
        for spec in _SPECS:
            if spec.icon:
                self._actions[spec.id].setIcon(self._icon(spec))

    def _icon(self, spec: ActionSpec) -> QIcon:
        return self._theme.icon(spec.icon)

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(spec.text, self)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
        if spec.is_graph_only:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setCheckable(spec.is_checkable)
        first = (
            QKeySequence(spec.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText) if spec.shortcuts else ""
        )
        tip = spec.tip or spec.text.rstrip("…")
        action.setToolTip(f"{tip} ({first})" if first else tip)
        return action

"""The actions of the menu Graph: how the graph is looked at."""

from profiler_gui.action_spec import ActionSpec, Menu

BOOKMARKS = tuple(range(1, 10))
_BOOKMARK_MENU = "Bookmarks"


def _graph(id_: str, text: str, *shortcuts: str, tip: str = "", **more: bool) -> ActionSpec:
    return ActionSpec(
        id=id_, text=text, menu=Menu.GRAPH, shortcuts=shortcuts, tip=tip, needs_model=True, is_graph_only=True,
        is_checkable=more.get("is_checkable", False), starts_group=more.get("starts_group", False),
    )  # fmt: skip


def _bookmark(number: int, *, sets: bool) -> ActionSpec:
    return ActionSpec(
        id=f"{'set' if sets else 'go_to'}_bookmark_{number}",
        text=f"{'Set' if sets else 'Go to'} bookmark {number}",
        menu=Menu.GRAPH,
        submenu=_BOOKMARK_MENU,
        shortcuts=(f"Ctrl+{number}" if sets else str(number),),
        needs_model=True,
        is_graph_only=True,
        starts_group=sets and number == BOOKMARKS[0],
    )


GRAPH_SPECS = (
    _graph("expand_group", "Expand group", "E", tip="Show what is in the selected group"),
    _graph("collapse_group", "Collapse group", "C", tip="Show the group around the selection as one node"),
    _graph("expand_all", "Expand all groups", "Shift+E"),
    _graph("collapse_all", "Collapse all groups", "Shift+C"),
    _graph("show_frames", "Frame groups", "G", tip="Draw a frame around each name scope and block", is_checkable=True),
    _graph(
        "follow_tensor", "Follow a tensor…", "T", tip="Mark a tensor from its producer to all who read it",
        starts_group=True,
    ),
    _graph(
        "critical_path", "Mark the critical path", "P",
        tip="Mark the longest path: by measured time, before any measurement by MACs", is_checkable=True,
    ),
    _graph("show_trace", "Zoom to what is marked", "Shift+F"),
    _graph("only_near", "Show the neighbourhood only", "N", tip="One hop more with each use", starts_group=True),
    _graph("only_nearer", "Show a smaller neighbourhood", "Shift+N"),
    _graph("only_ways", "Show only what leads here and follows", "W"),
    _graph("only_partition", "Show this partition only", "Shift+I", tip="The part of the chosen target's cut"),
    _graph("only_selection", "Show the selection only", "I"),
    _graph("hide_selection", "Hide the selection", "H"),
    _graph("show_everything", "Show everything", "Shift+H"),
    _graph("turn_sideways", "Left to right", "L", is_checkable=True, starts_group=True),
    *(_bookmark(number, sets=False) for number in BOOKMARKS),
    *(_bookmark(number, sets=True) for number in BOOKMARKS),
)  # fmt: skip

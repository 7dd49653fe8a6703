"""What an entry of the table of actions says."""

from dataclasses import dataclass
from enum import StrEnum


class Menu(StrEnum):
    """The menus, in order."""

    FILE = "File"
    EDIT = "Edit"
    VIEW = "View"
    GRAPH = "Graph"
    TARGETS = "Targets"
    PROFILE = "Profile"
    HELP = "Help"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One action."""

    id: str
    text: str
    menu: Menu
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    needs_model: bool = False
    is_checkable: bool = False
    is_graph_only: bool = False
    """Whether the keys work in the graph only, because they mean something else in tables and text."""
    starts_group: bool = False
    """Whether a line separates it from the action above."""
    submenu: str = ""
    """Title of the submenu that it is in."""

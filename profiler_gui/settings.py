"""What is remembered between two starts, with types; nothing else touches ``QSettings``."""

from PySide6.QtCore import QByteArray, QSettings

MAX_RECENT = 9
"""As many as there are digits for their shortcuts."""


class Settings:
    """The remembered choices; every value falls back to its default when what is stored makes no sense.

    Args:
        store: where to keep them; the user's own place when left out.
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store if store is not None else QSettings()

    @property
    def theme(self) -> str:
        """Name of the wanted theme mode, or empty."""
        return self._text("theme")

    @theme.setter
    def theme(self, mode: str) -> None:
        self._store.setValue("theme", mode)

    @property
    def wants_contrast(self) -> bool:
        """Whether the user asked for high contrast."""
        return self._text("contrast") == "high"

    @wants_contrast.setter
    def wants_contrast(self, is_wanted: bool) -> None:
        self._store.setValue("contrast", "high" if is_wanted else "")

    @property
    def recent_files(self) -> tuple[str, ...]:
        """Paths opened last, newest first."""
        stored = self._store.value("recent_files")
        if isinstance(stored, str):  # the file format does not tell a list of one from a text
            stored = [stored]
        return tuple(str(path) for path in stored)[:MAX_RECENT] if isinstance(stored, list) else ()

    def remember_file(self, path: str) -> None:
        """Put a path at the top of the recent files."""
        others = [other for other in self.recent_files if other != path]
        self._store.setValue("recent_files", [path, *others][:MAX_RECENT])

    def forget_file(self, path: str) -> None:
        """Take a path off the recent files (it is gone)."""
        self._store.setValue("recent_files", [other for other in self.recent_files if other != path])

    def forget_files(self) -> None:
        """Empty the recent files."""
        self._store.remove("recent_files")

    @property
    def recent_sessions(self) -> tuple[str, ...]:
        """Paths of sessions opened or saved last, newest first."""
        stored = self._store.value("recent_sessions")
        if isinstance(stored, str):
            stored = [stored]
        return tuple(str(path) for path in stored)[:MAX_RECENT] if isinstance(stored, list) else ()

    def remember_session(self, path: str) -> None:
        """Put a path at the top of the recent sessions."""
        others = [other for other in self.recent_sessions if other != path]
        self._store.setValue("recent_sessions", [path, *others][:MAX_RECENT])

    def forget_session(self, path: str) -> None:
        """Take a path off the recent sessions (it is gone)."""
        self._store.setValue("recent_sessions", [other for other in self.recent_sessions if other != path])

    @property
    def embeds_models(self) -> bool:
        """Whether sessions hold the models themselves."""
        return self._text("sessions/embed_models") == "yes"

    @embeds_models.setter
    def embeds_models(self, is_wanted: bool) -> None:
        self._store.setValue("sessions/embed_models", "yes" if is_wanted else "no")

    @property
    def last_folder(self) -> str:
        """Where the last file was chosen, or empty."""
        return self._text("last_folder")

    @last_folder.setter
    def last_folder(self, folder: str) -> None:
        self._store.setValue("last_folder", folder)

    @property
    def target_id(self) -> str:
        """The target chosen last, or empty."""
        return self._text("target")

    @target_id.setter
    def target_id(self, target_id: str) -> None:
        self._store.setValue("target", target_id)

    @property
    def geometry(self) -> QByteArray:
        """Size and place of the window, or empty."""
        return self._bytes("window/geometry")

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("window/geometry", geometry)

    @property
    def layout(self) -> QByteArray:
        """Places of docks and toolbars, or empty."""
        return self._bytes("window/layout")

    @layout.setter
    def layout(self, layout: QByteArray) -> None:
        self._store.setValue("window/layout", layout)

    def forget_layout(self) -> None:
        """Let the window start with its default layout."""
        self._store.remove("window")

    def columns(self, table: str) -> tuple[str, ...]:
        """Ids of the columns chosen for a table, or empty."""
        return tuple(self._text(f"columns/{table}").split())

    def remember_columns(self, table: str, ids: tuple[str, ...]) -> None:
        """Keep the columns chosen for a table."""
        self._store.setValue(f"columns/{table}", " ".join(ids))

    @property
    def colour_rules(self) -> str:
        """The user's colour rules as JSON, or empty."""
        return self._text("colour_rules")

    @colour_rules.setter
    def colour_rules(self, rules: str) -> None:
        self._store.setValue("colour_rules", rules)

    @property
    def looks_for_devices(self) -> bool:
        """Whether to look for devices as soon as the program starts."""
        return self._text("devices/always_look") == "yes"

    @looks_for_devices.setter
    def looks_for_devices(self, is_wanted: bool) -> None:
        self._store.setValue("devices/always_look", "yes" if is_wanted else "no")

    @property
    def adb_address(self) -> str:
        """Host and port of the adb server, or empty for the usual one of this computer."""
        return self._text("devices/adb_server")

    @adb_address.setter
    def adb_address(self, address: str) -> None:
        self._store.setValue("devices/adb_server", address)

    def save(self) -> None:
        """Write to disk now."""
        self._store.sync()

    def _text(self, key: str) -> str:
        stored = self._store.value(key)
        return stored if isinstance(stored, str) else ""

    def _bytes(self, key: str) -> QByteArray:
        stored = self._store.value(key)
        return stored if isinstance(stored, QByteArray) else QByteArray()

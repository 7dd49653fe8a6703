"""Opening a session file: safely, whoever made it, and with sentences for everything that can go wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import quote

from backends.errors import StoreError
from backends.sessions import schema

SUFFIX = ".tfsession"
MAX_CONTENT_BYTES = 512 << 20
"""Largest model that is put into a session."""
_MAGIC = b"SQLite format 3\x00"
_APPLICATION_ID_PLACE = 68
_HEADER_BYTES = 100
_BUSY_SECONDS = 5.0
_ROW_OVERHEAD = 1 << 20

_DENIED = frozenset(
    {
        sqlite3.SQLITE_ATTACH,
        sqlite3.SQLITE_DETACH,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_CREATE_TEMP_VIEW,
        sqlite3.SQLITE_CREATE_VTABLE,
    }
)
_FUNCTIONS = frozenset({"length", "count", "like"})


class ForeignFileError(StoreError):
    """A file is no session, or one that was tampered with; nothing of it is read."""


class DamagedFileError(StoreError):
    """SQLite refuses a session file, wholly or in part."""


class FullDiskError(StoreError):
    """There is no room for what shall be written; the file is as it was before."""


def is_session_file(path: Path) -> bool:
    """Whether a file begins like a session; never raises."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER_BYTES)
    except OSError:
        return False
    if len(head) < _HEADER_BYTES:
        return path.suffix.lower() == SUFFIX and path.is_file()
    return _has_id(head) or path.suffix.lower() == SUFFIX


def _has_id(head: bytes) -> bool:
    stated = head[_APPLICATION_ID_PLACE : _APPLICATION_ID_PLACE + 4]
    return head.startswith(_MAGIC) and stated == schema.APPLICATION_ID.to_bytes(4, "big")


@contextmanager
def connected(path: Path, *, writes: bool = False, creates: bool = False) -> Iterator[sqlite3.Connection]:
    """Give a checked connection, in a transaction if it writes; closed at the end.

    Args:
        path: the session file.
        writes: begin a transaction, committed at the end; a failure leaves the file as it was.
        creates: make the file if there is none.

    Raises:
        DamagedFileError: SQLite refuses the file.
        ForeignFileError: it is no session, or has what no session has.
        FullDiskError: there is no room.
        StoreError: it cannot be opened, is in use, or is of a newer version and shall be written to.
    """
    if not creates and not path.is_file():
        raise StoreError(f"there is no session {path.name}", hint="Check the path.")
    # Also to read: what a killed writer left half done is taken back first. SQLite itself falls back to reading only.
    mode = "rwc" if creates else "rw"
    try:
        with closing(_connect(path, mode)) as connection:
            _harden(connection)
            # Before anything is looked at: nobody may change the file in between.
            connection.execute("BEGIN IMMEDIATE" if writes else "PRAGMA query_only=ON")
            _check(connection, path, writes=writes)
            yield connection
            if writes:
                connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except UnicodeDecodeError as error:
        # SQLite's own sentences quote what stands in the file.
        raise DamagedFileError(f"{path.name} is damaged", hint="What can be read of it is opened.") from error
    except OSError as error:
        raise StoreError(f"{path.name} cannot be opened: {error.strerror or error}") from error


def version_of(connection: sqlite3.Connection) -> int:
    """Give the version of the file's tables."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """Say in the user's words what SQLite could not do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = path.name
    if code == sqlite3.SQLITE_FULL:
        return FullDiskError(
            f"{name} cannot be saved: the disk is full",
            hint="Free some space; saving is tried again.",
            detail=str(error),
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT):
        return DamagedFileError(f"{name} is damaged: {error}", hint="What can be read of it is opened.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(f"{name} is in use by another program", hint="Close it there, then try again.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return StoreError(f"{name} may not be written to", hint="Save the session somewhere else.", detail=str(error))
    if code == sqlite3.SQLITE_CANTOPEN:
        return StoreError(f"{name} cannot be opened", hint="Check that the folder exists and may be written to.")
    if code == sqlite3.SQLITE_IOERR:
        return FullDiskError(
            f"{name} cannot be saved or read: the disk reports an error",
            hint="Check the disk and its free space; saving is tried again.",
            detail=str(error),
        )
    return StoreError(f"{name} cannot be used: {error}", hint="Save the session somewhere else.")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _harden(connection: sqlite3.Connection) -> None:
    """Take away what a file from elsewhere could use (https://www.sqlite.org/security.html)."""
    connection.text_factory = _text
    for name, most in (
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_LENGTH, MAX_CONTENT_BYTES + _ROW_OVERHEAD),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
    ):
        connection.setlimit(name, most)
    for pragma in (
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "mmap_size=0",
        "temp_store=MEMORY",
        "journal_mode=DELETE",
        "synchronous=EXTRA",
        "secure_delete=ON",
        "foreign_keys=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    is_denied = action in _DENIED or (action == sqlite3.SQLITE_FUNCTION and second not in _FUNCTIONS)
    return sqlite3.SQLITE_DENY if is_denied else sqlite3.SQLITE_OK


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _check(connection: sqlite3.Connection, path: Path, *, writes: bool) -> None:
    """Refuse what is no session; bring an older one to the present version where it is written to."""
    version = version_of(connection)
    tables = _schema_of(connection)
    if version == 0 and not tables and writes:
        connection.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
    elif int(connection.execute("PRAGMA application_id").fetchone()[0]) != schema.APPLICATION_ID:
        raise ForeignFileError(f"{path.name} is not a session of this program", hint="Choose another file.")
    elif version > schema.VERSION:
        _check_newer(connection, path)
        if writes:
            raise StoreError(
                f"{path.name} was made by a newer version of the program and is only read",
                hint="Update the program, or save the session under another name.",
            )
    elif tables != _expected(version):
        strange = ", ".join(sorted(name for _, name, _ in tables ^ _expected(version))[:5])
        raise ForeignFileError(
            f"{path.name} has what no session has ({strange}) and is not opened",
            hint="It may have been made to do harm; ask who sent it.",
        )
    if writes and version < schema.VERSION:
        for statement in (line for step in schema.STEPS[version:] for line in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={schema.VERSION}")


Tables = frozenset[tuple[str, str, str]]


def _schema_of(connection: sqlite3.Connection) -> Tables:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_autoindex_%'")
    return frozenset((str(kind), str(name), str(sql)) for kind, name, sql in rows)


@cache
def _expected(version: int) -> Tables:
    """Give the tables that a file of a version has, exactly."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in (line for step in schema.STEPS[:version] for line in step):
            connection.execute(statement)
        return _schema_of(connection)


def _check_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Allow further tables and indexes, nothing that runs by itself; views and virtual tables have no pages."""
    rows = connection.execute("SELECT type, name, rootpage FROM sqlite_schema").fetchall()
    if any(kind not in ("table", "index") or not page for kind, _, page in rows):
        raise ForeignFileError(f"{path.name} has views or triggers, which no session has, and is not opened")
    missing = set(schema.REQUIRED_TABLES) - {name for _, name, _ in rows}
    if missing:
        raise ForeignFileError(
            f"{path.name} is of a newer version that this program cannot read", hint="Update the program."
        )

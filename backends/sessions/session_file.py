"""Writing to and reading from a session file, a transaction for each change."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from backends.errors import StoreError
from backends.sessions import schema
from backends.sessions.database import (
    MAX_CONTENT_BYTES,
    DamagedFileError,
    FullDiskError,
    connected,
    explain,
    is_session_file,
    version_of,
)
from backends.sessions.packing import (
    pack_draft,
    pack_run,
    pack_tags,
    pack_verdict,
    unpack_draft,
    unpack_run,
    unpack_tags,
    unpack_verdict,
)
from backends.sessions.salvage import salvage_session
from backends.sessions.values import Draft, KeptModel, KeptRun, KeptVerdict, SessionContent, SessionGlance

MAX_TEXT = 1_000_000
"""Longest note or property that is read, in characters."""

T = TypeVar("T")


class SessionFile:
    """One session on disk. Every method opens, checks, changes and closes it: nothing is pending in between.

    Methods may be called from any thread, one at a time.

    Args:
        path: where it is; it is made by the first change.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the file if there is none; nothing else is changed.

        Raises:
            StoreError: it cannot be written, for each of the reasons in ``database``; likewise for other changes.
        """
        with connected(self.path, writes=True, creates=True):
            pass

    def add_run(self, kept: KeptRun, model: KeptModel) -> None:
        """Keep a run, and its model if that is not known yet; a run with the same id is replaced.

        The draft of the same device is dropped in the same transaction.
        """
        with connected(self.path, writes=True, creates=True) as connection:
            _write_model(connection, model)
            _write_run(connection, kept)
            connection.execute("DELETE FROM draft WHERE device = ?", (kept.run.plan.device,))

    def add_runs(self, runs: Iterable[KeptRun], models: Iterable[KeptModel]) -> None:
        """Keep several runs and models, all or none."""
        with connected(self.path, writes=True, creates=True) as connection:
            for model in models:
                _write_model(connection, model)
            for kept in runs:
                _write_run(connection, kept)

    def remove_runs(self, ids: Iterable[str]) -> None:
        """Forget runs; their bytes are overwritten."""
        with connected(self.path, writes=True, creates=True) as connection:
            connection.executemany("DELETE FROM run WHERE id = ?", [(id_,) for id_ in ids])

    def set_verdicts(self, verdicts: Iterable[KeptVerdict], model: KeptModel) -> None:
        """Keep what targets say about a model, in place of what was kept of those targets."""
        rows = [(item.model_sha256, item.target_id, pack_verdict(item)) for item in verdicts]
        with connected(self.path, writes=True, creates=True) as connection:
            _write_model(connection, model)
            connection.executemany("INSERT OR REPLACE INTO verdict (model_sha256, target, data) VALUES (?, ?, ?)", rows)

    def set_properties(self, properties: Mapping[str, str]) -> None:
        """Keep texts by name; an empty text removes one."""
        with connected(self.path, writes=True, creates=True) as connection:
            for name, value in properties.items():
                if value:
                    connection.execute("INSERT OR REPLACE INTO property (name, value) VALUES (?, ?)", (name, value))
                else:
                    connection.execute("DELETE FROM property WHERE name = ?", (name,))

    def set_model_note(self, model: KeptModel) -> None:
        """Keep the note on a model."""
        with connected(self.path, writes=True, creates=True) as connection:
            _write_model(connection, model)
            connection.execute("UPDATE model SET note = ? WHERE sha256 = ?", (model.note, model.sha256))

    def set_alignment(self, first: str, second: str, value: str) -> None:
        """Keep corrections by hand (JSON) of how two models, given by sha256, are aligned; empty removes them."""
        with connected(self.path, writes=True, creates=True) as connection:
            if value:
                connection.execute("INSERT OR REPLACE INTO alignment VALUES (?, ?, ?)", (first, second, value))
            else:
                connection.execute("DELETE FROM alignment WHERE first = ? AND second = ?", (first, second))

    def set_draft(self, draft: Draft) -> None:
        """Keep what was measured so far on a device; the finished run takes its place."""
        with connected(self.path, writes=True, creates=True) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO draft (device, data) VALUES (?, ?)", (draft.plan.device, pack_draft(draft))
            )

    def drop_draft(self, device: str) -> None:
        """Forget the measurement that was under way on a device: it is finished or was cancelled."""
        with connected(self.path, writes=True, creates=True) as connection:
            connection.execute("DELETE FROM draft WHERE device = ?", (device,))

    def drop_drafts(self) -> None:
        """Forget measurements that were under way (they were cancelled, or taken over as runs)."""
        with connected(self.path, writes=True, creates=True) as connection:
            connection.execute("DELETE FROM draft")

    def embed_model(self, model: KeptModel, content: bytes) -> None:
        """Put a model's file itself into the session.

        Raises:
            StoreError: it is too large, or cannot be written.
        """
        if len(content) > MAX_CONTENT_BYTES:
            raise StoreError(
                f"{model.name} is too large to be put into a session",
                hint=f"Up to {MAX_CONTENT_BYTES >> 20} MiB are; it stays known by path and checksum.",
            )
        with connected(self.path, writes=True, creates=True) as connection:
            _write_model(connection, model)
            connection.execute("UPDATE model SET content = ? WHERE sha256 = ?", (content, model.sha256))

    def drop_contents(self) -> None:
        """Take all models' files out of the session; they stay known by path and checksum."""
        with connected(self.path, writes=True, creates=True) as connection:
            connection.execute("UPDATE model SET content = NULL")

    def read_model_content(self, sha256: str) -> bytes | None:
        """Give an embedded model's file; ``None`` if the session does not have it.

        Raises:
            StoreError: the session cannot be read.
        """
        with connected(self.path) as connection:
            row = connection.execute("SELECT content FROM model WHERE sha256 = ?", (sha256,)).fetchone()
        return row[0] if row is not None and isinstance(row[0], bytes) else None

    def read(self) -> SessionContent:
        """Give all that can be read; what cannot is a warning.

        Raises:
            StoreError: there is no such file, it is no session, was tampered with, or nothing of it can be read.
        """
        try:
            with connected(self.path) as connection:
                content = _read(connection)
                found = connection.execute("PRAGMA quick_check(1)").fetchone()
                if found is not None and found[0] != "ok":
                    raise DamagedFileError(f"{self.path.name} is damaged: {found[0]}")
        except DamagedFileError as error:
            return salvage_session(self.path, error)
        if not os.access(self.path, os.W_OK):
            content = _read_only(content, f"{self.path.name} is write-protected; what you change is not saved to it.")
        return content

    def glance(self) -> SessionGlance:
        """Tell what is in it without reading the runs themselves, which may take seconds.

        Raises:
            StoreError: it cannot be read, is damaged or no session.
        """
        with connected(self.path) as connection:
            count = int(connection.execute("SELECT count(*) FROM run").fetchone()[0])
            if version_of(connection) >= 2:
                count += int(connection.execute("SELECT count(*) FROM draft").fetchone()[0])
            names = connection.execute("SELECT name FROM model ORDER BY rowid LIMIT 10").fetchall()
            closed = connection.execute("SELECT value FROM property WHERE name = 'closed'").fetchone()
        return SessionGlance(
            run_count=count, model_names=tuple(str(name)[:MAX_TEXT] for (name,) in names), was_closed=closed == ("yes",)
        )

    def copy_to(self, path: Path) -> "SessionFile":
        """Save the session under another name; the file is complete or not there.

        Raises:
            StoreError: it cannot be read or written.
        """
        draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with connected(self.path) as source:
                try:
                    with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
                        source.backup(copy)
                except sqlite3.Error as error:
                    raise explain(error, path) from error
            _sync(draft)
            draft.replace(path)
            _sync(path.parent)
        except OSError as error:
            raise StoreError(f"{path.name} cannot be written: {error.strerror or error}") from error
        finally:
            for leftover in (draft, draft.with_name(f"{draft.name}-journal")):
                with suppress(OSError):
                    leftover.unlink(missing_ok=True)
        return SessionFile(path)


def write_session(path: Path, content: SessionContent, model_contents: Mapping[str, bytes] | None = None) -> None:
    """Write a whole session to a new file, such as what was read from a damaged one; complete or not there.

    Args:
        path: the new file; one that is there is replaced.
        content: what to write.
        model_contents: files of models to put into it, by sha256.

    Raises:
        StoreError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    file = SessionFile(draft)
    try:
        draft.unlink(missing_ok=True)
        file.add_runs(content.runs, content.models)
        for model in content.models:
            found = [verdict for verdict in content.verdicts if verdict.model_sha256 == model.sha256]
            if found:
                file.set_verdicts(found, model)
            data = (model_contents or {}).get(model.sha256)
            if data is not None:
                file.embed_model(model, data)
        for (first, second), value in content.alignments.items():
            file.set_alignment(first, second, value)
        file.set_properties(content.properties)
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise StoreError(f"{path.name} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def now() -> str:
    """Give the time as sessions keep it: ISO 8601 with offset."""
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")


def _write_model(connection: sqlite3.Connection, model: KeptModel) -> None:
    """Add a model, or follow one that was moved; content and note stay as they are."""
    connection.execute(
        "INSERT INTO model (sha256, name, path, member, size_bytes, note) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET name = excluded.name, path = excluded.path, member = excluded.member",
        (model.sha256, model.name, model.path, model.member, model.size_bytes, model.note),
    )


def _write_run(connection: sqlite3.Connection, kept: KeptRun) -> None:
    # An update keeps the row's place in the order.
    connection.execute(
        "INSERT INTO run (id, model_sha256, title, tags, note, added_at, data) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET title = excluded.title, tags = excluded.tags, note = excluded.note,"
        " data = excluded.data",
        (
            kept.run.id,
            kept.run.model_sha256,
            kept.title,
            pack_tags(kept.tags),
            kept.note,
            kept.added_at or now(),
            pack_run(kept.run),
        ),
    )


def _read(connection: sqlite3.Connection) -> SessionContent:
    version = version_of(connection)
    warnings: list[str] = []
    content = SessionContent(
        models=tuple(_models(connection)),
        runs=tuple(_runs(connection, warnings)),
        properties={
            str(name): str(value)
            for name, value in connection.execute("SELECT name, value FROM property")
            if len(str(value)) <= MAX_TEXT
        },
    )
    if version > schema.VERSION:
        return _read_only(
            replace(content, warnings=tuple(warnings)),
            "The session was made by a newer version of the program: it is only read, and some of it may be missing.",
        )
    rows = connection.execute("SELECT model_sha256, data FROM verdict").fetchall()
    verdicts = _each(rows, lambda row: unpack_verdict(str(row[0]), row[1]), warnings)
    drafts: list[Draft] = []
    if version >= 2:
        drafts = _each(
            connection.execute("SELECT data FROM draft").fetchall(), lambda row: unpack_draft(row[0]), warnings
        )
    alignments = {
        (str(first), str(second)): str(value)
        for first, second, value in connection.execute("SELECT first, second, value FROM alignment")
        if len(str(value)) <= MAX_TEXT
    }
    return replace(
        content,
        verdicts=tuple(verdicts),
        drafts=tuple(drafts),
        alignments=alignments,
        warnings=tuple(warnings),
    )


def _models(connection: sqlite3.Connection) -> Iterator[KeptModel]:
    query = "SELECT sha256, name, path, member, size_bytes, note, content IS NOT NULL FROM model ORDER BY rowid"
    for sha256, name, path, member, size, note, is_embedded in connection.execute(query):
        yield KeptModel(
            sha256=str(sha256),
            name=str(name)[:MAX_TEXT],
            path=str(path)[:MAX_TEXT],
            member=str(member)[:MAX_TEXT],
            size_bytes=size if isinstance(size, int) else 0,
            note=str(note)[:MAX_TEXT],
            is_embedded=bool(is_embedded),
        )


def _runs(connection: sqlite3.Connection, warnings: list[str]) -> Iterator[KeptRun]:
    query = "SELECT id, title, tags, note, added_at, data FROM run ORDER BY rowid"
    for id_, title, tags, note, added_at, data in connection.execute(query):
        try:
            run = unpack_run(data)
        except StoreError as error:
            warnings.append(f"The run {id_} cannot be read: {error.message}.")
            continue
        yield KeptRun(
            run=run if run.id == id_ else replace(run, id=str(id_)),
            title=str(title)[:MAX_TEXT],
            tags=unpack_tags(tags),
            note=str(note)[:MAX_TEXT],
            added_at=str(added_at)[:MAX_TEXT],
        )


def _each(rows: Iterable[tuple[object, ...]], read: Callable[[tuple[object, ...]], T], warnings: list[str]) -> list[T]:
    result = []
    for row in rows:
        try:
            result.append(read(row))
        except StoreError as error:
            warnings.append(f"{error.message[:1].upper()}{error.message[1:]}.")
    return result


def _read_only(content: SessionContent, why: str) -> SessionContent:
    return replace(content, is_read_only=True, warnings=(why, *content.warnings))


def _sync(path: Path) -> None:
    """Let the disk have what was written; folders cannot be opened so on every system."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


__all__ = [
    "DamagedFileError",
    "FullDiskError",
    "SessionFile",
    "is_session_file",
    "now",
    "write_session",
]

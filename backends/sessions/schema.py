"""The tables of a session file, as the steps that lead from an empty file to the present version.

A version never changes once it was released; the next one is a further step. The sums: ``application_id`` tells a
session from other SQLite files, ``user_version`` is the version.
"""

APPLICATION_ID = 0x54465331
"""``TFS1``, at offset 68 of the file."""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE property (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT",
        "CREATE TABLE model (sha256 TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL,"
        " member TEXT NOT NULL, size_bytes INTEGER NOT NULL, note TEXT NOT NULL, content BLOB) STRICT",
        "CREATE TABLE run (id TEXT PRIMARY KEY NOT NULL, model_sha256 TEXT NOT NULL, title TEXT NOT NULL,"
        " tags TEXT NOT NULL, note TEXT NOT NULL, added_at TEXT NOT NULL, data BLOB NOT NULL) STRICT",
        "CREATE TABLE verdict (model_sha256 TEXT NOT NULL, target TEXT NOT NULL, data BLOB NOT NULL,"
        " PRIMARY KEY (model_sha256, target)) STRICT",
        "CREATE TABLE alignment (first TEXT NOT NULL, second TEXT NOT NULL, value TEXT NOT NULL,"
        " PRIMARY KEY (first, second)) STRICT",
    ),
    ("CREATE TABLE draft (device TEXT PRIMARY KEY NOT NULL, data BLOB NOT NULL) STRICT",),
)
"""What each version adds: ``STEPS[n]`` leads from version n to n + 1."""

VERSION = len(STEPS)
REQUIRED_TABLES = ("property", "model", "run")
"""What a file of a newer version must have to be read."""

import json
import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from backends.errors import StoreError
from backends.model.model import OperatorId
from backends.runs.plan import Plan
from backends.runs.store import run_to_json
from backends.sessions import schema
from backends.sessions.database import ForeignFileError, FullDiskError, connected, is_session_file
from backends.sessions.folder import is_unsaved, list_unsaved, new_unsaved_path
from backends.sessions.packing import RUN_MARK
from backends.sessions.session_file import SessionFile, write_session
from backends.sessions.values import Draft, KeptRun, KeptVerdict
from tests.support.builders import a_chain, a_run
from tests.support.session_killer import check_after_kill, kill_writer, random_moments
from tests.support.session_writer import a_kept_model, a_long_run

MODEL = a_chain(("CONV_2D", "RELU"))
KEPT_MODEL = a_kept_model(MODEL)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "work.tfsession"


@pytest.fixture
def file(path):
    """A session with three runs."""
    file = SessionFile(path)
    for number in range(3):
        kept = KeptRun(run=a_long_run(MODEL, f"run-{number}", number), tags=("a", "b"), note=f"note {number}")
        file.add_run(kept, KEPT_MODEL)
    return file


def ids(file: SessionFile) -> list[str]:
    return [kept.run.id for kept in file.read().runs]


def test_what_was_saved_comes_back(file):
    verdict = KeptVerdict(
        model_sha256=MODEL.sha256,
        target_id="npu",
        target_name="Example NPU",
        placements={OperatorId(0, 0): "accelerated", OperatorId(0, 1): "fallback"},
        rules={OperatorId(0, 1): ("input-type",)},
    )
    file.set_verdicts([verdict], KEPT_MODEL)
    file.set_properties({"baseline": "run-1", "window": json.dumps({"tabs": ["a"]})})
    file.set_alignment("aa", "bb", '{"pairs": []}')

    content = file.read()

    assert [kept.run for kept in content.runs] == [a_long_run(MODEL, f"run-{n}", n) for n in range(3)]
    assert [(kept.tags, kept.note) for kept in content.runs] == [(("a", "b"), f"note {n}") for n in range(3)]
    assert content.models == (KEPT_MODEL,)
    assert content.verdicts == (verdict,)
    assert content.properties == {"baseline": "run-1", "window": '{"tabs": ["a"]}'}
    assert content.alignments == {("aa", "bb"): '{"pairs": []}'}
    assert not content.is_read_only
    assert content.warnings == ()


def test_a_run_in_a_session_is_the_json_of_a_saved_run(file, path):
    import zlib

    with closing(sqlite3.connect(path)) as connection:
        data = connection.execute("SELECT data FROM run WHERE id = 'run-0'").fetchone()[0]

    assert json.loads(zlib.decompress(data[len(RUN_MARK) :])) == json.loads(
        json.dumps(run_to_json(a_long_run(MODEL, "run-0", 0)))
    )


def test_each_change_is_synced_and_leaves_one_file(file, path):
    with connected(path) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 3
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        assert connection.execute("PRAGMA trusted_schema").fetchone()[0] == 0

    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208 - names are wanted


def test_runs_are_forgotten_and_replaced_in_place(file, path):
    secret = "a note that nobody shall find"
    kept = file.read().find_run("run-1")
    file.add_run(replace(kept, note=secret, title="first try"), KEPT_MODEL)

    assert [(kept.run.id, kept.note) for kept in file.read().runs][1] == ("run-1", secret)
    assert file.read().find_run("first try").run.id == "run-1"

    file.remove_runs(["run-1"])

    assert ids(file) == ["run-0", "run-2"]
    assert secret.encode() not in path.read_bytes()


def test_models_are_embedded_and_taken_out(file):
    content = os.urandom(300_000)
    file.embed_model(KEPT_MODEL, content)

    assert file.read().models[0].is_embedded
    assert file.read_model_content(MODEL.sha256) == content

    file.add_run(KeptRun(run=a_run(MODEL, id_="later")), KEPT_MODEL)

    assert file.read_model_content(MODEL.sha256) == content

    file.drop_contents()

    assert not file.read().models[0].is_embedded
    assert file.read_model_content(MODEL.sha256) is None


def test_a_measurement_under_way_is_kept_until_its_run_is_there(file):
    draft = Draft(
        model_sha256=MODEL.sha256,
        model_name="m",
        plan=Plan(runs=100),
        started_at="2026-03-01T12:00:00+00:00",
        warmup_ns=(5,),
        latencies_ns=(1, 2, 3),
    )
    file.set_draft(draft)

    assert file.read().drafts == (draft,)

    file.add_run(KeptRun(run=a_run(MODEL, id_="done", plan=Plan(runs=100))), KEPT_MODEL)

    assert file.read().drafts == ()


def test_saving_under_another_name_copies_all_and_leaves_nothing_else(file, path):
    copy = file.copy_to(path.with_name("copy.tfsession"))

    assert copy.read() == file.read()
    assert sorted(p.name for p in path.parent.iterdir()) == ["copy.tfsession", "work.tfsession"]

    copy.remove_runs(["run-0"])

    assert ids(file) == ["run-0", "run-1", "run-2"]


def test_a_whole_session_is_written_anew(file, path):
    file.set_properties({"note": "x"})
    target = path.with_name("new.tfsession")

    write_session(target, file.read(), {MODEL.sha256: b"model"})

    content = SessionFile(target).read()
    assert content.runs == file.read().runs
    assert content.properties == {"note": "x"}
    assert SessionFile(target).read_model_content(MODEL.sha256) == b"model"
    assert sorted(p.name for p in path.parent.iterdir()) == ["new.tfsession", "work.tfsession"]


# Killed and full --------------------------------------------------------------------------------------------------


def test_killing_the_writer_at_any_moment_loses_no_run_that_was_saved(tmp_path):
    """A real process is killed; the benchmark ``bench_session_kills.py`` does it hundreds of times."""
    for number, seconds in enumerate(random_moments(12, 0.15, seed=1)):
        path = tmp_path / f"kill{number}.tfsession"
        said = kill_writer(path, seconds)

        count, _ = check_after_kill(path, said)

        assert count >= 1


FILL = """
import resource, sys
from pathlib import Path
from backends.errors import ProfilerError
from backends.sessions.session_file import SessionFile
from backends.sessions.database import FullDiskError
from backends.sessions.values import KeptRun
from tests.support.builders import a_chain
from tests.support.session_writer import a_kept_model, a_long_run
file, model = SessionFile(Path(sys.argv[1])), a_chain(("CONV_2D", "RELU"))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
saved, error = 0, None
while error is None:
    try:
        file.add_run(KeptRun(run=a_long_run(model, f"run-{saved}", saved)), a_kept_model(model))
        saved += 1
    except FullDiskError as found:
        error = found
print(error.message)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
file.add_run(KeptRun(run=a_long_run(model, f"run-{saved}", saved)), a_kept_model(model))
print(saved + 1)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="this system has no limit for files")
def test_without_room_the_file_stays_as_it_was_and_saving_goes_on_when_there_is_room(path):
    root = Path(__file__).resolve().parents[3]
    outcome = subprocess.run(
        [sys.executable, "-c", FILL, str(path)], cwd=root, capture_output=True, text=True, check=False
    )
    message, count = outcome.stdout.splitlines()

    assert "work.tfsession cannot be saved" in message
    assert ids(SessionFile(path)) == [f"run-{n}" for n in range(int(count))]
    assert int(count) > 3


def test_a_full_disk_is_told_as_such(path, monkeypatch):
    file = SessionFile(path)
    file.create()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA max_page_count=20")
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("INSERT INTO property VALUES ('a', ?)", ("x" * 500_000,))
    from backends.sessions.database import explain

    error = explain(caught.value, path)

    assert isinstance(error, FullDiskError)
    assert error.message == "work.tfsession cannot be saved: the disk is full"


def test_a_session_in_use_elsewhere_is_told_and_not_harmed(file, path, monkeypatch):
    monkeypatch.setattr("backends.sessions.database._BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(StoreError, match=r"work\.tfsession is in use"):
            file.set_properties({"note": "x"})

    file.set_properties({"note": "x"})


# Versions ---------------------------------------------------------------------------------------------------------


def make_version_1(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
        for statement in schema.STEPS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version=1")
        connection.execute("INSERT INTO property VALUES ('note', 'old')")


def test_an_older_file_is_read_as_it_is_and_migrated_by_the_first_change(path):
    make_version_1(path)
    file = SessionFile(path)

    assert file.read().properties == {"note": "old"}
    with connected(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 1

    file.add_run(KeptRun(run=a_run(MODEL)), KEPT_MODEL)

    with connected(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION
    assert file.read().properties == {"note": "old"}
    assert ids(file) == ["run-1"]


def test_a_newer_file_is_only_read(file, path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE hologram (id TEXT)")
        connection.execute("CREATE INDEX by_model ON run (model_sha256)")
        connection.execute(f"PRAGMA user_version={schema.VERSION + 1}")
    before = path.read_bytes()

    content = file.read()

    assert content.is_read_only
    assert "newer version" in content.warnings[0]
    assert len(content.runs) == 3
    with pytest.raises(StoreError, match="newer version"):
        file.add_run(KeptRun(run=a_run(MODEL)), KEPT_MODEL)
    assert path.read_bytes() == before


def test_a_newer_file_without_what_is_needed_says_so(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
        connection.execute("CREATE TABLE hologram (id TEXT)")
        connection.execute(f"PRAGMA user_version={schema.VERSION + 5}")

    with pytest.raises(StoreError, match="newer version that this program cannot read"):
        SessionFile(path).read()


# Hostile ----------------------------------------------------------------------------------------------------------

HOSTILE = {
    "a view": "CREATE VIEW run2 AS SELECT load_extension('/evil.so')",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM run; END",
    "a virtual table": "CREATE VIRTUAL TABLE v USING fts5(x)",
    "a strange table": "CREATE TABLE extra (x)",
    "an index with a function": "CREATE INDEX i ON run (upper(title))",
}


@pytest.mark.parametrize("statement", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("version", [schema.VERSION, schema.VERSION + 1])
def test_a_file_with_more_than_our_tables_is_refused(file, path, statement, version):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            pytest.skip(f"this SQLite has no such thing: {error}")
        connection.execute(f"PRAGMA user_version={version}")
    if version > schema.VERSION and statement.startswith(("CREATE TABLE", "CREATE INDEX")):
        assert file.read().is_read_only
        return

    with pytest.raises(ForeignFileError):
        file.read()
    with pytest.raises(StoreError):
        file.set_properties({"a": "b"})


def test_a_replaced_view_in_place_of_a_table_is_refused(path):
    """The classic: a view with the name of our table, which would run whatever is in it."""
    make_version_1(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE run")
        connection.execute(
            "CREATE VIEW run AS SELECT 'id' AS id, 'x' AS model_sha256, '' AS title, '' AS tags, '' AS note,"
            " '' AS added_at, zeroblob(1000000000) AS data"
        )

    with pytest.raises(ForeignFileError):
        SessionFile(path).read()


def test_our_own_connection_neither_attaches_nor_makes_triggers(file, path):
    for statement in ("ATTACH DATABASE ':memory:' AS x", HOSTILE["a trigger"], "SELECT load_extension('x')"):
        with pytest.raises(StoreError), connected(path, writes=True) as connection:
            connection.execute(statement)


def test_another_sqlite_file_is_no_session(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE run (id TEXT)")

    with pytest.raises(ForeignFileError, match="is not a session"):
        SessionFile(path).read()
    with pytest.raises(ForeignFileError):
        SessionFile(path).set_properties({"a": "b"})


def test_what_would_grow_beyond_the_limit_is_left_out(file, path):
    import zlib

    bomb = zlib.compress(b" " * (80 << 20))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE run SET data = ? WHERE id = 'run-1'", (RUN_MARK + bomb,))
        connection.execute("UPDATE run SET data = ? WHERE id = 'run-2'", (b"\x80\x04pickle",))

    content = file.read()

    assert [kept.run.id for kept in content.runs] == ["run-0"]
    assert len(content.warnings) == 2
    assert "run-1 cannot be read" in content.warnings[0]


# Damaged ----------------------------------------------------------------------------------------------------------


def test_every_truncation_gives_what_is_whole_or_one_sentence(file, path):
    data = path.read_bytes()
    found = set()
    for length in range(0, len(data), 2048):
        path.write_bytes(data[:length])
        try:
            content = file.read()
        except StoreError:
            continue
        assert all(len(kept.run.latencies_ns) == 3000 for kept in content.runs)
        assert bool(content.warnings) == (len(content.runs) < 3) or content.is_read_only
        found.add(len(content.runs))

    assert {1, 2} <= found


def test_a_page_overwritten_in_the_middle_costs_only_what_was_on_it(file, path):
    with closing(sqlite3.connect(path)) as connection:
        packed = connection.execute("SELECT data FROM run WHERE id = 'run-1'").fetchone()[0]
    data = bytearray(path.read_bytes())
    page = data.find(packed[5000:5050]) // 4096 * 4096
    data[page : page + 4096] = b"\xa5" * 4096
    path.write_bytes(data)

    content = file.read()

    assert [kept.run.id for kept in content.runs] == ["run-0", "run-2"]
    assert "damaged" in content.warnings[0]


def test_runs_survive_the_loss_of_the_first_page(file, path):
    data = path.read_bytes()
    path.write_bytes(b"\x00" * 100 + data[100:])

    content = file.read()

    assert [kept.run.id for kept in content.runs] == ["run-0", "run-1", "run-2"]
    assert [kept.run for kept in content.runs] == [a_long_run(MODEL, f"run-{n}", n) for n in range(3)]
    assert content.models == (KEPT_MODEL,)
    assert content.is_read_only


def test_damage_at_random_places_never_does_more_than_a_store_error(file, path):
    import random

    data = path.read_bytes()
    source = random.Random(3)
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(source.randint(1, 60)):
            broken[source.randrange(len(broken))] = source.randrange(256)
        path.write_bytes(broken)
        try:
            content = file.read()
        except StoreError:
            continue
        for kept in content.runs:
            assert kept.run.model_name == MODEL.name or kept.run.model_name


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\x00", b"\x00" * 5000, b"hello" * 2000])
def test_what_is_no_session_at_all_is_one_sentence(path, data):
    path.write_bytes(data)

    with pytest.raises(StoreError):
        SessionFile(path).read()


def test_sessions_are_told_by_content(file, path, tmp_path):
    renamed = tmp_path / "renamed.dat"
    renamed.write_bytes(path.read_bytes())
    other = tmp_path / "model.tflite"
    other.write_bytes(b"\x00" * 200)

    assert is_session_file(renamed)
    assert not is_session_file(other)
    assert not is_session_file(tmp_path)
    assert not is_session_file(tmp_path / "missing")


def test_a_session_without_a_name_never_gets_the_file_of_another_one():
    first = new_unsaved_path()
    first.write_bytes(b"")
    second = new_unsaved_path()
    second.write_bytes(b"")

    assert second != first
    assert set(list_unsaved()) == {first, second}
    assert is_unsaved(second)

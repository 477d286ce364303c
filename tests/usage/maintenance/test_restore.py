"""A backup comes back whole, beside processes that read and write, and the old ledger is kept."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.usage.asking import query
from tests.usage.maintenance.conftest import REPOSITORY, Writer
from tests.usage.maintenance.reading import damage, dump, problems, session_ids
from tests.usage.old_ledgers import make_ledger_of_schema_1

from agent_console.errors import DamagedLedgerError, LedgerError
from agent_console.usage.database.backup_files import backup_folder
from agent_console.usage.database.identity import identity
from agent_console.usage.database.opening import open_database
from agent_console.usage.maintenance.backup_to_file import backup_to_file
from agent_console.usage.maintenance.recover import recover
from agent_console.usage.maintenance.repair import repair
from agent_console.usage.maintenance.restore import restore
from agent_console.usage.maintenance.vacuum import vacuum

NOON_MS = 1_795_176_000_000
KEPT = "metrics.db.before-restore-20261120T120000Z"


@pytest.fixture
def backup(database: Path, scratch_home: Path) -> Path:
    """A backup, since which the ledger has lost a session's label and got a session."""
    path = scratch_home / "backup.db"
    backup_to_file(database, path)
    query(database, "UPDATE sessions SET label = 'changed' WHERE session_no = 1")
    query(database, "INSERT INTO sessions (session_id, note) VALUES ('newer', 'x')")
    return path


def test_the_ledger_is_what_it_was_and_the_newer_one_is_kept(database: Path, backup: Path) -> None:
    newer, older = dump(database), dump(backup)
    before = backup.read_bytes()

    done = restore(database, backup, NOON_MS)

    assert dump(database) == older
    assert done.kept is not None
    assert done.kept == database.with_name(KEPT)
    assert dump(done.kept) == newer
    assert backup.read_bytes() == before
    assert stat.S_IMODE(done.kept.stat().st_mode) == 0o600
    assert sorted(os.listdir(database.parent)) == ["metrics.db", KEPT]
    assert problems(database) == []


def test_two_restores_in_one_second_keep_both(database: Path, backup: Path) -> None:
    first, second = restore(database, backup, NOON_MS), restore(database, backup, NOON_MS)
    assert first.kept != second.kept
    assert second.kept is not None
    assert dump(second.kept) == dump(backup)


def test_connections_that_are_open_see_the_restored_ledger_and_can_tell(
    database: Path, backup: Path
) -> None:
    with (
        closing(open_database(database)) as writer,
        closing(open_database(database)) as reader,
    ):
        before = identity(database, writer)
        reader.execute("BEGIN")
        assert reader.execute("SELECT label FROM sessions WHERE session_no = 1").fetchone() == (
            "changed",
        )

        restore(database, backup, NOON_MS)

        assert reader.execute("SELECT label FROM sessions WHERE session_no = 1").fetchone() == (
            "changed",
        ), "a report that has begun goes on with what it saw"
        reader.execute("COMMIT")
        assert reader.execute("SELECT label FROM sessions WHERE session_no = 1").fetchone() == (
            "label 1",
        )
        writer.execute("INSERT INTO sessions (session_id) VALUES ('after')")
        assert identity(database, writer) != before
        assert identity(database, writer) == identity(database, reader)
    assert "after" in session_ids(database)
    assert problems(database) == []


def test_opening_again_is_no_other_ledger(database: Path) -> None:
    with closing(open_database(database)) as one:
        before = identity(database, one)
        query(database, "INSERT INTO sessions (session_id) VALUES ('more')")
        with closing(open_database(database)) as other:
            assert identity(database, one) == before == identity(database, other)


def test_no_row_of_a_process_that_writes_all_the_time_is_lost(
    database: Path, backup: Path, writer: Writer
) -> None:
    writer.wait_for_commits(5)

    done = restore(database, backup, NOON_MS)
    writer.wait_for_commits(5)
    writer.stop()

    assert done.kept is not None
    old, new = session_ids(done.kept), session_ids(database)
    assert set(writer.committed) <= old | new, "each is in the kept or in the present ledger"
    assert not {name for name in old & new if name.startswith("w")}
    assert problems(database) == []
    assert problems(done.kept) == [] or [p.check for p in problems(done.kept)] == ["settings"]


def test_a_lock_that_is_free_for_moments_only_is_caught(
    database: Path, backup: Path, slow_writer: Writer
) -> None:
    done = restore(database, backup, NOON_MS)
    slow_writer.stop()

    assert done.kept is not None
    assert set(slow_writer.committed) <= session_ids(done.kept) | session_ids(database)


def test_without_a_ledger_one_is_made(database: Path, backup: Path, scratch_home: Path) -> None:
    empty = scratch_home / "elsewhere" / "metrics.db"
    done = restore(empty, backup, NOON_MS)
    assert done.kept is None
    assert dump(empty) == dump(backup)
    assert stat.S_IMODE(empty.stat().st_mode) == 0o600
    assert os.listdir(empty.parent) == ["metrics.db"]


def test_a_wal_without_its_ledger_does_not_get_into_the_new_one(
    database: Path, backup: Path
) -> None:
    with closing(open_database(database)) as connection:
        connection.execute("UPDATE sessions SET label = 'in the WAL'")
        wal = Path(f"{database}-wal").read_bytes()
    database.unlink()
    Path(f"{database}-wal").write_bytes(wal)

    restore(database, backup, NOON_MS)

    assert dump(database) == dump(backup)
    assert problems(database) == []
    assert Path(f"{database.with_name(KEPT)}-wal").read_bytes() == wal


def test_a_backup_of_an_older_schema_is_migrated_before_it_takes_the_place(
    database: Path, scratch_home: Path
) -> None:
    old = scratch_home / "old" / "metrics.db"
    make_ledger_of_schema_1(old)
    before = dump(old)
    with closing(open_database(database)) as connection:
        assert restore(database, old, NOON_MS).schema == 1
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (1000,)
    assert problems(database) == []
    assert dump(old) == before
    assert not (database.parent / "backups").exists()


def test_a_backup_with_other_pages_comes_back_too(database: Path, backup: Path) -> None:
    with closing(sqlite3.connect(backup, isolation_level=None)) as connection:
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("VACUUM")
    restore(database, backup, NOON_MS)
    assert dump(database) == dump(backup)
    assert problems(database) == []


def damaged(path: Path) -> None:
    damage(path, "messages")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def newer(path: Path) -> None:
    query(path, "INSERT INTO schema_versions VALUES (99, 0)")


def foreign(path: Path) -> None:
    path.unlink()
    query(path, "CREATE TABLE theirs (it)")


@pytest.mark.parametrize("spoil", [damaged, truncated, garbage, emptied, newer, foreign])
def test_a_backup_that_cannot_be_used_changes_nothing(
    database: Path, backup: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(backup)
    before = dump(database)
    with pytest.raises(LedgerError, match=str(backup)):
        restore(database, backup, NOON_MS)
    assert dump(database) == before
    assert sorted(os.listdir(database.parent)) == ["metrics.db"]


def test_the_ledger_itself_is_no_backup(database: Path) -> None:
    with pytest.raises(LedgerError, match="is the ledger itself"):
        restore(database, database, NOON_MS)


@pytest.mark.parametrize("spoil", [damaged, truncated, garbage])
def test_a_damaged_ledger_is_kept_as_it_is(
    database: Path, backup: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(database)
    before = database.read_bytes()
    done = restore(database, backup, NOON_MS)
    assert done.kept is not None
    assert done.kept.read_bytes() == before
    assert dump(database) == dump(backup)


def test_another_programs_database_is_left_alone(database: Path, backup: Path) -> None:
    foreign(database)
    before = database.read_bytes()
    with pytest.raises(LedgerError, match="another program"):
        restore(database, backup, NOON_MS)
    assert database.read_bytes() == before


RESTORE = """
import sys
from pathlib import Path
from agent_console.usage.maintenance import replacing, restore
at = sys.argv[3]
def stop():
    print("there", flush=True)
    sys.stdin.read()
def stopping(function, when):
    def wrapped(*arguments, **named):
        if when == "before":
            stop()
        result = function(*arguments, **named)
        if when == "after":
            stop()
        return result
    return wrapped
replacing.STEP_PAGES = 4
if at == "keeping":
    replacing.copy_database = stopping(replacing.copy_database, "before")
elif at == "kept":
    replacing.copy_database = stopping(replacing.copy_database, "after")
elif at == "ready":
    restore.make_ready = stopping(restore.make_ready, "after")
elif at == "committed":
    restore.put_in_place = stopping(restore.put_in_place, "after")
restore.restore(Path(sys.argv[1]), Path(sys.argv[2]), 1795176000000)
"""


@pytest.mark.parametrize("at", ["ready", "keeping", "kept", "committed"])
def test_killed_at_any_point_it_is_the_old_ledger_or_the_new_one(
    database: Path, backup: Path, at: str
) -> None:
    old, new = dump(database), dump(backup)
    with subprocess.Popen(
        [sys.executable, "-c", RESTORE, str(database), str(backup), at],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        os.kill(process.pid, signal.SIGKILL)

    assert dump(database) == (new if at == "committed" else old)
    assert problems(database) == []
    restore(database, backup, NOON_MS + 1_000)
    assert dump(database) == new


def gone_pid() -> int:
    """The number of a process that has been."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def restore_it(database: Path, backup: Path) -> None:
    restore(database, backup, NOON_MS)


def recover_it(database: Path, _backup: Path) -> None:
    recover(database, NOON_MS)


def repair_it(database: Path, _backup: Path) -> None:
    repair(database)


def vacuum_it(database: Path, _backup: Path) -> None:
    vacuum(database)


def back_up(database: Path, backup: Path) -> None:
    backup_to_file(database, backup, replace=True)


def test_a_full_disk_changes_nothing(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect

    def connect(path: Path, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(path, **options)
        if path == database:
            connection.execute("PRAGMA max_page_count = 1")
        return connection

    query(database, "DELETE FROM messages")
    query(database, "VACUUM")
    before = dump(database)
    monkeypatch.setattr("agent_console.usage.maintenance.replacing.sqlite3.connect", connect)

    with pytest.raises(LedgerError, match="no space left"):
        restore(database, backup, NOON_MS)

    monkeypatch.undo()
    assert dump(database) == before
    assert os.listdir(database.parent) == ["metrics.db"]


def test_a_name_that_another_process_has_just_taken_is_left_to_it(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter([database.with_name(KEPT), database.with_name(f"{KEPT}-2")])

    def next_name(_database: Path, _word: str, _at_ms: int) -> Path:
        return next(names)

    monkeypatch.setattr("agent_console.usage.maintenance.restore.free_name", next_name)
    database.with_name(KEPT).write_bytes(b"theirs")

    done = restore(database, backup, NOON_MS)

    assert done.kept == database.with_name(f"{KEPT}-2")
    assert database.with_name(KEPT).read_bytes() == b"theirs"
    assert dump(database) == dump(backup)


@pytest.mark.parametrize("work", [restore_it, recover_it, repair_it, vacuum_it, back_up])
def test_what_killed_processes_left_is_removed(
    database: Path, backup: Path, work: Callable[[Path, Path], object]
) -> None:
    gone, here = gone_pid(), os.getpid()
    folder, daily = database.parent, backup_folder(database)
    daily.mkdir()
    left = [
        folder / f".metrics.db.{gone}.ready",
        folder / f"..metrics.db.{gone}.ready.{gone}.partial",
        folder / f".{KEPT}.{gone}.partial-journal",
        daily / f".metrics-20261126T101112Z-schema1-before-schema2.db.{gone}.partial",
    ]
    others = [folder / f".metrics.db.{here}.partial", folder / f".notes.{gone}.partial"]
    for path in (*left, *others):
        path.touch()

    work(database, backup)

    assert [path for path in left if path.exists()] == []
    assert [path for path in others if not path.exists()] == []


def test_damage_is_not_hidden_by_the_error_type(backup: Path, database: Path) -> None:
    garbage(backup)
    with pytest.raises(DamagedLedgerError):
        restore(database, backup, NOON_MS)

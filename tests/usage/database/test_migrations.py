"""Older ledgers become newer ones: nothing is lost, a copy is kept, a failure changes nothing."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.usage.asking import query
from tests.usage.old_ledgers import SCHEMA_1, make_ledger_of_schema_1

from agent_console.errors import LedgerError
from agent_console.usage.database import migrations
from agent_console.usage.database.backup_files import backup_folder, backups
from agent_console.usage.database.opening import open_database
from agent_console.usage.maintenance.check import check
from agent_console.usage.schema.step_1 import create_ledger

REPOSITORY = Path(__file__).parents[3]
NEWEST = len(migrations.MIGRATIONS)

OLD_MESSAGES = (
    "SELECT message_no, key_hash, key, session_no, at_ms, source, kind, project.name, model.name, "
    "input_tokens, output_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cache_read_tokens, "
    "web_searches, web_fetches, reported_nano_usd, output_is_lower_bound, set_aside, extra, "
    "duration_ms, turns FROM messages LEFT JOIN names AS project ON project.name_no = project_no "
    "LEFT JOIN names AS model ON model.name_no = model_no ORDER BY message_no"
)
NEW_MESSAGES = OLD_MESSAGES.replace("FROM messages ", "FROM messages JOIN facets USING (facet_no) ")
SESSIONS = (
    "SELECT session_no, session_id, first_seen_ms, last_seen_ms, has_transcript, last_model_no, "
    "label, priority, note, input_tokens, output_tokens, cache_write_5m_tokens, "
    "cache_write_1h_tokens, cache_read_tokens, reported_nano_usd, duration_ms, turns, "
    "updated_at_ms FROM sessions ORDER BY session_no"
)


def schema(database: Path) -> list[tuple[Any, ...]]:
    return query(
        database,
        "SELECT type, name, tbl_name, sql FROM sqlite_schema "
        "WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name",
    )


def dump(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def migrate(database: Path, tell: Callable[[str], None] | None = None) -> None:
    open_database(database, tell=tell).close()


def test_the_released_schema_1_is_what_step_1_makes(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as made, closing(sqlite3.connect(":memory:")) as old:
        create_ledger(made)
        old.executescript(SCHEMA_1.read_text(encoding="utf-8"))
        texts = "SELECT name, sql FROM sqlite_schema WHERE name != 'schema_versions' ORDER BY name"
        assert made.execute(texts).fetchall() == old.execute(texts).fetchall()


def test_a_migrated_ledger_has_the_schema_of_a_new_one(database: Path, tmp_path: Path) -> None:
    make_ledger_of_schema_1(database)
    migrate(database)
    migrate(tmp_path / "new.db")

    assert schema(database) == schema(tmp_path / "new.db")
    assert query(database, "SELECT version FROM schema_versions ORDER BY 1") == [
        (number + 1,) for number in range(NEWEST)
    ]


def test_every_message_and_session_of_schema_1_is_kept(database: Path) -> None:
    make_ledger_of_schema_1(database)
    messages, sessions = query(database, OLD_MESSAGES), query(database, SESSIONS)

    migrate(database)

    kept = [
        # Name 0 says that nothing was told.
        tuple(None if value == "" else value for value in row)
        for row in query(database, NEW_MESSAGES)
    ]
    assert kept == messages
    assert query(database, SESSIONS) == sessions
    assert query(database, "SELECT note FROM sessions WHERE session_id = 'only-a-note'") == [
        ("remember me",)
    ]


def test_an_empty_model_and_project_of_an_upsert_are_nothing_told(database: Path) -> None:
    make_ledger_of_schema_1(database)
    query(database, "INSERT INTO names (name) VALUES ('')")
    empty = "(SELECT name_no FROM names WHERE name = '')"
    query(database, f"UPDATE messages SET model_no = {empty} WHERE message_no < 5")
    query(database, f"UPDATE messages SET project_no = {empty} WHERE message_no < 3")
    query(database, f"UPDATE sessions SET last_model_no = {empty} WHERE session_no = 1")

    migrate(database)

    told = query(
        database,
        "SELECT project_no, model_no FROM messages JOIN facets USING (facet_no) "
        "WHERE message_no < 6 ORDER BY message_no",
    )
    assert [project == 0 for project, _ in told] == [True, True, False, False, False]
    assert [model == 0 for _, model in told] == [True, True, True, True, False]
    assert query(database, "SELECT last_model_no FROM sessions WHERE session_no = 1") == [(None,)]
    assert [finding for finding in check(database) if not finding.ok] == []


def test_the_sums_are_those_of_the_messages_after_a_migration(database: Path) -> None:
    make_ledger_of_schema_1(database)
    before = query(
        database,
        "SELECT sum(messages), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), "
        "sum(reported_nano_usd) FROM quarters",
    )

    migrate(database)

    assert [finding for finding in check(database) if not finding.ok] == []
    for rollup in (
        *("usage_by_time", "usage_by_session", "usage_by_hour", "usage_by_day"),
        "usage_by_session_day",
    ):
        assert before == query(
            database,
            "SELECT sum(messages), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), "
            f"sum(reported_nano_usd) FROM {rollup}",
        )


@pytest.mark.parametrize("version", range(1, NEWEST))
def test_a_ledger_of_every_older_schema_becomes_the_same(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    make_ledger_of_schema_1(database)
    at_once = tmp_path / "at-once.db"
    shutil.copy(database, at_once)
    with monkeypatch.context() as older:
        older.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:version])
        migrate(database)
    assert query(database, "SELECT max(version) FROM schema_versions") == [(version,)]

    migrate(database)
    migrate(at_once)

    without_times = [
        [line for line in dump(path) if '"schema_versions"' not in line]
        for path in (database, at_once)
    ]
    assert without_times[0] == without_times[1]
    assert [finding for finding in check(database) if not finding.ok] == []


def test_a_copy_of_the_old_ledger_is_kept_and_the_person_is_told(database: Path) -> None:
    make_ledger_of_schema_1(database)
    before = dump(database)
    told: list[str] = []

    migrate(database, told.append)

    (backup,) = backups(database)
    assert backup.schema == 1
    assert not backup.is_daily
    assert dump(backup.path) == before
    assert backup.path.stat().st_mode & 0o777 == 0o600
    assert backup_folder(database).stat().st_mode & 0o777 == 0o700
    assert "schema 1" in told[0]
    assert told[1].startswith("Schema 2: Made room for transcripts and prices")
    assert str(backup.path) in told[1]
    assert len(told) == NEWEST


def test_a_new_ledger_needs_no_backup_and_no_words(database: Path) -> None:
    told: list[str] = []
    migrate(database, told.append)
    migrate(database, told.append)
    assert told == []
    assert not backup_folder(database).exists()


def fail_half_way(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE half (it)")
    connection.execute("DELETE FROM sessions WHERE session_id = 'only-a-note'")
    connection.execute("SELECT no_such_column FROM half")


def test_a_step_that_fails_changes_nothing_and_says_where_the_copy_is(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(database)
    query(database, "INSERT INTO sessions (session_id, note) VALUES ('only-a-note', 'x')")
    before = dump(database)
    step = migrations.Migration(fail_half_way, "Halved it.")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, step))

    with pytest.raises(LedgerError) as raised:
        migrate(database)

    (backup,) = backups(database)
    assert f"from schema {NEWEST} to {NEWEST + 1}: no such column" in str(raised.value)
    assert f"It is as it was before, and {backup.path} is a copy of it" in str(raised.value)
    assert dump(database) == before == dump(backup.path)


def test_steps_before_the_one_that_fails_stay(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ledger_of_schema_1(database)
    step = migrations.Migration(fail_half_way, "Halved it.")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, step))

    with pytest.raises(LedgerError, match=f"from schema {NEWEST} to"):
        migrate(database)

    assert query(database, "SELECT max(version) FROM schema_versions") == [(NEWEST,)]
    assert [backup.schema for backup in backups(database)] == [1]


def test_without_room_for_a_backup_nothing_is_migrated(database: Path) -> None:
    make_ledger_of_schema_1(database)
    before = dump(database)
    backup_folder(database).write_text("a file in the place of the folder")

    with pytest.raises(LedgerError, match=r"no backup .* could be made before"):
        migrate(database)

    assert dump(database) == before


def test_a_disk_that_is_full_half_way_leaves_the_old_ledger(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ledger_of_schema_1(database)
    before = dump(database)
    step = migrations.MIGRATIONS[1].step

    def on_a_full_disk(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")
        step(connection)

    changed = (
        migrations.MIGRATIONS[0],
        migrations.Migration(on_a_full_disk, ""),
        *migrations.MIGRATIONS[2:],
    )
    monkeypatch.setattr(migrations, "MIGRATIONS", changed)

    with pytest.raises(LedgerError, match=r"full\. It is as it was before, .* free space"):
        migrate(database)

    assert dump(database) == before
    assert len(backups(database)) == 1


MIGRATE = """
import sys
from pathlib import Path
from agent_console.usage.database import migrations
from agent_console.usage.database.opening import open_database
step = migrations.MIGRATIONS[1].step
def slowly(connection):
    step(connection)
    print("half", flush=True)
    if sys.argv[2] == "hang":
        sys.stdin.read()
migrations.MIGRATIONS = (
    migrations.MIGRATIONS[0], migrations.Migration(slowly, "Slowly."), *migrations.MIGRATIONS[2:]
)
print("ready", flush=True)
sys.stdin.readline()
open_database(Path(sys.argv[1]), tell=lambda words: None).close()
"""


def migrating(database: Path, how: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", MIGRATE, str(database), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_migration_that_is_killed_half_way_is_done_again_from_the_same_rows(
    database: Path,
) -> None:
    make_ledger_of_schema_1(database)
    messages = query(database, OLD_MESSAGES)
    with migrating(database, "hang") as process:
        go(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        os.kill(process.pid, signal.SIGKILL)

    assert query(database, OLD_MESSAGES) == messages
    migrate(database)

    assert len(query(database, NEW_MESSAGES)) == len(messages)
    assert [finding for finding in check(database) if not finding.ok] == []


def test_processes_that_open_an_old_ledger_together_migrate_it_once(database: Path) -> None:
    make_ledger_of_schema_1(database)
    processes = [migrating(database, "quick") for _ in range(4)]
    for process in processes:
        go(process)
    said = [process.communicate(timeout=60)[0] for process in processes]

    assert [process.returncode for process in processes] == [0] * 4
    assert sorted(said) == ["", "", "", "half\n"]
    assert len(backups(database)) == 1
    assert [finding for finding in check(database) if not finding.ok] == []

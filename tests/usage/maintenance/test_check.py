"""What `db check` finds, and that it finds nothing where nothing is wrong."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.usage.asking import query
from tests.usage.maintenance.conftest import Writer
from tests.usage.maintenance.reading import cut_off, damage, dump, flip, problems
from tests.usage.old_ledgers import make_ledger_of_schema_1

from agent_console.errors import DamagedLedgerError, LedgerError
from agent_console.usage.database.opening import open_database
from agent_console.usage.maintenance.check import check
from agent_console.usage.reports.reading import open_for_reading


def test_a_good_ledger_passes_every_check(database: Path) -> None:
    findings = check(database)
    assert [finding.check for finding in findings] == [
        *("settings", "pages", "schema", "texts", "references", "identities", "facets"),
        *(
            "brief facets",
            "names",
            "sums by session",
            "sums by time",
            "sums by hour",
            "sums by day",
        ),
        *("session days", "sessions"),
    ]
    assert [finding for finding in findings if not finding.ok or finding.mend] == []


def test_a_new_ledger_passes_every_check(scratch_home: Path) -> None:
    open_database(scratch_home / "new.db").close()
    assert problems(scratch_home / "new.db") == []


@pytest.mark.parametrize(
    ("check_name", "statement"),
    [
        ("references", "UPDATE messages SET facet_no = 999 WHERE message_no = 3"),
        ("references", "DELETE FROM names WHERE name_no = 21"),
        ("identities", ("UPDATE messages SET key = 'msg_5', key_hash = (SELECT key_hash FROM "
         "messages WHERE key = 'msg_5') WHERE key = 'msg_6'")),
        ("identities", "UPDATE messages SET key_hash = NULL WHERE key = 'msg_6'"),
        ("identities", "UPDATE messages SET key = key || '~' WHERE key = 'msg_6'"),
        ("identities", "UPDATE messages SET key_hash = key_hash + 1 WHERE key = 'msg_6'"),
        ("identities", "UPDATE messages SET key = CAST(x'6dff' AS TEXT) WHERE key = 'msg_6'"),
        ("texts", "UPDATE names SET name = CAST(x'2fff' AS TEXT) WHERE name_no = 3"),
        ("texts", "UPDATE sessions SET label = CAST(x'ed2080' AS TEXT) WHERE session_no = 3"),
        ("tables", "DROP TABLE facet_prices"),
        ("tables", "DROP INDEX messages_by_time"),
        ("tables", "DROP TABLE messages"),
        ("owner", "PRAGMA application_id = 5"),
        ("facets", ("UPDATE facets SET cost_is_reported = 1 - cost_is_reported "
         "WHERE facet_no = 1")),
        ("names", "UPDATE names SET name = 'something' WHERE name_no = 0"),
        ("sums by session", ("UPDATE usage_by_session SET input_tokens = input_tokens + 1 "
         "WHERE session_no = 2")),
        ("sums by session", "DELETE FROM usage_by_session WHERE session_no = 2"),
        ("sums by time", "UPDATE usage_by_time SET messages = messages + 1"),
        ("sums by time", ("INSERT INTO usage_by_time SELECT quarter + 900, facet_no, messages, "
         "input_tokens, output_tokens, cache_write_5m_tokens, cache_write_1h_tokens, "
         "cache_read_tokens, web_searches, reported_nano_usd FROM usage_by_time LIMIT 1")),
        ("sums by hour", "UPDATE usage_by_hour SET output_tokens = output_tokens + 1"),
        ("sums by hour", "DELETE FROM usage_by_hour WHERE hour % 2"),
        ("sums by day", "UPDATE usage_by_day SET web_searches = web_searches + 1"),
        ("sums by day", "UPDATE usage_by_day SET last_quarter = last_quarter + 1"),
        ("sums by day", "DELETE FROM usage_by_day"),
        (
            "session days",
            "UPDATE usage_by_session_day SET output_tokens = output_tokens + 1",
        ),
        (
            "session days",
            "UPDATE usage_by_session_day SET last_quarter = last_quarter - 1",
        ),
        ("session days", "DELETE FROM usage_by_session_day WHERE session_no = 2"),
        ("brief facets", "UPDATE facets SET brief_no = 1"),
        ("sessions", "UPDATE sessions SET turns = turns + 1 WHERE session_no = 2"),
        ("sessions", "UPDATE sessions SET last_seen_ms = NULL WHERE session_no = 2"),
        ("sessions", "UPDATE sessions SET output_tokens = 1 WHERE session_id = 'only-a-note'"),
    ],
)  # fmt: skip
def test_each_wrong_thing_is_found_where_it_is(
    database: Path, check_name: str, statement: str
) -> None:
    query(database, statement)
    found = problems(database)
    assert check_name in [finding.check for finding in found]
    assert all(finding.mend for finding in found)
    assert all(finding.examples for finding in found if finding.check != "owner")


def test_a_row_that_counts_nothing_is_no_difference(database: Path) -> None:
    query(
        database,
        "INSERT INTO usage_by_time SELECT 5, facet_no, 0, 0, 0, 0, 0, 0, 0, 0 FROM facets LIMIT 1",
    )
    assert problems(database) == []


def test_times_wider_than_the_rows_are_no_mistake(database: Path) -> None:
    query(database, "UPDATE sessions SET first_seen_ms = 5, last_seen_ms = last_seen_ms * 2")
    assert problems(database) == []


def test_a_file_that_others_may_read_is_found(database: Path) -> None:
    database.chmod(0o644)
    (found,) = problems(database)
    assert found.check == "settings"
    assert "mode 644" in found.text


@pytest.mark.parametrize("name", ["messages_by_key", "messages", "usage_by_time"])
def test_a_damaged_page_is_found(database: Path, name: str) -> None:
    content = damage(database, name)
    assert "pages" in [finding.check for finding in problems(database)]
    assert database.read_bytes() == content


def test_what_is_no_database_is_said(database: Path) -> None:
    database.write_bytes(b"hello" * 1000)
    with pytest.raises(DamagedLedgerError, match="is not a database"):
        check(database)


def test_a_missing_ledger_is_said_and_not_made(scratch_home: Path) -> None:
    with pytest.raises(LedgerError, match="There is no ledger"):
        check(scratch_home / "none.db")
    assert not (scratch_home / "none.db").exists()


def test_an_older_schema_is_told_and_left(scratch_home: Path) -> None:
    old = scratch_home / "old" / "metrics.db"
    make_ledger_of_schema_1(old)
    (found,) = [finding for finding in problems(old) if finding.check == "schema"]
    assert "Its schema is 1" in found.text
    assert query(old, "SELECT max(version) FROM schema_versions") == [(1,)]


def test_a_newer_schema_is_told(database: Path) -> None:
    query(database, "INSERT INTO schema_versions VALUES (99, 0)")
    (found,) = problems(database)
    assert (found.check, found.mend) == ("schema", "Update agent-console.")


def test_a_database_of_another_program_is_told(scratch_home: Path) -> None:
    query(scratch_home / "their.db", "CREATE TABLE theirs (it)")
    assert "owner" in [finding.check for finding in problems(scratch_home / "their.db")]


def test_a_writer_beside_it_makes_no_difference(database: Path, writer: Writer) -> None:
    assert problems(database) == []
    writer.wait_for_commits(1)


def test_a_header_that_lets_nobody_write_is_found(database: Path) -> None:
    flip(database, 18)
    (found,) = problems(database)
    assert (found.check, found.examples) == ("pages", ("Its header lets nobody write to it.",))


def test_who_writes_just_now_is_no_damage(database: Path) -> None:
    with closing(open_database(database)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert problems(database) == []


def test_an_empty_ledger_is_said_to_be_empty(scratch_home: Path) -> None:
    (scratch_home / "metrics.db").touch(0o600)
    (found,) = check(scratch_home / "metrics.db")
    assert not found.ok
    assert "is empty" in found.text
    assert (scratch_home / "metrics.db").stat().st_size == 0


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_said_to_be_none(
    scratch_home: Path, make: Callable[[Path], None]
) -> None:
    make(scratch_home / "metrics.db")
    with pytest.raises(LedgerError, match="cannot be opened: that is a"):
        check(scratch_home / "metrics.db")
    with pytest.raises(LedgerError, match="cannot be opened: that is a"):
        open_database(scratch_home / "metrics.db")
    with pytest.raises(LedgerError, match="cannot be opened: that is a"):
        open_for_reading(str(scratch_home / "metrics.db"))


def test_what_a_killed_process_had_begun_is_undone_first(database: Path) -> None:
    before = dump(database)
    cut_off(database)
    assert [finding.text for finding in problems(database)] == ["The journal is delete, not WAL."]
    assert dump(database) == before
    assert not Path(f"{database}-journal").exists()


def test_where_it_cannot_be_undone_that_is_said(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(_path: Path) -> None:
        """Nobody may write."""

    cut_off(database)
    monkeypatch.setattr("agent_console.usage.database.read_only._roll_back", leave)
    with pytest.raises(LedgerError, match="a change in it that was cut off"):
        check(database)

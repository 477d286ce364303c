"""What can be mended in place is, and messages stay as they are."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.usage.asking import query
from tests.usage.maintenance.reading import cut_off, damage, dump, flip, problems
from tests.usage.old_ledgers import make_ledger_of_schema_1

from agent_console.errors import DamagedLedgerError
from agent_console.usage.database.opening import open_database
from agent_console.usage.maintenance.rebuild import RebuiltSums, rebuild_sums
from agent_console.usage.maintenance.repair import repair

TABLES = (
    *("usage_by_time", "usage_by_session", "usage_by_hour", "usage_by_day"),
    *("usage_by_session_day", "sessions"),
)


def messages(database: Path) -> list[tuple[Any, ...]]:
    return query(database, "SELECT * FROM messages ORDER BY message_no")


def rebuild(database: Path) -> RebuiltSums:
    with closing(open_database(database)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        done = rebuild_sums(connection)
        connection.execute("COMMIT")
    return done


def test_sums_that_are_right_are_left_alone(database: Path) -> None:
    before = dump(database)
    done = rebuild(database)
    assert (done, done.changed) == (RebuiltSums(), False)
    assert repair(database) == []
    assert dump(database) == before


WRONG = [
    "UPDATE usage_by_session SET input_tokens = input_tokens + 1 WHERE session_no % 2",
    "DELETE FROM usage_by_session WHERE session_no = 3",
    "DELETE FROM usage_by_time",
    "UPDATE usage_by_time SET messages = 0, input_tokens = 0, output_tokens = 0",
    "UPDATE usage_by_time SET reported_nano_usd = -1 WHERE quarter % 2",
    (
        "INSERT OR IGNORE INTO usage_by_session "
        "SELECT 13, quarter, facet_no, 1, 2, 3, 4, 5, 6, 7, 8 FROM usage_by_time"
    ),
    "UPDATE usage_by_hour SET web_searches = web_searches + 1 WHERE hour % 2",
    "UPDATE facets SET brief_no = 1",
    "DELETE FROM usage_by_hour",
    "UPDATE usage_by_day SET last_quarter = last_quarter - 1",
    "UPDATE usage_by_day SET messages = messages + 1 WHERE day % 2",
    "DELETE FROM usage_by_day",
    "UPDATE usage_by_session_day SET last_quarter = last_quarter - 1",
    "UPDATE usage_by_session_day SET messages = messages + 1 WHERE session_no % 2",
    "DELETE FROM usage_by_session_day",
    "UPDATE sessions SET turns = 7, first_seen_ms = NULL",
    "UPDATE sessions SET last_seen_ms = 5 WHERE session_no = 1",
    "UPDATE messages SET set_aside = 1 - set_aside WHERE message_no % 5 = 0",
    "UPDATE messages SET at_ms = at_ms + 86400000 WHERE message_no % 3 = 0",
    "UPDATE messages SET session_no = 13 WHERE session_no = 2",
    "DELETE FROM messages WHERE session_no = 4",
]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(WRONG), min_size=1, max_size=4))
def test_whatever_is_wrong_with_sums_they_are_right_after(
    database: Path, statements: list[str]
) -> None:
    for statement in statements:
        query(database, statement)
    kept = messages(database)

    done = rebuild(database)

    assert problems(database) == []
    assert messages(database) == kept
    assert rebuild(database) == RebuiltSums(), done


def test_it_is_told_what_was_corrected(database: Path) -> None:
    query(database, "UPDATE sessions SET turns = turns + 1 WHERE session_no IN (1, 2)")
    query(database, "DELETE FROM usage_by_session WHERE session_no = 3")

    told = repair(database)

    assert told[1] == "Corrected 2 sessions' sums or times from their messages."
    assert "sums by session from their messages" in told[0]
    assert problems(database) == []


def test_rows_of_sums_that_count_nothing_go(database: Path) -> None:
    query(
        database,
        "INSERT INTO usage_by_time SELECT 5, facet_no, 0, 0, 0, 0, 0, 0, 0, 0 FROM facets LIMIT 1",
    )
    assert rebuild(database).usage_by_time == 1
    assert query(database, "SELECT * FROM usage_by_time WHERE quarter = 5") == []


def test_settings_are_mended(database: Path) -> None:
    database.chmod(0o644)
    query(database, "PRAGMA journal_mode = DELETE")
    (told,) = repair(database)
    assert "mode 644" in told
    assert "not WAL" in told
    assert problems(database) == []


def test_name_0_is_mended(database: Path) -> None:
    query(database, "UPDATE names SET name = 'x' WHERE name_no = 0")
    assert repair(database) == ["Name 0 means again that nothing was told."]
    assert problems(database) == []


def test_an_index_that_lacks_rows_is_made_anew(database: Path) -> None:
    query(database, "CREATE TABLE other (key_hash INTEGER)")
    query(database, "CREATE INDEX other_by_key ON other (key_hash) WHERE key_hash IS NOT NULL")
    swap_roots(database, "messages_by_key", "other_by_key")
    assert "pages" in [finding.check for finding in problems(database)]
    kept = messages(database)

    told = repair(database)

    assert "Made the indexes anew" in told[0]
    assert problems(database) == []
    assert messages(database) == kept


def swap_roots(database: Path, first: str, second: str) -> None:
    """Each of two indexes has the entries of the other."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        roots = dict(
            connection.execute(
                "SELECT name, rootpage FROM sqlite_schema WHERE name IN (?, ?)", (first, second)
            )
        )
        for name, other in ((first, second), (second, first)):
            connection.execute(
                "UPDATE sqlite_schema SET rootpage = ? WHERE name = ?", (roots[other], name)
            )
        connection.execute("PRAGMA schema_version = 4711")


@pytest.mark.parametrize("name", ["messages", "sessions", "usage_by_time"])
def test_worse_damage_is_left_as_it_is(database: Path, name: str) -> None:
    content = damage(database, name)
    with pytest.raises(DamagedLedgerError, match="is damaged"):
        repair(database)
    assert database.read_bytes() == content


def test_an_older_ledger_is_migrated_by_it(scratch_home: Path) -> None:
    old = scratch_home / "old" / "metrics.db"
    make_ledger_of_schema_1(old)
    told: list[str] = []
    assert repair(old, told.append) == []
    assert any(text.startswith("Schema 2:") for text in told)
    assert problems(old) == []


@pytest.mark.parametrize(
    "change",
    [
        "key = key || '~'",
        "key_hash = key_hash + 1",
        "key_hash = NULL",
        "key = CAST(x'6dff' AS TEXT)",
    ],
)
def test_a_row_with_a_damaged_key_that_nobody_tells_again_is_kept_and_can_be_found(
    database: Path, change: str
) -> None:
    (before,) = query(database, "SELECT sum(input_tokens) FROM messages")
    query(database, f"UPDATE messages SET {change} WHERE key = 'msg_6'")
    assert repair(database) == [
        "Kept 1 responses with damaged keys, which no transcript tells again."
    ]
    assert problems(database) == []
    assert query(database, "SELECT sum(input_tokens) FROM messages") == [before]
    assert repair(database) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM facets WHERE facet_no = 3",
        "DELETE FROM sessions WHERE session_no = 3",
        "DELETE FROM names WHERE name_no = 21",
        "UPDATE names SET name = CAST(x'2fff' AS TEXT) WHERE name_no = 3",
        "UPDATE facets SET cost_is_reported = 1 - cost_is_reported WHERE facet_no = 1",
        (
            "UPDATE messages SET key = 'msg_5', key_hash = (SELECT key_hash FROM messages "
            "WHERE key = 'msg_5') WHERE key = 'msg_6'"
        ),
        "DROP TABLE facet_prices",
        "DROP TABLE messages",
        "DROP TABLE schema_versions",
        "PRAGMA application_id = 5",
    ],
)
def test_what_cannot_be_mended_is_never_called_right(database: Path, statement: str) -> None:
    query(database, statement)
    before = database.read_bytes()
    for _ in range(2):
        with pytest.raises(DamagedLedgerError):
            repair(database)
    assert database.read_bytes() == before


@pytest.mark.parametrize("offset", [18, 19, 47])
def test_a_header_with_a_flipped_bit_is_damage(database: Path, offset: int) -> None:
    flip(database, offset)
    content = database.read_bytes()
    with pytest.raises(DamagedLedgerError):
        repair(database)
    assert database.read_bytes() == content


def test_an_index_that_is_gone_is_made_anew(database: Path) -> None:
    query(database, "DROP INDEX messages_by_time")
    assert repair(database) == ["Made the index messages_by_time anew."]
    assert problems(database) == []


def test_references_of_sums_are_mended_with_them(database: Path) -> None:
    query(
        database,
        "INSERT INTO usage_by_time SELECT 5, 999, 1, 0, 0, 0, 0, 0, 0, 0 FROM facets LIMIT 1",
    )
    assert repair(database) == ["Corrected 1 sums by time from their messages."]
    assert problems(database) == []


def test_an_empty_ledger_is_told_and_gets_its_tables(scratch_home: Path) -> None:
    empty = scratch_home / "metrics.db"
    empty.touch(0o600)
    (told,) = repair(empty)
    assert "was empty" in told
    assert problems(empty) == []


def test_what_a_killed_process_had_begun_is_undone(database: Path) -> None:
    before = dump(database)
    cut_off(database)
    assert repair(database) == ["Mended the settings: The journal is delete, not WAL."]
    assert dump(database) == before

"""A person may ask the ledger anything and change nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.usage.maintenance.conftest import REPOSITORY, Writer
from tests.usage.maintenance.reading import dump

from agent_console.errors import AgentConsoleError, DamagedLedgerError, LedgerError
from agent_console.usage.maintenance.select import select


def rows(database: Path, statement: str) -> list[tuple[object, ...]]:
    with select(database, statement) as answer:
        return list(answer.rows)


def test_a_select_gives_names_and_rows(database: Path) -> None:
    with select(database, "SELECT 1 AS one, 'x' AS text, NULL, x'00'") as answer:
        assert answer.columns == ("one", "text", "NULL", "x'00'")
        assert list(answer.rows) == [(1, "x", None, b"\0")]


@pytest.mark.parametrize(
    "statement",
    [
        (
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) "
            "SELECT i FROM n"
        ),
        "VALUES (1), (2), (3)",
        "SELECT i.value FROM json_each('[1,2,3]') AS i",
        "SELECT name_no FROM names WHERE name_no BETWEEN 1 AND 3",
    ],
)
def test_whatever_reads_is_allowed(database: Path, statement: str) -> None:
    assert rows(database, statement) == [(1,), (2,), (3,)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM names",
        "UPDATE sessions SET note = 'x' RETURNING note",
        "INSERT INTO names (name) VALUES ('x')",
        "DROP TABLE messages",
        "CREATE TABLE x (y)",
        "CREATE TEMP TABLE x (y)",
        "ATTACH '{other}' AS other",
        "VACUUM INTO '{other}'",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA query_only = OFF",
        "PRAGMA user_version = 4",
        "BEGIN IMMEDIATE",
        "SELECT load_extension('x')",
        "REINDEX",
        "ANALYZE",
    ],
)
def test_whatever_does_more_is_refused(database: Path, scratch_home: Path, statement: str) -> None:
    before = dump(database)
    other = scratch_home / "other.db"
    with pytest.raises(AgentConsoleError, match=r"(Only reading is allowed|not authorized)"):
        rows(database, statement.format(other=other))
    assert dump(database) == before
    assert not other.exists()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT nope FROM names", "no such column: nope"),
        ("SELEC 1", "syntax error"),
        ("SELECT 1; SELECT 2", "not one statement"),
        ("", "asks for nothing"),
        ("SELECT ?", "write the value itself"),
    ],
)
def test_mistakes_are_told(database: Path, statement: str, words: str) -> None:
    with pytest.raises(AgentConsoleError, match=words):
        rows(database, statement)


def test_a_missing_ledger_is_told_and_not_made(scratch_home: Path) -> None:
    with pytest.raises(LedgerError, match="There is no ledger"):
        rows(scratch_home / "none.db", "SELECT 1")
    assert not (scratch_home / "none.db").exists()


def test_what_is_no_database_is_told(database: Path) -> None:
    database.write_bytes(b"hello" * 1000)
    with pytest.raises(DamagedLedgerError):
        rows(database, "SELECT 1")


def test_a_writer_beside_it_goes_on(database: Path, writer: Writer) -> None:
    with select(database, "SELECT session_id FROM sessions") as answer:
        next(answer.rows)
        writer.wait_for_commits(5)
        list(answer.rows)


ENDLESS = """
import os, signal, sys, time
from pathlib import Path
from agent_console.usage.database import progress
from agent_console.usage.maintenance import select
calls = 0
def monotonic():
    global calls
    calls += 1
    if calls == 2:  # the first look at the clock while the statement runs
        os.kill(os.getpid(), signal.SIGINT)
    return calls
progress.time.monotonic = monotonic
statement = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
try:
    with select.select(Path(sys.argv[1]), statement) as answer:
        list(answer.rows)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_ctrl_c_ends_a_statement_that_does_not_end(database: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDLESS, str(database)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=REPOSITORY,
    )
    assert done.stdout == "interrupted\n"

"""Whether the ledger is whole, asked without a trace."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.usage.asking import query

from agent_console.errors import LedgerError
from agent_console.usage.maintenance import integrity
from agent_console.usage.maintenance.integrity import QuickLook, quick_look
from agent_console.usage.writing.ledger import Ledger


@pytest.fixture
def database(scratch_home: Path) -> Path:
    path = scratch_home / "data" / "metrics.db"
    Ledger(path).close()
    return path


def test_asking_leaves_nothing_beside_a_database_that_nobody_uses(database: Path) -> None:
    assert quick_look(database) == QuickLook([], [])

    assert os.listdir(database.parent) == ["metrics.db"]


def test_a_database_that_is_in_use_is_whole_with_what_is_only_in_its_log(database: Path) -> None:
    ledger = Ledger(database)
    before = sorted(os.listdir(database.parent))

    assert quick_look(database) == QuickLook([], [])

    assert sorted(os.listdir(database.parent)) == before
    ledger.close()


def test_damage_is_found_in_a_database_that_nobody_uses(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[2048:4096] = b"x" * 2048
    database.write_bytes(content)

    with pytest.raises(LedgerError, match="is damaged"):
        quick_look(database)
    assert os.listdir(database.parent) == ["metrics.db"]


def test_what_takes_too_long_for_a_quick_look_is_left_out(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query(
        database,
        "CREATE TABLE huge AS WITH RECURSIVE numbers (n) AS "
        "(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000000) SELECT n FROM numbers",
    )
    monkeypatch.setattr(integrity, "_TABLE_SECONDS", (0.001,))

    # (A thread that has to wait for the processor may come too late once.)
    assert any("huge" in quick_look(database).left_out for _ in range(20))

    monkeypatch.setattr(integrity, "_TABLE_SECONDS", (0.001, 30.0))
    monkeypatch.setattr(integrity, "_SECONDS", 30.0)
    assert quick_look(database) == QuickLook([], [])


def test_when_the_time_is_over_nothing_more_is_looked_at(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "_SECONDS", -1.0)

    found = quick_look(database)

    assert found.damages == []
    assert {"messages", "sessions", "names"} <= set(found.left_out)


def test_a_table_without_rowid_begins_with_its_key(database: Path) -> None:
    """Else the quick check of SQLite 3.40 finds NULLs in it that are none."""
    with closing(sqlite3.connect(database)) as connection:
        tables = [
            name for _, name, _, _, rowless, _ in connection.execute("PRAGMA table_list") if rowless
        ]
        assert tables
        for table in tables:
            keys = [row[5] for row in connection.execute(f"PRAGMA table_info({table})")]
            count = sum(key > 0 for key in keys)
            assert keys[:count] == list(range(1, count + 1)), table

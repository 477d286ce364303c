"""Whether the ledger is whole, asked without a trace."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent_console.errors import LedgerError
from agent_console.usage.maintenance.integrity import damages
from agent_console.usage.writing.ledger import Ledger


@pytest.fixture
def database(scratch_home: Path) -> Path:
    path = scratch_home / "data" / "metrics.db"
    Ledger(path).close()
    return path


def test_asking_leaves_nothing_beside_a_database_that_nobody_uses(database: Path) -> None:
    assert damages(database) == []

    assert os.listdir(database.parent) == ["metrics.db"]


def test_a_database_that_is_in_use_is_whole_with_what_is_only_in_its_log(database: Path) -> None:
    ledger = Ledger(database)
    before = sorted(os.listdir(database.parent))

    assert damages(database) == []

    assert sorted(os.listdir(database.parent)) == before
    ledger.close()


def test_damage_is_found_in_a_database_that_nobody_uses(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[2048:4096] = b"x" * 2048
    database.write_bytes(content)

    with pytest.raises(LedgerError, match="is damaged"):
        damages(database)
    assert os.listdir(database.parent) == ["metrics.db"]


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

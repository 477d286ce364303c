"""Whether the ledger is whole, asked without a trace."""

import os
from pathlib import Path

import pytest

from agent_console.errors import LedgerError
from agent_console.usage.ledger import Ledger
from agent_console.usage.maintenance.integrity import damages


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

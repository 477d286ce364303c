"""Whoever waits for long work is told of it, and may end it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.usage.maintenance.reading import dump

from agent_console.usage.database.progress import told_while_long
from agent_console.usage.maintenance.backup_to_file import backup_to_file
from agent_console.usage.maintenance.check import check
from agent_console.usage.maintenance.repair import repair

FOR_EVER = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


class EnoughError(Exception):
    """Ends the work."""


class Looking:
    """Looks until it has seen enough."""

    def __init__(self, enough: int = 0, at: str = "") -> None:
        self.seen: list[str] = []
        self._enough = enough
        self._at = at

    def __call__(self, words: str) -> None:
        self.seen.append(words)
        if len(self.seen) == self._enough or (self._at and words.startswith(self._at)):
            raise EnoughError


def test_what_a_look_raises_ends_the_statement_and_is_raised() -> None:
    look = Looking(enough=3)
    with closing(sqlite3.connect(":memory:")) as connection:
        with pytest.raises(EnoughError), told_while_long(connection, None, "Counting", look):
            connection.execute(FOR_EVER).fetchone()
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert look.seen == ["Counting"] * 3


def test_a_check_looks_at_every_step(database: Path) -> None:
    look = Looking()
    check(database, look=look)

    assert look.seen[:2] == ["Reading every page", "Summing up every message"]
    assert look.seen[-1] == "Checking sessions"


def test_a_repair_that_is_ended_changes_nothing(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE usage_by_day SET input_tokens = input_tokens + 1")
        connection.commit()
    before = dump(database)
    with pytest.raises(EnoughError):
        repair(database, look=Looking(at="Summing up"))

    assert dump(database) == before
    assert repair(database) != []


def test_a_backup_that_is_ended_leaves_nothing(database: Path) -> None:
    def enough(_remaining: int, _pages: int) -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        backup_to_file(database, database.with_name("copy.db"), progress=enough)

    assert [path.name for path in database.parent.iterdir() if "copy" in path.name] == []

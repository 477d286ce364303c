"""A prompt size at which prices change that becomes known later moves the rows that exceed it."""

import sqlite3
from pathlib import Path

import pytest
from tests.usage.asking import NOON_MS, SESSION, add, do, query, sums_that_differ

from agent_console.errors import LedgerError
from agent_console.usage.prices.thresholds import unapplied_thresholds
from agent_console.usage.tables import message_rows
from agent_console.usage.writing import ledger as ledger_module
from agent_console.usage.writing.ledger import Ledger

ROWS = 23
NEW = 50_000


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "MOVED_AT_ONCE", 5)


@pytest.fixture
def large(ledger: Ledger, few_at_once: None) -> Ledger:
    """Rows of prompts of 10,000, 20,000, ... tokens, and then a threshold of 50,000."""
    for number in range(1, ROWS + 1):
        do(ledger, add(f"m{number}", input_tokens=number * 10_000, at_ms=NOON_MS + number))
    query(ledger.path, "INSERT INTO price_thresholds VALUES (?, 0)", NEW)
    return ledger


def over(database: Path) -> dict[int, int]:
    """How many rows there are by the threshold that their facets say they exceed."""
    return dict(
        query(
            database,
            "SELECT prompt_over, count(*) FROM messages JOIN facets USING (facet_no) GROUP BY 1",
        )
    )


def test_rows_move_to_facets_that_know_it(large: Ledger, database: Path) -> None:
    assert over(database) == {0: 10, 100_000: 10, 200_000: 3}
    large.prices_changed([NEW], NOON_MS)
    assert over(database) == {0: 5, NEW: 5, 100_000: 10, 200_000: 3}
    assert unapplied_thresholds(large.connection) == ()
    assert sums_that_differ(database) == []


def test_later_rows_know_it_by_themselves(large: Ledger, database: Path) -> None:
    large.prices_changed([NEW], NOON_MS)
    do(large, add("later", input_tokens=60_000))
    assert over(database)[NEW] == 6


def test_another_connection_knows_it_too(large: Ledger, database: Path) -> None:
    other = Ledger(database)
    do(other, add("before", input_tokens=1))
    large.prices_changed([NEW], NOON_MS)
    do(other, add("m6", input_tokens=60_001))
    other.close()
    assert over(database) == {0: 6, NEW: 5, 100_000: 10, 200_000: 3}
    assert sums_that_differ(database) == []


def test_what_fails_in_the_middle_is_done_the_next_time(
    large: Ledger, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    really = message_rows.read_large_prompts

    def fail_later(
        connection: sqlite3.Connection, prompt_tokens: int, after: int, most: int
    ) -> object:
        done.append(after)
        if len(done) == 3:
            raise sqlite3.OperationalError("disk I/O error")
        return really(connection, prompt_tokens, after, most)

    monkeypatch.setattr(ledger_module, "read_large_prompts", fail_later)
    with pytest.raises(LedgerError):
        large.prices_changed([NEW], NOON_MS)
    assert unapplied_thresholds(large.connection) == (NEW,)
    assert sums_that_differ(database) == []
    large.prices_changed([NEW], NOON_MS)
    assert over(database) == {0: 5, NEW: 5, 100_000: 10, 200_000: 3}
    assert unapplied_thresholds(large.connection) == ()


def test_totals_stay_those_of_their_session(large: Ledger, database: Path) -> None:
    large.prices_changed([NEW], NOON_MS)
    assert query(database, "SELECT session_id, input_tokens FROM sessions") == [
        (SESSION, 10_000 * ROWS * (ROWS + 1) // 2)
    ]

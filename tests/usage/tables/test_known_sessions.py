"""What is remembered of sessions between transactions is what the ledger says of them."""

from pathlib import Path

import pytest
from tests.usage.asking import NOON_MS, OTHER, SESSION, add, do, totals

from agent_console.usage.tables import batch, known_rows, known_sessions
from agent_console.usage.tables.session_rows import read_sessions
from agent_console.usage.writing.ledger import Ledger


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sessions that were read from the tables, as they are."""
    read: list[str] = []

    def counted(connection: object, session_ids: list[str]) -> object:
        read.extend(session_ids)
        return read_sessions(connection, session_ids)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(known_rows, "read_sessions", counted)
    return read


def test_a_session_is_read_once(ledger: Ledger, reads: list[str]) -> None:
    for number in range(5):
        result = do(ledger, add(f"m{number}", input_tokens=2))
        assert result.totals.total_input_tokens == 2 * (number + 1)
    assert reads == [SESSION]


def test_to_ask_for_alerts_that_nobody_raised_makes_no_session_unknown(
    ledger: Ledger, reads: list[str]
) -> None:
    for number in range(3):
        do(ledger, add(f"m{number}", input_tokens=2))
        assert ledger.take_untold(NOON_MS) == ()
    # Once, because the first look at a ledger is a real one.
    assert reads == [SESSION, SESSION]


def test_what_another_process_has_committed_is_in_the_next_totals(
    ledger: Ledger, database: Path
) -> None:
    do(ledger, add("a", input_tokens=1, model="claude-opus-5"))
    other = Ledger(database)
    do(other, add("b", input_tokens=10, model="claude-sonnet-5"))
    other.close()
    after = do(ledger, add("c", input_tokens=100)).totals
    assert (after.total_input_tokens, after.model) == (111, "claude-sonnet-5")


def test_what_was_undone_is_not_remembered(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    do(ledger, add("a", input_tokens=1))
    with monkeypatch.context() as broken:
        broken.setattr(batch, "add_to_rollups", fail)
        ledger.carry_out([add("b", input_tokens=10)])
    assert do(ledger, add("c", input_tokens=100)).totals.total_input_tokens == 101


def test_what_was_deleted_is_not_remembered(ledger: Ledger, database: Path) -> None:
    do(ledger, add("a", input_tokens=1))
    other = Ledger(database)
    for table in ("usage_by_session", "usage_by_session_day", "messages", "sessions"):
        other.connection.execute(f"DELETE FROM {table}")
    other.close()
    assert totals(ledger) is None


def test_only_so_many_are_remembered(
    ledger: Ledger, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_sessions, "REMEMBERED", 1)
    ledger.carry_out([add("a"), add("b", session=OTHER)])
    assert totals(ledger) is not None
    assert sorted(reads) == sorted([SESSION, OTHER, SESSION])

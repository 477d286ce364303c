"""What an empty ledger has been filled with is known without asking it."""

import pytest
from hypothesis import given, strategies as st
from tests.usage.asking import query
from tests.usage.ingest.telling import reading, response, take

from agent_console.config import Config
from agent_console.errors import LedgerError
from agent_console.usage.tables import seen_keys
from agent_console.usage.tables.seen_keys import SeenKeys
from agent_console.usage.writing.ledger import Ledger

_HASHES = st.integers(-(2**63), 2**63 - 1)


@given(written=st.sets(_HASHES), asked=st.sets(_HASHES))
def test_no_row_is_missed(written: set[int], asked: set[int]) -> None:
    seen = SeenKeys()
    seen.add(written)
    wanted = sorted(written | asked)
    assert set(seen.sifted(list(map(str, wanted)), wanted).values()) == written


def test_a_key_that_was_never_written_is_not_looked_for() -> None:
    seen = SeenKeys()
    seen.add([1])
    assert seen.sifted(["one", "two"], [1, 2]) == {"one": 1}
    assert seen.sifted(["two", "three"], [2, 3]) == {}


def test_what_another_connection_has_written_is_found(ledger: Ledger) -> None:
    take(ledger, reading(response("m1")))
    other = Ledger.configured(ledger.path, Config())
    try:
        take(other, reading(response("m2", minute=1), path="/b"))
    finally:
        other.close()
    take(ledger, reading(response("m2", minute=1, output_tokens=500), path="/c"))
    rows = query(ledger.path, "SELECT key, output_tokens FROM messages ORDER BY key")
    assert rows == [("m1", 100), ("m2", 500)]


def test_a_ledger_with_more_rows_than_are_remembered_asks_for_the_others(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_keys, "MOST", 2)
    take(ledger, reading(response("m1"), response("m2")))
    take(ledger, reading(response("m2", output_tokens=500), response("m3"), path="/b"))
    rows = query(ledger.path, "SELECT key, output_tokens FROM messages ORDER BY key")
    assert rows == [("m1", 100), ("m2", 500), ("m3", 100)]


def test_a_row_that_was_undone_may_be_told_again(ledger: Ledger) -> None:
    broken = reading(response("m1"), response("m2", input_tokens=-1))
    with pytest.raises(LedgerError):
        take(ledger, broken)
    take(ledger, reading(response("m1"), response("m2")))
    assert query(ledger.path, "SELECT count(*), sum(output_tokens) FROM messages") == [(2, 200)]

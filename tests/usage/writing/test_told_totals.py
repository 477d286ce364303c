"""What a client of the Agent SDK is told of a session's totals counts like a cost-state line."""

from itertools import permutations
from typing import Any

import pytest
from tests.usage.asking import (
    HOUR_MS,
    MINUTE_MS,
    NOON_MS,
    OTHER,
    SESSION,
    add,
    do,
    new_ledger,
    query,
    sums_that_differ,
    totals,
)
from tests.usage.ingest.telling import MODEL, cost_state, reading, response, take

from agent_console.model.metadata import MetadataUpsert
from agent_console.usage.entries import AddUsage
from agent_console.usage.tables.file_reading import CLAIM_SIDECHAIN
from agent_console.usage.writing.ledger import Ledger


def early(key: str, *, minute: float = 0, **deltas: Any) -> AddUsage:
    """A response as it is told while it streams: one output token."""
    at_ms = NOON_MS + round(minute * MINUTE_MS)
    deltas = {"input_tokens": 10, "output_tokens": 1, "model": MODEL, **deltas}
    return add(key, at_ms=at_ms, source="sdk", **deltas)


def total(*, minute: float = 1, session: str = SESSION, **deltas: Any) -> AddUsage:
    """All that the model was used for until then."""
    at_ms = NOON_MS + round(minute * MINUTE_MS)
    return add(session=session, at_ms=at_ms, source="sdk", is_total=True, model=MODEL, **deltas)


def unlisted(ledger: Ledger) -> list[tuple[str, int, int]]:
    """Key, input and output of the rows that stand in no line."""
    return query(
        ledger.path,
        "SELECT key, input_tokens, output_tokens FROM messages JOIN facets USING (facet_no) "
        "WHERE kind = 2 ORDER BY at_ms, key",
    )


def sums(ledger: Ledger, session: str = SESSION) -> tuple[int, int]:
    told = totals(ledger, session)
    assert told is not None
    assert sums_that_differ(ledger.path) == []
    return told.total_input_tokens, told.total_output_tokens


def test_what_a_total_has_beyond_the_responses_is_unlisted(ledger: Ledger) -> None:
    do(ledger, early("m1"))
    result = do(ledger, total(input_tokens=25, output_tokens=300))

    ((key, *beyond),) = unlisted(ledger)
    assert key.startswith(f"{SESSION}:sdk-total:")
    assert beyond == [15, 299]
    assert sums(ledger) == (25, 300)
    assert result.usage is not None
    assert (result.usage.input_tokens, result.usage.output_tokens) == (15, 299)


def test_a_total_alone_is_the_whole(ledger: Ledger) -> None:
    told = total(
        input_tokens=1,
        output_tokens=2,
        cache_creation_tokens=30,
        cache_creation_1h_tokens=10,
        cache_read_tokens=4,
        web_searches=5,
    )
    do(ledger, told)

    assert query(
        ledger.path,
        "SELECT input_tokens, output_tokens, cache_write_5m_tokens, cache_write_1h_tokens, "
        "cache_read_tokens, web_searches, source FROM messages",
    ) == [(1, 2, 20, 10, 4, 5, 3)]


def test_a_total_told_again_changes_nothing(ledger: Ledger) -> None:
    do(ledger, total(output_tokens=300))
    result = do(ledger, total(output_tokens=300))
    assert result.usage is None
    assert sums(ledger) == (0, 300)


def test_an_older_total_takes_nothing_back(ledger: Ledger) -> None:
    do(ledger, total(minute=2, output_tokens=300))
    do(ledger, total(minute=1, output_tokens=100))
    assert sums(ledger) == (0, 300)


def test_totals_of_a_long_session_stay_where_they_were_billed(ledger: Ledger) -> None:
    do(ledger, total(output_tokens=300))
    do(ledger, total(minute=24 * 60, output_tokens=450))

    rows = query(ledger.path, "SELECT at_ms, output_tokens FROM messages ORDER BY at_ms")
    assert rows == [(NOON_MS + MINUTE_MS, 300), (NOON_MS + 24 * HOUR_MS, 150)]


def test_a_row_that_grows_takes_from_what_was_unlisted(ledger: Ledger) -> None:
    do(ledger, early("m1"))
    do(ledger, total(input_tokens=10, output_tokens=300))
    take(ledger, reading(response("m1", output_tokens=300)))
    assert unlisted(ledger) == []
    assert sums(ledger) == (10, 300)


def test_nothing_counts_twice_in_whatever_order_it_is_told() -> None:
    """The stream, the totals, the transcript, its subagent's and its own last line."""
    state = cost_state(1, 0.9, input_tokens=45, output_tokens=700)

    def stream(ledger: Ledger) -> None:
        do(ledger, early("m1"))
        do(ledger, early("sub", minute=0.5))

    def told(ledger: Ledger) -> None:
        do(ledger, total(input_tokens=45, output_tokens=700))

    def transcript(ledger: Ledger) -> None:
        take(ledger, reading(response("m1", output_tokens=300), cost_states=[state]))

    def subagent(ledger: Ledger) -> None:
        line = response(
            "sub", minute=0.5, output_tokens=250, claim=CLAIM_SIDECHAIN, is_subagent=True
        )
        take(ledger, reading(line, path="/projects/p/s/subagents/agent-1.jsonl"))

    for order in permutations((stream, told, transcript, subagent)):
        with new_ledger() as ledger:
            for teller in order:
                teller(ledger)
            assert sums(ledger) == (45, 700)
            assert sum(row[2] for row in unlisted(ledger)) == 150


@pytest.mark.parametrize("origin_first", [True, False])
def test_a_forks_totals_begin_with_its_originals(ledger: Ledger, origin_first: bool) -> None:
    origin = [early("m1", output_tokens=300), total(input_tokens=10, output_tokens=320)]
    fork = [
        add("m2", session=OTHER, at_ms=NOON_MS + 5 * MINUTE_MS, source="sdk", output_tokens=1,
            model=MODEL),
        total(
            minute=6, session=OTHER, input_tokens=10, output_tokens=400, forked_from=SESSION
        ),
    ]  # fmt: skip
    for entry in (*origin, *fork) if origin_first else (*fork, *origin):
        do(ledger, entry)

    assert sums(ledger) == (10, 320)
    assert sums(ledger, OTHER) == (0, 80)


def test_the_end_of_a_turn_tells_how_long_a_response_took(ledger: Ledger) -> None:
    do(ledger, early("m1"))
    told = do(ledger, early("m1", duration_ms=1500, turns=2)).totals
    assert (told.total_duration_ms, told.turns_used, told.total_output_tokens) == (1500, 2, 1)


def test_a_row_that_comes_late_takes_from_what_was_unlisted(ledger: Ledger) -> None:
    do(ledger, total(input_tokens=10, output_tokens=300))
    do(ledger, early("m1"))
    do(ledger, early("m1", output_tokens=200))
    assert [row[1:] for row in unlisted(ledger)] == [(0, 100)]
    assert sums(ledger) == (10, 300)


def test_what_is_told_late_keeps_its_time(ledger: Ledger) -> None:
    do(ledger, AddUsage(MetadataUpsert(SESSION, 1, at_ms=NOON_MS), NOON_MS + HOUR_MS, True))
    assert query(ledger.path, "SELECT at_ms FROM messages") == [(NOON_MS,)]

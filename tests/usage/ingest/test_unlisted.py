"""What was billed beyond the lines of a transcript, by its cost-state lines."""

import pytest
from tests.usage.asking import NOON_MS, OTHER, SESSION, add, do, query, sums_that_differ
from tests.usage.ingest.telling import by_session, cost_state, reading, response, take

from agent_console.usage.tables.file_reading import CLAIM_COPY, CLAIM_SIDECHAIN
from agent_console.usage.writing.ledger import Ledger


def unlisted(ledger: Ledger) -> list[tuple[str, int, int]]:
    """Key, input and output of the rows that stand in no line."""
    return query(
        ledger.path,
        "SELECT key, input_tokens, output_tokens FROM messages JOIN facets USING (facet_no) "
        "WHERE kind = 2 ORDER BY key",
    )


def test_a_total_beyond_the_lines_is_a_row_of_its_own(ledger: Ledger) -> None:
    take(
        ledger,
        reading(
            response("m1"), cost_states=[cost_state(1, 2, input_tokens=1010, output_tokens=100)]
        ),
    )
    assert unlisted(ledger) == [(f"{SESSION}:cost-state:1:claude-opus-5-5", 1000, 0)]
    assert by_session(ledger) == {SESSION: (1010, 100)}
    assert sums_that_differ(ledger.path) == []


def test_a_total_that_the_lines_explain_makes_no_row(ledger: Ledger) -> None:
    states = [cost_state(n, 2, input_tokens=10, output_tokens=100) for n in (1, 2)]
    take(ledger, reading(response("m1"), cost_states=states))
    assert unlisted(ledger) == []


def test_each_line_tells_only_what_the_earlier_ones_did_not(ledger: Ledger) -> None:
    states = [
        cost_state(1, 2, input_tokens=1010, output_tokens=100),
        cost_state(2, 4, input_tokens=1060, output_tokens=200),
    ]
    take(ledger, reading(response("m1"), response("m2", minute=3), cost_states=states))
    assert [row[1:] for row in unlisted(ledger)] == [(1000, 0), (40, 0)]


def test_rows_are_made_again_when_a_subagents_file_comes_later(ledger: Ledger) -> None:
    take(
        ledger,
        reading(response("m1"), cost_states=[cost_state(1, 2, input_tokens=20, output_tokens=600)]),
    )
    assert [row[1:] for row in unlisted(ledger)] == [(10, 500)]
    take(
        ledger,
        reading(
            response("sub", minute=1, output_tokens=500, claim=CLAIM_SIDECHAIN, is_subagent=True),
            path="/projects/p/s/subagents/agent-1.jsonl",
        ),
    )
    assert unlisted(ledger) == []
    assert by_session(ledger) == {SESSION: (20, 600)}
    assert sums_that_differ(ledger.path) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(("inherits", "own"), [(True, 30), (False, 1040)])
def test_a_fork_begins_with_its_originals_total_only_when_the_client_says_so(
    ledger: Ledger, order: tuple[int, ...], *, inherits: bool, own: int
) -> None:
    original = reading(
        response("m1"), cost_states=[cost_state(1, 1, input_tokens=1010, output_tokens=100)]
    )
    fork = reading(
        response("m1", claim=CLAIM_COPY),
        response("m2", session=OTHER, minute=5),
        session=OTHER,
        forked_from=SESSION,
        forked_at_ms=NOON_MS + 90_000,
        inherits_cost=inherits,
        cost_states=[cost_state(1, 6, input_tokens=1050, output_tokens=200)],
    )
    for number in order:
        take(ledger, (original, fork)[number])
    assert unlisted(ledger)[0][1:] == (1000, 0)
    assert by_session(ledger)[OTHER][0] == 10 + own
    assert sums_that_differ(ledger.path) == []


def test_rows_are_made_again_when_an_upsert_tells_more_of_a_response(ledger: Ledger) -> None:
    """Else what it tells stands in the session's total and in its own row."""
    take(
        ledger,
        reading(response("m1"), cost_states=[cost_state(1, 2, input_tokens=10, output_tokens=600)]),
    )
    assert [row[1:] for row in unlisted(ledger)] == [(0, 500)]
    told = do(ledger, add("m1", input_tokens=10, output_tokens=400, at_ms=NOON_MS + 600_000))
    assert [row[1:] for row in unlisted(ledger)] == [(0, 200)]
    assert told.totals.total_output_tokens == 600
    assert by_session(ledger) == {SESSION: (10, 600)}
    assert sums_that_differ(ledger.path) == []


def test_a_session_that_went_on_in_another_folder_keeps_the_totals_of_both(ledger: Ledger) -> None:
    first = reading(
        response("m1"),
        cost_states=[cost_state(1, 2, input_tokens=1010, output_tokens=100)],
        path="/projects/one/s.jsonl",
    )
    second = reading(
        response("m2", minute=3),
        cost_states=[cost_state(1, 4, input_tokens=1060, output_tokens=200)],
        path="/projects/two/s.jsonl",
    )
    take(ledger, second)
    take(ledger, first)
    assert unlisted(ledger) == [
        (f"{SESSION}:cost-state:1:claude-opus-5-5", 1000, 0),
        (f"{SESSION}:cost-state:1@{NOON_MS + 4 * 60_000}:claude-opus-5-5", 40, 0),
    ]
    assert sums_that_differ(ledger.path) == []

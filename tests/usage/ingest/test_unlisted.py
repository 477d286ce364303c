"""What was billed beyond the lines of a transcript, by its cost-state lines."""

import pytest
from msgspec.structs import replace
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


def models(ledger: Ledger) -> list[str]:
    """Those that rows name."""
    found = query(
        ledger.path,
        "SELECT DISTINCT name FROM messages JOIN facets USING (facet_no) "
        "JOIN names ON name_no = model_no ORDER BY name",
    )
    return [name for (name,) in found]


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


@pytest.mark.parametrize("told_as", ["claude-opus-5-5[1m]", "us.anthropic.claude-opus-5-5-v1"])
def test_a_total_may_name_the_model_otherwise_than_its_responses(
    ledger: Ledger, told_as: str
) -> None:
    """As in a session with a context of a million tokens, or on Amazon Bedrock."""
    first, second = (
        replace(state, model=told_as)
        for state in (
            cost_state(1, 2, input_tokens=10, output_tokens=100),
            cost_state(2, 3, input_tokens=15, output_tokens=100),
        )
    )
    take(ledger, reading(response("m1"), cost_states=[first, second]))
    assert unlisted(ledger) == [(f"{SESSION}:cost-state:2:{told_as}", 5, 0)]
    assert models(ledger) == ["claude-opus-5-5"]
    assert by_session(ledger) == {SESSION: (15, 100)}
    assert sums_that_differ(ledger.path) == []


def test_a_total_in_two_names_of_one_model_is_their_sum(ledger: Ledger) -> None:
    plain = cost_state(1, 2, input_tokens=10, output_tokens=60)
    marked = replace(
        cost_state(1, 2, input_tokens=7, output_tokens=50), model="claude-opus-5-5[1m]"
    )
    take(ledger, reading(response("m1"), cost_states=[marked, plain]))
    assert unlisted(ledger) == [(f"{SESSION}:cost-state:1:claude-opus-5-5", 7, 10)]
    assert sums_that_differ(ledger.path) == []


def test_what_no_response_names_keeps_its_model_without_the_mark(ledger: Ledger) -> None:
    told = replace(cost_state(1, 2, input_tokens=7), model="claude-haiku-4-5[1m]")
    take(ledger, reading(response("m1"), cost_states=[told]))
    assert models(ledger) == ["claude-haiku-4-5", "claude-opus-5-5"]


@pytest.mark.parametrize(
    ("five", "hour", "in_all", "beyond"),
    [
        (0, 900, 900, (0, 0)),
        (0, 900, 1000, (0, 100)),
        (300, 600, 900, (0, 0)),
        (300, 600, 1000, (0, 100)),
        (300, 600, 200, (0, 0)),
        (900, 0, 1000, (100, 0)),
    ],
)
def test_a_total_without_the_lives_of_its_cache_writes_has_those_of_the_rows(
    ledger: Ledger, five: int, hour: int, in_all: int, beyond: tuple[int, int]
) -> None:
    """Older clients tell one number, which the reader takes for writes of five minutes."""
    told = cost_state(1, 2, input_tokens=11, output_tokens=100, cache_write_5m_tokens=in_all)
    written = response("m1", cache_write_5m_tokens=five, cache_write_1h_tokens=hour)
    take(ledger, reading(written, cost_states=[told]))
    found = query(
        ledger.path,
        "SELECT input_tokens, cache_write_5m_tokens, cache_write_1h_tokens FROM messages "
        "JOIN facets USING (facet_no) WHERE kind = 2",
    )
    assert found == [(1, *beyond)]
    assert sums_that_differ(ledger.path) == []

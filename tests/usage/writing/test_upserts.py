"""An UPSERT's way into the ledger: one response is one row, and totals are sums over rows."""

from pathlib import Path

import pytest
from tests.usage.asking import (
    NOON_MS,
    OTHER,
    SESSION,
    add,
    added,
    do,
    query,
    sums_that_differ,
    totals,
)

from agent_console.model.metadata import SessionMetadata
from agent_console.model.usage import UsageEntry
from agent_console.usage.entries import LedgerRefusal, ReadSpending
from agent_console.usage.writing.ledger import Ledger


def test_deltas_add_to_the_totals(ledger: Ledger) -> None:
    do(ledger, add(input_tokens=10, output_tokens=20, cost_usd=0.1, duration_ms=5, turns=1))

    result = do(
        ledger,
        add(
            input_tokens=1,
            output_tokens=2,
            cache_creation_tokens=3,
            cache_read_tokens=4,
            cost_usd=0.2,
            model="claude-opus-5",
            duration_ms=6,
            turns=2,
            at_ms=NOON_MS + 7,
        ),
    )

    assert result.totals == SessionMetadata(
        SESSION, 11, 22, 3, 4, 0.3, "claude-opus-5", NOON_MS + 7, 11, 3
    )
    assert result.usage == UsageEntry(SESSION, None, "claude-opus-5", 1, 2, 3, 4, 0.2, NOON_MS + 7)
    assert result.moved is None
    assert not result.set_aside


def test_what_was_answered_is_there_after_a_restart(ledger: Ledger, database: Path) -> None:
    before = do(ledger, add("msg_1", input_tokens=3, cost_usd=0.25, model="claude-opus-5"))
    ledger.close()

    reopened = Ledger(database)

    assert totals(reopened) == before.totals
    reopened.close()


def test_a_model_replaces_only_when_given(ledger: Ledger) -> None:
    do(ledger, add(input_tokens=1, model="claude-opus-5"))
    assert do(ledger, add(input_tokens=1)).totals.model == "claude-opus-5"
    assert do(ledger, add(input_tokens=1, model="claude-haiku-5")).totals.model == "claude-haiku-5"


def test_a_row_that_grows_keeps_its_model_when_none_is_given(
    ledger: Ledger, database: Path
) -> None:
    do(ledger, add("msg_1", input_tokens=1, model="claude-opus-5"))
    result = do(ledger, add("msg_1", input_tokens=2))
    assert result.usage is not None
    assert result.usage.model == "claude-opus-5"
    assert query(
        database,
        "SELECT name FROM messages JOIN facets USING (facet_no) JOIN names ON name_no = model_no",
    ) == [("claude-opus-5",)]


def test_an_unknown_session_is_refused_and_leaves_nothing(ledger: Ledger, database: Path) -> None:
    (result,) = ledger.carry_out([add("msg_1", input_tokens=1, on_board=False)])

    assert result == LedgerRefusal("not_found", f"Session not found: {SESSION}")
    assert query(database, "SELECT * FROM sessions") == []
    assert query(database, "SELECT * FROM messages") == []


def test_a_session_in_the_ledger_needs_not_be_on_the_board(ledger: Ledger) -> None:
    do(ledger, add(input_tokens=1))
    assert do(ledger, add(input_tokens=1, on_board=False)).totals.total_input_tokens == 2


def test_one_refusal_leaves_the_rest_of_the_batch_alone(ledger: Ledger) -> None:
    first, refused, last = ledger.carry_out(
        [
            add(input_tokens=1),
            add(session=OTHER, on_board=False),
            add(input_tokens=2),
        ]
    )
    assert added(first).totals.total_input_tokens == 1
    assert isinstance(refused, LedgerRefusal)
    assert added(last).totals.total_input_tokens == 3
    assert totals(ledger, OTHER) is None


# ---- one response is one row ----------------------------------------------------------------


def test_the_same_message_counts_once(ledger: Ledger, database: Path) -> None:
    first = do(ledger, add("msg_1", input_tokens=10, output_tokens=5, cost_usd=0.5, turns=1))

    again = do(ledger, add("msg_1", input_tokens=10, output_tokens=5, cost_usd=0.5, turns=1))

    assert again.usage is None
    assert again.totals == first.totals
    assert query(database, "SELECT count(*) FROM messages") == [(1,)]


def test_the_larger_usage_stands_whole_and_totals_move_by_the_difference(
    ledger: Ledger, database: Path
) -> None:
    do(ledger, add("msg_1", input_tokens=100, output_tokens=1, cost_usd=0.5, duration_ms=9))

    result = do(
        ledger,
        add(
            "msg_1",
            input_tokens=90,
            output_tokens=500,
            cache_read_tokens=7,
            cost_usd=0.3,
            turns=2,
            at_ms=NOON_MS + 60_000,
        ),
    )

    assert result.totals == SessionMetadata(
        SESSION, 90, 500, 0, 7, 0.3, None, NOON_MS + 60_000, 0, 2
    )
    assert result.usage == UsageEntry(SESSION, "msg_1", None, -10, 499, 0, 7, -0.2, NOON_MS)
    assert query(database, "SELECT at_ms, input_tokens, output_tokens FROM messages") == [
        (NOON_MS, 90, 500)
    ]


def test_a_larger_report_without_a_cost_takes_none_away(ledger: Ledger, database: Path) -> None:
    do(ledger, add("msg_1", output_tokens=1, cost_usd=0.5))
    assert do(ledger, add("msg_1", output_tokens=2)).totals.total_cost_usd == 0.5
    assert query(database, "SELECT reported_nano_usd FROM messages") == [(500_000_000,)]


def test_a_cost_that_is_reported_later_is_added(ledger: Ledger) -> None:
    do(ledger, add("msg_1", output_tokens=1))
    assert do(ledger, add("msg_1", output_tokens=1, cost_usd=0.5)).totals.total_cost_usd == 0.5


def test_of_two_costs_of_one_message_the_larger_stands(ledger: Ledger) -> None:
    do(ledger, add("msg_1", cost_usd=0.4))
    assert do(ledger, add("msg_1", cost_usd=0.3)).totals.total_cost_usd == 0.4
    assert do(ledger, add("msg_1", cost_usd=0.5)).totals.total_cost_usd == 0.5


@pytest.mark.parametrize("tokens", [9, 10])
def test_a_smaller_or_equal_report_changes_nothing(ledger: Ledger, tokens: int) -> None:
    first = do(ledger, add("msg_1", output_tokens=10, model="claude-opus-5", cost_usd=9.0))

    second = do(
        ledger,
        add(
            "msg_1",
            cache_read_tokens=tokens,
            cost_usd=9.0,
            model="claude-haiku-5",
            at_ms=NOON_MS + 1,
        ),
    )

    assert second.usage is None
    assert second.totals == first.totals == totals(ledger)


def test_a_row_stays_with_the_session_that_reported_it_first(
    ledger: Ledger, database: Path
) -> None:
    do(ledger, add("msg_1", output_tokens=10))
    do(ledger, add(session=OTHER, input_tokens=1))

    result = do(ledger, add("msg_1", session=OTHER, output_tokens=30, model="claude-opus-5"))

    assert result.totals == SessionMetadata(OTHER, 1, updated_at_ms=NOON_MS)
    assert result.moved == totals(ledger, SESSION)
    assert result.moved is not None
    assert result.moved.total_output_tokens == 30
    assert result.moved.model == "claude-opus-5"
    assert result.usage is not None
    assert result.usage.session_id == SESSION
    assert result.usage.output_tokens == 20
    assert sums_that_differ(database) == []


def test_a_copy_of_another_sessions_row_makes_no_session(ledger: Ledger) -> None:
    do(ledger, add("msg_1", output_tokens=10))
    result = do(ledger, add("msg_1", session=OTHER, output_tokens=10))
    assert result.totals == SessionMetadata(OTHER)
    assert result.moved is None
    assert totals(ledger, OTHER) is None


def test_a_message_may_grow_several_times_within_one_batch(ledger: Ledger, database: Path) -> None:
    results = ledger.carry_out(
        [add("msg_1", output_tokens=n) for n in (3, 3, 500)] + [add("msg_1", output_tokens=4)]
    )
    usages = [added(result).usage for result in results]
    assert [usage and usage.output_tokens for usage in usages] == [3, None, 497, None]
    assert query(database, "SELECT output_tokens FROM messages") == [(500,)]
    assert sums_that_differ(database) == []


def test_two_keys_with_one_hash_are_two_rows(
    ledger: Ledger, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same_for_all(_key: str) -> int:
        return 7

    for module in ("known_rows", "message_rows"):
        monkeypatch.setattr(f"agent_console.usage.tables.{module}.key_hash", same_for_all)
    do(ledger, add("msg_1", output_tokens=1))
    ledger.carry_out([add("msg_2", output_tokens=10), add("msg_3", output_tokens=100)])

    result = do(ledger, add("msg_2", output_tokens=20))

    assert result.totals.total_output_tokens == 121
    assert query(database, "SELECT key, key_hash, output_tokens FROM messages ORDER BY 1") == [
        ("msg_1", 7, 1),
        ("msg_2", 7, 20),
        ("msg_3", 7, 100),
    ]


def test_a_key_with_the_same_hash_does_not_undo_what_a_batch_has_changed(
    ledger: Ledger, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same_for_all(_key: str) -> int:
        return 7

    for module in ("known_rows", "message_rows"):
        monkeypatch.setattr(f"agent_console.usage.tables.{module}.key_hash", same_for_all)
    do(ledger, add("msg_1", output_tokens=1))
    results = ledger.carry_out(
        [
            add("msg_2", output_tokens=10),
            ReadSpending(SESSION, NOON_MS),  # writes, so that msg_2 is read again
            add("msg_1", output_tokens=5),
            add("msg_2", output_tokens=20),
            add("msg_1", output_tokens=5),
        ]
    )
    assert added(results[-1]).usage is None
    assert added(results[-1]).totals.total_output_tokens == 25
    assert sums_that_differ(database) == []


def test_a_key_may_hold_any_character(ledger: Ledger) -> None:
    keys = ["a\0b", "a", 'quote" \\ ', "é😀", "\u2028", "x" * 200]
    ledger.carry_out([add(key, output_tokens=1) for key in keys])
    again = ledger.carry_out([add(key, output_tokens=1) for key in keys])
    assert [added(result).usage for result in again] == [None] * len(keys)


def test_a_message_without_an_id_counts_each_time(ledger: Ledger) -> None:
    entry = add(input_tokens=5)
    first, second = ledger.carry_out([entry, entry])
    assert added(first).totals.total_input_tokens == 5
    assert added(second).totals.total_input_tokens == 10


# ---- set aside ------------------------------------------------------------------------------


@pytest.fixture
def told_by_transcript(ledger: Ledger, database: Path) -> Ledger:
    """A session that an ingester, another process, has found a transcript of."""
    do(ledger, add(input_tokens=1))
    query(database, "UPDATE sessions SET has_transcript = 1")
    return ledger


def test_deltas_are_set_aside_once_a_transcript_tells_them(
    told_by_transcript: Ledger, database: Path
) -> None:
    before = totals(told_by_transcript)

    result = do(told_by_transcript, add(input_tokens=50, cost_usd=1.0, model="claude-opus-5"))

    assert result.set_aside
    assert result.usage is None
    assert result.totals == before == totals(told_by_transcript)
    assert query(database, "SELECT input_tokens FROM messages WHERE set_aside") == [(50,)]
    assert sums_that_differ(database) == []


def test_extra_deltas_always_count(told_by_transcript: Ledger, database: Path) -> None:
    result = do(told_by_transcript, add(input_tokens=50, extra=True))
    assert not result.set_aside
    assert result.totals.total_input_tokens == 51
    assert query(database, "SELECT input_tokens FROM messages WHERE extra") == [(50,)]


def test_a_message_with_an_id_counts_beside_a_transcript(told_by_transcript: Ledger) -> None:
    result = do(told_by_transcript, add("msg_1", input_tokens=50))
    assert not result.set_aside
    assert result.totals.total_input_tokens == 51


def test_a_row_that_was_set_aside_may_grow_but_stays_out_of_the_totals(
    ledger: Ledger, database: Path
) -> None:
    do(ledger, add("msg_1", output_tokens=1))
    query(database, "UPDATE messages SET set_aside = 1")
    query(database, "UPDATE sessions SET output_tokens = 0")

    result = do(ledger, add("msg_1", output_tokens=9))

    assert result.set_aside
    assert result.usage is None
    assert result.totals.total_output_tokens == 0
    assert query(database, "SELECT output_tokens FROM messages") == [(9,)]


# ---- other things a row keeps ---------------------------------------------------------------


def test_a_row_keeps_what_is_known_of_it(ledger: Ledger, database: Path) -> None:
    do(
        ledger,
        add(
            "msg_1",
            input_tokens=1,
            cache_creation_tokens=8,
            cost_usd=0.1,
            working_dir="/home/me/project",
            model="claude-opus-5",
        ),
    )
    assert query(
        database,
        "SELECT key, session_id, at_ms, source, kind, p.name, m.name, r.cache_write_5m_tokens, "
        "r.cache_write_1h_tokens, r.reported_nano_usd, set_aside, extra FROM messages r "
        "JOIN sessions USING (session_no) JOIN facets USING (facet_no) "
        "JOIN names p ON p.name_no = project_no "
        "JOIN names m ON m.name_no = model_no",
    ) == [
        (
            *("msg_1", SESSION, NOON_MS, 2, 1, "/home/me/project", "claude-opus-5"),
            *(8, 0, 100_000_000, 0, 0),
        )
    ]


def test_no_cost_is_kept_as_unknown_not_as_nothing(ledger: Ledger, database: Path) -> None:
    do(ledger, add(input_tokens=1, cost_usd=0))
    assert query(database, "SELECT reported_nano_usd FROM messages") == [(None,)]


def test_a_session_remembers_its_first_and_last_row(ledger: Ledger, database: Path) -> None:
    for at_ms in (NOON_MS, NOON_MS - 5, NOON_MS + 5, NOON_MS + 1):
        do(ledger, add(at_ms=at_ms))
    assert query(database, "SELECT first_seen_ms, last_seen_ms FROM sessions") == [
        (NOON_MS - 5, NOON_MS + 5)
    ]


def test_a_thousand_small_costs_add_up_exactly(ledger: Ledger) -> None:
    results = ledger.carry_out([add(cost_usd=0.0001) for _ in range(1_000)])
    assert added(results[-1]).totals.total_cost_usd == 0.1


def test_totals_beyond_what_the_tables_hold_are_refused_alone(
    ledger: Ledger, database: Path
) -> None:
    results = ledger.carry_out(
        [
            *[add(cost_usd=1e9) for _ in range(10)],
            add(session=OTHER, input_tokens=1),
        ]
    )
    assert [isinstance(result, LedgerRefusal) for result in results] == [False] * 9 + [True, False]
    refusal = results[9]
    assert isinstance(refusal, LedgerRefusal)
    assert refusal.code == "internal"
    assert not refusal.retryable
    assert sums_that_differ(database) == []
